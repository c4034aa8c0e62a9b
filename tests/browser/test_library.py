"""The library view: states, order, what failed and why; editing, removing and trying again, one or many."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from indexer.record import id_of
from tests.browser.conftest import Guests, draw, drawn
from tests.browser.gestures import SEEN
from tests.running import RunningService, wait_until

Put = Callable[..., Path]


def entry(page: Page, name: str) -> Locator:
    return page.locator(".entry", has=page.get_by_role("checkbox", name=f"Select {name}", exact=True))


def choose(page: Page, *names: str) -> None:
    for name in names:
        page.get_by_role("checkbox", name=f"Select {name}", exact=True).check()


def record(service: RunningService, key: str) -> dict[str, object]:
    found: dict[str, object] = service.session.get(f"{service.address}/v1/images/{id_of(key)}", timeout=60).json()
    return found


def said(service: RunningService, *keys: str) -> list[tuple[object, object]]:
    """Return the label and the tags of pictures."""
    return [(found["label"], found["tags"]) for found in (record(service, key) for key in keys)]


@pytest.fixture
def put(guests: Guests, service: RunningService) -> Put:
    """Adds a drawn picture, the newest there is, with a label and tags."""

    def put(name: str, hue: float, **says: str) -> Path:
        stored = guests(name)
        drawing = draw(stored.parent.parent / "drawn" / name, "cross", hue, "wheat")
        answer = service.session.post(
            f"{service.address}/v1/images?wait=10",
            files={"image": (name, drawing.read_bytes())}, data={"key": name, **says}, timeout=60,
        )  # fmt: skip
        answer.raise_for_status()
        return stored

    return put


@pytest.fixture
def broken(library: Path, service: RunningService) -> Iterator[str]:
    """The key of a file that is no picture, in the library's folder."""
    before = service.counts()["failed"]
    path = library / "torn.png"
    path.write_text("no picture, whatever its name says")
    wait_until(lambda: service.counts()["failed"] == before + 1)
    yield path.name
    path.unlink(missing_ok=True)
    wait_until(lambda: service.counts()["failed"] == before)


def test_the_library_lists_everything_and_its_address_can_be_shared(page: Page, library: Path) -> None:
    page.locator("#library-link").click()
    expect(page.locator("#results-title")).to_have_text("Library")
    expect(page).to_have_url(re.compile(r"/\?view=library$"))
    expect(page.get_by_role("link", name=f"All {len(drawn(library))}")).to_have_attribute("aria-current", "page")
    page.get_by_label("Sort").select_option("Oldest first")
    expect(page).to_have_url(re.compile(r"view=library&sort=oldest$"))
    expect(page.locator("#results-count")).to_contain_text("oldest first")
    name = page.locator("#rows:not(.stale) .entry-name").first
    first = str(name.text_content())  # `inner_text` is empty until it has been painted
    page.reload()
    expect(name).to_have_text(first)
    expect(page.get_by_label("Sort")).to_have_value("oldest")
    page.go_back()
    expect(page.locator("#results-count")).to_contain_text("newest first")
    page.go_back()
    expect(page.locator("#results-title")).to_have_text("Newest in the library")


def test_what_failed_is_shown_with_its_reason_and_tried_again(page: Page, broken: str, service: RunningService) -> None:
    page.goto("/?view=library&state=failed")
    expect(page.locator(".entry[data-id]")).to_have_count(1)
    expect(entry(page, broken).locator(".entry-why")).to_contain_text("not a picture in a format that is taken")
    expect(page.get_by_role("link", name="Failed 1")).to_have_attribute("aria-current", "page")
    choose(page, broken)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".notice")).to_contain_text("1 picture tried again.")
    wait_until(lambda: service.counts()["pending"] == 0)
    assert service.counts()["failed"] == 1
    page.goto("/?view=library&state=failed")
    page.locator(".entry a").first.click()
    expect(page.locator("#viewer-record")).to_contain_text("not a picture in a format")
    expect(page.get_by_role("button", name="Search with this", exact=True)).to_be_hidden()


