"""A Qdrant server that is away, at the start or later: the service says so, and goes on by itself when it is back."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from tests.pictures import GREEN, RED, draw
from tests.qdrant import QdrantServer
from tests.running import RunningService, free_port, wait_until


class Line:
    """A line to the server that can be cut and mended."""

    def __init__(self, url: str) -> None:
        self._target, self.port = (str(urlsplit(url).hostname), urlsplit(url).port or 6333), free_port()
        self._listener: socket.socket | None = None
        self._open, self._lock = set[socket.socket](), threading.Lock()

    def mend(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port), reuse_port=False)
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def cut(self) -> None:
        with self._lock:
            listener, self._listener = self._listener, None
            for each in [*self._open, *([listener] if listener else [])]:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
                each.close()
            self._open.clear()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection(self._target)
                self._join(listener, near, far)

    def _join(self, listener: socket.socket, near: socket.socket, far: socket.socket) -> None:
        with self._lock:
            if self._listener is not listener:  # cut meanwhile
                near.close()
                far.close()
                return
            self._open |= {near, far}
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=_carry, args=(source, sink), daemon=True).start()


def _carry(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(1 << 16):
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


class LivingService(RunningService):
    """One that has started when it lives, ready or not."""

    def _answers(self) -> bool:
        with suppress(requests.ConnectionError):
            return self.process.poll() is not None or self.session.get(f"{self.address}/health/live", timeout=60).ok
        return False

    def ready(self) -> requests.Response:
        return self.session.get(f"{self.address}/health/ready", timeout=60)

    def add(self, key: str, data: bytes) -> requests.Response:
        files = {"image": ("a.png", data)}
        return self.session.post(f"{self.address}/v1/images?wait=30", files=files, data={"key": key}, timeout=60)

    def search(self) -> requests.Response:
        return self.session.post(f"{self.address}/v1/search", files={"image": ("q.png", draw(RED))}, timeout=60)


@pytest.fixture
def library(tmp_path: Path) -> Path:
    (tmp_path / "library").mkdir()
    return tmp_path / "library"


@contextmanager
def line_to(url: str) -> Iterator[Line]:
    line = Line(url)
    yield line
    line.cut()


def assert_away(service: LivingService) -> None:
    ready, search, add = service.ready(), service.search(), service.add("b.png", draw(GREEN))
    assert (ready.status_code, ready.json()["code"]) == (503, "not_ready")
    assert "does not answer" in ready.json()["checks"]["engine"]
    for answer in (search, add):
        assert (answer.status_code, answer.json()["code"]) == (503, "engine_unavailable")
    for answer in (ready, search, add):
        assert int(answer.headers["Retry-After"]) > 0


def test_a_service_starts_without_its_server_and_says_so(library: Path, tmp_path: Path) -> None:
    with LivingService(library, tmp_path / "data", "--qdrant-url", f"http://127.0.0.1:{free_port()}") as service:
        assert_away(service)


def test_a_service_goes_on_by_itself_when_the_server_comes_and_comes_back(
    library: Path, tmp_path: Path, qdrant_server: QdrantServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOOKALIKE_QDRANT_API_KEY", qdrant_server.key or "")
    with (
        qdrant_server.collection() as (_, collection),
        line_to(qdrant_server.url) as line,
        LivingService(
            library,
            tmp_path / "data",
            *("--qdrant-url", f"http://127.0.0.1:{line.port}", "--collection", collection, "--watch", "no"),
        ) as service,
    ):
        for number in range(2):
            assert_away(service)
            line.mend()
            wait_until(lambda: service.ready().ok)
            added = service.add(f"{number}.png", draw((200, number, 0)))
            assert added.status_code in (201, 202), added.text
            wait_until(lambda: service.counts()["indexed"] == number + 1)  # noqa: B023
            assert len(service.search().json()["hits"]) == number + 1
            line.cut()
        assert_away(service)
