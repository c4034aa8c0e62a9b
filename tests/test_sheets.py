"""Style sheets that import others, as they are sent."""

import gzip
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from service.sheets import follow_system, join

PAGE, DOCS = "/static/css/page.css", "/static/css/docs.css"


def test_a_sheet_has_what_it_imports_in_its_place(tmp_path: Path) -> None:
    for name, text in {"near.css": "b {}", "far.css": "a{top:0}\n/*# sourceMappingURL=far.css.map */"}.items():
        (tmp_path / name).write_text(text)
    sheet = tmp_path / "page.css"
    sheet.write_text('@import "/bootstrap/static/far.css";\n@import "near.css";\nc {}\n')
    assert join(sheet, tmp_path, ()).split() == ["a{top:0}", "b", "{}", "c", "{}"]


def test_of_bootstrap_comes_what_can_apply(tmp_path: Path) -> None:
    (tmp_path / "far.css").write_text(
        "@keyframes turn{to{top:0}}a:not(.nav){top:1}.btn,.nav{top:2}.nav .btn{top:3}"
        "@media print{.nav{top:4}}@media (width>9px){.nav{top:5}.btn:hover{top:6}}"
    )
    sheet = tmp_path / "page.css"
    sheet.write_text('@import "/bootstrap/static/far.css";\n')
    assert join(sheet, tmp_path, {"btn"}) == (
        "@keyframes turn{to{top:0}}a:not(.nav){top:1}.btn{top:2}@media (width>9px){.btn:hover{top:6}}\n"
    )


def test_what_is_dark_by_choice_is_dark_by_the_system_too() -> None:
    light = '[data-bs-theme="light"]{top:1}@media print{c{top:2}}'
    assert follow_system(f"/*! licence */a,[data-bs-theme=dark] b{{top:0}}/* said, aside */{light}") == (
        "/*! licence */a,[data-bs-theme=dark] b{top:0}"
        f"@media (prefers-color-scheme:dark){{:root:where(:not([data-bs-theme])) b{{top:0}}}}{light}"
    )


@pytest.mark.parametrize("path", [PAGE, DOCS])
def test_nothing_is_left_to_import(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.mimetype == "text/css"
    assert "@import" not in answer.text
    assert "sourceMappingURL" not in answer.text


def test_the_page_wears_bootstrap_first_and_then_its_own(client: FlaskClient) -> None:
    sheet = client.get(PAGE).text
    assert 0 < sheet.index("Bootstrap") < sheet.index("--paper:") < sheet.index(".masthead {") < sheet.index(".tray {")


def test_a_sheet_travels_compressed_and_once(client: FlaskClient) -> None:
    answer = client.get(PAGE, headers={"Accept-Encoding": "gzip"})
    assert len(answer.data) < 20_000
    assert gzip.decompress(answer.data) == client.get(PAGE).data
    again = client.get(PAGE, headers={"Accept-Encoding": "gzip", "If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Cache-Control"] == answer.headers["Cache-Control"] == "no-cache"


def test_the_sheets_that_are_imported_can_be_had_by_themselves(client: FlaskClient) -> None:
    assert client.get("/static/css/tokens.css").status_code == 200
    assert client.get("/static/css/none.css").status_code == 404
