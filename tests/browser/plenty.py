"""An answer of ten thousand results, as the service would give it, without ten thousand pictures."""

from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from PIL import Image
from playwright.sync_api import Page, Route, expect

PAGE_SIZE = 60
SIZES = ((640, 480), (480, 640), (640, 640), (800, 450), (600, 400))
# As many different thumbnails as there are; the browser keeps them, as it keeps real ones.
_HUES = 40
_FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}


def open_plenty(page: Page) -> None:
    """Search with an example, and be answered without end: until the page itself asks for no more."""
    page.route("**/v1/search", _answer)
    page.route("**/thumbnail", _show)
    page.goto(f"/?more={id_in_plenty(0)}")
    page.wait_for_selector(".cell-score")


def list_plenty(page: Page, number: int) -> None:
    """Look through a library of so many pictures, all of which come at once."""
    listed = {"images": [_record(each) for each in range(number)], "next_cursor": None}
    page.route("**/v1/images?*", lambda route: route.fulfill(json=listed))
    page.route("**/thumbnail", _show)
    page.goto("/?view=library")
    page.wait_for_selector(".entry[data-id]")


def scroll_on(page: Page, until: int) -> int:
    """Scroll to the end, again and again, until so many results are there; return how many there are then."""
    words = page.locator("#results-count")
    while (shown := _number(said := words.inner_text())) < until:
        page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
        expect(words).not_to_have_text(said)
    return shown


def _number(words: str) -> int:
    return int(words.split()[0].replace(",", ""))


def _answer(route: Route) -> None:
    offset = route.request.post_data_json["offset"]
    hits = [_hit(number) for number in range(offset, offset + PAGE_SIZE)]
    route.fulfill(json={"hits": hits, "model": "m", "anything_similar": True, "took_ms": {}})


def _hit(number: int) -> dict[str, Any]:
    width, height = SIZES[number % len(SIZES)]
    shown = f"/v1/images/{id_in_plenty(number % _HUES)}"
    hit = {"id": id_in_plenty(number), "key": f"plenty/picture-{number:05}.jpg", "label": "plenty", "tags": []}
    hit |= {"score": 1 - number / 20_000, "verdict": "related", "width": width, "height": height}
    return hit | {"file": f"{shown}/file", "thumbnail": f"{shown}/thumbnail"}


def _record(number: int) -> dict[str, Any]:
    return _hit(number) | {"state": "indexed", "error": None, "size": 4096, "added_at": "2026-01-31T12:00:00+00:00"}


def id_in_plenty(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012}"


def _show(route: Route) -> None:
    number = int(urlsplit(route.request.url).path.split("/")[-2][-12:])
    picture = Image.effect_mandelbrot((320, 240), (-2, -1.5, 1, 1.5), 20 + number % _HUES).convert("RGB")
    jpeg = BytesIO()
    picture.save(jpeg, "JPEG")
    route.fulfill(content_type="image/jpeg", body=jpeg.getvalue(), headers=_FOREVER)
