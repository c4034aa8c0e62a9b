"""Ways that lead nowhere, and libraries with nothing to show: each says so, and where to go from there."""

import pytest
from playwright.sync_api import Page, Route, expect

from indexer.record import id_of
from tests.browser.plenty import list_plenty


def of_failed(page: Page, cursor: str | None) -> None:
    """Let the first page of any list have nothing but what failed."""

    def answer(route: Route) -> None:
        if "cursor=" in route.request.url:
            route.fallback()
            return
        failed = {"id": id_of("torn.png"), "key": "torn.png", "state": "failed", "error": "it is torn", "tags": []}
        more = {"size": 9, "label": None, "width": None, "height": None, "added_at": "2026-01-31T12:00:00+00:00"}
        route.fulfill(json={"images": [failed | more], "next_cursor": cursor})

    page.route("**/v1/images?*", answer)
    page.goto("/")


def test_pictures_that_failed_hide_none_that_came_before_them(page: Page) -> None:
    list_plenty(page, 3)
    of_failed(page, cursor="of the next page")
    expect(page.locator(".cell[data-id]")).to_have_count(3)
    expect(page.locator("#message")).to_be_hidden()


def test_a_library_of_nothing_but_failures_is_not_called_empty(page: Page) -> None:
    of_failed(page, cursor=None)
    expect(page.locator("#message-words")).to_have_text("No picture in the library can be read.")
    page.get_by_role("button", name="See why").click()
    expect(page.locator(".entry-why")).to_have_text("It is torn.")


@pytest.mark.parametrize("way", [f"/?id={id_of('gone.png')}", "/?id=nonsense", f"/?more={id_of('gone.png')}"])
def test_an_old_link_says_so_and_leads_on(page: Page, way: str) -> None:
    page.goto(way)
    expect(page.locator("#results-title")).to_have_text("That did not work")
    page.get_by_role("button", name="See what there is").click()
    expect(page.locator("#results-title")).to_have_text("Newest in the library")
    expect(page.locator(".cell[data-id]").first).to_be_visible()


def test_an_address_with_a_link_that_is_none_shows_what_there_is(page: Page) -> None:
    page.goto("/?link=nonsense")
    expect(page.locator(".cell[data-id]").first).to_be_visible()
