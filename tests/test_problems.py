"""Every error code: it stands in README's table, and it comes out of the service when it should."""

import errno
import io
import json
import re
import resource
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import pytest
import requests
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from indexer.agreement import Agreement
from indexer.engine import CatalogueFullError, EngineError, EngineUnavailableError
from indexer.folder import Folder
from indexer.keeper import Keeper, NewPicture
from indexer.library import LibraryUnavailableError
from indexer.record import id_of
from indexer.settings import Settings
from indexer.trash import FolderTrash
from service.context import Context, Gate
from service.errors import INTERNAL, KINDS
from service.fetch import Fetcher, FetchLimits
from tests.conftest import House, make_client
from tests.pictures import BLUE, RED, draw
from tests.running import RunningService
from tests.web import Internet, Script, Server, answer, repeating, saying

README = Path(__file__).parent.parent / "README.md"
ID = id_of("a.png")

# Said before a request is one. What takes too long to arrive is in `tests/test_channel.py`.
NO_REQUESTS = {
    "bad_request": b"GET / HTTP/1.1\r\nHost: localhost\r\nno header\r\n\r\n",
    "request_header_fields_too_large": b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + bytes([65]) * 40_000 + b"\r\n\r\n",
    "not_implemented": b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n",
}
BEFORE_THE_APP = {"request_timeout", *NO_REQUESTS}


@dataclass
class Service:
    """A service that can be given trouble."""

    house: House
    client: FlaskClient

    @property
    def context(self) -> Context:
        found: Context = self.client.application.extensions["lookalike"]
        return found

    def change(self, **parts: object) -> None:
        """Let the service work with other parts than it was made with."""
        self.client.application.extensions["lookalike"] = replace(self.context, **parts)

    def restart(self, **settings: object) -> None:
        base = {"library": self.house.root, "data": self.house.data, "fetch_urls": False, "min_free_mb": 0}
        self.client = make_client(self.house, Settings(**base | settings))

    def add(self, picture: bytes = draw(BLUE), key: str = "b.png") -> TestResponse:
        return self.client.post("/v1/images", data={"image": (io.BytesIO(picture), key), "key": key})

    def search(self, picture: bytes = draw(RED), **fields: str) -> TestResponse:
        return self.client.post("/v1/search", data={"image": (io.BytesIO(picture), "q"), **fields})

    def fetch(self, script: Script, url: str = "http://known.example/") -> TestResponse:
        """Search by a URL in an internet where one server answers by a script."""
        with serving(script) as server:
            internet = Internet({"known.example": ["203.0.114.1"]}, server.port)
            self.change(fetcher=Fetcher(FetchLimits(1 << 20, 0.5), internet.resolve, internet.connect))
            return self.client.post("/v1/search", json={"url": url})


@contextmanager
def serving(script: Script) -> Iterator[Server]:
    server = Server(script)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.stop.set()
        server.shutdown()
        server.server_close()
        thread.join()


