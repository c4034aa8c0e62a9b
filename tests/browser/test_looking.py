"""Parts of pictures, examples, filters and the large view, as a person would use them."""

import json
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from indexer.record import id_of
from tests.browser.conftest import MARKUP_NAME

DISC = id_of("disc/disc-03.png")
BAR = id_of("bar/bar-05.png")
FOUND = "#grid[aria-busy=false]"


@pytest.fixture
def stored(page: Page) -> Page:
    """The page, asked with a stored picture that is in sight."""
    page.goto(f"/?id={DISC}")
    expect(page.locator("#query-picture")).to_be_visible()
    expect(page.locator(".cell-score").first).to_be_visible()
    return page


def asked(page: Page) -> dict[str, list[str]]:
    """Return what the address says."""
    return parse_qs(urlsplit(page.url).query)


def draw_a_part(page: Page) -> None:
    stage = page.locator("#stage").bounding_box()
    assert stage is not None
    page.mouse.move(stage["x"] + stage["width"] * 0.25, stage["y"] + stage["height"] * 0.25)
    page.mouse.down()
    page.mouse.move(stage["x"] + stage["width"] * 0.75, stage["y"] + stage["height"] * 0.75, steps=4)
    page.mouse.up()


def box_of(page: Page) -> list[float]:
    return [float(part) for part in asked(page)["box"][0].split(",")]


def test_a_part_is_drawn_searched_with_shared_and_taken_back(stored: Page) -> None:
    with stored.expect_request("**/v1/search") as request:
        draw_a_part(stored)
    assert request.value.post_data_json["box"] == pytest.approx([0.25, 0.25, 0.75, 0.75], abs=0.02)
    assert box_of(stored) == request.value.post_data_json["box"]
    stored.reload()
    expect(stored.locator("#part")).to_be_visible()
    stored.get_by_role("button", name="Whole picture").click()
    expect(stored.locator("#part")).to_be_hidden()
    assert "box" not in asked(stored)
    stored.go_back()
    expect(stored.locator("#part")).to_be_visible()


def test_a_part_of_a_chosen_file_is_searched_with(page: Page, library: Path) -> None:
    page.set_input_files("#choose-file", library / "disc/disc-03.png")
    expect(page.locator(".cell-score").first).to_have_text("100%")
    with page.expect_response("**/v1/search") as response:
        draw_a_part(page)
    assert response.value.ok
    expect(page.locator("#part")).to_be_visible()
    expect(page.locator("#query-name")).to_have_text("disc-03.png")
    expect(page.locator("#query-note")).to_have_text(re.compile("not kept$"))
    expect(page.locator("#query-note")).to_be_visible()
    assert asked(page) == {}


def test_a_part_is_moved_and_sized_with_the_keyboard_alone(stored: Page) -> None:
    stored.get_by_role("button", name="Search with a part").press("Enter")
    part = stored.locator("#part")
    expect(part).to_be_focused()
    stored.keyboard.press("ArrowRight")
    expect(part).to_have_attribute("aria-label", "Part of the picture: 22% to 82% across, 20% to 80% down")
    stored.keyboard.press("Shift+ArrowDown")
    stored.wait_for_url("**/*box=0.22*")
    assert box_of(stored) == [0.22, 0.2, 0.82, 0.82]
    stored.keyboard.press("Delete")
    expect(part).to_be_hidden()
    expect(stored.locator("#part-button")).to_be_focused()


def test_a_corner_of_the_part_is_pulled(stored: Page) -> None:
    draw_a_part(stored)
    stored.wait_for_url("**/*box=*")
    left, top, _, _ = box_of(stored)
    corner = stored.locator("[data-edges=se]").bounding_box()
    assert corner is not None
    stored.mouse.move(corner["x"] + 18, corner["y"] + 18)
    stored.mouse.down()
    stored.mouse.move(corner["x"] + 1000, corner["y"] + 1000, steps=3)
    stored.mouse.up()
    stored.wait_for_url("**/*%2C1%2C1*")
    assert box_of(stored) == [left, top, 1, 1]


def press_at(page: Page, x: float, y: float) -> None:
    """Press the query's picture once, so far from its left and its top, without dragging."""
    stage = page.locator("#stage").bounding_box()
    assert stage is not None
    page.mouse.click(stage["x"] + stage["width"] * x, stage["y"] + stage["height"] * y)


