"""Adding, removing and taking it back, seen by the library's folder as well as by the page."""

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import MARKUP_NAME, Guests, draw, drawn, own_module
from tests.browser.gestures import carry_file, drop
from tests.running import RunningService


def cell(page: Page, name: str) -> Locator:
    """The cell of a picture, whatever its score."""
    return page.locator(f'.cell:has(img[alt^="{name}"])')


def add(page: Page, *files: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Add pictures").click()
    chooser.value.set_files(files)
    expect(page.locator("#tray-bar")).to_be_hidden(timeout=60_000)


def test_an_added_file_is_in_the_library_and_found(page: Page, guests: Guests, tmp_path: Path) -> None:
    stored = guests("newcomer.png")
    newcomer = draw(tmp_path / "newcomer.png", "cross", 0.77, "khaki")
    add(page, newcomer)
    expect(page.locator("#tray-words")).to_have_text("1 picture added.")
    expect(cell(page, "newcomer.png")).to_be_visible()
    page.set_input_files("#choose-file", newcomer)
    expect(page.locator(".cell-title").first).to_have_text("newcomer.png")
    assert stored.read_bytes() == newcomer.read_bytes()


def test_what_was_searched_with_can_be_added(page: Page, guests: Guests, tmp_path: Path) -> None:
    stored = guests("asked.png")
    page.set_input_files("#choose-file", draw(tmp_path / "asked.png", "bar", 0.21, "lavender"))
    page.get_by_role("button", name="Add this picture").click()
    expect(page.locator("#query-note")).to_have_text("now in the library")
    expect(page.get_by_role("button", name="Add this picture")).to_be_hidden()
    assert stored.is_file()


def test_files_dropped_on_the_right_half_are_added(page: Page, guests: Guests, tmp_path: Path) -> None:
    stored = guests("dropped.png")
    drop(page, carry_file(page, draw(tmp_path / "dropped.png", "disc", 0.9, "beige")), zone="add")
    expect(page.locator("#tray-words")).to_have_text("1 picture added.")
    assert stored.is_file()


def test_the_good_are_added_and_the_bad_refused_in_words(
    page: Page, guests: Guests, library: Path, tmp_path: Path
) -> None:
    stored = guests("good.png")
    (tmp_path / "<i>bad.png").write_text("not a picture")
    known = library / MARKUP_NAME
    add(page, draw(tmp_path / "good.png", "square", 0.6, "mistyrose"), tmp_path / "<i>bad.png", known)
    expect(page.locator("#tray-words")).to_have_text("1 picture added, 1 there already, 1 refused.")
    refusal = page.locator("#tray-refusals li")
    expect(refusal).to_have_count(1)
    expect(refusal.locator(".refusal-name")).to_have_text("<i>bad.png")
    expect(refusal.locator(".refusal-reason")).to_have_text(re.compile(r"^[A-Z0-9].{15,}\.$"))
    assert stored.is_file()
    page.get_by_role("button", name="Close").click()
    expect(page.locator("#tray")).to_be_hidden()


def test_another_picture_of_the_same_name_is_kept_beside_the_first(page: Page, guests: Guests, tmp_path: Path) -> None:
    first, second = guests("image.png"), guests("image-2.png")
    add(page, draw(tmp_path / "image.png", "disc", 0.1, "black"))
    add(page, draw(tmp_path / "image.png", "cross", 0.6, "black"))
    expect(page.locator("#tray-words")).to_have_text("1 picture added.")
    assert first.is_file()
    assert second.read_bytes() == (tmp_path / "image.png").read_bytes()


def test_a_removed_picture_is_gone_and_undo_brings_it_back(page: Page, guests: Guests, tmp_path: Path) -> None:
    stored = guests("leaving.png")
    add(page, draw(tmp_path / "leaving.png", "square", 0.45, "black"))
    expect(cell(page, "leaving.png")).to_be_visible()
    cell(page, "leaving.png").hover()
    page.get_by_role("button", name="Remove leaving.png").click()
    expect(cell(page, "leaving.png")).to_have_count(0)
    assert not stored.exists()
    page.get_by_role("button", name="Undo").click()
    expect(cell(page, "leaving.png")).to_be_visible()
    expect(page.locator(".notice")).to_have_text(re.compile("leaving.png is back."))
    assert stored.is_file()


def test_a_removed_picture_is_not_found_any_more(page: Page, guests: Guests, tmp_path: Path) -> None:
    guests("fleeting.png")
    fleeting = draw(tmp_path / "fleeting.png", "bar", 0.02, "black")
    add(page, fleeting)
    page.set_input_files("#choose-file", fleeting)
    expect(page.locator(".cell-title").first).to_have_text("fleeting.png")
    page.locator(".cell-remove").first.click()
    expect(cell(page, "fleeting.png")).to_have_count(0)
    page.set_input_files("#choose-file", fleeting)
    expect(page.locator("#grid")).to_have_attribute("aria-busy", "false")
    expect(cell(page, "fleeting.png")).to_have_count(0)


def test_removing_needs_no_mouse(page: Page, guests: Guests, tmp_path: Path) -> None:
    guests("keyboard.png")
    add(page, draw(tmp_path / "keyboard.png", "disc", 0.7, "black"))
    expect(page.locator(".cell").first.locator("img")).to_have_attribute("alt", "keyboard.png")
    page.locator(".cell a").first.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(cell(page, "keyboard.png")).to_have_count(0)
    expect(page.locator(".cell a").first).to_be_focused()
    page.locator("#filter-label").press("Control+z")  # which means what was typed there
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    page.locator(".cell a").first.focus()
    page.get_by_role("button", name="Undo").press("Enter")
    expect(cell(page, "keyboard.png")).to_have_count(1)
    expect(page.locator(".cell a").nth(1)).to_be_focused()


def test_a_dismissed_notice_goes(page: Page, guests: Guests, tmp_path: Path) -> None:
    guests("noted.png")
    add(page, draw(tmp_path / "noted.png", "disc", 0.2, "black"))
    cell(page, "noted.png").hover()
    page.get_by_role("button", name="Remove noted.png").click()
    page.get_by_role("button", name="Dismiss").click()
    expect(page.locator(".notice")).to_have_count(0)


def test_a_picture_put_into_the_folder_appears_by_itself(
    page: Page, guests: Guests, service: RunningService, library: Path
) -> None:
    draw(guests("slipped-in.png"), "cross", 0.15, "black")
    service.wait_until_indexed(len(drawn(library)))
    page.evaluate(f"async () => (await {own_module('status')}).refresh()")
    expect(cell(page, "slipped-in.png")).to_be_visible()
