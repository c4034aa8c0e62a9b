"""`python -m tests.browser.screenshots`: takes the README's pictures of the page, over the sample library."""

import shutil
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, Page, Route, ViewportSize, expect, sync_playwright

from indexer.record import id_of
from indexer.sample import draw_sample
from tests.running import ROOT, RunningService

FOLDER = ROOT / "webui" / "screenshots"
QUERY = id_of("tractors/green-cab-tractor-forest-03.jpg")
SIZES: dict[str, ViewportSize] = {"desktop": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 800}}
NEW = [f"{name}.jpg" for name in ("harbour", "red-kite", "old-mill", "dunes", "night-tram", "heron", "north-pier")]
QUALITY = 84

Scheme = Literal["light", "dark"]


def search(page: Page) -> None:
    page.goto(f"/?id={QUERY}")
    page.wait_for_selector(".cell-score")
    page.wait_for_load_state("networkidle")


def large(page: Page) -> None:
    search(page)
    page.locator(".cell a").nth(1).click()
    page.wait_for_selector("#viewer-record dd")
    page.wait_for_load_state("networkidle")


def part(page: Page) -> None:
    page.goto(f"/?id={QUERY}&box=0.25,0.2,0.8,0.9")
    page.wait_for_selector(".cell-score")
    if page.viewport_size == SIZES["phone"]:
        page.get_by_role("button", name="Change the part").click()
    page.wait_for_load_state("networkidle")


def library(page: Page) -> None:
    page.goto("/?view=library")
    page.wait_for_selector(".entry[data-id]")
    page.wait_for_load_state("networkidle")


def adding(page: Page) -> None:
    """Three pictures are there, the others on their way."""
    answers = iter([201] * 3)

    def answer(route: Route) -> None:
        if (status := next(answers, None)) is not None:
            route.fulfill(status=status, json={})

    page.route("**/v1/images?wait=*", answer)
    page.goto("/")
    page.wait_for_selector(".cell[data-id]")
    page.wait_for_load_state("networkidle")
    page.set_input_files(
        "#add-files", [{"name": name, "mimeType": "image/jpeg", "buffer": name.encode()} for name in NEW]
    )
    expect(page.locator("#tray-words")).to_have_text("Adding 4 of 7")


# Each on a desktop in this scheme, and on a phone in the other.
VIEWS: list[tuple[Callable[[Page], None], Scheme]] = [
    (search, "light"),
    (part, "dark"),
    (large, "dark"),
    (library, "light"),
    (adding, "light"),
]


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        pictures = Path(folder) / "library"
        total = draw_sample(pictures)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        with RunningService(pictures, Path(folder) / "data") as service:
            service.wait_until_indexed(total)
            for show, scheme in VIEWS:
                shoot(browser, service.address, show, scheme)
        browser.close()


def shoot(browser: Browser, address: str, show: Callable[[Page], None], scheme: Scheme) -> None:
    """Take one view, large and small."""
    other: Scheme = "light" if scheme == "dark" else "dark"
    for size, worn in (("desktop", scheme), ("phone", other)):
        phone = size == "phone"
        with browser.new_context(
            base_url=address,
            viewport=SIZES[size],
            color_scheme=worn,
            has_touch=phone,
            is_mobile=phone,
            reduced_motion="reduce",
        ) as context:
            page = context.new_page()
            show(page)
            save(page, f"{show.__name__}-{size}")


def save(page: Page, name: str) -> None:
    with Image.open(BytesIO(page.screenshot())) as picture:
        picture.convert("RGB").save(FOLDER / f"{name}.webp", quality=QUALITY, method=6)


if __name__ == "__main__":
    main()