def test_a_part_needs_no_dragging_but_two_pressed_corners(stored: Page) -> None:
    press_at(stored, 0.7, 0.8)
    expect(stored.locator("#part-words")).to_have_text("Now press the opposite corner.")
    expect(stored.locator("#part-mark")).to_be_visible()
    press_at(stored, 0.3, 0.2)
    stored.wait_for_url("**/*box=*")
    assert box_of(stored) == pytest.approx([0.3, 0.2, 0.7, 0.8], abs=0.02)
    expect(stored.locator("#part-mark")).to_be_hidden()
    press_at(stored, 0.5, 0.5)  # the middle of the box, which would also be what one drags
    press_at(stored, 1 - 0.01, 1 - 0.01)
    stored.wait_for_url(re.compile("box=0.[45]"))
    assert box_of(stored) == pytest.approx([0.5, 0.5, 1, 1], abs=0.03)


def test_a_pressed_corner_is_forgotten_by_escape_or_for_one_that_is_too_near(stored: Page) -> None:
    press_at(stored, 0.5, 0.5)
    stored.keyboard.press("Escape")
    expect(stored.locator("#part-mark")).to_be_hidden()
    expect(stored.locator("#part-words")).to_be_empty()
    press_at(stored, 0.2, 0.2)
    press_at(stored, 0.21, 0.9)
    expect(stored.locator("#part-words")).to_have_text("That is too small. Press two corners.")
    expect(stored.locator("#part")).to_be_hidden()
    assert "box" not in asked(stored)


def test_a_phone_taps_the_corners_of_its_part_and_changes_it_later(phone: Page) -> None:
    phone.goto(f"/?id={DISC}&box=0.2,0.2,0.8,0.8")
    phone.get_by_role("button", name="Change the part").tap()
    stage = phone.locator("#stage")
    size = stage.bounding_box()
    assert size is not None
    for x, y in ((0.1, 0.2), (0.6, 0.9)):
        stage.tap(position={"x": size["width"] * x, "y": size["height"] * y})
    phone.wait_for_url("**/*box=0.1*")
    assert box_of(phone) == pytest.approx([0.1, 0.2, 0.6, 0.9], abs=0.02)
    expect(phone.get_by_role("button", name="Done")).to_be_visible()


def test_a_phone_draws_its_part_on_a_large_picture(phone: Page) -> None:
    phone.goto(f"/?id={DISC}")
    phone.get_by_role("button", name="Search with a part").tap()
    expect(phone.locator("#part")).to_be_visible()
    stage = phone.locator("#stage").bounding_box()
    assert stage is not None
    assert stage["width"] > 280
    phone.get_by_role("button", name="Done").tap()
    expect(phone.get_by_role("button", name="Done")).to_be_hidden()
    expect(phone.locator("#part")).to_be_visible()


def test_the_large_view_shows_the_record_and_the_way_back_closes_it(page: Page) -> None:
    address = page.url
    name = page.locator(".cell img").nth(3).get_attribute("alt")
    page.locator(".cell a").nth(3).click()
    viewer = page.get_by_role("dialog", name=name)
    expect(viewer).to_be_visible()
    expect(viewer).to_contain_text(re.compile(r"PNG, \d kB"))
    expect(page.get_by_role("link", name="Download")).to_have_attribute("href", re.compile("/file"))
    page.go_back()
    expect(viewer).to_be_hidden()
    assert page.url == address
    expect(page.locator(".cell a").nth(3)).to_be_focused()


def test_the_large_view_is_closed_once_however_often_one_presses(page: Page) -> None:
    page.locator("#library-link").click()
    page.locator(".entry[data-id] a").first.click()
    page.locator("#viewer-close").dblclick()
    expect(page.locator("#viewer")).to_be_hidden()
    page.go_forward()
    expect(page.locator("#viewer")).to_be_visible()
    expect(page).to_have_url(re.compile("view=library"))


@pytest.mark.parametrize("way", ["More like this", "Less like this", "Search with this"])
def test_whoever_goes_on_from_the_large_view_is_then_at_the_answer(page: Page, way: str) -> None:
    page.locator(".cell a").nth(3).press("Enter")
    page.get_by_role("button", name=way, exact=True).press("Enter")
    expect(page.locator(".cell-score").first).to_be_visible()
    expect(page.locator("#results")).to_be_focused()


def test_what_is_cleared_away_leaves_the_focus_at_the_answer(page: Page) -> None:
    page.goto(f"/?id={DISC}&more={BAR}")
    page.get_by_role("button", name=re.compile("^No longer more like")).press("Enter")
    expect(page.locator("#results")).to_be_focused()
    page.get_by_role("link", name="Clear", exact=True).press("Enter")
    expect(page.locator("#results-title")).to_have_text("Newest in the library")
    expect(page.locator("#results")).to_be_focused()


def test_a_picture_is_downloaded_under_its_name_and_its_link_is_copied(page: Page, library: Path) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"/?id={id_of('disc/disc-04.png')}")
    page.locator(f'.cell[data-id="{DISC}"] a').click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == "disc-03.png"
    assert download.value.path().read_bytes() == (library / "disc/disc-03.png").read_bytes()
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator("#viewer-said")).to_have_text("The link is copied.")
    page.goto(page.evaluate("navigator.clipboard.readText()"))
    expect(page.locator("#query-name")).to_have_text("disc-03.png")


