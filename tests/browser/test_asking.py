"""Every way to ask, done as a person would do it."""

import re
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page, Route, expect

from tests.browser.gestures import carry_file, carry_text, drag_over, drop, paste


def expect_found(page: Page, name: str) -> None:
    """The picture itself is in the library, so it must come first and be wholly alike."""
    first = page.locator(".cell").first
    expect(first.locator(".cell-score")).to_have_text("100%")
    expect(first.locator("img")).to_have_attribute("alt", f"{name}, 100% alike")
    expect(page.locator("#results-title")).to_have_text("Lookalikes")


def expect_asked_with(page: Page, name: str) -> None:
    expect(page.locator("#query-name")).to_have_text(name)
    expect(page.locator("#query-picture")).to_be_visible()
    assert page.locator("#query-picture").evaluate("image => image.decode().then(() => image.naturalWidth)") > 0


def search_with_the_large(page: Page) -> None:
    page.get_by_role("button", name="Search with this", exact=True).click()
    expect(page.locator("#viewer")).to_be_hidden()


def test_a_first_visit_shows_the_newest_pictures(page: Page) -> None:
    expect(page.locator("#results-title")).to_have_text("Newest in the library")
    expect(page.locator(".cell")).to_have_count(60)
    expect(page.locator("#query")).to_be_hidden()


def test_a_chosen_file_finds_itself(page: Page, library: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose a picture").click()
    chooser.value.set_files(library / "disc/disc-03.png")
    expect_found(page, "disc-03.png")
    expect_asked_with(page, "disc-03.png")


def test_the_same_file_can_be_chosen_twice(page: Page, library: Path) -> None:
    page.set_input_files("#choose-file", library / "disc/disc-03.png")
    expect_found(page, "disc-03.png")
    page.get_by_role("link", name="Clear").click()
    expect(page.locator("#results-title")).to_have_text("Newest in the library")
    page.set_input_files("#choose-file", library / "disc/disc-03.png")
    expect_found(page, "disc-03.png")


def test_a_dropped_file_finds_itself(page: Page, library: Path) -> None:
    carried = carry_file(page, library / "bar/bar-05.png")
    drag_over(page, carried)
    expect(page.locator("#drop")).to_be_visible()
    drop(page, carried)
    expect(page.locator("#drop")).to_be_hidden()
    expect_found(page, "bar-05.png")
    expect_asked_with(page, "bar-05.png")


def test_a_file_is_dropped_over_the_large_view_as_over_the_page(page: Page, library: Path) -> None:
    page.locator(".cell a").first.click()
    expect(page.locator("#viewer-name")).to_be_focused()
    carried = carry_file(page, library / "bar/bar-05.png")
    page.dispatch_event("#viewer", "dragover", {"dataTransfer": carried})
    expect(page.locator("#viewer #drop")).to_be_visible()
    drop(page, carried)
    expect(page.locator("#viewer")).to_be_hidden()
    expect_found(page, "bar-05.png")


def test_a_pasted_picture_finds_itself(page: Page, library: Path) -> None:
    paste(page, carry_file(page, library / "square/square-09.png"))
    expect_found(page, "square-09.png")
    expect_asked_with(page, "square-09.png")


def test_pasted_words_are_not_a_question(page: Page) -> None:
    paste(page, carry_text(page, "good morning"))
    expect(page.locator("#query")).to_be_hidden()


def test_a_link_pasted_into_the_field_waits_for_the_button(page: Page) -> None:
    paste(page, carry_text(page, "http://127.0.0.1/a.png"), selector="#link")
    expect(page.locator("#query")).to_be_hidden()


@pytest.mark.parametrize("way", ["typed", "pasted", "dropped"])
def test_a_link_that_may_not_be_fetched_is_refused_in_words(page: Page, way: str) -> None:
    link = "http://127.0.0.1:1/car.jpg"
    if way == "typed":
        page.get_by_label("Or link one").fill(link)
        page.get_by_label("Or link one").press("Enter")
    elif way == "pasted":
        paste(page, carry_text(page, link))
    else:
        drop(page, carry_text(page, link, "text/uri-list"))
    expect(page.locator("#query-name")).to_have_text("car.jpg")
    expect(page.get_by_role("alert")).to_have_text(re.compile(r"^[A-Z0-9].{15,}\.$"))
    expect(page.locator(".cell")).to_have_count(0)


def test_what_is_no_link_is_said_to_be_none(page: Page) -> None:
    page.get_by_label("Or link one").fill("a red car")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.locator(".notice")).to_contain_text("not a web address")
    expect(page.locator(".cell")).to_have_count(60)