def test_one_picture_is_edited_in_its_large_view(page: Page, put: Put, service: RunningService) -> None:
    put("plain.png", 0.4)
    page.goto("/?view=library")
    entry(page, "plain.png").get_by_role("link").click()
    page.get_by_role("button", name="Edit", exact=True).click()
    page.get_by_label("Label", exact=True).last.fill("<b>crosses</b>")
    page.locator("#editor-tags").fill("red, old,red")
    page.keyboard.press("Enter")
    expect(page.locator("#editor")).to_be_hidden()
    expect(page.locator("#viewer-record")).to_contain_text("red, old")
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    page.keyboard.press("Escape")
    expect(entry(page, "plain.png").locator(".entry-label")).to_have_text("<b>crosses</b>")
    assert said(service, "plain.png") == [("<b>crosses</b>", ["red", "old"])]


def test_many_are_edited_together_and_keep_what_is_not_named(page: Page, put: Put, service: RunningService) -> None:
    put("one.png", 0.1, label="first", tags="old,red")
    put("two.png", 0.2, tags="blue")
    page.goto("/?view=library")
    choose(page, "one.png", "two.png")
    expect(page.locator("#chosen-words")).to_have_text("2 pictures selected")
    page.locator("#chosen-edit").click()
    page.get_by_label("Tags to add").fill("seen")
    page.get_by_role("checkbox", name="old", exact=True).check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".notice")).to_contain_text("2 pictures changed.")
    expect(entry(page, "one.png").locator(".entry-tags")).to_have_text("red, seen")
    assert said(service, "one.png", "two.png") == [("first", ["red", "seen"]), (None, ["blue", "seen"])]


def test_an_edit_of_one_is_undone_over_the_large_view(page: Page, put: Put, service: RunningService) -> None:
    put("mind.png", 0.4, label="first", tags="old,red")
    page.goto("/?view=library")
    entry(page, "mind.png").get_by_role("link").click()
    page.get_by_role("button", name="Edit", exact=True).click()
    page.locator("#editor-label").fill("second")
    page.locator("#editor-tags").fill("blue")
    page.keyboard.press("Enter")
    expect(page.locator("#viewer-record")).to_contain_text("second")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#viewer-record")).to_contain_text("first")
    expect(page.locator(".notice")).to_have_text(re.compile("1 picture changed back."))
    assert said(service, "mind.png") == [("first", ["old", "red"])]
    page.keyboard.press("Escape")
    expect(page.locator("#viewer")).to_be_hidden()
    expect(page.locator(".notice")).to_be_visible()


def test_an_edit_of_many_is_undone_for_each_as_it_was_unless_it_is_another_by_now(
    page: Page, put: Put, service: RunningService
) -> None:
    put("one.png", 0.1, label="first", tags="old,red")
    put("two.png", 0.2, tags="blue,old")
    put("three.png", 0.3, label="new", tags="seen")
    put("four.png", 0.4, label="fourth")
    page.goto("/?view=library")
    names = ("one.png", "two.png", "three.png")
    before = said(service, *names)
    choose(page, *names, "four.png")
    page.locator("#chosen-edit").click()
    page.locator("#editor-label").fill("new")
    page.get_by_label("Tags to add").fill("seen")
    page.get_by_role("checkbox", name="old", exact=True).check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".notice")).to_contain_text("3 pictures changed.")
    elsewhere = f"{service.address}/v1/images/{id_of('four.png')}"
    service.session.patch(elsewhere, json={"label": "another's"}, timeout=60).raise_for_status()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".notice")).to_contain_text("2 pictures changed back. 1 picture could not be.")
    expect(entry(page, "one.png").locator(".entry-tags")).to_have_text("old, red")
    assert said(service, *names, "four.png") == [*before, ("another's", ["seen"])]


def test_an_undo_that_the_service_did_not_hear_can_be_tried_again(page: Page, put: Put) -> None:
    put("mind.png", 0.4, label="first")
    page.goto("/?view=library")
    entry(page, "mind.png").hover()
    page.get_by_role("button", name="Edit mind.png").click()
    page.locator("#editor-label").fill("second")
    page.keyboard.press("Enter")
    expect(entry(page, "mind.png").locator(".entry-label")).to_have_text("second")
    page.route("**/v1/images/edit", lambda route: route.abort())
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".notice")).to_contain_text("The service does not answer.")
    page.unroute_all()
    page.get_by_role("button", name="Try again").click()
    expect(entry(page, "mind.png").locator(".entry-label")).to_have_text("first")


