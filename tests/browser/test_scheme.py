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


def test_a_dark_page_is_dark_before_anything_is_painted(light: Page) -> None:
    light.get_by_role("switch", name="Dark").click()
    light.add_init_script(
        "const look = () => { window.early ??= document.documentElement.dataset.bsTheme };"
        "document.addEventListener('readystatechange', look);"
    )
    light.route("**/*.js", lambda route: route.continue_() if "scheme" in route.request.url else route.abort())
    light.reload(wait_until="domcontentloaded")
    assert light.evaluate("window.early") == "dark"


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
