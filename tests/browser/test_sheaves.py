"""Thousands of results: only those that are near have nodes, and nobody notices."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESKTOP, own_module
from tests.browser.plenty import PAGE_SIZE, id_in_plenty, open_plenty, scroll_on

PAGES = 12
# Sheaves within two screens of the one that is seen, and those that they begin and end in.
MOST_CELLS = 6 * PAGE_SIZE
FOCUSED = "document.activeElement.closest('.cell')?.dataset.key ?? null"
# The picture on top of the screen, and how far from it.
PLACE = """() => {
    const cells = [...document.querySelectorAll(".cell")];
    const seen = cells.find((cell) => cell.getBoundingClientRect().bottom > 0);
    return [seen.dataset.key, seen.getBoundingClientRect().top, scrollY, document.documentElement.scrollHeight];
}"""
WATCH_SHIFTS = """() => {
    window.shift = 0;
    const add = (list) => { for (const entry of list.getEntries()) window.shift += entry.value; };
    new PerformanceObserver(add).observe({ type: "layout-shift" });
}"""
# What is seen in the first frame after a jump, before anything is painted that was not there.
FIRST_FRAME = """(place) => new Promise((resolve) => {
    scrollTo(0, place * document.documentElement.scrollHeight);
    requestAnimationFrame(() => resolve([...document.querySelectorAll(".sheaf")]
        .filter((sheaf) => sheaf.getBoundingClientRect().bottom > 0 && sheaf.getBoundingClientRect().top < innerHeight)
        .map((sheaf) => sheaf.querySelectorAll(".cell").length)));
})"""
RAGGED = """(sheaves) => {
    const rightOf = (element) => element.getBoundingClientRect().right;
    return sheaves.map((sheaf) => rightOf(sheaf) - rightOf(sheaf.lastChild)).filter((left) => left > 2);
}"""
NAMES_IN_ORDER = """() => [...document.querySelectorAll(".sheaf")].flatMap((sheaf) => sheaf.ariaHidden
    ? sheaf.textContent.split("\\n") : [...sheaf.children].map((cell) => cell.dataset.key.split("/").at(-1)))"""
TAKE_OUT = f"""async (ids) => {{
    const grid = await {own_module("grid")};
    window.putBack = ids.map((id) => grid.takeOut(id));
}}"""


def name_of(number: int) -> str:
    return f"picture-{number:05}.jpg"


def show(page: Page, pages: int = PAGES) -> None:
    scroll_on(page, pages * PAGE_SIZE)


def in_order(page: Page, pages: int = PAGES) -> list[str]:
    """Return the names of at least so many pages of pictures, having seen that they stand in their order."""
    names: list[str] = page.evaluate(NAMES_IN_ORDER)
    assert names == [name_of(number) for number in range(len(names))]
    assert len(names) >= pages * PAGE_SIZE
    return names


@pytest.fixture
def plenty(browser: Browser, address: str) -> Iterator[Page]:
    with browser.new_context(base_url=address, viewport=DESKTOP) as context:
        page = context.new_page()
        open_plenty(page)
        yield page


def test_however_many_there_are_only_those_that_are_near_have_nodes(plenty: Page) -> None:
    before = plenty.evaluate(PLACE)
    show(plenty)
    assert plenty.locator(".cell").count() <= MOST_CELLS
    in_order(plenty)
    plenty.evaluate(WATCH_SHIFTS)
    plenty.evaluate(FIRST_FRAME, 0)
    expect(plenty.locator(".cell").first.locator("img")).to_have_js_property("complete", True)
    assert plenty.evaluate(PLACE)[:3] == before[:3]
    assert plenty.locator(".cell").count() <= MOST_CELLS
    assert plenty.evaluate("window.shift") == 0


def test_whoever_jumps_finds_pictures_there_and_everything_in_its_place(plenty: Page) -> None:
    show(plenty)
    height = plenty.evaluate("document.documentElement.scrollHeight")
    for place in (0.1, 0.9, 0.5, 0, 1):
        seen = plenty.evaluate(FIRST_FRAME, place)
        assert seen
        assert 0 not in seen
        assert plenty.evaluate("document.documentElement.scrollHeight") == height
        assert plenty.locator(".sheaf:not(.folded, :last-child)").evaluate_all(RAGGED) == []


def test_the_focus_stays_where_it_is_and_leads_on_from_there(plenty: Page) -> None:
    first = plenty.locator(".cell a").nth(PAGE_SIZE - 20)
    first.focus()
    focused = plenty.evaluate(FOCUSED)
    show(plenty)
    assert plenty.evaluate(FOCUSED) == focused
    plenty.evaluate(
        "document.activeElement.closest('.sheaf').lastElementChild.querySelector('button:last-child').focus()"
    )
    last = int(plenty.evaluate(FOCUSED)[-9:-4])
    plenty.keyboard.press("Tab")
    assert plenty.evaluate(FOCUSED) == f"plenty/{name_of(last + 1)}"


def test_the_way_back_leads_to_the_same_place(plenty: Page) -> None:
    show(plenty)
    plenty.evaluate(FIRST_FRAME, 0.6)
    before = plenty.evaluate(PLACE)
    plenty.locator(".home").evaluate("home => home.click()")
    expect(plenty.locator("#results-title")).to_have_text("Newest in the library")
    expect(plenty.locator(".cell[data-id]").first).to_be_visible()
    plenty.go_back()
    expect(plenty.locator("#results-title")).to_have_text("Lookalikes")
    expect(plenty.locator(f'.cell[data-key="{before[0]}"]')).to_be_attached()
    assert plenty.evaluate(PLACE) == pytest.approx(before)


def test_in_another_width_all_are_dealt_again_and_the_focus_is_kept(plenty: Page) -> None:
    show(plenty, 6)
    plenty.locator(".cell a").nth(PAGE_SIZE).focus()
    focused = plenty.evaluate(FOCUSED)
    plenty.locator(".sheaf").first.evaluate("sheaf => { sheaf.isOfBefore = true; }")
    plenty.set_viewport_size({"width": 900, "height": 800})
    expect(plenty.locator(".sheaf").first).not_to_have_js_property("isOfBefore", True)
    assert plenty.evaluate(FOCUSED) == focused
    in_order(plenty, 6)
    assert plenty.locator(".sheaf:not(.folded, :last-child)").evaluate_all(RAGGED) == []


def test_a_search_in_the_page_finds_what_is_far_away(plenty: Page) -> None:
    show(plenty)
    assert plenty.locator(f'.cell[data-key$="{name_of(70)}"]').count() == 0
    assert plenty.evaluate(f"window.find('{name_of(70)}', false, true)")
    expect(plenty.locator(f'.cell[data-key$="{name_of(70)}"]')).to_be_in_viewport()


def test_a_picture_far_away_is_taken_out_and_put_back(plenty: Page) -> None:
    show(plenty)
    numbers = (10, 11, 59)
    names = in_order(plenty)
    plenty.evaluate(TAKE_OUT, [id_in_plenty(number) for number in numbers])
    gone = {name_of(number) for number in numbers}
    assert plenty.evaluate(NAMES_IN_ORDER) == [name for name in names if name not in gone]
    plenty.evaluate("window.putBack.reverse().forEach((put) => put())")
    assert in_order(plenty) == names
