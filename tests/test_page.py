"""The page's files, held to what its policy and its readers need, without a service or a browser."""

import re
import shutil
import subprocess
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from service.sheets import BOOTSTRAP

WEBUI = Path(__file__).parent.parent / "webui"
SCRIPTS = sorted((WEBUI / "static/js").glob("*.js"))
SHEETS = sorted((WEBUI / "static/css").glob("*.css"))
WRITES_MARKUP = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function")

Tag = tuple[str, dict[str, str | None]]


class Tags(HTMLParser):
    """Every tag of a page with its attributes, and the text inside of scripts and styles."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[Tag] = []
        self.inline = ""
        self.feed(html)

    @property
    def addresses(self) -> list[str]:
        """Where its tags lead, or get something from."""
        return [value for _, attributes in self.found for name in ("src", "href") if (value := attributes.get(name))]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.found and self.found[-1][0] in {"script", "style"}:
            self.inline += data.strip()


def render(fetch_urls: bool = True, read_only: bool = False, asked: str = "newest", examples: int = 0) -> str:
    environment = Environment(loader=FileSystemLoader(WEBUI / "templates"), autoescape=True, undefined=StrictUndefined)
    environment.globals["static"] = lambda name: f"/static/{name}"
    page = environment.get_template("index.html")
    return page.render(
        scheme="",
        version="1.2.3",
        max_upload_mb=32,
        fetch_urls=fetch_urls,
        read_only=read_only,
        asked=asked,
        examples=examples,
    )


def tags(**settings: bool) -> list[Tag]:
    return Tags(render(**settings)).found


def ids(**settings: bool) -> list[str]:
    return [attributes["id"] or "" for _, attributes in tags(**settings) if "id" in attributes]


def test_nothing_is_inline_that_the_policy_would_refuse() -> None:
    page = Tags(render())
    names = {name for _, attributes in page.found for name in attributes}
    assert page.inline == ""
    assert not {name for name in names if name == "style" or name.startswith("on")}


def test_nothing_comes_from_another_host() -> None:
    addresses = [value for _, attributes in tags() for name in ("src", "href") if (value := attributes.get(name))]
    assert addresses
    assert all(address.startswith(("/", "#")) and not address.startswith("//") for address in addresses)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_a_style_sheet_asks_nobody_for_more(sheet: Path) -> None:
    assert "url(" not in sheet.read_text()
    for name in imports(sheet):
        assert name.startswith(BOOTSTRAP) or (sheet.parent / name).is_file()


def test_the_page_and_its_description_wear_every_sheet() -> None:
    worn = {name for sheet in SHEETS for name in imports(sheet)}
    assert {sheet.name for sheet in SHEETS} - worn == {"page.css", "docs.css"}


def imports(sheet: Path) -> list[str]:
    return re.findall(r'@import "([^"]+)"', sheet.read_text())


def test_every_file_that_the_page_names_is_there() -> None:
    named = [
        attributes.get("src") or attributes.get("href") or "" for tag, attributes in tags() if tag in {"script", "link"}
    ]
    ours = [address for address in named if address.startswith("/static/")]
    assert len(ours) == 4
    assert all((WEBUI / address.lstrip("/")).is_file() for address in ours)


def test_ids_are_unique() -> None:
    assert [name for name, times in Counter(ids()).items() if times > 1] == []


def test_labels_and_titles_point_at_something() -> None:
    there = set(ids())
    pointers = {
        value for _, attributes in tags() for name in ("for", "aria-labelledby") if (value := attributes.get(name))
    }
    assert pointers
    assert pointers <= there


def test_every_field_and_picture_has_a_name() -> None:
    labelled = {attributes.get("for") for tag, attributes in tags() if tag == "label"}
    for tag, attributes in tags():
        if tag == "img":
            assert "alt" in attributes
        if tag in {"input", "progress"}:
            assert "aria-label" in attributes or attributes.get("id") in labelled


def test_the_scripts_look_only_for_what_the_page_has() -> None:
    wanted = {name for script in SCRIPTS for name in re.findall(r'[bB]yId\("([^"]+)"\)', script.read_text())}
    assert len(wanted) > 20
    assert wanted <= set(ids())


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_never_makes_markup_of_text(script: Path) -> None:
    assert not WRITES_MARKUP.search(script.read_text())


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_imports_only_its_neighbours(script: Path) -> None:
    imported = re.findall(r'^import .*?from "([^"]+)"', script.read_text(), flags=re.MULTILINE | re.DOTALL)
    assert all(name.startswith("./") and (script.parent / name).is_file() for name in imported)


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node.js: apt-get install nodejs")
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_parses(script: Path) -> None:
    check = ["node", "--input-type=module", "--check"]
    outcome = subprocess.run(check, input=script.read_text(), capture_output=True, text=True, check=False)
    assert outcome.stderr == ""
    assert outcome.returncode == 0


def test_a_read_only_page_offers_neither_adding_nor_removing() -> None:
    assert {"add-button", "add-files", "query-add"} <= set(ids())
    assert not {"add-button", "add-files", "query-add"} & set(ids(read_only=True))
    assert "cell-remove" in render()
    assert "cell-remove" not in render(read_only=True)
    assert "drop to add" not in render(read_only=True).lower()


def test_a_page_that_may_not_fetch_links_has_no_field_for_them() -> None:
    assert "link-form" in ids()
    assert "link-form" not in ids(fetch_urls=False)


def test_the_page_knows_the_version_and_the_limit() -> None:
    assert "Lookalike 1.2.3" in render()
    assert 'data-max-upload-mb="32"' in render()
