"""How it feels: with the keyboard alone, on a slow network, without the service, with odd names, without motion."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from indexer.record import id_of
from tests.browser.conftest import DESKTOP, LONG_NAME, MARKUP_NAME, PHONE, RIGHT_TO_LEFT_NAME
from tests.browser.gestures import SEEN
from tests.running import RunningService

DISC = id_of("disc/disc-03.png")
# Boxes of the heading's parts that lie over one another.
_OVERLAPPING = """() => {
    const all = [...document.querySelectorAll(".masthead > *, .status-words")];
    const parts = all.filter((part) => part.checkVisibility());
    const along = (a, b, low, high) => a[low] < b[high] - 1 && b[low] < a[high] - 1;
    const cross = (a, b) => along(a, b, "left", "right") && along(a, b, "top", "bottom");
    return parts.flatMap((one, place) => parts.slice(place + 1)
        .filter((other) => !one.contains(other))
        .filter((other) => cross(one.getBoundingClientRect(), other.getBoundingClientRect()))
        .map((other) => `${one.className} and ${other.className}`));
}"""
# What WCAG 1.4.12 lets everybody ask for.
_SPACED = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`
        * { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
        p { margin-bottom: 2em !important }`);
    document.adoptedStyleSheets = [sheet];
}"""
_WITHIN = """(inner, outer) => {
    const [box, room] = [inner, inner.closest(outer)].map((element) => element.getBoundingClientRect());
    return box.top >= room.top - 1 && box.bottom <= room.bottom + 1;
}"""
_MOVING = """() => document.getAnimations().filter(({ effect }) => effect.getComputedTiming().duration > 0).length"""
_OVERFLOWING = """() => [...document.querySelectorAll("body *")]
    .filter((element) => element.checkVisibility() && element.getBoundingClientRect().right > innerWidth + 1)
    .filter((element) => !element.closest(".chips, .visually-hidden, .skip"))
    .map((element) => element.className)"""


def test_the_keyboard_alone_finds_looks_and_comes_back(page: Page) -> None:
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the pictures")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#results")).to_be_focused()
    first = page.locator(".cell a").first
    for _ in range(8):
        page.keyboard.press("Tab")
        if first.evaluate("link => link === document.activeElement"):
            break
    expect(first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#viewer-name")).to_be_focused()
    page.keyboard.press("Escape")
    expect(first).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="More like this").press("Enter")
    expect(page.locator(".chip")).to_have_count(1)
    expect(page.locator(".cell-score").first).to_be_visible()
    page.get_by_role("button", name=re.compile("^No longer more like")).press("Enter")
    expect(page.locator("#results-title")).to_have_text("Newest in the library")


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_whatever_has_the_focus_shows_it_and_is_covered_by_nothing(page: Page, size: dict[str, int]) -> None:
    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.goto(f"/?id={DISC}")
    expect(page.locator(".cell-score").first).to_be_visible()
    for key in ["Tab"] * 30 + ["Shift+Tab"] * 12:
        page.keyboard.press(key)
        name = page.evaluate("document.activeElement.outerHTML.slice(0, 120)")
        assert page.evaluate(SEEN), f"{key}: {name}"


def test_a_slow_answer_is_waited_for_with_a_sketch_of_it(page: Page, library: Path) -> None:
    held: list[Route] = []
    page.route("**/v1/search", lambda route: held.append(route))
    page.set_input_files("#choose-file", library / "disc/disc-03.png")
    expect(page.locator(".cell-waiting")).to_have_count(60)
    expect(page.locator("#results-title")).to_have_text("Lookalikes")
    expect(page.locator("#results-count")).to_have_text("looking …")
    expect(page.locator("#query-name")).to_have_text("disc-03.png")
    held[0].continue_()
    expect(page.locator(".cell-score").first).to_have_text("100%")
    expect(page.locator(".cell-waiting")).to_have_count(0)


