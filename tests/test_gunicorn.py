"""gunicorn as `deploy/gunicorn.py` has it: what it refuses, what it counts, and how it stops."""

import http.client
import json
import os
import re
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests

from tests.pictures import RED, draw
from tests.qdrant import QdrantServer
from tests.running import ROOT, free_port, wait_until
from tests.stack.running import RunningGunicorn
from tests.test_stop import read_answer, refuses, upload

LIMIT = 1 << 20


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("library")
    (folder / "a.png").write_bytes(draw(RED))
    return folder


@pytest.fixture(scope="module")
def service(
    library: Path, tmp_path_factory: pytest.TempPathFactory, any_qdrant_server: QdrantServer | None
) -> Iterator[RunningGunicorn]:
    """One for all tests: it takes seconds to come up, and outlives the processes that some of them end."""
    settings = {"MAX_UPLOAD_MB": "1", "STOP_TIMEOUT_S": "600", "THREADS": "4"}
    with RunningGunicorn(library, tmp_path_factory.mktemp("data"), any_qdrant_server, **settings) as running:
        yield running


def connect(service: RunningGunicorn) -> socket.socket:
    return socket.create_connection(("127.0.0.1", service.port), timeout=60)


def test_what_is_too_large_is_refused_before_it_has_come(service: RunningGunicorn) -> None:
    with connect(service) as announced, connect(service) as chunked:
        kind = b"Content-Type: multipart/form-data; boundary=b\r\n"
        head = b"POST /v1/images HTTP/1.1\r\nHost: localhost\r\n" + kind
        announced.sendall(head + b"Content-Length: %d\r\n\r\n" % (LIMIT + 1))
        status, _, problem = read_answer(announced)
        assert (status, problem["code"]) == (413, "too_large")
        beginning = b'--b\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n'
        chunked.sendall(head + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n" % (len(beginning), beginning))
        for _ in range(LIMIT // (1 << 16) + 1):
            chunked.sendall(b"10000\r\n" + b"." * (1 << 16) + b"\r\n")
        status, _, problem = read_answer(chunked)
        assert (status, problem["code"]) == (413, "too_large")


def test_what_is_as_large_as_may_be_is_taken(service: RunningGunicorn) -> None:
    beginning = b'--b\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n' + draw(RED)
    body = beginning + bytes(LIMIT - len(beginning) - 9) + b"\r\n--b--\r\n"
    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    for sent in (body, iter([body[:1000], body[1000:]])):  # with its length, and in chunks without
        answer = service.session.post(f"{service.address}/v1/search", data=sent, headers=kind, timeout=60)
        assert (len(body), answer.status_code) == (LIMIT, 200), answer.text


def test_metrics_are_those_of_all_processes_and_of_some_that_have_ended(service: RunningGunicorn) -> None:
    def asked() -> float:
        told = service.session.get(f"{service.address}/metrics").text
        return float(re.search(r'route="/v1/status",status="200"} (\S+)', told)[1])  # type: ignore[index]

    first = set(service.workers())
    service.session.get(f"{service.address}/v1/status")
    before = asked()
    for _ in range(5):
        service.session.get(f"{service.address}/v1/status")
    service.process.send_signal(signal.SIGHUP)  # others take over
    wait_until(lambda: not first & set(service.workers()))
    wait_until(service._answers)
    wait_until(lambda: asked() == before + 5)
    told = service.session.get(f"{service.address}/metrics").text
    assert 'lookalike_pictures{state="indexed"} 1.0' in told
    assert "lookalike_requests_in_flight 1.0" in told  # this very one
    assert {f"lookalike_gate_{name}" for name in ("places", "busy", "waiting")} <= set(re.findall(r"^\w+", told, re.M))


def test_the_processes_are_told_of_as_one(service: RunningGunicorn) -> None:
    def told(name: str) -> float:
        text = service.session.get(f"{service.address}/metrics").text
        return float(re.search(rf"^process_{name} (\S+)", text, re.MULTILINE)[1])  # type: ignore[index]

    before, (first, *_) = told("cpu_seconds_total"), service.workers()
    assert told("resident_memory_bytes") > service.peak_memory_bytes() + (50 << 20)  # beside it one with a model
    assert told("max_fds") == resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: first not in service.workers())
    wait_until(service._answers)
    assert told("cpu_seconds_total") >= before


def test_the_log_is_one_of_json_lines(service: RunningGunicorn) -> None:
    service.session.get(f"{service.address}/v1/status")
    lines = [line for line in service.log.read_text().splitlines() if not line.startswith("INFO: ")]  # of LiteRT
    assert {"service.access", "gunicorn.error"} <= {json.loads(line)["logger"] for line in lines}


def test_a_connection_serves_many_requests(service: RunningGunicorn) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)
    for _ in range(3):
        connection.request("GET", "/v1/status")
        answer = connection.getresponse()
        assert (answer.status, answer.read()[:1], answer.will_close) == (200, b"{", False)
    connection.close()


