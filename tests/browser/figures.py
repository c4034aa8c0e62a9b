"""`python -m tests.browser.figures`: measures the page in Chromium, by its own tracing, over the sample library.

Visits are measured in a browser that is warm and has nothing of the page in its cache, with no driver attached.
"""

import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from indexer.record import id_of
from indexer.sample import draw_sample
from tests.browser.chromium import Chromium
from tests.browser.plenty import open_plenty, scroll_on
from tests.running import RunningService

VIEWS = {"newest pictures": "/", "a search": f"/?id={id_of('tractors/green-cab-tractor-forest-03.jpg')}"}
LOADS = 15
THOUSANDS = 10
CATEGORIES = ["devtools.timeline", "loading", "blink.user_timing"]
WATCH_FRAMES = """() => {
    window.frames_ms = [];
    let before = performance.now();
    const note = (now) => { window.frames_ms.push(now - before); before = now; requestAnimationFrame(note); };
    requestAnimationFrame(note);
}"""


@dataclass(frozen=True)
class Load:
    """One visit with nothing in the browser's cache. Times in ms: paints from the arrival of the HTML on.

    `shift` is the sum over all layout shifts, and not the worst second of them only.
    """

    first_paint_ms: float
    largest_paint_ms: float
    shift: float
    code_bytes: int


@dataclass(frozen=True)
class Thousand:
    """What another thousand results cost to scroll through. `style_and_layout_ms` is for each page of 60."""

    results: int
    frame_ms: float
    frame_p95_ms: float
    style_and_layout_ms: float
    nodes: int


def main() -> None:
    if (program := shutil.which("chromium") or shutil.which("chromium-browser")) is None:
        sys.exit("The page was not measured: needs Chromium (apt-get install chromium)")
    with TemporaryDirectory() as folder:
        library = Path(folder) / "library"
        total = draw_sample(library)
        with RunningService(library, Path(folder) / "data") as service:
            service.wait_until_indexed(total)
            for line in chain(_report_loads(program, service.address), _report_plenty(program, service.address)):
                sys.stdout.write(f"{line}\n")


def _report_loads(program: str, address: str) -> Iterator[str]:
    yield "| the page, cache empty | first paint, ms | largest paint, ms | layout shift | scripts and styles, kB |"
    yield "|---|---|---|---|---|"
    for name, loads in measure_loads(program, address).items():
        yield _loads_row(name, loads)


def _report_plenty(program: str, address: str) -> Iterator[str]:
    yield "\n| results scrolled to | frame, ms | 95 % of frames | style and layout of 60, ms | DOM nodes |"
    yield "|---|---|---|---|---|"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for thousand in measure_plenty(browser, address):
            frames = f"{thousand.frame_ms:.1f} | {thousand.frame_p95_ms:.1f}"
            yield f"| {thousand.results:,} | {frames} | {thousand.style_and_layout_ms:.1f} | {thousand.nodes:,} |"
        browser.close()


def _loads_row(name: str, loads: Sequence[Load]) -> str:
    first, largest = median(load.first_paint_ms for load in loads), median(load.largest_paint_ms for load in loads)
    shift, code_kb = max(load.shift for load in loads), max(load.code_bytes for load in loads) / 1000
    return f"| {name} | {first:.0f} | {largest:.0f} | {shift:g} | {code_kb:.1f} |"


def measure_loads(program: str, address: str) -> dict[str, list[Load]]:
    """Return first visits to each view by name, in turns: what else the machine does meets all alike."""
    with TemporaryDirectory() as profile, Chromium(program, Path(profile)) as browser:
        turns = [{name: measure_load(browser, address + path) for name, path in VIEWS.items()} for _ in range(LOADS)]
    return {name: [turn[name] for turn in turns] for name in VIEWS}


def measure_load(browser: Chromium, url: str) -> Load:
    """Return what the browser's trace tells of a first visit."""
    return read_trace(browser.trace(url, CATEGORIES), url)


def read_trace(events: list[dict[str, Any]], url: str) -> Load:
    """Return what is told of the visit to `url`; the browser's own windows stand in its trace as well."""
    answers = _told(events, "ResourceReceiveResponse")
    arrived, answer = next((time, data) for time, data in answers if data["mimeType"] == "text/html")
    inside = [event for event in events if event["args"].get("frame") == answer["frame"] and _time(event) > arrived]
    first, *_ = (time for time, _ in _told(inside, "firstContentfulPaint"))
    *_, largest = (time for time, _ in _told(inside, "largestContentfulPaint::Candidate"))
    shift = sum(data["score"] for _, data in _told(inside, "LayoutShift"))
    return Load(first - arrived, largest - arrived, shift, sum(_code_sizes(events, urlsplit(url).netloc)))


def _code_sizes(events: list[dict[str, Any]], host: str) -> Iterator[int]:
    asked = {data["requestId"]: urlsplit(data["url"]) for _, data in _told(events, "ResourceSendRequest")}
    for _, data in _told(events, "ResourceFinish"):
        address = asked.get(data["requestId"])
        if address and address.netloc == host and address.path.endswith((".js", ".css")):
            yield data["encodedDataLength"]


def _told(events: list[dict[str, Any]], name: str) -> Iterator[tuple[float, dict[str, Any]]]:
    """Yield each event of that name: when, in ms, and what it tells."""
    return ((_time(event), event["args"].get("data", {})) for event in events if event["name"] == name)


def _time(event: dict[str, Any]) -> float:
    return float(event["ts"]) / 1000


def measure_plenty(browser: Browser, address: str) -> Iterator[Thousand]:
    """Yield the first and the last thousand of ten thousand results."""
    with browser.new_context(base_url=address, viewport={"width": 1280, "height": 800}) as context:
        page = context.new_page()
        told = context.new_cdp_session(page)
        told.send("Performance.enable")
        open_plenty(page)
        page.evaluate(WATCH_FRAMES)
        for thousand in range(1, THOUSANDS + 1):
            found = _scroll_to(page, told, thousand * 1000)
            if thousand in {1, THOUSANDS}:
                yield found


def _scroll_to(page: Page, told: CDPSession, results: int) -> Thousand:
    shown, before = scroll_on(page, 1), _metrics(told)
    page.evaluate("window.frames_ms.length = 0")
    count = scroll_on(page, results)
    frames, after = sorted(page.evaluate("window.frames_ms")), _metrics(told)
    spent_ms = sum(after[name] - before[name] for name in ("LayoutDuration", "RecalcStyleDuration")) * 1000
    each_ms = spent_ms / ((count - shown) / 60)
    return Thousand(count, median(frames), frames[int(len(frames) * 0.95)], each_ms, int(after["Nodes"]))


def _metrics(told: CDPSession) -> dict[str, float]:
    return {metric["name"]: metric["value"] for metric in told.send("Performance.getMetrics")["metrics"]}


if __name__ == "__main__":
    main()