def test_a_file_that_is_no_picture_is_refused_in_words(page: Page, tmp_path: Path) -> None:
    (tmp_path / "letter.png").write_text("Dear Sir or Madam")
    page.set_input_files("#choose-file", tmp_path / "letter.png")
    expect(page.get_by_role("alert")).to_have_text(re.compile(r"^[A-Z0-9].{15,}\.$"))
    expect(page.locator("#query-stand-in")).to_have_text("letter.png")


def test_a_file_over_the_limit_is_refused_before_it_is_sent(page: Page, tmp_path: Path) -> None:
    with (tmp_path / "huge.png").open("wb") as huge:
        huge.truncate(33 << 20)
    page.set_input_files("#choose-file", tmp_path / "huge.png")
    expect(page.locator(".notice")).to_have_text(re.compile("huge.png: It is 33 MB large; at most 32 MB"))
    expect(page.locator("#query")).to_be_hidden()


def test_a_result_can_be_asked_with(page: Page) -> None:
    link = page.locator(".cell a").nth(4)
    name = link.locator("img").get_attribute("alt")
    link.click()
    search_with_the_large(page)
    expect_asked_with(page, name or "")
    expect(page).to_have_url(re.compile(r"/\?id=[0-9a-f-]{36}$"))
    expect(page).to_have_title(f"Like {name} · Lookalike")
    expect(page.locator(f'.cell img[alt^="{name},"]')).to_have_count(0)


def test_the_keyboard_alone_asks_with_a_result(page: Page) -> None:
    page.locator(".cell a").nth(2).focus()
    page.keyboard.press("Tab")
    expect(page.locator(".cell-search").nth(2)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#results-title")).to_have_text("Lookalikes")
    expect(page.locator("#results")).to_be_focused()


def test_back_and_forward_walk_through_what_was_asked(page: Page, library: Path) -> None:
    page.set_input_files("#choose-file", library / "disc/disc-03.png")
    expect_found(page, "disc-03.png")
    page.locator(".cell").nth(1).hover()
    page.locator(".cell-search").nth(1).click()
    expect(page.locator("#query-kind")).to_have_text("From the library")
    page.go_back()
    expect_asked_with(page, "disc-03.png")
    expect_found(page, "disc-03.png")
    page.go_back()
    expect(page.locator("#results-title")).to_have_text("Newest in the library")
    page.go_forward()
    expect_asked_with(page, "disc-03.png")


def test_the_way_back_outlasts_a_reload_even_where_the_clock_stands_still(wound: Page) -> None:
    wound.goto("/")
    wound.locator("#library-link").click()
    expect(wound.locator(".entry[data-id]").first).to_be_visible()
    wound.reload()
    expect(wound.locator(".entry[data-id]").first).to_be_visible()
    wound.go_back()
    expect(wound.locator("#results-title")).to_have_text("Newest in the library")


def test_the_address_of_a_stored_picture_can_be_opened_again(page: Page) -> None:
    page.locator(".cell a").first.click()
    search_with_the_large(page)
    expect(page.locator("#query-name")).not_to_be_empty()
    name = page.locator("#query-name").inner_text()
    page.reload()
    expect_asked_with(page, name)
    expect(page.locator("#results-title")).to_have_text("Lookalikes")


def test_an_uploaded_question_is_forgotten_by_a_reload(page: Page, library: Path) -> None:
    page.set_input_files("#choose-file", library / "disc/disc-03.png")
    expect_found(page, "disc-03.png")
    page.reload()
    expect(page.locator("#results-title")).to_have_text("Newest in the library")


def test_an_unknown_picture_in_the_address_is_explained(page: Page) -> None:
    page.goto("/?id=00000000-0000-0000-0000-000000000000")
    expect(page.get_by_role("alert")).to_have_text(re.compile(r"^[A-Z].*\.$"))


def test_only_the_last_of_two_quick_questions_is_answered(page: Page, library: Path) -> None:
    held: list[Route] = []
    page.route("**/v1/search", lambda route: route.continue_() if held else held.append(route))
    page.set_input_files("#choose-file", library / "disc/disc-03.png")
    expect(page.locator("#query-name")).to_have_text("disc-03.png")
    page.set_input_files("#choose-file", library / "bar/bar-05.png")
    expect_found(page, "bar-05.png")
    with suppress(Error):  # nobody waits for it any more
        held[0].fulfill(json={"hits": [], "took_ms": {}})
    page.wait_for_load_state("networkidle")
    expect_found(page, "bar-05.png")
    expect_asked_with(page, "bar-05.png")