def test_the_first_visit_over_a_slow_network_is_a_sketch_that_does_not_move(browser: Browser, address: str) -> None:
    with browser.new_context(base_url=address, viewport=DESKTOP) as context:  # type: ignore[arg-type]
        page = context.new_page()
        line = context.new_cdp_session(page)
        slow = {"latency": 40, "downloadThroughput": 400_000, "uploadThroughput": 100_000}
        line.send("Network.emulateNetworkConditions", {"offline": False, **slow})
        page.add_init_script("""
            window.shift = 0;
            new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.shift += entry.value; })
                .observe({ type: "layout-shift", buffered: true });""")
        page.goto("/", wait_until="commit")
        expect(page.locator(".cell-waiting").first).to_be_visible(timeout=60_000)
        expect(page.locator(".cell[data-id]").first).to_be_visible(timeout=60_000)
        expect(page.locator(".cell img").first).to_have_js_property("complete", True)
        assert page.evaluate("window.shift") == 0


def test_a_page_whose_script_was_lost_on_the_way_says_so(page: Page) -> None:
    page.route("**/js/words.js", lambda route: route.abort())
    page.goto("/")
    expect(page.locator("#stuck")).to_be_hidden()
    page.evaluate("document.querySelector('#stuck').getAnimations().forEach((animation) => animation.finish())")
    page.unroute_all()
    page.get_by_role("link", name="Load it again").click()
    expect(page.locator(".cell[data-id]").first).to_be_visible()
    expect(page.locator("#stuck")).to_have_count(0)


def test_a_service_that_is_gone_is_tried_again_by_itself(wound: Page) -> None:
    wound.route("**/v1/**", lambda route: route.abort())
    wound.goto(f"/?id={DISC}")
    expect(wound.get_by_role("alert")).to_contain_text("The service does not answer.")
    expect(wound.locator("#status-words")).to_have_text("The service does not answer")
    wound.unroute_all()
    wound.clock.run_for(2_000)
    expect(wound.locator(".cell-score").first).to_be_visible()
    expect(wound.locator("#query-name")).to_have_text("disc-03.png")
    expect(wound.locator("#message")).to_be_hidden()


def test_what_did_not_work_can_be_tried_again_by_hand(page: Page, library: Path) -> None:
    refusal = {"status": 503, "detail": "too many at once", "code": "busy", "title": "Busy"}
    page.route("**/v1/search", lambda route: route.fulfill(status=503, json=refusal))
    page.set_input_files("#choose-file", library / "disc/disc-03.png")
    expect(page.get_by_role("alert")).to_be_visible()
    page.unroute_all()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".cell-score").first).to_have_text("100%")


@pytest.mark.parametrize("name", [LONG_NAME, RIGHT_TO_LEFT_NAME, MARKUP_NAME])
def test_odd_names_stay_where_they_belong(phone: Page, name: str) -> None:
    phone.set_viewport_size({"width": 320, "height": 640})
    phone.goto(f"/?id={id_of(name)}&more={id_of(name)}")
    expect(phone.locator("#query-name")).to_have_text(name)
    expect(phone.locator(".chip-name")).to_have_text(name)
    assert phone.evaluate(_OVERFLOWING) == []
    phone.goto(f"/?id={id_of(MARKUP_NAME if name != MARKUP_NAME else LONG_NAME)}")
    phone.locator(f'.cell[data-id="{id_of(name)}"] a').click()
    expect(phone.locator("#viewer-name")).to_have_text(name)
    assert phone.evaluate(_OVERFLOWING) == []


def test_a_name_from_right_to_left_is_read_so(page: Page) -> None:
    page.goto(f"/?id={id_of(RIGHT_TO_LEFT_NAME)}")
    name = page.locator("#query-name")
    expect(name).to_have_text(RIGHT_TO_LEFT_NAME)
    expect(name).to_have_css("direction", "rtl")
    page.goto("/?view=library&sort=oldest")
    expect(page.locator(".entry-name", has_text=RIGHT_TO_LEFT_NAME)).to_have_css("direction", "rtl")


@pytest.fixture
def tagged(service: RunningService) -> Iterator[str]:
    """A picture whose label and tags are markup."""
    address = f"{service.address}/v1/images/{DISC}"
    label, tags = "<b onclick=alert(1)>sly", ["<img src=x onerror=alert(2)>", "a & b"]
    service.session.patch(address, json={"label": label, "tags": tags}).raise_for_status()
    yield label
    service.session.patch(address, json={"label": "disc", "tags": []}).raise_for_status()


