"""The service is told to stop in the middle of its work."""

import http.client
import json
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.pictures import BLUE, RED, draw
from tests.running import RunningService, wait_until

BOUNDARY = "b"


def upload(picture: bytes, key: str) -> tuple[bytes, bytes]:
    """Return the head and the body of a request that adds a picture."""
    fields = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="key"\r\n\r\n{key}\r\n'
    part = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n'
    body = (fields + part).encode() + picture + f"\r\n--{BOUNDARY}--\r\n".encode()
    kind = f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {len(body)}\r\n"
    return f"POST /v1/images?wait=60 HTTP/1.1\r\nHost: localhost\r\n{kind}\r\n".encode(), body


def read_answer(connection: socket.socket) -> tuple[int, dict[str, str], Any]:
    connection.settimeout(60)
    answer = http.client.HTTPResponse(connection)
    answer.begin()
    headers = {name.lower(): value for name, value in answer.getheaders()}
    return answer.status, headers, json.loads(answer.read())


@pytest.fixture
def library(tmp_path: Path) -> Path:
    (tmp_path / "library").mkdir()
    return tmp_path / "library"


@pytest.fixture
def service(library: Path, tmp_path: Path) -> Iterator[RunningService]:
    """Whatever holds it up would do so for ten times as long as anybody waits here."""
    with RunningService(library, tmp_path / "data", "--stop-timeout-s", "600") as running:
        yield running


def connect(service: RunningService) -> socket.socket:
    return socket.create_connection(("127.0.0.1", service.port), timeout=60)


def refuses(service: RunningService) -> bool:
    try:
        connect(service).close()
    except ConnectionError:  # refused, or reset where the door closes this moment
        return True
    return False


def stop(service: RunningService) -> None:
    """Tell the service to stop and return when it takes no new connections."""
    service.process.send_signal(signal.SIGTERM)
    wait_until(lambda: refuses(service))


def test_an_upload_on_its_way_is_taken_and_kept(service: RunningService, library: Path, tmp_path: Path) -> None:
    head, body = upload(draw(RED), "slow.png")
    with connect(service) as connection:
        connection.sendall(head + body[:40])
        stop(service)
        connection.sendall(body[40:])
        status, headers, answer = read_answer(connection)
    assert status in (201, 202)
    assert headers["connection"] == "close"
    assert service.process.wait(60) == 0
    assert (library / "slow.png").read_bytes() == draw(RED)
    with RunningService(library, tmp_path / "data") as again:
        again.wait_until_indexed(1)
        assert again.session.get(f"{again.address}/v1/images/{answer['id']}").json()["state"] == "indexed"


def test_who_waits_for_a_picture_to_be_indexed_is_answered_at_once(library: Path, tmp_path: Path) -> None:
    with RunningService(library, tmp_path / "data", "--watch", "no", "--stop-timeout-s", "600") as service:
        answers = list[tuple[int, dict[str, str], Any]]()
        threads = [threading.Thread(target=_add, args=(service, number, answers)) for number in range(6)]
        for thread in threads:
            thread.start()
        stop(service)
        for thread in threads:
            thread.join(60)
        assert service.process.wait(60) == 0
    for _, _, answer in answers:
        assert (library / answer["key"]).exists()
    with RunningService(library, tmp_path / "data") as again:
        again.wait_until_indexed(len(list(library.glob("*.png"))))
        assert {answer["key"] for *_, answer in answers} <= set(again.listed_keys())


def _add(service: RunningService, number: int, answers: list[tuple[int, dict[str, str], Any]]) -> None:
    head, body = upload(draw((number * 40, 10, 10), (1500, 1000)), f"{number}.png")
    try:
        with connect(service) as connection:
            connection.sendall(head + body)
            answers.append(read_answer(connection))
    except (ConnectionError, http.client.HTTPException):
        pass  # it came when the door was closed


def test_a_load_balancer_that_asks_meanwhile_hears_that_it_is_not_ready(service: RunningService) -> None:
    with connect(service) as holding, connect(service) as asking:
        holding.sendall(b"GET /health/live HTTP/1.1\r\n")
        asking.sendall(b"GET /health/ready HTTP/1.1\r\n")
        wait_until(lambda: service.session.get(f"{service.address}/health/live").ok)
        stop(service)
        asking.sendall(b"Host: localhost\r\n\r\n")
        status, headers, problem = read_answer(asking)
        assert (status, problem["code"], problem["checks"]["accepting"]) == (503, "not_ready", "told to stop")
        assert headers["connection"] == "close"
        holding.sendall(b"Host: localhost\r\n\r\n")
        assert read_answer(holding)[0] == 200
    assert service.process.wait(60) == 0


def test_a_second_signal_ends_it_at_once(service: RunningService) -> None:
    with connect(service) as connection:
        connection.sendall(upload(draw(BLUE), "never.png")[0])
        wait_until(lambda: service.session.get(f"{service.address}/health/live").ok)
        stop(service)
        assert service.process.poll() is None
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(60) == -signal.SIGTERM


def test_what_takes_too_long_is_cut_off_and_the_exit_is_clean(library: Path, tmp_path: Path) -> None:
    with RunningService(library, tmp_path / "data", "--stop-timeout-s", "0.5") as service, connect(service) as slow:
        slow.sendall(upload(draw(BLUE), "never.png")[0])
        wait_until(lambda: service.session.get(f"{service.address}/health/live").ok)
        stop(service)
        assert service.process.wait(60) == 0
        assert "1 requests were cut off" in service.log.read_text()


def test_an_idle_service_stops_quickly_and_says_so(service: RunningService) -> None:
    with connect(service):  # an idle connection holds nobody up
        service.process.send_signal(signal.SIGINT)
        assert service.process.wait(60) == 0
    last = json.loads(service.log.read_text().splitlines()[-1])
    assert (last["level"], last["message"]) == ("info", "stopped")
