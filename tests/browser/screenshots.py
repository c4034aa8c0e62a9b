"""`python -m tests.browser.screenshots`: takes the README's pictures of the page, over the sample library."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, sync_playwright

from indexer.record import id_of
from indexer.sample import draw_sample
from tests.running import ROOT, RunningService

FOLDER = ROOT / "webui" / "screenshots"
QUERY = "tractors/green-cab-tractor-forest-03.jpg"
VIEWS = {
    "page": (f"/?id={id_of(QUERY)}", {"width": 1280, "height": 800}, "light"),
    "phone": (f"/?id={id_of(QUERY)}", {"width": 390, "height": 800}, "dark"),
}


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        library = Path(folder) / "library"
        total = draw_sample(library)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        with RunningService(library, Path(folder) / "data") as service:
            service.wait_until_indexed(total)
            for name in VIEWS:
                shoot(browser, service.address, name)
        browser.close()


def shoot(browser: Browser, address: str, name: str) -> None:
    path, size, scheme = VIEWS[name]
    page = browser.new_page(viewport=size, color_scheme=scheme)
    page.goto(address + path, wait_until="networkidle")
    page.screenshot(path=FOLDER / f"{name}.png")
    page.close()


if __name__ == "__main__":
    main()
