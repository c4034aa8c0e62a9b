"""The page's files, each under an address that changes with any of them."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from service.editions import YEAR_S, edition_of
from tests.test_page import Tags

FOR_EVER = f"public, max-age={YEAR_S}, immutable"
OTHER = 16 * "0"


def named(client: FlaskClient, page: str) -> list[str]:
    """Return the addresses of our own files that a page names."""
    return [address for address in Tags(client.get(page).text).addresses if address.startswith("/static/")]


@pytest.mark.parametrize("page", ["/", "/docs", "/nowhere"])
def test_whatever_a_page_names_is_kept_for_ever(client: FlaskClient, page: str) -> None:
    client.environ_base["HTTP_ACCEPT"] = "text/html"
    addresses = named(client, page)
    assert len(addresses) >= 2
    for address in addresses:
        answer = client.get(address)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, FOR_EVER)
        again = client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.headers["Cache-Control"]) == (304, FOR_EVER)


def test_a_script_finds_the_others_of_its_edition(client: FlaskClient) -> None:
    (page,) = (address for address in named(client, "/") if address.endswith("/page.js"))
    assert client.get(page.replace("page.js", "api.js")).headers["Cache-Control"] == FOR_EVER
    assert client.get(page.replace("page.js", "none.js")).status_code == 404


@pytest.mark.parametrize("address", ["/static/js/page.js", f"/static/{OTHER}/js/page.js", "/static/css/page.css"])
def test_another_edition_is_what_there_is_now_and_is_not_kept(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-cache")
    own = next(each for each in named(client, "/") if Path(each).name == Path(address).name)
    assert client.get(own).data == answer.data


@pytest.mark.parametrize("rest", ["0/js/page.js", OTHER, f"{OTHER}//etc/passwd", f"{OTHER}/../service/app.py"])
def test_an_address_that_only_looks_like_one_is_nothing(client: FlaskClient, rest: str) -> None:
    assert client.get(f"/static/{rest}").status_code == 404


def test_an_edition_changes_with_any_file(tmp_path: Path) -> None:
    first, second = tmp_path / "a.js", tmp_path / "b.js"
    first.write_text("1")
    second.write_text("2")
    paths = [first, second, tmp_path]
    before = edition_of(paths)
    assert edition_of(reversed(paths)) == before
    second.write_text("3")
    assert edition_of(paths) != before
