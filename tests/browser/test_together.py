"""Many pictures are changed some at a time: how far it is can be seen, and whatever was done can be undone."""

from typing import Any

from playwright.sync_api import Page, Route, expect

from tests.browser.plenty import list_plenty

MANY, AT_ONCE = 250, 100
HALFWAY = "Changing 250 pictures: 100 done."


class Slow:
    """Answers each part of what is done with many at once, and keeps one of them waiting, the second if none is told.

    Every other picture gets a tag, so that not all change alike."""

    def __init__(self, keeps: int = 2) -> None:
        self.keeps, self.asked = keeps, list[list[str]]()
        self.waiting: Route | None = None

    def hear(self, route: Route) -> None:
        self.asked.append(route.request.post_data_json["ids"])
        if len(self.asked) == self.keeps:
            self.waiting = route
        else:
            self.answer(route)

    def answer(self, route: Route) -> None:
        ids = route.request.post_data_json["ids"]
        results = [{"id": each, "status": 200, "image": _changed(each)} for each in ids]
        route.fulfill(json={"results": results})


def _changed(picture_id: str) -> dict[str, Any]:
    return {"id": picture_id, "label": "new", "tags": ["odd"] if int(picture_id[-1]) % 2 else []}


def label_all(page: Page, slow: Slow) -> None:
    list_plenty(page, MANY)
    page.route("**/v1/images/edit", slow.hear)
    page.locator("#chosen-all").check()
    page.locator("#chosen-edit").click()
    page.locator("#editor-label").fill("new")
    page.keyboard.press("Enter")


def waiting(page: Page, slow: Slow, words: str) -> Route:
    """Return the part that waits to be answered, once it is said how far it is."""
    expect(page.locator(".notice")).to_contain_text(words)
    assert slow.waiting is not None
    return slow.waiting


def test_what_was_done_before_the_service_went_is_told_and_can_be_undone(page: Page) -> None:
    slow = Slow()
    label_all(page, slow)
    waiting(page, slow, HALFWAY).abort()
    expect(page.locator(".notice")).to_contain_text("100 pictures changed. 150 pictures could not be. The service")
    expect(page.locator("#editor")).to_be_hidden()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".notice")).to_contain_text("100 pictures changed back.")
    _, _, *back = slow.asked
    assert [len(ids) for ids in back] == [AT_ONCE // 2] * 2  # which changed alike
    assert {each for ids in back for each in ids} == set(slow.asked[0])


def test_it_can_be_stopped_after_the_part_that_is_on_its_way(page: Page) -> None:
    slow = Slow()
    label_all(page, slow)
    part = waiting(page, slow, HALFWAY)
    page.get_by_role("button", name="Stop").click()
    slow.answer(part)
    expect(page.locator(".notice")).to_contain_text("200 pictures changed.")
    assert [len(ids) for ids in slow.asked] == [AT_ONCE] * 2


def test_whoever_closes_the_form_meanwhile_is_told_in_the_end(page: Page) -> None:
    slow = Slow()
    label_all(page, slow)
    part = waiting(page, slow, HALFWAY)
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#editor")).to_be_hidden()
    slow.answer(part)
    expect(page.locator(".notice")).to_contain_text("250 pictures changed.")
    expect(page.get_by_role("button", name="Undo")).to_be_visible()


def test_a_form_that_is_opened_meanwhile_is_left_to_whoever_writes_in_it(page: Page) -> None:
    slow = Slow()
    label_all(page, slow)
    part = waiting(page, slow, HALFWAY)
    page.get_by_role("button", name="Cancel").click()
    page.locator("#chosen-edit").click()
    page.locator("#editor-label").fill("newer")
    expect(page.locator("#editor-save")).to_be_enabled()
    slow.answer(part)
    expect(page.locator(".notice")).to_contain_text("250 pictures changed.")
    expect(page.locator("#editor-label")).to_have_value("newer")
    page.locator("#editor-save").click()
    expect(page.locator("#editor")).to_be_hidden()


def test_an_edit_that_is_undone_can_be_stopped_and_gone_on_with(page: Page) -> None:
    slow = Slow(keeps=5)
    label_all(page, slow)
    page.get_by_role("button", name="Undo").click()
    part = waiting(page, slow, HALFWAY)
    page.get_by_role("button", name="Stop").click()
    slow.answer(part)
    expect(page.locator(".notice")).to_contain_text("125 pictures changed back.")
    assert len(slow.asked) == 5
    page.get_by_role("button", name="Go on").click()
    expect(page.locator(".notice")).to_contain_text("125 pictures changed back.")
    assert [len(ids) for ids in slow.asked[3:]] == [AT_ONCE, 25] * 2
    assert len({each for ids in slow.asked[3:] for each in ids}) == MANY


def test_pictures_that_cannot_be_changed_back_keep_no_others_from_it(page: Page) -> None:
    slow = Slow(keeps=0)

    def refuse_even(route: Route) -> None:
        if route.request.post_data_json["expect"]["tags"]:
            return slow.answer(route)
        return route.fulfill(status=400, json={"code": "invalid_request", "detail": "no, thank you"})

    label_all(page, slow)
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    page.route("**/v1/images/edit", refuse_even)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".notice")).to_contain_text("125 pictures changed back. 125 pictures could not be. No, thank")
    expect(page.get_by_role("button", name="Try again")).to_have_count(0)


def test_pictures_that_were_removed_can_be_brought_back_in_two_goes(page: Page) -> None:
    slow = Slow()
    list_plenty(page, MANY)
    page.route("**/v1/images/delete", slow.answer)
    page.route("**/v1/images/restore", slow.hear)
    page.locator("#chosen-all").check()
    page.locator("#chosen-remove").click()
    page.get_by_role("button", name="Undo").click()
    part = waiting(page, slow, "Bringing back 250 pictures: 100 done.")
    page.get_by_role("button", name="Stop").click()
    slow.answer(part)
    expect(page.locator(".notice")).to_contain_text("200 pictures are back.")
    page.get_by_role("button", name="Go on").click()
    expect(page.locator(".notice")).to_contain_text("50 pictures are back.")
    assert [len(ids) for ids in slow.asked] == [AT_ONCE, AT_ONCE, 50]
    assert len({each for ids in slow.asked for each in ids}) == MANY
