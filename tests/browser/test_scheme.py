"""Light and dark: the system's choice, the switch, and what is remembered."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

GROUND = "getComputedStyle(document.body).backgroundColor"


@pytest.fixture
def light(browser: Browser, address: str) -> Iterator[Page]:
    """The page of somebody whose system is light, who has chosen nothing yet."""
    with browser.new_context(base_url=address, color_scheme="light") as context:
        page = context.new_page()
        page.goto("/")
        yield page


def is_dark(page: Page) -> bool:
    return sum(map(int, re.findall(r"\d+", page.evaluate(GROUND))[:3])) < 384


def test_the_switch_turns_the_page_dark_and_is_remembered(light: Page) -> None:
    switch = light.get_by_role("switch", name="Dark")
    expect(switch).not_to_be_checked()
    switch.press("Space")
    expect(switch).to_be_checked()
    assert is_dark(light)
    light.reload()
    expect(switch).to_be_checked()
    assert is_dark(light)


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_a_page_chosen_to_be_dark_is_so_without_any_script(light: Page, path: str) -> None:
    light.get_by_role("switch", name="Dark").click()
    light.route("**/*.js", lambda route: route.abort())
    light.goto(path, wait_until="domcontentloaded")
    assert is_dark(light)
    light.context.clear_cookies()
    light.reload(wait_until="domcontentloaded")
    assert not is_dark(light)


def test_a_page_is_as_dark_as_the_system_without_any_script(light: Page) -> None:
    light.emulate_media(color_scheme="dark")
    light.route("**/*.js", lambda route: route.abort())
    light.reload(wait_until="domcontentloaded")
    assert is_dark(light)


def test_what_is_chosen_on_one_page_holds_on_the_others(light: Page) -> None:
    other = light.context.new_page()
    other.goto("/")
    light.get_by_role("switch", name="Dark").click()
    expect(other.get_by_role("switch", name="Dark")).to_be_checked()
    assert is_dark(other)


def test_where_nothing_can_be_kept_a_choice_lasts_as_long_as_the_page(light: Page) -> None:
    light.evaluate("Object.defineProperty(document, 'cookie', { set() {} })")
    light.get_by_role("switch", name="Dark").click()
    assert is_dark(light)
    light.reload()
    expect(light.get_by_role("switch", name="Dark")).not_to_be_checked()
    assert not is_dark(light)


def test_whoever_chooses_what_the_system_has_follows_the_system_again(light: Page) -> None:
    switch = light.get_by_role("switch", name="Dark")
    switch.click()
    switch.click()
    light.emulate_media(color_scheme="dark")
    expect(switch).to_be_checked()
    assert is_dark(light)


def test_a_choice_outlasts_a_change_of_the_system(light: Page) -> None:
    light.get_by_role("switch", name="Dark").click()
    light.emulate_media(color_scheme="dark")
    light.emulate_media(color_scheme="light")
    assert is_dark(light)
