"""The page of a service that wants keys."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import draw
from tests.running import RunningService

READ, WRITE = "read-key-of-a-test", "write-key-of-a-test"


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """A service that shows and changes nothing without a key."""
    library = tmp_path_factory.mktemp("locked")
    for number in range(3):
        draw(library / f"disc-{number}.png", "disc", number / 3)
    with RunningService(library, tmp_path_factory.mktemp("data"), "--read-key", READ, "--write-key", WRITE) as service:
        service.session.headers["Authorization"] = f"Bearer {WRITE}"
        service.wait_until_indexed(3)
        yield service


@pytest.fixture
def page(browser: Browser, locked: RunningService) -> Iterator[Page]:
    with browser.new_context(base_url=locked.address) as context:
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.goto("/")
        yield page


def give(page: Page, key: str) -> None:
    page.get_by_label("Key", exact=True).fill(key)
    page.get_by_role("button", name="Enter").click()


def test_the_page_asks_once_and_shows_the_pictures_from_then_on(page: Page) -> None:
    expect(page.get_by_role("dialog")).to_contain_text("a key is needed")
    give(page, READ)
    expect(page.locator(".cell[data-id]")).to_have_count(3)
    expect(page.locator("#status-words")).to_have_text("3 pictures")
    assert page.locator(".cell img").first.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    page.reload()
    expect(page.locator(".cell[data-id]")).to_have_count(3)
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_a_wrong_key_is_refused_and_the_question_stays(page: Page) -> None:
    give(page, "not one of its keys")
    expect(page.get_by_role("alert").filter(has_text="not a key")).to_be_visible()
    give(page, WRITE)
    expect(page.locator(".cell[data-id]")).to_have_count(3)


def test_whoever_may_only_look_is_asked_for_the_write_key_before_a_change(page: Page, locked: RunningService) -> None:
    give(page, READ)
    page.locator(".cell[data-id]").first.hover()
    page.locator(".cell-remove").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("the write key is needed")
    give(page, WRITE)
    expect(page.locator(".cell[data-id]")).to_have_count(2)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".cell[data-id]")).to_have_count(3)
    assert len(locked.listed_keys()) == 3


def test_a_question_that_is_not_answered_leaves_a_word_in_its_place(page: Page) -> None:
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.locator("#message")).to_contain_text("a key is needed")
    expect(page.locator("#status-words")).to_have_text("A key is needed")
