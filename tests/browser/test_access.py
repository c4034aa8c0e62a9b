"""Access for everybody: what axe-core finds (WCAG 2.2 AA and its good practice), in each view, colour and size."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, FilePayload, Page, Route, expect

from indexer.record import id_of
from tests.browser.conftest import DESKTOP, PHONE, own_module
from tests.browser.gestures import carry_text, drag_over
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


def library(page: Page) -> None:
    page.goto("/?view=library")
    expect(page.locator(".entry[data-id]").first).to_be_visible()
    page.locator(".entry[data-id] input").first.check()


def editor(page: Page) -> None:
    library(page)
    page.locator("#chosen-edit").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def editor_over_the_large_view(page: Page) -> None:
    large(page)
    page.locator("#viewer-edit").click()
    expect(page.locator("#editor")).to_be_visible()


def start(page: Page) -> None:
    page.goto("/")
    expect(page.locator(".cell[data-id]").first).to_be_visible()


def filters(page: Page) -> None:
    search(page)
    if page.locator("#filters-button").is_visible():
        page.locator("#filters-button").click()
    page.locator("#filter-label").fill("bar")
    expect(page.locator("#filters-clear")).to_be_visible()


def nothing_left(page: Page) -> None:
    page.goto("/?label=none")
    expect(page.locator("#message")).to_be_visible()


def waiting(page: Page) -> None:
    page.route("**/v1/search", lambda _: None)
    page.goto(f"/?id={DISC}")
    expect(page.locator("#results-count")).to_have_text("looking …")


def key(page: Page) -> None:
    needed = {"status": 401, "code": "key_needed", "detail": "a key is needed", "title": "Unauthorized"}
    page.route("**/v1/images?*", lambda route: route.fulfill(status=401, json=needed))
    page.goto("/")
    expect(page.get_by_role("dialog")).to_contain_text("A key is needed.")
    page.route("**/v1/session", lambda route: route.fulfill(status=401, json=needed))
    page.get_by_label("Key", exact=True).fill("wrong")
    page.get_by_role("button", name="Enter").click()
    expect(page.locator("#entrance-refusal")).not_to_be_empty()


def drop_sheet(page: Page) -> None:
    start(page)
    drag_over(page, carry_text(page, "http://127.0.0.1/a.png", "text/uri-list"))
    expect(page.locator("#drop")).to_be_visible()


def files(*names: str) -> list[FilePayload]:
    return [{"name": name, "mimeType": "image/png", "buffer": name.encode()} for name in names]


def tray(page: Page) -> None:
    start(page)
    page.route("**/v1/images?wait=*", lambda _: None)
    page.set_input_files("#add-files", files("one.png", "two.png", "three.png", "four.png"))
    expect(page.locator("#tray-jobs li")).to_have_count(3)


def refusals(page: Page) -> None:
    start(page)
    page.route("**/v1/images?wait=*", lambda route: route.fulfill(status=500, json={"code": "internal_error"}))
    page.set_input_files("#add-files", files("one.png", "two.png"))
    expect(page.get_by_role("button", name="Try 2 again")).to_be_visible()


def notice(page: Page) -> None:
    library(page)

    def remove(route: Route) -> None:
        route.fulfill(json={"results": [{"id": gone, "status": 204} for gone in route.request.post_data_json["ids"]]})

    page.route("**/v1/images/delete", remove)
    page.locator("#chosen-remove").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()


def notice_over_the_large_view(page: Page) -> None:
    large(page)
    page.evaluate(f"{own_module('notices')}.then(({{ say }}) => say('Done.', {{ label: 'Undo', run() {{}} }}))")
    expect(page.get_by_role("button", name="Undo")).to_be_visible()


def pressed_corner(page: Page) -> None:
    part(page)
    if page.locator("#part-done").is_visible():
        page.locator("#part-done").click()
    page.locator("#stage").click(position={"x": 9, "y": 9})
    expect(page.locator("#part-mark")).to_be_visible()


def failed(page: Page) -> None:
    record = {"id": DISC, "key": "a/torn.png", "state": "failed", "error": "not a picture", "label": None, "tags": []}
    record |= {"size": 5, "width": None, "height": None, "added_at": "2026-01-01T00:00:00Z"}
    record |= {"file": "/v1/images/x/file", "thumbnail": "/v1/images/x/thumbnail"}
    page.route("**/v1/images?*", lambda route: route.fulfill(json={"images": [record], "next_cursor": None}))
    page.goto("/?view=library&state=failed")
    expect(page.locator(".entry-why")).not_to_be_empty()


def docs(page: Page) -> None:
    page.goto("/docs")


VIEWS: list[Callable[[Page], None]] = [
    start, search, filters, nothing_left, waiting, part, pressed_corner, large, trouble,
    library, failed, editor, editor_over_the_large_view, key, drop_sheet, tray, refusals,
    notice, notice_over_the_large_view, docs,
]  # fmt: skip


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
    checked.unroute_all()
