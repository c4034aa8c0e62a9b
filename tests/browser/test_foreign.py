"""What the page of another origin can do here, in a real browser: nothing."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Watched
from tests.running import RunningService

# Each tries one thing as a script could, and says what it learnt: a status, a size, or how it failed.
ATTEMPTS = """async ({ here, id, mode }) => {
    const form = new FormData();
    form.append("image", new Blob([Uint8Array.from(atob(picture), (c) => c.charCodeAt(0))]), "planted.png");
    const tries = {
        list: () => fetch(`${here}/v1/images`, { mode, credentials: "include" }),
        file: () => fetch(`${here}/v1/images/${id}/file`, { mode, credentials: "include" }),
        metrics: () => fetch(`${here}/metrics`, { mode, credentials: "include" }),
        search: () => fetch(`${here}/v1/search`, { method: "POST", body: form, mode }),
        add: () => fetch(`${here}/v1/images`, { method: "POST", body: form, mode }),
        restore: () => fetch(`${here}/v1/images/${id}/restore`, { method: "POST", mode }),
        remove: () => fetch(`${here}/v1/images/${id}`, { method: mode === "cors" ? "DELETE" : "POST", mode }),
    };
    const learnt = {};
    for (const [name, run] of Object.entries(tries)) {
        try {
            const answer = await run();
            learnt[name] = answer.type === "opaque" ? "opaque" : answer.status;
        } catch {
            learnt[name] = "failed";
        }
    }
    return learnt;
}"""
LOADS = """({ here, id, kind }) => new Promise((resolve) => {
    const element = document.createElement(kind);
    const seen = () => String(element.contentDocument?.title ?? "unreadable");
    const addresses = { iframe: here, script: `${here}/static/js/page.js`, img: `${here}/v1/images/${id}/file` };
    element.onload = () => resolve(kind === "iframe" ? seen() : "loaded");
    element.onerror = () => resolve("failed");
    element.src = addresses[kind];
    document.body.append(element);
})"""
POSTS = """({ here, id }) => {
    const form = document.createElement("form");
    form.method = "POST";
    form.action = `${here}/v1/images/${id}/restore`;
    document.body.append(form);
    form.submit();
}"""
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="  # a PNG
PAGE = f'<!doctype html><title>evil</title><script>const picture = "{PIXEL}";</script>'.encode()


class StrangersPage(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def strangers_port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), StrangersPage)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=["127.0.0.1", "localhost"], ids=["another port", "another site"])
def stranger(request: pytest.FixtureRequest, browser: Browser, strangers_port: int, watched: Watched) -> Iterator[Page]:
    """A page of another origin: of another port of the same host, and of another host."""
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"http://{request.param}:{strangers_port}/")
        yield page
    watched.complaints.clear()  # of what the service refuses it: the point of these tests


@pytest.fixture
def target(service: RunningService) -> dict[str, str]:
    """The service, and one of its pictures."""
    listed = service.session.get(f"{service.address}/v1/images?limit=1").json()
    return {"here": service.address, "id": listed["images"][0]["id"]}


@pytest.mark.parametrize(("mode", "learnt"), [("cors", {"failed"}), ("no-cors", {"failed", "opaque"})])
def test_a_script_elsewhere_neither_reads_nor_changes_anything(
    stranger: Page, target: dict[str, str], service: RunningService, library: Path, mode: str, learnt: set[str]
) -> None:
    before, files = sorted(service.listed_keys()), sorted(library.rglob("*"))
    found = stranger.evaluate(ATTEMPTS, target | {"mode": mode})
    assert len(found) == 7
    assert set(found.values()) <= learnt
    assert (sorted(service.listed_keys()), sorted(library.rglob("*"))) == (before, files)


@pytest.mark.parametrize(("kind", "outcome"), [("img", "failed"), ("script", "failed"), ("iframe", "unreadable")])
def test_a_page_elsewhere_embeds_nothing(stranger: Page, target: dict[str, str], kind: str, outcome: str) -> None:
    assert stranger.evaluate(LOADS, target | {"kind": kind}) == outcome


def test_a_form_elsewhere_changes_nothing(stranger: Page, target: dict[str, str]) -> None:
    with stranger.expect_navigation() as navigation:
        stranger.evaluate(POSTS, target)
    assert navigation.value.status == 403
    assert "foreign_page" in stranger.content()


def test_a_link_elsewhere_leads_to_the_page(stranger: Page, target: dict[str, str]) -> None:
    stranger.evaluate("({ here }) => { location.href = here; }", target)
    stranger.wait_for_selector(".cell[data-id]")
