"""Adding many: folders, progress, patience with the service, trying again, cancelling."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Guests, draw
from tests.browser.gestures import carry_file, drop, drop_paths
from tests.running import RunningService

ADDS = "**/v1/images?wait=*"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder as people have them: sub-folders, and what is no picture."""
    draw(tmp_path / "trip" / "beach" / "wave.png", "bar", 0.55, "ivory")
    draw(tmp_path / "trip" / "dune.png", "disc", 0.12, "ivory")
    draw(tmp_path / "trip" / ".thumbnails" / "hidden.png", "disc", 0.9, "ivory")
    draw(tmp_path / "trip" / "@eaDir" / "dune.png" / "SYNOPHOTO_THUMB_M.png", "disc", 0.9, "ivory")
    (tmp_path / "trip" / "notes.txt").write_text("no picture")
    return tmp_path / "trip"


def labels(service: RunningService, folder: str) -> dict[str, str]:
    """Return the labels, by key, of what lies in a folder of the library."""
    listed = service.session.get(f"{service.address}/v1/images?limit=10", timeout=60).json()["images"]
    return {image["key"]: image["label"] for image in listed if image["key"].startswith(f"{folder}/")}


@pytest.mark.parametrize("way", ["drop", "choose"])
def test_a_folder_is_added_with_its_folders_as_labels(
    page: Page, guests: Guests, service: RunningService, folder: Path, way: str
) -> None:
    guests("trip/beach/wave.png"), guests("trip/dune.png")
    if way == "drop":
        drop_paths(page, folder)
    else:
        with page.expect_file_chooser() as chooser:
            page.get_by_role("button", name="Add a folder").click()
        chooser.value.set_files(folder)
    expect(page.locator("#tray-words")).to_have_text("2 pictures added, 1 other file left out.", timeout=60_000)
    assert labels(service, "trip") == {"trip/beach/wave.png": "beach", "trip/dune.png": "trip"}


def test_what_is_there_already_is_not_sent_again(page: Page, library: Path) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if "?wait=" in request.url else None)
    drop_paths(page, library / "disc", library / "square")
    expect(page.locator("#tray-words")).to_have_text("32 there already.")
    assert sent == []


def test_a_folder_that_is_asked_with_is_offered_to_be_added(page: Page, guests: Guests, folder: Path) -> None:
    guests("trip/beach/wave.png"), guests("trip/dune.png")
    drop_paths(page, folder, zone="search")
    expect(page.locator(".notice")).to_contain_text("That is a folder.")
    page.get_by_role("button", name="Add it").click()
    expect(page.locator("#tray-words")).to_have_text("2 pictures added, 1 other file left out.", timeout=60_000)


def test_of_many_that_are_asked_with_the_first_is_and_all_can_be_added(page: Page, library: Path) -> None:
    drop_paths(page, library / "disc/disc-01.png", library / "disc/disc-02.png", zone="search")
    expect(page.locator("#query-name")).to_have_text("disc-01.png")
    page.get_by_role("button", name="Add all 2 pictures").click()
    expect(page.locator("#tray-words")).to_have_text("2 there already.")


def test_each_shows_how_far_it_is_and_any_can_be_cancelled(page: Page, guests: Guests, tmp_path: Path) -> None:
    stored = [guests(f"many-{number}.png") for number in range(6)]
    held: list[Route] = []
    page.route(ADDS, lambda route: held.append(route))
    drop_paths(page, *(draw(tmp_path / path.name, "cross", 0.07 * n, "linen") for n, path in enumerate(stored)))
    expect(page.locator("#tray-jobs li")).to_have_count(3)
    expect(page.locator("#tray-words")).to_have_text("Adding 1 of 6")
    expect(page.get_by_role("progressbar", name="many-0.png, sent")).to_be_visible()
    assert len(held) == 3
    page.get_by_role("button", name="Do not add many-1.png").click()
    expect(page.get_by_role("progressbar", name="many-3.png, sent")).to_be_visible()
    next(route for route in held if b"many-0.png" in (route.request.post_data_buffer or b"")).continue_()
    expect(page.get_by_role("progressbar", name="many-4.png, sent")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#tray-words")).to_have_text("1 picture added, 5 cancelled.")
    expect(page.locator("#tray-jobs li")).to_have_count(0)
    assert [path.exists() for path in stored] == [True, *[False] * 5]


@pytest.mark.parametrize("status", [429, 503])
def test_a_service_that_asks_for_patience_is_given_it(page: Page, guests: Guests, tmp_path: Path, status: int) -> None:
    stored = guests("patient.png")
    refusals = [{"status": status, "headers": {"Retry-After": "1"}, "json": {"code": "busy", "detail": "busy"}}]
    page.route(ADDS, lambda route: route.fulfill(**refusals.pop()) if refusals else route.continue_())
    drop(page, carry_file(page, draw(tmp_path / "patient.png", "bar", 0.31, "linen")), zone="add")
    expect(page.locator("#tray-pause")).to_have_text("The service has much to do. Trying again in 1 s.")
    expect(page.locator("#tray-words")).to_have_text("1 picture added.")
    assert stored.is_file()


def test_what_a_service_that_is_gone_did_not_take_is_sent_when_it_is_back(
    wound: Page, guests: Guests, tmp_path: Path
) -> None:
    names = [f"gone-{number}.png" for number in range(5)]
    stored = [guests(name) for name in names]
    wound.route("**/v1/**", lambda route: route.abort())
    drop_paths(wound, *(draw(tmp_path / name, "square", 0.05 * n, "linen") for n, name in enumerate(names)))
    expect(wound.locator("#tray-pause")).to_contain_text("The service does not answer.")
    for _ in range(8):
        wound.clock.run_for(2_000)
    expect(wound.locator("#tray-words")).to_have_text("5 refused.")
    expect(wound.locator("#tray-refusals li").first).to_contain_text("Check that it is running, then try again.")
    wound.unroute("**/v1/**")
    wound.get_by_role("button", name="Try 5 again").click()
    expect(wound.locator("#tray-words")).to_have_text("5 pictures added.")
    assert all(path.is_file() for path in stored)


def test_what_can_never_be_taken_is_refused_in_words_and_not_tried_again(page: Page, tmp_path: Path) -> None:
    (tmp_path / "letter.png").write_text("no picture at all")
    draw(tmp_path / "torn.png", "disc", 0.3)
    (tmp_path / "torn.png").write_bytes((tmp_path / "torn.png").read_bytes()[:80])
    drop_paths(page, tmp_path / "letter.png", tmp_path / "torn.png")
    expect(page.locator("#tray-words")).to_have_text("2 refused.")
    expect(page.locator("#tray-refusals")).to_contain_text("It is in no format that can be read. JPEG, PNG,")
    expect(page.locator("#tray-refusals")).to_contain_text("It is damaged and cannot be opened.")
    expect(page.locator("#tray-retry")).to_be_hidden()
    page.locator("#tray-close").press("Enter")
    expect(page.locator("#results")).to_be_focused()