def test_a_service_that_is_told_to_stop_answers_all_whom_it_has_let_in(service: RunningGunicorn, library: Path) -> None:
    """To be the last that asks the service, which ends.

    Four requests keep all threads waiting for their bodies, and four times as many wait for a thread.
    """
    with ExitStack() as stack:
        slow = [(stack.enter_context(connect(service)), upload(draw(RED), f"{n}.png")) for n in range(4)]
        for connection, (head, body) in slow:
            connection.sendall(head + body[:40])
        waiting = [stack.enter_context(connect(service)) for _ in range(16)]
        for connection in waiting:
            connection.sendall(b"GET /v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n")
        service.process.send_signal(signal.SIGTERM)
        wait_until(lambda: refuses(service))
        for connection, (_, body) in slow:
            connection.sendall(body[40:])
        added = [read_answer(connection) for connection, _ in slow]
        told = [read_answer(connection) for connection in waiting]
    assert [status for status, *_ in added] == [202] * 4  # at once, though they would have waited for a minute
    assert [status for status, *_ in told] == [200] * 16
    assert {headers["connection"] for _, headers, _ in told} == {"close"}
    assert service.process.wait(60) == 0
    assert sorted(path.name for path in library.iterdir()) == ["0.png", "1.png", "2.png", "3.png", "a.png"]


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({}, "gunicorn needs LOOKALIKE_QDRANT_URL"),
        ({"PORT": "many"}, "LOOKALIKE_PORT cannot be 'many'"),
        ({"QDRANT_URL": "http://127.0.0.1:9", "HOST": "0.0.0.0"}, "others can reach 0.0.0.0"),
        ({"QDRANT_URL": "http://127.0.0.1:9", "LIBRARY": "/nowhere"}, "the library /nowhere is not a folder"),
    ],
)
def test_what_cannot_work_stops_the_start_with_a_line_that_says_why(
    variables: dict[str, str], says: str, tmp_path: Path
) -> None:
    given = {"PORT": str(free_port()), "LIBRARY": str(ROOT), "PROCESSES": "1"} | variables
    environ = os.environ | {f"LOOKALIKE_{name}": value for name, value in given.items()} | {"TMPDIR": str(tmp_path)}
    command = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.py"]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def lonely(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], str, Path]]:
    """gunicorn before a Qdrant server that is not there, as it listens: the process, its address, its log.

    The server's key lies in `key` beside the log.
    """
    port, log, key = free_port(), tmp_path / "log", tmp_path / "key"
    key.write_text("secret")
    given = {"PORT": str(port), "LIBRARY": str(tmp_path), "QDRANT_URL": f"http://127.0.0.1:{free_port()}"}
    given |= {"PROCESSES": "1", "QDRANT_API_KEY_FILE": str(key)}
    environ = os.environ | {f"LOOKALIKE_{name}": value for name, value in given.items()}
    with log.open("wb") as file:
        command = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.py"]
        process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=file, stderr=file)
    try:
        wait_until(lambda: "Listening at" in log.read_text(), 60)
        yield process, f"http://127.0.0.1:{port}", log
    finally:
        process.terminate()
        process.wait(60)


def test_while_the_engine_is_away_it_says_so(lonely: tuple[subprocess.Popen[bytes], str, Path]) -> None:
    _, address, log = lonely
    ready = requests.get(f"{address}/health/ready", timeout=60)
    assert (ready.status_code, ready.json()["code"]) == (503, "not_ready")
    assert int(ready.headers["Retry-After"]) > 0
    assert "not there yet" in log.read_text()


def test_a_key_that_is_none_any_more_ends_it_with_a_line_when_a_process_has_to_be_replaced(
    lonely: tuple[subprocess.Popen[bytes], str, Path],
) -> None:
    process, address, log = lonely
    assert requests.get(f"{address}/health/live", timeout=60).ok
    (log.parent / "key").write_text("")
    (worker,) = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    os.kill(int(worker), signal.SIGKILL)
    assert process.wait(60) != 0
    assert "LOOKALIKE_QDRANT_API_KEY cannot be what it is" in log.read_text()
    assert "Traceback" not in log.read_text()
