"""Access for everybody: what axe-core finds (WCAG 2.2 AA and its good practice), in each view, colour and size."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from indexer.record import id_of
from tests.browser.conftest import DESKTOP, PHONE
from tests.running import ROOT

AXE = ROOT / "webui" / "node_modules" / "axe-core" / "axe.min.js"
DISC, BAR = id_of("disc/disc-03.png"), id_of("bar/bar-05.png")
_RUN = """async (tags) => {
    const { violations } = await axe.run(document, { runOnly: tags });
    const describe = (node) => `${node.target} (${node.any[0]?.message})`;
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(describe)}`);
}"""
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

needs_axe = pytest.mark.skipif(not AXE.exists(), reason="needs axe-core: npm ci --prefix webui")


def search(page: Page) -> None:
    page.goto(f"/?id={DISC}")
    expect(page.locator(".cell-score").first).to_be_visible()


def large(page: Page) -> None:
    search(page)
    page.locator(".cell a").first.click()
    expect(page.locator("#viewer-record")).to_contain_text("Added")


def part(page: Page) -> None:
    page.goto(f"/?id={DISC}&box=0.2,0.2,0.8,0.8&more={BAR}&less={DISC}")
    expect(page.locator("#part")).to_be_visible()
    expect(page.locator(".chip")).to_contain_text(["More like bar", "Less like disc"])


def trouble(page: Page) -> None:
    page.route("**/v1/search", lambda route: route.abort())
    page.goto(f"/?id={DISC}&label=none")
    expect(page.get_by_role("alert")).to_be_visible()
    page.unroute_all()


def library(page: Page) -> None:
    page.goto("/?view=library")
    expect(page.locator(".entry[data-id]").first).to_be_visible()
    page.locator(".entry[data-id] input").first.check()


def editor(page: Page) -> None:
    library(page)
    page.locator("#chosen-edit").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def docs(page: Page) -> None:
    page.goto("/docs")


VIEWS: list[Callable[[Page], None]] = [search, large, part, trouble, library, editor, docs]


@pytest.fixture(scope="module", params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module", params=["desktop", "phone"])
def checked(request: pytest.FixtureRequest, browser: Browser, address: str, scheme: str) -> Iterator[Page]:
    """A page that has axe in it."""
    phone = request.param == "phone"
    size = PHONE if phone else DESKTOP
    options = {"viewport": size, "has_touch": phone, "is_mobile": phone, "color_scheme": scheme}
    with browser.new_context(base_url=address, **options) as context:  # type: ignore[arg-type]
        context.add_init_script(AXE.read_text())
        yield context.new_page()


@needs_axe
@pytest.mark.parametrize("show", VIEWS)
def test_axe_finds_nothing(checked: Page, show: Callable[[Page], None]) -> None:
    show(checked)
    assert checked.evaluate(_RUN, _TAGS) == []