def test_a_link_that_cannot_be_copied_is_shown(page: Page) -> None:
    page.evaluate("delete Navigator.prototype.clipboard")  # as it is over http, but for this very machine
    page.locator(".cell a").first.click()
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator("#viewer-said")).to_have_text(re.compile(r"^http://127\.0\.0\.1:\d+/\?id=[0-9a-f-]{36}$"))


@pytest.mark.parametrize("way", ["hover", "focus"])
def test_a_result_says_its_name_and_folder_on_hover_and_on_focus(stored: Page, way: str) -> None:
    first = stored.locator(".cell").first
    expect(first.locator(".cell-banner")).to_have_css("opacity", "0")
    if way == "hover":
        first.locator("a").hover()
    else:
        stored.locator("#filter-least").press("Tab")
        stored.locator(".cell a").first.focus()
    expect(first.locator(".cell-banner")).to_have_css("opacity", "1")
    expect(first.locator(".cell-banner")).to_have_text(re.compile(r"^[a-z]+/[a-z]+-[0-9]{2}\.png$"))


def test_the_query_stays_in_sight_however_far_one_scrolls(stored: Page) -> None:
    stored.mouse.move(800, 500)
    stored.mouse.wheel(0, 1500)
    expect(stored.locator(".cell").first).not_to_be_in_viewport()
    expect(stored.locator("#query-picture")).to_be_in_viewport(ratio=1)


def test_arrow_keys_walk_through_the_large_view_and_escape_closes_it(page: Page) -> None:
    names = [str(image.get_attribute("alt")) for image in page.locator(".cell img").all()[:2]]
    page.locator(".cell a").first.press("Enter")
    expect(page.locator("#viewer-name")).to_have_text(names[0])
    page.keyboard.press("ArrowRight")
    expect(page.locator("#viewer-name")).to_have_text(names[1])
    page.keyboard.press("Escape")
    expect(page.locator("#viewer")).to_be_hidden()
    expect(page.locator(".cell a").nth(1)).to_be_focused()


def test_examples_are_chips_that_can_be_taken_away(stored: Page) -> None:
    stored.locator(".cell a").first.click()
    stored.get_by_role("button", name="More like this").click()
    expect(stored.locator(".chip")).to_have_count(1)
    expect(stored.locator(FOUND)).to_be_visible()
    stored.locator(".cell a").nth(5).click()
    with stored.expect_request("**/v1/search") as request:
        stored.get_by_role("button", name="Less like this").click()
    body = request.value.post_data_json
    assert (body["id"], len(body["positive"]), len(body["negative"])) == (DISC, 1, 1)
    expect(stored.locator(".chip")).to_contain_text([re.compile("More like .*png"), re.compile("Less like .*png")])
    stored.get_by_role("button", name=re.compile("No longer less like")).click()
    expect(stored.locator(".chip")).to_have_count(1)
    assert asked(stored).keys() == {"id", "more"}


def test_examples_have_an_address_and_need_no_picture(page: Page) -> None:
    page.goto(f"/?more={DISC}&less={BAR}")
    expect(page.locator(".chip")).to_have_count(2)
    expect(page.locator(".cell-score").first).to_be_visible()
    page.get_by_role("link", name="Clear all").click()
    expect(page.locator("#results-title")).to_have_text("Newest in the library")


def test_filters_search_while_one_types_and_leave_one_step_in_the_history(stored: Page) -> None:
    stored.get_by_role("combobox", name="Label").press_sequentially("bar", delay=20)
    expect(stored.locator("#results-count")).to_have_text("16 pictures, best first")
    assert asked(stored) == {"id": [DISC], "label": ["bar"]}
    stored.get_by_role("combobox", name="Label").fill("cross")
    stored.wait_for_url("**/*label=cross")
    expect(stored.get_by_role("combobox", name="Label")).to_be_focused()
    stored.go_back()
    expect(stored.get_by_role("combobox", name="Label")).to_have_value("")
    assert asked(stored) == {"id": [DISC]}


def test_labels_and_tags_that_were_seen_are_offered_as_one_types(page: Page) -> None:
    def name(route: Route) -> None:
        listing = route.fetch().json()
        named = [image | {"label": "disc", "tags": ["old", "red"]} for image in listing["images"]]
        route.fulfill(json=listing | {"images": named})

    page.route("**/v1/images?*", name)
    page.goto("/")
    expect(page.locator("#known-labels option").first).to_have_attribute("value", "disc")
    page.get_by_role("combobox", name="Tags").fill("red, o")
    expect(page.locator("#known-tags option")).to_have_count(1)
    expect(page.locator("#known-tags option")).to_have_attribute("value", "red, old")


