"""Many pictures are changed some at a time: how far it is can be seen, and whatever was done can be undone."""

from playwright.sync_api import Page, Route, expect

from tests.browser.plenty import list_plenty

MANY, AT_ONCE = 250, 100


class Slow:
    """Answers the first part of an edit at once, and keeps the second waiting."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.waiting: Route | None = None

    def hear(self, route: Route) -> None:
        self.asked.append(route.request.post_data_json["ids"])
        if len(self.asked) == 2:
            self.waiting = route
        else:
            self.answer(route)

    def answer(self, route: Route) -> None:
        ids = route.request.post_data_json["ids"]
        results = [{"id": each, "status": 200, "image": {"id": each, "label": "new", "tags": []}} for each in ids]
        route.fulfill(json={"results": results})


def label_all(page: Page, slow: Slow) -> Route:
    """Give all pictures a label; return the part that waits to be answered."""
    list_plenty(page, MANY)
    page.route("**/v1/images/edit", slow.hear)
    page.locator("#chosen-all").check()
    page.locator("#chosen-edit").click()
    page.locator("#editor-label").fill("new")
    page.keyboard.press("Enter")
    expect(page.locator(".notice")).to_contain_text("Changing 250 pictures: 100 done.")
    assert slow.waiting is not None
    return slow.waiting


def test_what_was_done_before_the_service_went_is_told_and_can_be_undone(page: Page) -> None:
    slow = Slow()
    label_all(page, slow).abort()
    expect(page.locator(".notice")).to_contain_text("100 pictures changed. 150 pictures could not be. The service")
    expect(page.locator("#editor")).to_be_hidden()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".notice")).to_contain_text("100 pictures changed back.")
    assert [len(ids) for ids in slow.asked] == [AT_ONCE] * 3
    assert slow.asked[2] == slow.asked[0]


def test_it_can_be_stopped_after_the_part_that_is_on_its_way(page: Page) -> None:
    slow = Slow()
    waiting = label_all(page, slow)
    page.get_by_role("button", name="Stop").click()
    slow.answer(waiting)
    expect(page.locator(".notice")).to_contain_text("200 pictures changed.")
    assert [len(ids) for ids in slow.asked] == [AT_ONCE] * 2


def test_whoever_closes_the_form_meanwhile_is_told_in_the_end(page: Page) -> None:
    slow = Slow()
    waiting = label_all(page, slow)
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#editor")).to_be_hidden()
    slow.answer(waiting)
    expect(page.locator(".notice")).to_contain_text("250 pictures changed.")
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
