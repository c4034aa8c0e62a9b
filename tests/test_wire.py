"""Requests that were damaged on their way, over bare sockets: answered or refused, but no fault of ours."""

import json
import socket
from pathlib import Path

from indexer.record import id_of
from tests.mutants import mutate
from tests.pictures import RED, draw
from tests.running import RunningService
from tests.test_stop import upload

ID = id_of("a.png")
TIMES = 120


def json_request(line: str, body: object) -> bytes:
    text = json.dumps(body)
    kind = f"Content-Type: application/json\r\nContent-Length: {len(text)}\r\n"
    return f"{line} HTTP/1.1\r\nHost: localhost\r\n{kind}\r\n{text}".encode()


REQUESTS = {
    "add": b"".join(upload(draw(RED, (20, 20)), "b.png")).replace(b"wait=60", b"replace=true"),
    "list": b"GET /v1/images?limit=5&tags=a,b&added_from=2026-01-01T00:00:00Z HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "file": f"GET /v1/images/{ID}/file HTTP/1.1\r\nHost: localhost\r\nRange: bytes=0-5\r\nIf-Match: *\r\n\r\n".encode(),
    "search": json_request("POST /v1/search", {"id": ID, "box": [0, 0, 0.5, 1], "filter": {"any_tags": ["a"]}}),
    "edit": json_request("POST /v1/images/edit", {"ids": [ID], "label": "cars", "add_tags": ["red"]}),
    "chunks": b"POST /v1/images/check HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b'Transfer-Encoding: chunked\r\n\r\nd\r\n{"sha256": []\r\n1;a=b\r\n}\r\n0\r\n\r\n',
}


def send(port: int, request: bytes) -> int:
    """Return the status of the first answer, 0 if the request broke off before there could be one."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        received = b"".join(iter(lambda: connection.recv(1 << 16), b""))
    return int(received.split()[1]) if received else 0


def test_a_damaged_request_is_refused_or_answered(tmp_path: Path) -> None:
    library = tmp_path / "library"
    library.mkdir()
    (library / "a.png").write_bytes(draw(RED))
    with RunningService(library, tmp_path / "data", "--fetch-urls", "no") as service:
        service.wait_until_indexed(1)
        for name, request in mutate(REQUESTS, TIMES):
            assert send(service.port, request) in {0, *range(100, 500), 501}, (name, request)
        assert service.session.get(f"{service.address}/health/ready").ok
        log = service.log.read_text()
    assert "Traceback" not in log
    assert "uncaptured" not in log
    assert {path.name for path in tmp_path.iterdir()} == {"library", "data"}