def test_half_a_word_that_is_known_is_not_asked_for_unless_one_says_so(stored: Page) -> None:
    label = stored.get_by_role("combobox", name="Label")
    with stored.expect_request("**/v1/search") as request:
        label.press_sequentially("squ")
        label.press_sequentially("are", delay=10)
    assert request.value.post_data_json["label"] == "square"
    with stored.expect_request("**/v1/search") as request:
        label.fill("squ")
        label.press("Enter")
    assert request.value.post_data_json["label"] == "squ"
    expect(stored.get_by_role("alert")).to_have_text("No picture meets the filters. Clear them to see more.")


def test_filters_that_leave_nothing_say_so_and_are_cleared(page: Page) -> None:
    page.get_by_role("combobox", name="Tags").fill("no such tag")
    expect(page.get_by_role("alert")).to_have_text("No picture meets the filters. Clear them to see more.")
    page.get_by_role("button", name="Clear filters").click()
    expect(page.locator(".cell").first).to_be_visible()
    expect(page.get_by_role("alert")).to_be_hidden()


def test_the_least_score_is_kept_to(stored: Page) -> None:
    with stored.expect_request("**/v1/search") as request:
        stored.get_by_role("slider").fill("95")
    assert request.value.post_data_json["min_score"] == 0.95
    expect(stored.locator(FOUND)).to_be_visible()
    assert all(int(text.rstrip("%")) >= 95 for text in stored.locator(".cell-score").all_text_contents())


def test_what_is_not_related_is_said_to_be_so(page: Page) -> None:
    hit = {"id": DISC, "key": MARKUP_NAME, "score": 0.2, "verdict": "unrelated", "width": 4, "height": 3}
    hit |= {"file": "/f", "thumbnail": f"/v1/images/{DISC}/thumbnail", "label": None, "tags": []}
    body = json.dumps({"hits": [hit], "anything_similar": False, "took_ms": {}, "model": "m"})
    page.route("**/v1/search", lambda route: route.fulfill(content_type="application/json", body=body))
    page.goto(f"/?id={DISC}")
    expect(page.get_by_role("alert")).to_contain_text("Nothing similar here.")
    expect(page.locator(".cell-verdict")).to_have_text("unrelated")


def test_a_linked_picture_is_shown_fetched_once_and_has_an_address(page: Page, library: Path) -> None:
    fetched: list[str] = []

    def fetch(route: Route) -> None:
        fetched.append(route.request.post_data or "")
        route.fulfill(content_type="image/png", body=(library / "disc/disc-03.png").read_bytes())

    page.route("**/v1/fetch", fetch)
    page.get_by_label("Or link one").fill("https://pictures.example/a/disc.png")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.locator("#query-picture")).to_be_visible()
    expect(page.locator(".cell-score").first).to_have_text("100%")
    page.get_by_role("combobox", name="Label").fill("disc")
    expect(page.locator("#results-count")).to_have_text("16 pictures, best first")
    assert len(fetched) == 1
    page.reload()
    expect(page.locator("#query-name")).to_have_text("disc.png")
    expect(page.locator("#query-picture")).to_be_visible()


@pytest.mark.parametrize("way", ["by hand", "by itself"])
def test_more_that_does_not_come_is_asked_for_again(page: Page, way: str) -> None:
    page.route("**/v1/images?*cursor=*", lambda route: route.abort())
    expect(page.locator(".cell[data-id]").first).to_be_visible()  # before, there is no end to go to
    page.locator("#results").press("End")
    expect(page.locator("#more-words")).to_contain_text("The service does not answer.")
    page.unroute("**/v1/images?*cursor=*")
    if way == "by hand":
        page.get_by_role("button", name="Try again").click()
    else:
        page.evaluate("document.dispatchEvent(new Event('returned'))")  # as the status line tells it
    expect(page.locator("#tail")).to_be_hidden()


def test_the_narrowest_phone_scrolls_down_only(phone: Page) -> None:
    phone.set_viewport_size({"width": 320, "height": 640})
    phone.goto(f"/?id={DISC}&more={BAR}")
    expect(phone.locator(".cell-score").first).to_be_visible()
    phone.get_by_role("button", name="Filters").tap()
    expect(phone.get_by_role("combobox", name="Tags")).to_be_visible()
    expect(phone.locator("html")).to_have_js_property("scrollWidth", 320)
    phone.goto("/")
    expect(phone.locator(".cell[data-id]").first).to_be_visible()
    expect(phone.locator("#filters-button")).to_be_in_viewport(ratio=1)
    expect(phone.locator("html")).to_have_js_property("scrollWidth", 320)