def test_many_are_removed_together_and_come_back_together_without_a_mouse(page: Page, put: Put) -> None:
    stored = [put(f"going-{number}.png", 0.1 * number) for number in range(3)]
    page.goto("/?view=library")
    expect(entry(page, "going-0.png")).to_be_visible()
    shown = page.locator(".entry-name").all_text_contents()
    page.get_by_role("checkbox", name="Select going-0.png").check()
    page.get_by_role("checkbox", name="Select going-2.png").click(modifiers=["Shift"])
    expect(page.locator("#chosen-words")).to_have_text("3 pictures selected")
    page.locator("#chosen-remove").press("Enter")
    expect(page.locator(".notice")).to_contain_text("3 pictures are removed.")
    expect(entry(page, "going-1.png")).to_have_count(0)
    expect(page.locator("#chosen-words")).to_have_text("Select all")
    assert not any(path.exists() for path in stored)
    expect(page.get_by_role("checkbox", name="Select all")).to_be_focused()
    page.keyboard.press("Control+z")
    expect(page.locator(".notice").last).to_contain_text("3 pictures are back.")
    expect(page.locator(".entry-name")).to_have_text(shown)
    assert all(path.is_file() for path in stored)


def test_everything_can_be_selected_whether_it_is_shown_or_not(page: Page, library: Path) -> None:
    page.goto("/?view=library")
    page.get_by_role("checkbox", name="Select all").check()
    expect(page.locator("#chosen-words")).to_have_text("60 pictures selected")
    page.get_by_role("button", name="Select also what is not shown yet").click()
    expect(page.locator("#chosen-words")).to_have_text(f"{len(drawn(library))} pictures selected")
    page.get_by_role("button", name="Select none").click()
    expect(page.locator("#chosen-words")).to_have_text("Select all")
    expect(page.locator(".entry :checked")).to_have_count(0)


def test_an_outcome_that_differs_is_told(page: Page, put: Put, service: RunningService) -> None:
    put("stays.png", 0.3)
    vanished = put("vanishes.png", 0.6)
    page.goto("/?view=library")
    choose(page, "stays.png", "vanishes.png")
    service.session.delete(f"{service.address}/v1/images/{id_of('vanishes.png')}", timeout=60).raise_for_status()
    assert not vanished.exists()
    page.locator("#chosen-edit").click()
    page.locator("#editor-label").fill("still here")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".notice").last).to_contain_text("1 picture changed. 1 picture could not be.")
    expect(page.locator(".notice").last).to_contain_text("It is no longer in the library.")


def test_what_was_edited_elsewhere_is_shown_and_kept(page: Page, put: Put, service: RunningService) -> None:
    put("shared.png", 0.07, label="old", tags="red")
    page.goto("/?view=library")
    address = f"{service.address}/v1/images/{id_of('shared.png')}"
    service.session.patch(address, json={"label": "new", "tags": ["red", "blue"]}).raise_for_status()
    entry(page, "shared.png").get_by_role("button", name="Edit").click()
    expect(page.get_by_label("Label", exact=True).last).to_have_value("new")
    service.session.patch(address, json={"label": "newer"}).raise_for_status()
    page.locator("#editor-tags").fill("green")
    page.get_by_role("button", name="Save").click()
    expect(entry(page, "shared.png")).to_contain_text("newer green")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".notice").last).to_contain_text("changed back")
    assert said(service, "shared.png") == [("newer", ["red", "blue"])]


def test_what_is_edited_elsewhere_while_the_form_is_open_is_not_overwritten_unseen(
    page: Page, put: Put, service: RunningService
) -> None:
    put("shared.png", 0.07, label="old", tags="red")
    page.goto("/?view=library")
    entry(page, "shared.png").get_by_role("button", name="Edit").click()
    page.locator("#editor-tags").fill("red, mine")
    address = f"{service.address}/v1/images/{id_of('shared.png')}"
    service.session.patch(address, json={"label": "theirs", "tags": ["red", "theirs"]}).raise_for_status()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#editor-refusal")).to_contain_text("Somebody has given it the tags \u201cred, theirs\u201d")
    expect(page.locator("#editor-label")).to_have_value("theirs")
    assert said(service, "shared.png") == [("theirs", ["red", "theirs"])]
    page.locator("#editor-tags").fill("red, theirs, mine")
    page.get_by_role("button", name="Save").click()
    expect(entry(page, "shared.png")).to_contain_text("red, theirs, mine")
    assert said(service, "shared.png") == [("theirs", ["red", "theirs", "mine"])]


