"""Connections as strangers use them: too much, too slowly, too many. Spoken to over bare sockets."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest
from flask import Flask, request

from indexer.settings import Settings
from service.channel import Patience
from service.server import CONNECTIONS, Server
from tests.running import RunningService, wait_until

# Of a server that soon gives up, though not before a test on a busy machine has sent what it wants to send at once.
HASTY = Patience(
    head_s=2.0, body_s=2.0, least_bytes_per_s=1 << 20, lingers_s=0.5, idle_s=0.5, crowded_idle_s=0.1, look_s=0.05
)
LIMIT_S = 60.0  # for anything here to happen
MEGABYTE = bytes(1 << 20)
LARGE = 40 << 20  # more than systems and server keep of an answer for somebody who does not take it


@contextmanager
def serving(app: Flask, patience: Patience, **settings: object) -> Iterator[int]:
    """Give the port of a server of this app, in this process."""
    stop = threading.Event()
    server = Server(app, Settings(port=0, **settings), stop, patience)  # type: ignore[arg-type]
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield int(server.address.rpartition(":")[2])
    finally:
        stop.set()
        server.wake()
        thread.join()
        server.finish(timeout_s=0)


def open_port(patience: Patience, **settings: object) -> Iterator[int]:
    """Yield the port of a server whose app says how many bytes it got."""
    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: str(len(request.get_data())), methods=["GET", "POST"])
    app.add_url_rule("/large", view_func=lambda: bytes(LARGE), endpoint="large")
    app.add_url_rule("/empty/<int:status>", view_func=lambda status: ("", status), endpoint="empty")
    with serving(app, patience, **settings) as port:
        yield port


@pytest.fixture
def port() -> Iterator[int]:
    yield from open_port(Patience(), max_upload_mb=1, min_free_mb=0)


@pytest.fixture
def hasty_port() -> Iterator[int]:
    yield from open_port(HASTY, max_upload_mb=1, min_free_mb=0)


def dial(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=LIMIT_S)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def read_all(connection: socket.socket) -> bytes:
    """Return what comes until the server ends the connection."""
    return b"".join(iter(lambda: connection.recv(1 << 16), b""))


def read_answer(connection: socket.socket) -> tuple[int, dict[str, object] | str]:
    """Return status and body of an answer, read until the server ends the connection."""
    head, _, body = read_all(connection).partition(b"\r\n\r\n")
    text = body.decode()
    return int(head.split()[1]), json.loads(text) if b"problem+json" in head else text


def test_a_length_that_is_too_large_is_refused_while_it_is_still_being_sent(port: int) -> None:
    with dial(port) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n")
        for _ in range(8):
            connection.sendall(MEGABYTE)
        status, problem = read_answer(connection)
    assert (status, problem["code"]) == (413, "too_large")  # type: ignore[index]


def test_chunks_without_end_are_refused_as_soon_as_they_are_too_many(port: int) -> None:
    sent = 0
    with dial(port) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(6):
            connection.sendall(b"100000\r\n" + MEGABYTE + b"\r\n")
            sent += len(MEGABYTE)
        status, problem = read_answer(connection)
    assert (status, problem["code"]) == (413, "too_large")  # type: ignore[index]
    assert sent > 2 << 20


@pytest.mark.parametrize("length", [b"100000000", b"9" * 5000, b"-1", b"1, 1"])
def test_a_client_that_asks_first_is_refused_before_it_sends_its_body(port: int, length: bytes) -> None:
    with dial(port) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: " + length)
        connection.sendall(b"\r\n\r\n")
        assert read_answer(connection)[0] == (413 if length == b"100000000" else 400)


def test_a_client_that_asks_first_and_has_no_body_is_answered(port: int) -> None:
    with dial(port) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\n\r\n")
        assert read_answer(connection) == (200, "0")


def test_a_client_that_asks_first_is_asked_for_its_body(port: int) -> None:
    with dial(port) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
        assert connection.recv(1 << 16) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"abc")
        assert connection.recv(1 << 16).startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize(
    "head",
    [
        b"GET http://[::1/ HTTP/1.1\r\nHost: x\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + b"9" * 5000 + b"\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n",
        b"POST / HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: a\rb\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n",
        b"get / HTTP/1.1\r\nHost: x\r\n",
    ],
)
def test_a_head_that_cannot_be_read_in_one_way_is_refused_and_nothing_after_it_is_read(port: int, head: bytes) -> None:
    with dial(port) as connection:
        connection.sendall(head + b"\r\n3\r\nabc\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n")
        received = read_all(connection)
    assert (received.split()[1], received.count(b"HTTP/1.")) == (b"400", 1)
    assert b'"bad_request"' in received


def test_what_fits_is_answered_on_a_connection_that_stays(port: int) -> None:
    with dial(port) as connection:
        for size in (0, 10, 1 << 20):
            connection.sendall(f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n".encode() + bytes(size))
            answer = b""
            while not answer.endswith(f"\r\n\r\n{size}".encode()):
                answer += (more := connection.recv(1 << 16))
                assert more


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_without_a_body_leaves_the_connection_as_it_is(port: int, status: int) -> None:
    with dial(port) as connection:
        connection.sendall(f"GET /empty/{status} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert b"Connection: close" not in connection.recv(1 << 16)
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert read_answer(connection) == (200, "0")


def test_an_answer_without_a_body_ends_the_connection_where_that_was_asked_for(port: int) -> None:
    with dial(port) as connection:
        connection.sendall(b"GET /empty/204 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert read_answer(connection)[0] == 204


def test_a_request_that_never_ends_is_ended(hasty_port: int) -> None:
    beginnings = {
        b"": 0,
        b"GET / HT": 408,
        b"GET / HTTP/1.1\r\nHost: x\r\nX-A: ": 408,
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc": 408,
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab": 408,
    }
    with ExitStack() as stack:
        connections = {stack.enter_context(dial(hasty_port)): beginning for beginning in beginnings}
        for connection, beginning in connections.items():
            connection.sendall(beginning)
        received = {beginning: read_all(connection) for connection, beginning in connections.items()}
    for beginning, status in beginnings.items():
        assert int(received[beginning].split()[1]) == status if status else received[beginning] == b""
        assert (b'"request_timeout"' in received[beginning]) == bool(status)


def test_a_request_that_drips_is_ended_though_something_comes_all_the_time(hasty_port: int) -> None:
    started = time.monotonic()
    with dial(hasty_port) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")
        connection.settimeout(0.02)
        answer = b""
        while not answer and time.monotonic() < started + LIMIT_S:
            connection.sendall(b"x")
            try:
                answer = connection.recv(1 << 16)
            except TimeoutError:
                continue
    assert answer.split()[1] == b"408"


def test_a_body_that_keeps_coming_may_take_longer() -> None:
    patience = Patience(body_s=0.2, least_bytes_per_s=1 << 5, look_s=0.05)  # and half a minute more for each KiB
    head = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 4096\r\n\r\n"
    for port in open_port(patience, max_upload_mb=1, min_free_mb=0):
        with dial(port) as connection:
            connection.sendall(head + bytes(1024))
            for _ in range(3):
                threading.Event().wait(0.1)
                connection.sendall(bytes(1024))
            assert read_answer(connection) == (200, "4096")


def test_a_connection_without_a_next_request_is_closed(hasty_port: int) -> None:
    with dial(hasty_port) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert read_answer(connection)[0] == 200


def test_a_client_that_hardly_reads_its_answer_is_left_after_a_while() -> None:
    # A rate at which the megabytes that the system takes for it give it no more than moments.
    patience = Patience(body_s=0.3, least_bytes_per_s=128 << 20, look_s=0.05)
    for port in open_port(patience, min_free_mb=0):
        with dial(port) as connection:
            connection.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
            # What it goes on to send is what tells it that nobody is there any more.
            with pytest.raises((ConnectionResetError, BrokenPipeError)):
                _do_for(LIMIT_S, lambda: (connection.recv(1), connection.sendall(b"x"), threading.Event().wait(0.02)))


def test_a_client_that_takes_its_time_but_reads_has_the_whole_answer() -> None:
    patience = Patience(body_s=0.2, least_bytes_per_s=1 << 16, look_s=0.05)
    for port in open_port(patience, min_free_mb=0):
        with dial(port) as connection:
            connection.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            received = 0
            while piece := connection.recv(1 << 20):
                received += len(piece)
                threading.Event().wait(0.01)
    assert received > LARGE


def test_a_client_that_never_stops_sending_is_not_listened_to_for_ever(hasty_port: int) -> None:
    with dial(hasty_port) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000000\r\n\r\n")
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            _do_for(LIMIT_S, lambda: connection.sendall(MEGABYTE))


def _do_for(seconds: float, act: Callable[[], object]) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        act()


def test_without_room_for_a_request_it_is_refused_before_it_is_sent() -> None:
    for port in open_port(Patience(), max_upload_mb=1000, min_free_mb=1 << 20):
        with dial(port) as connection:
            connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 900000000\r\n\r\n")
            status, problem = read_answer(connection)
    assert (status, problem["code"]) == (507, "no_room")  # type: ignore[index]


def test_a_small_request_is_answered_however_little_room_there_is() -> None:
    for port in open_port(Patience(), min_free_mb=1 << 20):
        with dial(port) as connection:
            connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc")
            assert read_answer(connection) == (200, "3")


def test_headers_without_end_are_refused(port: int) -> None:
    with dial(port) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: %s\r\n" % (n, b"x" * 90) for n in range(1000)))
        status, problem = read_answer(connection)
    assert (status, problem["code"]) == (431, "request_header_fields_too_large")  # type: ignore[index]


def test_half_open_connections_keep_nobody_out_for_long(tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    with RunningService(tmp_path / "library", tmp_path / "data") as service:
        idle = [dial(service.port) for _ in range(CONNECTIONS + 20)]
        for connection in idle[:-20]:
            connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
        try:
            answers: list[int] = []
            with closing(service.session):
                wait_until(lambda: _is_live(service, answers), LIMIT_S)
            assert answers == [200]
        finally:
            for connection in idle:
                connection.close()


def _is_live(service: RunningService, answers: list[int]) -> bool:
    answers.append(service.session.get(f"{service.address}/health/live", timeout=LIMIT_S).status_code)
    return True