class BrokenEngine:
    """A catalogue whose engine fails at everything."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def get(self, _ids: object) -> None:
        raise self._error


def read_only(service: Service) -> TestResponse:
    service.house.root.chmod(0o555)
    try:
        return service.add()
    finally:
        service.house.root.chmod(0o755)


def not_ready(service: Service) -> TestResponse:
    service.restart(min_free_mb=1 << 20)
    return service.client.get("/health/ready")


def without_room(service: Service) -> TestResponse:
    house = service.house
    full = Folder(house.root, min_free_bytes=1 << 60)
    trash = FolderTrash(house.data, full)
    service.change(keeper=Keeper(full, house.catalogue, trash, Agreement(full, house.catalogue, trash)))
    return service.add()


def not_indexed(service: Service) -> TestResponse:
    pending = service.house.put("new.png", draw(RED))
    service.house.synchroniser.sync()
    return service.client.get(f"/v1/images/{pending}/similar")


def gone(service: Service) -> TestResponse:
    (service.house.root / "a.png").unlink()
    return service.client.get(f"/v1/images/{ID}/file")


def busy(service: Service) -> TestResponse:
    gate = Gate(1, wait_s=0.01)
    service.change(gate=gate)
    with gate.passing():
        return service.search()


def queue_full(service: Service) -> TestResponse:
    service.restart(max_queue=1)
    service.house.keeper.add(NewPicture("new.png", draw(RED), 64, 48, "PNG"))
    return service.add()


def with_engine_error(error: Exception) -> Callable[[Service], TestResponse]:
    def look(service: Service) -> TestResponse:
        service.change(catalogue=BrokenEngine(error))
        return service.client.get(f"/v1/images/{ID}")

    return look


class BrokenLibrary:
    """A library that fails at everything."""

    def __init__(self, error: Exception) -> None:
        self.folder, self._error = None, error

    def open(self, _key: str) -> None:
        raise self._error


def with_library_error(error: Exception) -> Callable[[Service], TestResponse]:
    def look(service: Service) -> TestResponse:
        service.change(library=BrokenLibrary(error))
        return service.client.get(f"/v1/images/{ID}/file")

    return look


def with_keys(service: Service) -> None:
    service.restart(read_key="r" * 20, write_key="w" * 20)


def without_key(service: Service) -> TestResponse:
    with_keys(service)
    return service.client.get("/v1/images")


def with_read_key(service: Service) -> TestResponse:
    with_keys(service)
    return service.client.delete(f"/v1/images/{ID}", headers={"Authorization": f"Bearer {'r' * 20}"})


def too_often(service: Service) -> TestResponse:
    service.restart(rate_read="1/day")
    service.client.get("/v1/images")
    return service.client.get("/v1/images")


def beyond_the_end(service: Service) -> TestResponse:
    return service.client.get(f"/v1/images/{ID}/file", headers={"Range": "bytes=99999-"})


CASES: dict[str, Callable[[Service], TestResponse]] = {
    "invalid_request": lambda service: service.search(limit="0"),
    "invalid_key": lambda service: service.add(key="../b.png"),
    "invalid_cursor": lambda service: service.client.get("/v1/images?cursor=x"),
    "key_needed": without_key,
    "write_key_needed": with_read_key,
    "foreign_page": lambda service: service.client.get("/v1/images", headers={"Sec-Fetch-Site": "cross-site"}),
    "read_only": read_only,
    "urls_disabled": lambda service: service.client.post("/v1/search", json={"url": "http://known.example/"}),
    "unknown_picture": lambda service: service.client.get(f"/v1/images/{id_of('nothing')}"),
    "file_gone": gone,
    "not_found": lambda service: service.client.get("/v2/images"),
    "method_not_allowed": lambda service: service.client.put("/v1/images"),
    "key_taken": lambda service: service.add(key="a.png"),
    "not_indexed": not_indexed,
    "precondition_failed": lambda service: service.client.get(f"/v1/images/{ID}/file", headers={"If-Match": '"x"'}),
    "too_many_pixels": lambda service: service.search(draw(RED, (70_000, 1), "PPM")),
    "too_large": lambda service: service.client.post("/v1/search", data=b" " * (2 << 20), mimetype="application/json"),
    "unsupported_format": lambda service: service.search(b"<svg/>" * 9),
    "unsupported_media_type": lambda service: service.client.post("/v1/search", data=b"x", mimetype="text/plain"),
    "range_not_satisfiable": beyond_the_end,
    "unknown_host": lambda service: service.client.get("/v1/images", headers={"Host": "evil.example"}),
    "undecodable": lambda service: service.search(draw(RED)[:60]),
    "url_forbidden": lambda service: service.fetch(saying(b""), "http://127.0.0.1/"),
    "url_failed": lambda service: service.fetch(saying(answer(b"", "404 Not Found"))),
    "url_timeout": lambda service: service.fetch(repeating(b"HTTP/1.1 200 OK\r\n\r\n", b"x", 0.05)),
    "too_many_requests": too_often,
    "engine_error": with_engine_error(EngineError("broken in /a/secret")),
    "library_unavailable": with_library_error(LibraryUnavailableError("a.png is away, at a secret address")),
    "engine_unavailable": with_engine_error(EngineUnavailableError("away at a secret")),
    "internal_error": with_engine_error(ZeroDivisionError("a secret")),
    "busy": busy,
    "queue_full": queue_full,
    "not_ready": not_ready,
    "no_room": without_room,
}  # fmt: skip


@pytest.fixture
def service(house: House) -> Service:
    house.put("a.png", draw(RED))
    house.synchroniser.sync()
    house.index_all()
    return Service(house, make_client(house))


def documented() -> dict[str, int]:
    """Return the codes of README's table, each with its status."""
    rows = re.findall(r"^\| (\d{3}) \| ([^|]+) \|", README.read_text(), re.MULTILINE)
    return {code: int(status) for status, codes in rows for code in re.findall(r"`(\w+)`", codes)}


