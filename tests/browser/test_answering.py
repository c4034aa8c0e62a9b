"""What an answer looks like, and what is said when there is none."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from indexer.record import id_of
from tests.browser.conftest import DESKTOP, MARKUP_NAME, drawn, own_module

_GRID_ROWS = "cells => cells.map(cell => Math.round(cell.getBoundingClientRect().top))"
_SAY = f"async ([name, ...given]) => (await {own_module('words')})[name](...given)"
_COUNTS = {"pending": 0, "indexed": 12, "failed": 0, "total": 12}

SAID: list[tuple[list[object], str]] = [
    (["count", 1, "picture"], "1 picture"),
    (["count", 2564, "picture"], "2,564 pictures"),
    (["percent", 0.934], "93%"),
    (["percent", -0.2], "0%"),
    (["megabytes", 1], "0.1 MB"),
    (["megabytes", 33 << 20], "33 MB"),
    (["nameOf", "cars/red/a.jpg"], "a.jpg"),
    (["duration", 0.2], "1 s"),
    (["duration", 90], "2 min"),
    (["duration", 5400], "1.5 h"),
    (["sentence", "limit is not a number"], "Limit is not a number."),
    (["sentence", "example.org cannot be found"], "example.org cannot be found."),
]


def across(page: Page) -> int:
    """Return how many pictures the first row of the grid holds."""
    tops = page.locator(".cell").evaluate_all(_GRID_ROWS)
    return Counter(tops)[min(tops)]


def answer(body: object) -> dict[str, str]:
    return {"content_type": "application/json", "body": json.dumps(body)}


def say_status(page: Page, **status: object) -> None:
    """Let the service tell this of itself."""
    told = {"counts": _COUNTS, "rate_per_s": None, "time_left_s": None, "model": "m", "engine": "edge"} | status
    page.route("**/v1/status", lambda route: route.fulfill(**answer(told)))
    page.goto("/")


def test_the_best_come_first(page: Page, library: Path) -> None:
    page.set_input_files("#choose-file", library / "cross/cross-00.png")
    expect(page.locator(".cell-score").first).to_have_text("100%")
    scores = [int(text.rstrip("%")) for text in page.locator(".cell-score").all_text_contents()]
    assert len(scores) == 60
    assert scores == sorted(scores, reverse=True)


def test_two_wide_pictures_stand_across_a_phone(phone: Page, library: Path) -> None:
    assert across(phone) == 2
    phone.set_input_files("#choose-file", library / "disc/disc-03.png")
    expect(phone.locator(".cell-score").first).to_have_text("100%")
    assert across(phone) == 2
    assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_query_stays_in_sight_on_a_phone(phone: Page, library: Path) -> None:
    phone.set_input_files("#choose-file", library / "disc/disc-03.png")
    expect(phone.locator(".cell-score").first).to_have_text("100%")
    phone.mouse.wheel(0, 1500)
    expect(phone.locator(".cell").first).not_to_be_in_viewport()
    expect(phone.locator("#query-picture")).to_be_in_viewport()


def test_more_pictures_stand_across_a_wide_screen(page: Page) -> None:
    at_desktop = across(page)
    page.set_viewport_size({"width": 2000, "height": 1100})
    assert 5 <= at_desktop < across(page)


def test_a_picture_is_shown_whole_in_a_cell_of_its_shape(page: Page) -> None:
    cell = page.locator(".cell-picture").first
    box = cell.bounding_box()
    assert box is not None
    assert box["width"] / box["height"] == pytest.approx(160 / 120, rel=0.02)
    assert cell.locator("img").evaluate("image => getComputedStyle(image).objectFit") == "contain"


def test_pictures_far_below_are_not_loaded(phone: Page) -> None:
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(request.url) if "/thumbnail" in request.url else None)
    phone.reload()
    expect(phone.locator(".cell[data-id]")).to_have_count(60)
    phone.wait_for_load_state("networkidle")
    assert 9 <= len(set(asked)) < 60


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize(
    "way", ["/", "/?id={id}", "/?id={id}&box=0.2,0.2,0.7,0.8", "/?more={id}", "/?label=disc", "/?view=library"]
)
def test_nothing_moves_while_the_page_fills(page: Page, way: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.add_init_script("""
        window.shift = 0;
        new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.shift += entry.value; })
            .observe({ type: "layout-shift", buffered: true });""")
    page.goto(way.format(id=id_of("disc/disc-03.png")))
    expect(page.locator("#results [data-id]").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.shift") == 0


def test_more_is_shown_as_one_scrolls(page: Page, library: Path) -> None:
    shown = page.locator(".cell")
    page.locator("#results").focus()
    page.keyboard.press("End")
    expect(page.locator("#results-count")).to_have_text(f"{len(drawn(library))} pictures")
    ids = shown.evaluate_all("cells => cells.map(cell => cell.dataset.id)")
    assert len(set(ids)) == len(ids) == len(drawn(library))


def test_markup_in_a_name_is_shown_as_text(page: Page, library: Path) -> None:
    page.set_input_files("#choose-file", library / MARKUP_NAME)
    expect(page.locator("#query-name")).to_have_text(MARKUP_NAME)
    expect(page.locator(".cell-title").first).to_have_text(MARKUP_NAME)
    page.locator(".cell a").first.click()
    expect(page.locator("#viewer-name")).to_have_text(MARKUP_NAME)
    page.get_by_role("button", name="Search with this", exact=True).click()
    expect(page.locator("#query-kind")).to_have_text("From the library")
    expect(page.locator("#query-name")).to_have_text(MARKUP_NAME)
    assert page.locator("main b, main i, #viewer b, #viewer i").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_system_chooses_light_or_dark(browser: Browser, address: str, scheme: str) -> None:
    with browser.new_context(base_url=address, viewport=DESKTOP, color_scheme=scheme) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto("/")
        expect(page.get_by_role("switch", name="Dark")).to_have_attribute("aria-checked", str(scheme == "dark").lower())
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (sum(map(int, re.findall(r"\d+", ground)[:3])) < 384) == (scheme == "dark")


def test_nothing_alike_is_said_plainly(page: Page, library: Path) -> None:
    page.route("**/v1/search", lambda route: route.fulfill(**answer({"hits": [], "took_ms": {}})))
    page.set_input_files("#choose-file", library / "disc/disc-03.png")
    expect(page.get_by_role("alert")).to_have_text("Nothing in the library looks like this.")
    expect(page.locator(".cell")).to_have_count(0)


def test_an_empty_library_says_how_to_begin(page: Page) -> None:
    page.route("**/v1/images?*", lambda route: route.fulfill(**answer({"images": [], "next_cursor": None})))
    page.goto("/")
    expect(page.get_by_role("alert")).to_have_text("The library is empty. Add pictures to begin.")


def test_a_service_that_is_gone_is_said_to_be(page: Page, library: Path) -> None:
    page.route("**/v1/**", lambda route: route.abort())
    page.set_input_files("#choose-file", library / "disc/disc-03.png")
    expect(page.get_by_role("alert")).to_contain_text("The service does not answer.")
    page.unroute("**/v1/**")
    page.set_input_files("#choose-file", library / "disc/disc-03.png")
    expect(page.locator(".cell-score").first).to_have_text("100%")
    expect(page.get_by_role("alert")).to_be_hidden()


def test_an_answer_that_is_cut_short_is_none(page: Page, library: Path) -> None:
    page.route("**/v1/search", lambda route: route.fulfill(content_type="application/json", body='{"hits": [{"id": "'))
    page.set_input_files("#choose-file", library / "disc/disc-03.png")
    expect(page.get_by_role("alert")).to_contain_text("The service does not answer.")


def test_the_status_line_follows_indexing(page: Page) -> None:
    counts = {"pending": 340, "indexed": 1160, "failed": 0, "total": 1500}
    say_status(page, counts=counts, rate_per_s=84.6, time_left_s=4.02)
    expect(page.locator("#status-words")).to_have_text("Indexing 1,160 of 1,500 · 85/s · 4 s left")
    expect(page.locator("#status-bar")).to_be_visible()
    assert page.locator("#status-bar").evaluate("bar => bar.value / bar.max") == pytest.approx(1160 / 1500)


def test_unreadable_pictures_are_counted(page: Page) -> None:
    say_status(page, counts=_COUNTS | {"failed": 3})
    expect(page.locator("#status-words")).to_have_text("12 pictures, 3 unreadable")


def test_the_status_is_asked_often_only_while_indexing(wound: Page) -> None:
    asked: list[str] = []

    def tell(route: Route) -> None:
        asked.append(route.request.url)
        counts = _COUNTS | {"pending": 5 if len(asked) < 4 else 0}
        route.fulfill(**answer({"counts": counts, "rate_per_s": 1, "time_left_s": 5, "model": "m", "engine": "e"}))

    wound.route("**/v1/status", tell)
    wound.goto("/")
    for _ in range(3):
        with wound.expect_response("**/v1/status"):
            wound.clock.run_for(1_000)
    expect(wound.locator("#status-words")).to_have_text("12 pictures")
    wound.clock.run_for(14_000)
    assert len(asked) == 4


def test_numbers_are_said_as_a_person_would(page: Page) -> None:
    said = {str(call): page.evaluate(_SAY, call) for call, _ in SAID}
    assert said == {str(call): words for call, words in SAID}
