"""A running service with a small drawn library, and pages in a real browser that accept no error."""

import colorsys
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image, ImageDraw

from indexer.record import id_of
from tests.running import RunningService

sync_api = pytest.importorskip("playwright.sync_api", reason="needs Playwright: make venv with the test extra")

PATIENCE_MS = 30_000
sync_api.expect.set_options(timeout=PATIENCE_MS)

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SHAPES = ("disc", "square", "bar", "cross")
HUES = 16
MARKUP_NAME = "<b onclick=alert(1)>bold & <i>sly.png"
LONG_NAME = f"a{'-very' * 40}-long-name.png"
RIGHT_TO_LEFT_NAME = "\u0633\u064a\u0627\u0631\u0629 \u062d\u0645\u0631\u0627\u0621 7.png"  # "red car 7", in Arabic
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 740}

Guests = Callable[[str], Path]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = pytest.mark.skip(reason="needs Chromium: apt-get install chromium")
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(missing)


def draw(path: Path, shape: str, hue: float, background: str = "white") -> Path:
    """Return the path of a drawn picture: one shape of one colour on a plain ground."""
    picture = Image.new("RGB", (160, 120), background)
    pen = ImageDraw.Draw(picture)
    colour = tuple(round(part * 255) for part in colorsys.hsv_to_rgb(hue, 0.8, 0.85))
    if shape == "disc":
        pen.ellipse((40, 20, 120, 100), fill=colour)
    if shape == "square":
        pen.rectangle((40, 20, 120, 100), fill=colour)
    if shape in {"bar", "cross"}:
        pen.rectangle((10, 45, 150, 75), fill=colour)
    if shape == "cross":
        pen.rectangle((65, 5, 95, 115), fill=colour)
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path)
    return path


def drawn(library: Path) -> list[Path]:
    """Return every picture that is in the library now."""
    return list(library.rglob("*.png"))


def own_module(name: str) -> str:
    """Return the expression by which a page gets at one of its own modules, as it runs there."""
    return f"import(new URL('{name}.js', document.querySelector('script[src$=\"/page.js\"]').src))"


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("library")
    for shape in SHAPES:
        for step in range(HUES):
            draw(folder / shape / f"{shape}-{step:02}.png", shape, step / HUES)
    for name, ground in ((MARKUP_NAME, "black"), (LONG_NAME, "navy"), (RIGHT_TO_LEFT_NAME, "maroon")):
        draw(folder / name, "disc", 0.5, ground)
    return folder


@pytest.fixture(scope="session")
def service(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """The real service, with the drawn library indexed."""
    with RunningService(library, tmp_path_factory.mktemp("data")) as service:
        service.wait_until_indexed(len(drawn(library)))
        yield service


@pytest.fixture
def guests(library: Path, service: RunningService) -> Iterator[Guests]:
    """Says where a picture will lie in the library, and takes it out again after the test."""
    names: set[str] = set()

    def expected(name: str) -> Path:
        names.add(name)
        return library / name

    yield expected
    for name in names & set(service.listed_keys()):
        service.session.delete(f"{service.address}/v1/images/{id_of(name)}", timeout=60).raise_for_status()


@pytest.fixture(scope="session")
def address(service: RunningService) -> str:
    return service.address


class Watched:
    """Listens to every page of a browser: what it complains of, and whether it talks to another host."""

    def __init__(self) -> None:
        self.complaints: list[str] = []

    def listen(self, context: "sync_api.BrowserContext") -> None:
        context.on("console", lambda message: self._hear(message.type, message.text))
        context.on(
            "weberror", lambda error: self.complaints.append(f"{error.error.stack} in {error.page and error.page.url}")
        )
        context.on("request", self._look)
        context.on("response", self._judge)

    def _hear(self, kind: str, text: str) -> None:
        # Chromium itself notes every answer of 400 and above: what the page makes of it is tested.
        if kind in {"error", "warning"} and not text.startswith("Failed to load resource: "):
            self.complaints.append(text)

    def _look(self, request: "sync_api.Request") -> None:
        host = urlsplit(request.url).netloc
        if host and not request.is_navigation_request() and host != urlsplit(request.frame.url).netloc:
            self.complaints.append(f"another host: {request.url}")

    def _judge(self, response: "sync_api.Response") -> None:
        if response.status >= 400 and not urlsplit(response.url).path.startswith("/v1/"):
            self.complaints.append(f"{response.status}: {response.url}")


@pytest.fixture(scope="session")
def watched() -> Watched:
    return Watched()


@pytest.fixture(scope="session")
def browser(watched: Watched) -> Iterator["sync_api.Browser"]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        browser.on("context", watched.listen)
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def nothing_to_complain_of(watched: Watched) -> Iterator[None]:
    """No page of any test complains of anything, or leaves its host."""
    watched.complaints.clear()
    yield
    assert watched.complaints == []


@pytest.fixture(scope="session")
def desktop_context(browser: "sync_api.Browser", address: str) -> Iterator["sync_api.BrowserContext"]:
    """One for all tests, as in a person's browser: what was loaded once is not loaded again."""
    with browser.new_context(base_url=address, viewport=DESKTOP) as context:
        yield context


@pytest.fixture(scope="session")
def phone_context(browser: "sync_api.Browser", address: str) -> Iterator["sync_api.BrowserContext"]:
    with browser.new_context(base_url=address, viewport=PHONE, has_touch=True) as context:
        yield context


def open_page(context: "sync_api.BrowserContext") -> Iterator["sync_api.Page"]:
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto("/")
    sync_api.expect(page.locator(".cell[data-id]").first).to_be_visible()
    yield page
    page.close()


@pytest.fixture
def page(desktop_context: "sync_api.BrowserContext", library: Path) -> Iterator["sync_api.Page"]:
    """The page on a desktop screen, once it knows of every picture."""
    for page in open_page(desktop_context):
        words = f"{len(drawn(library))} pictures"
        sync_api.expect(page.locator("#status-words")).to_have_text(words, timeout=60_000)
        yield page


@pytest.fixture
def wound(browser: "sync_api.Browser", address: str) -> Iterator["sync_api.Page"]:
    """The page with a clock that the test winds. It has a context of its own, as all pages of one share their clock."""
    with browser.new_context(base_url=address, viewport=DESKTOP) as context:
        for page in open_page(context):
            page.clock.install()
            yield page


@pytest.fixture
def phone(phone_context: "sync_api.BrowserContext") -> Iterator["sync_api.Page"]:
    yield from open_page(phone_context)