def test_the_large_view_tells_the_list_what_was_edited_elsewhere(page: Page, put: Put, service: RunningService) -> None:
    put("shared.png", 0.07, label="old")
    page.goto("/?view=library")
    service.session.patch(f"{service.address}/v1/images/{id_of('shared.png')}", json={"label": "new"})
    entry(page, "shared.png").get_by_role("link").click()
    expect(page.locator("#viewer-record")).to_contain_text("new")
    expect(entry(page, "shared.png").locator(".entry-label")).to_have_text("new")


def test_what_was_removed_elsewhere_is_said_to_be_gone(page: Page, put: Put, service: RunningService) -> None:
    put("gone.png", 0.07)
    page.goto("/?view=library")
    expect(entry(page, "gone.png")).to_be_visible()
    service.session.delete(f"{service.address}/v1/images/{id_of('gone.png')}").raise_for_status()
    entry(page, "gone.png").get_by_role("link").click()
    expect(page.locator("#viewer-said")).to_have_text("It is no longer in the library.")
    page.locator("#viewer-remove").click()
    expect(page.locator(".notice")).to_have_text(re.compile("^\\s*gone.png is no longer in the library."))
    expect(entry(page, "gone.png")).to_have_count(0)


def test_a_picture_is_removed_once_however_often_one_presses(page: Page, put: Put) -> None:
    put("twice.png", 0.07)
    held: list[Route] = []
    page.route("**/v1/images/delete", lambda route: held.append(route))
    page.goto("/?view=library")
    remove = entry(page, "twice.png").get_by_role("button", name="Remove")
    with page.expect_request("**/v1/images/delete"):
        remove.click()
    remove.click()
    remove.click()
    held[0].continue_()
    expect(page.locator(".notice")).to_contain_text("twice.png is removed.")
    expect(entry(page, "twice.png")).to_have_count(0)
    assert len(held) == 1


@pytest.mark.parametrize("path", ["/", "/?view=library"])
def test_the_second_press_of_a_double_click_removes_nothing_else(page: Page, put: Put, path: str) -> None:
    put("below.png", 0.07)
    put("above.png", 0.09)
    page.goto(path)
    remove = page.get_by_role("button", name="Remove above.png")
    remove.hover()
    place = remove.bounding_box() or {"x": 0, "y": 0}
    page.mouse.move(place["x"] + 9, place["y"] + 9)
    page.mouse.down()
    page.mouse.up()
    expect(remove).to_have_count(0)
    page.mouse.down(click_count=2)
    page.mouse.up(click_count=2)
    page.get_by_role("button", name="Undo").click()
    expect(remove).to_have_count(1)
    expect(page.get_by_role("button", name="Remove below.png")).to_have_count(1)


def test_whoever_walks_back_through_the_rows_is_not_hidden_by_what_stays_above_them(page: Page) -> None:
    page.goto("/?view=library")
    page.locator(".entry[data-id] a").nth(40).focus()
    page.evaluate("document.activeElement.scrollIntoView({ block: 'start' })")
    for _ in range(12):
        page.keyboard.press("Shift+Tab")
        assert page.evaluate(SEEN)


def test_the_library_fits_the_narrowest_phone(phone: Page) -> None:
    phone.set_viewport_size({"width": 320, "height": 640})
    phone.goto("/?view=library")
    phone.get_by_role("checkbox", name="Select all").check()
    for act in ("Edit", "Remove", "Select none"):
        expect(phone.locator("#chosen").get_by_role("button", name=act)).to_be_in_viewport(ratio=1)
    assert phone.locator("#results-count").evaluate("words => words.scrollWidth <= words.clientWidth")
    assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    phone.locator("#chosen-edit").click()
    expect(phone.get_by_role("button", name="Save")).to_be_in_viewport()