def test_markup_in_a_label_and_in_tags_is_shown_as_text(page: Page, tagged: str) -> None:
    page.locator("#filter-label").fill(tagged)
    expect(page.locator(".cell[data-id]")).to_have_count(1)
    page.locator(".cell a").click()
    expect(page.locator("#viewer-record")).to_contain_text("<img src=x onerror=alert(2)>, a & b")
    expect(page.locator("#viewer-record")).to_contain_text(tagged)
    assert page.locator("#viewer b, #viewer-record img").count() == 0


def test_nothing_moves_for_whoever_wants_no_motion(browser: Browser, address: str) -> None:
    with browser.new_context(base_url=address, viewport=DESKTOP, reduced_motion="reduce") as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.route("**/v1/images?*", lambda _: None)
        page.goto("/")
        expect(page.locator(".cell-waiting").first).to_be_visible()
        page.get_by_role("switch").click()
        assert page.evaluate(_MOVING) == 0


@pytest.mark.parametrize("width", [577, 640, 767])
def test_between_phone_and_desktop_nothing_in_the_heading_overlaps(page: Page, width: int) -> None:
    counts = {"pending": 4_321, "indexed": 12_345, "failed": 2, "total": 16_668}
    busy = {"counts": counts, "rate_per_s": 38, "time_left_s": 114, "model": "m", "engine": "edge"}
    page.set_viewport_size({"width": width, "height": 400})
    page.route("**/v1/status", lambda route: route.fulfill(json=busy))
    page.reload()
    expect(page.locator("#status-words")).to_contain_text("12,345 of 16,666")
    assert page.evaluate(_OVERLAPPING) == []


def test_text_with_more_room_around_it_is_not_cut(page: Page) -> None:
    page.goto(f"/?id={DISC}")
    expect(page.locator(".cell-score").first).to_be_visible()
    page.evaluate(_SPACED)
    assert page.locator(".cell-score").first.evaluate(_WITHIN, ".cell-foot")
    page.locator(".home").click()
    assert page.locator(".rail").evaluate("rail => rail.scrollWidth <= rail.clientWidth")


def test_without_scripts_it_says_so_and_offers_nothing_that_cannot_work(browser: Browser, address: str) -> None:
    with browser.new_context(base_url=address, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto("/")
        expect(page.locator(".noscript")).to_be_in_viewport()
        expect(page.locator("main")).to_be_hidden()
        expect(page.get_by_role("button")).to_have_count(0)
        page.locator(".noscript a").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("the interface")


def test_what_is_chosen_is_seen_where_the_system_chooses_the_colours(browser: Browser, address: str) -> None:
    with browser.new_context(base_url=address, forced_colors="active") as context:
        page = context.new_page()
        page.goto("/?view=library")
        box = page.locator(".entry[data-id] input").first
        empty = box.screenshot()
        box.evaluate("box => { box.checked = true; }")
        assert box.screenshot() != empty


def test_on_paper_there_is_the_answer_and_nothing_to_press(page: Page) -> None:
    page.goto(f"/?id={DISC}")
    expect(page.locator(".cell-score").first).to_be_visible()
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.locator("#query-name")).to_be_visible()
    expect(page.locator(".cell-score").first).to_have_css("color", "rgb(0, 0, 0)")
    expect(page.get_by_role("button").locator("visible=true")).to_have_count(0)
    page.emulate_media(media="screen", color_scheme="light")


def test_a_phone_takes_a_photo_to_search_with(phone: Page, library: Path) -> None:
    assert phone.locator("#camera-file").get_attribute("capture") == "environment"
    with phone.expect_file_chooser() as chooser:
        phone.get_by_role("button", name="Take a photo").tap()
    chooser.value.set_files(library / "disc/disc-03.png")
    expect(phone.locator(".cell-score").first).to_have_text("100%")
    expect(phone.locator("#query-kind")).to_have_text("Your picture")


def test_a_swipe_turns_to_the_next_picture(phone: Page) -> None:
    names = [str(image.get_attribute("alt")) for image in phone.locator(".cell img").all()[:2]]
    phone.locator(".cell a").first.tap()
    expect(phone.locator("#viewer-name")).to_have_text(names[0])
    touch = phone.context.new_cdp_session(phone)
    for kind, x in (("touchStart", 250), ("touchMove", 150), ("touchMove", 60), ("touchEnd", None)):
        points = [] if x is None else [{"x": x, "y": 200}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    expect(phone.locator("#viewer-name")).to_have_text(names[1])