def test_readme_has_every_code_with_its_status_and_no_other() -> None:
    ours = {kind.code: kind.status for kind in [*KINDS.values(), INTERNAL]}
    assert {code: status for code, status in documented().items() if code not in BEFORE_THE_APP} == ours


def test_every_code_has_a_case() -> None:
    assert CASES.keys() | BEFORE_THE_APP == documented().keys()


@pytest.mark.parametrize("code", CASES)
def test_the_code_comes_with_its_status_as_a_problem(service: Service, code: str) -> None:
    found = CASES[code](service)
    assert (found.status_code, found.json["code"], found.json["status"]) == (
        documented()[code],
        code,
        found.status_code,
    )
    assert found.mimetype == "application/problem+json"
    assert found.json["title"]
    assert "secret" not in found.text
    if found.status_code in (429, 503):
        assert int(found.headers["Retry-After"]) > 0
    assert str(service.house.root.parent) not in found.text
    if code == "url_failed":
        assert found.json["upstream_status"] == 404


def test_a_file_that_may_not_be_read_is_said_to_be_so_without_its_path(service: Service) -> None:
    found = with_library_error(PermissionError(13, "Permission denied", "/a/secret"))(service)
    assert (found.status_code, found.json["code"]) == (503, "library_unavailable")
    assert found.json["detail"] == "the picture's file cannot be read at the moment"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_disk_that_becomes_full_is_told_from_a_fault_of_ours(service: Service, number: int) -> None:
    found = with_library_error(OSError(number, "it is full", "/a/secret"))(service)
    assert (found.status_code, found.json["code"]) == (507, "no_room")
    assert found.json["detail"] == "the disk has too little room left"


def test_a_server_that_takes_no_more_pictures_is_no_fault_of_ours(service: Service) -> None:
    found = with_engine_error(CatalogueFullError())(service)
    assert (found.status_code, found.json["code"], found.json["title"]) == (507, "no_room", "The catalogue is full")


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="needs Linux: lets no file of another process grow")
@pytest.mark.parametrize("side", [250, 500])  # of which the second waits in a temporary file before
def test_what_does_not_fit_leaves_nothing_behind_and_can_be_added_later(tmp_path: Path, side: int) -> None:
    library, large = tmp_path / "library", draw(RED, (side, side), "BMP")
    library.mkdir()
    with RunningService(library, tmp_path / "data", "--watch", "no") as service:

        def add(largest_bytes: int) -> requests.Response:
            resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, (largest_bytes, resource.RLIM_INFINITY))
            return service.session.post(f"{service.address}/v1/images?wait=20", files={"image": ("a.bmp", large)})

        refused = add(len(large) // 2)
        assert (refused.status_code, refused.json()["code"]) == (507, "no_room")
        assert list(library.iterdir()) == []
        assert service.listed_keys() == []
        assert add(resource.RLIM_INFINITY).status_code == 201
        assert (library / "a.bmp").read_bytes() == large
    assert '"exception"' not in service.log.read_text()


def test_a_fault_of_ours_with_one_of_several_is_in_the_log_as_well(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    service.change(keeper=SimpleNamespace(settle=lambda: None))
    outcome = service.client.post("/v1/images/delete", json={"ids": [ID]}).json["results"][0]
    assert (outcome["status"], outcome["error"]["code"]) == (500, "internal_error")
    assert "AttributeError" in caplog.text


def test_what_is_no_request_is_answered_in_the_same_way(tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    with RunningService(tmp_path / "library", tmp_path / "data") as service:
        for code, request in NO_REQUESTS.items():
            with socket.create_connection(("127.0.0.1", service.port), timeout=60) as connection:
                connection.sendall(request)
                head, _, body = b"".join(iter(lambda: connection.recv(4096), b"")).partition(b"\r\n\r\n")
            assert int(head.split()[1]) == documented()[code]
            assert json.loads(body)["code"] == code
