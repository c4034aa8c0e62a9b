"""nginx as `deploy/nginx` has it, before gunicorn: what it takes upon itself, what it refuses, what it sends."""

import io
import json
import os
import re
import shutil
import signal
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
import trustme

from indexer.record import id_of
from tests.pictures import BLUE, RED, draw
from tests.qdrant import QdrantServer
from tests.running import RunningService, wait_until
from tests.stack.running import RunningGunicorn, RunningNginx
from tests.test_stop import read_answer, upload
from tests.web import Server, answer, saying

pytestmark = pytest.mark.skipif(shutil.which("nginx") is None, reason="needs nginx (apt-get install nginx-light)")

LIMIT = 1 << 20
ODD_KEY = "cars/a b%41?#+&ü..png"
LARGE_KEY = "large.bmp"
THREADS = 4


@dataclass
class Front:
    """nginx before gunicorn, and a service beside it that sends its files itself."""

    library: Path
    gunicorn: RunningGunicorn
    nginx: RunningNginx

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.nginx.session.get(self.nginx.address + path, timeout=60, **options)

    def get_direct(self, path: str, **options: Any) -> requests.Response:
        """What the service says to `path` itself, without anything before it."""
        return self.gunicorn.session.get(self.gunicorn.address + path, timeout=60, **options)

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.nginx.port), timeout=60)


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory, any_qdrant_server: QdrantServer | None) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("front")
    library, data = folder / "library", folder / "data"
    for key, picture in (
        (ODD_KEY, draw(RED, (900, 600))),
        ("b.png", draw(BLUE)),
        (LARGE_KEY, draw(BLUE, (2000, 1400), "BMP")),
    ):
        (library / key).parent.mkdir(parents=True, exist_ok=True)
        (library / key).write_bytes(picture)
    settings = {"X_ACCEL": "yes", "PROXIES": "1", "MAX_UPLOAD_MB": "1", "THREADS": str(THREADS)}
    with (
        RunningGunicorn(library, data, any_qdrant_server, **settings) as gunicorn,
        RunningNginx(gunicorn.port, library, data, folder / "nginx", max_upload_mb=1) as nginx,
    ):
        yield Front(library, gunicorn, nginx)


def search(front: Front) -> requests.Response:
    picture = {"image": ("q.png", io.BytesIO(draw(RED)))}
    return requests.post(f"{front.nginx.address}/v1/search", files=picture, timeout=60)


def test_slow_clients_by_the_hundred_keep_nobody_waiting(front: Front) -> None:
    """Of each kind a hundred times as many as there are threads behind nginx for them to hold."""
    with ExitStack() as stack:
        for _ in range(100):
            heads, bodies, readers = (stack.enter_context(front.connect()) for _ in range(3))
            heads.sendall(b"GET /v1/status HTTP/1.1\r\nHost: loc")
            head, body = upload(draw(RED), "never.png")
            bodies.sendall(head + body[:50])
            readers.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            readers.sendall(f"GET /v1/images/{id_of(LARGE_KEY)}/file HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        for _ in range(2 * THREADS):
            found = search(front)
            assert (found.status_code, found.json()["hits"][0]["key"]) == (200, ODD_KEY)
            assert front.get(f"/v1/images/{id_of(LARGE_KEY)}/file").content == (front.library / LARGE_KEY).read_bytes()
    assert not (front.library / "never.png").exists()


def test_what_is_too_large_is_refused_before_it_has_come_and_before_the_service_hears_of_it(front: Front) -> None:
    kind = b"POST /v1/images HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: too-large\r\nContent-Type: image/png\r\n"
    with front.connect() as announced, front.connect() as chunked:
        announced.sendall(kind + b"Content-Length: %d\r\n\r\n" % (LIMIT + 1))
        status, headers, problem = read_answer(announced)
        assert (status, problem["code"], headers["content-type"]) == (413, "too_large", "application/problem+json")
        chunked.sendall(kind + b"Transfer-Encoding: chunked\r\n\r\n")
        for _ in range(LIMIT // (1 << 16) + 1):
            chunked.sendall(b"10000\r\n" + b"." * (1 << 16) + b"\r\n")
        status, _, problem = read_answer(chunked)
        assert (status, problem["code"]) == (413, "too_large")
    assert "too-large" not in front.gunicorn.log.read_text()


def test_the_largest_upload_that_the_service_takes_comes_through(front: Front) -> None:
    start, end = upload(draw(RED), "exact.png")[1].split(draw(RED))
    # One less than the limit: where the end of a body is not announced, it could go on after that.
    padded = draw(RED) + bytes(LIMIT - 1 - len(start) - len(end) - len(draw(RED)))
    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    added = requests.post(f"{front.nginx.address}/v1/images", start + padded + end, headers=kind, timeout=60)
    assert added.status_code == 202
    assert (front.library / "exact.png").stat().st_size == len(padded)


@pytest.mark.parametrize("what", ["file", "thumbnail"])
@pytest.mark.parametrize("key", [ODD_KEY, LARGE_KEY])
@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"Range": "bytes=2-5"},
        {"Range": "bytes=-7"},
        {"Range": "bytes=999999999-"},
        {"Range": "bytes=2-5", "If-Range": "ETAG"},
        {"Range": "bytes=2-5", "If-Range": '"other"'},
        {"If-None-Match": "ETAG"},
        {"If-None-Match": '"other"'},
        {"If-Match": "ETAG"},
        {"If-Match": '"other"'},
        {"If-Modified-Since": "Thu, 01 Jan 2099 00:00:00 GMT"},
        {"If-Modified-Since": "Thu, 01 Jan 1998 00:00:00 GMT"},
    ],
    ids=str,
)
def test_a_file_that_nginx_sends_is_answered_as_the_service_answers_it(
    front: Front, beside: RunningService, key: str, what: str, asked: dict[str, str]
) -> None:
    for version in ("", "?v=0"):
        path = f"/v1/images/{id_of(key)}/{what}{version}"
        etag = front.get(path).headers["ETag"]
        headers = {name: value.replace("ETAG", etag) for name, value in asked.items()} | {"X-Request-Id": "one"}
        sent = front.get(path, headers=headers)
        ours = beside.session.get(beside.address + path, headers=headers, timeout=60)
        assert (sent.status_code, sent.content) == (ours.status_code, ours.content)
        assert _compared(sent) == _compared(ours)
        assert "X-Accel-Redirect" not in sent.headers
        head = front.nginx.session.head(front.nginx.address + path, headers=headers, timeout=60)
        assert (head.status_code, head.content) == (ours.status_code, b"")


def _compared(answer: requests.Response) -> dict[str, str]:
    """Return the headers that must be the same whoever sends."""
    whose = {"date", "server", "connection", "via", "keep-alive", "transfer-encoding"}
    headers = {name.lower(): value for name, value in answer.headers.items() if name.lower() not in whose}
    if answer.status_code == 206:
        headers.pop("accept-ranges", None)  # it shows
    if answer.status_code in (304, 412):
        headers.pop("content-length", None)
        headers.pop("content-type", None)
    return headers


@pytest.fixture(scope="module")
def beside(front: Front, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """The same library and thumbnails in a service of its own, which nginx does not stand before."""
    data = tmp_path_factory.mktemp("beside")
    (data / "thumbnails").symlink_to(front.library.parent / "data" / "thumbnails")
    with RunningService(front.library, data, MAX_UPLOAD_MB="1") as service:
        service.wait_until_indexed(sum(path.is_file() for path in front.library.rglob("*")))
        yield service


def test_nginx_sends_the_file_and_not_the_service(front: Front) -> None:
    handed = front.get_direct(f"/v1/images/{id_of(ODD_KEY)}/file")
    assert (handed.status_code, handed.content) == (200, b"")
    assert handed.headers["X-Accel-Redirect"] == "/_files/library/cars/a%20b%2541%3F%23%2B%26%C3%BC..png"


@pytest.mark.parametrize("path", ["/_files/library/b.png", "/_files/thumbnails/", "/v1/../_files/library/b.png"])
def test_nobody_can_ask_for_a_file_by_its_path(front: Front, path: str) -> None:
    with front.connect() as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        status, _, problem = read_answer(connection)
    assert (status, problem["code"]) == (404, "not_found")


def test_a_link_that_leads_out_of_the_library_is_not_followed(front: Front, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(b"secret")
    aside = front.library / ".aside"
    (front.library / "b.png").rename(aside)
    try:
        (front.library / "b.png").symlink_to(tmp_path / "secret.png")
        answer = front.get(f"/v1/images/{id_of('b.png')}/file")
    finally:
        (front.library / "b.png").unlink()
        aside.rename(front.library / "b.png")
    assert answer.status_code in (400, 404)
    assert b"secret" not in answer.content


@pytest.fixture
def nginx_before(tmp_path: Path) -> Iterator[Callable[[bytes], tuple[RunningNginx, Server]]]:
    """nginx before a server that answers everything with the same bytes."""
    with ExitStack() as stack:

        def start(said: bytes) -> tuple[RunningNginx, Server]:
            server = stack.enter_context(Server(saying(said)))
            threading.Thread(target=server.serve_forever, args=(0.01,)).start()
            stack.callback(server.shutdown)
            (tmp_path / "library").mkdir(exist_ok=True)
            nginx = RunningNginx(server.port, tmp_path / "library", tmp_path / "data", tmp_path / "nginx")
            return stack.enter_context(nginx), server

        yield start


@pytest.mark.parametrize("path", ["../secret", "%2e%2e/secret", "link", "folder/secret", "/etc/passwd", "a%00b"])
def test_whatever_file_a_service_named_it_would_be_one_of_the_library(
    nginx_before: Callable[[bytes], tuple[RunningNginx, Server]], tmp_path: Path, path: str
) -> None:
    (tmp_path / "library").mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "outside" / "secret").write_bytes(b"secret")
    (tmp_path / "library" / "link").symlink_to(tmp_path / "secret")
    (tmp_path / "library" / "folder").symlink_to(tmp_path / "outside")
    nginx, _ = nginx_before(answer(b"", X_Accel_Redirect=f"/_files/library/{path}"))
    told = nginx.session.get(nginx.address, timeout=60)
    assert told.status_code in (404, 503)
    assert b"secret" not in told.content
    assert b"root:" not in told.content


def test_the_service_is_told_who_asks_and_by_what_name_and_nothing_that_a_client_made_up(
    nginx_before: Callable[[bytes], tuple[RunningNginx, Server]],
) -> None:
    nginx, server = nginx_before(answer())
    made_up = {
        "X-Forwarded-For": "10.0.0.1",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "evil",
        "X-Forwarded-Prefix": "/evil",
        "X-Real-IP": "10.0.0.1",
        "Forwarded": "for=10.0.0.1",
        "Proxy": "http://evil",
        "X_Forwarded_For": "10.0.0.1",
    }
    nginx.session.get(nginx.address, headers=made_up, timeout=60)
    _, *lines = server.heads[-1].split("\r\n")
    told = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines if line)}
    assert told["host"] == f"127.0.0.1:{nginx.port}"
    # As many as LOOKALIKE_PROXIES says are believed, from the end: the client's own word comes before.
    assert told["x-forwarded-for"] == "10.0.0.1, 127.0.0.1"
    assert told["x-forwarded-proto"] == "https, http"
    assert "evil" not in server.heads[-1]
    assert told.keys() <= {
        "host", "connection", "x-forwarded-for", "x-forwarded-proto", "x-request-id", "accept", "accept-encoding",
        "user-agent",
    }  # fmt: skip


def test_a_foreign_name_is_refused_by_the_service(front: Front) -> None:
    assert front.get("/v1/status", headers={"Host": "evil.example"}).json()["code"] == "unknown_host"


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_styles_are_kept_in_the_form_that_was_asked_for(front: Front, encoding: str) -> None:
    headers = {"Accept-Encoding": encoding}
    (edition,) = re.findall(r'"(/static/.*/)css/page.css"', front.get("/").text)
    address = f"{edition}css/layout.css"
    own = front.get_direct(address, headers=headers)
    first, second = (front.get(address, headers=headers) for _ in range(2))
    assert first.content == second.content == own.content
    assert second.headers.get("Content-Encoding") == own.headers.get("Content-Encoding")
    for name in ("Content-Type", "ETag", "Content-Security-Policy", "X-Content-Type-Options", "Cache-Control"):
        assert second.headers[name] == own.headers[name], name
    known = front.get(address, headers=headers | {"If-None-Match": own.headers["ETag"]})
    assert (known.status_code, known.headers["Cache-Control"]) == (304, own.headers["Cache-Control"])
    assert "immutable" in own.headers["Cache-Control"]


def test_a_style_is_asked_for_once(front: Front) -> None:
    for _ in range(5):
        assert front.get("/bootstrap/static/css/bootstrap.min.css").status_code == 200
    assert front.gunicorn.log.read_text().count('"path": "/bootstrap/static/css/bootstrap.min.css"') == 1


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (b"HELLO\r\n\r\n", 400, "bad_request"),
        (b"GET / HTTP/3.0\r\n\r\n", 400, "bad_request"),
        (b"GET /v1/images?tags=f\xc3\xbcn HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, "bad_request"),
        (b"GET /static/css/page.css?\xff HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, "bad_request"),
        (b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\n\r\n", 431, "request_header_fields_too_large"),
        (b"GET / HTTP/1.1\r\nCookie: " + b"x" * 9000 + b"\r\n\r\n", 431, "request_header_fields_too_large"),
        (b"TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n", 501, "not_implemented"),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n", 501, "not_implemented"),
    ],
)
def test_what_nginx_refuses_is_refused_as_the_service_does_it(
    front: Front, sent: bytes, status: int, code: str
) -> None:
    with front.connect() as connection:
        connection.sendall(sent)
        refused, headers, problem = read_answer(connection)
    assert (refused, problem["status"], problem["code"]) == (status, status, code)
    assert headers["content-type"] == "application/problem+json"
    assert headers["x-request-id"] == problem["request_id"]


def access_lines(log: Path) -> list[dict[str, Any]]:
    """Return the lines of a log that are about a request, and are whole. In others nginx repeats what is no text."""
    whole = log.read_bytes().split(b"\n")[:-1]
    return [json.loads(line) for line in whole if b'"request_id"' in line]


def test_a_request_has_one_id_in_both_logs(front: Front) -> None:
    for given in ("mine:1", "not \\ sane", None):
        answer = front.get("/v1/status", headers={"X-Request-Id": given} if given else {})
        own_id = answer.headers["X-Request-Id"]
        assert (own_id == given) == (given == "mine:1")
        for log in (front.nginx.log, front.gunicorn.log):
            wait_until(lambda: any(line["request_id"] == own_id for line in access_lines(log)))  # noqa: B023


def test_nginx_logs_lines_of_json_that_tell_what_was_asked_for(front: Front) -> None:
    with front.connect() as connection:
        connection.sendall(b"PUT /large/\xff?key=secret HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: odd\r\n")
        connection.sendall(b"Content-Length: %d\r\n\r\n" % (LIMIT + 1))
        assert read_answer(connection)[0] == 413
    wait_until(lambda: b'"odd"' in front.nginx.log.read_bytes())
    (line,) = [line for line in access_lines(front.nginx.log) if line["request_id"] == "odd"]
    assert (line["method"], line["path"], line["status"]) == ("PUT", "/large/", 413)
    assert 0 <= line["duration_s"] < 60


def test_while_no_service_is_there_clients_are_told_to_come_back(tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    with RunningNginx(9, tmp_path / "library", tmp_path / "data", tmp_path / "nginx") as nginx:
        told = nginx.session.get(f"{nginx.address}/v1/status", timeout=60)
    assert (told.status_code, told.headers["Retry-After"], told.json()["code"]) == (503, "5", "not_ready")
    assert told.headers["Content-Type"] == "application/problem+json"


def test_with_a_certificate_it_speaks_tls_and_sends_there_who_comes_without(tmp_path: Path) -> None:
    authority, folder = trustme.CA(), tmp_path / "nginx"
    (folder / "tls").mkdir(parents=True)
    own = authority.issue_cert("localhost")
    own.private_key_pem.write_to_path(folder / "tls" / "privkey.pem")
    for part in own.cert_chain_pems:
        part.write_to_path(folder / "tls" / "fullchain.pem", append=True)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    with Server(saying(answer(b"behind"))) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        with RunningNginx(server.port, tmp_path, tmp_path, folder, server="tls") as nginx:
            alive = nginx.session.get(f"{nginx.address}/health/live", timeout=60)
            sent = nginx.session.get(f"{nginx.address}/v1/status?x=1", timeout=60, allow_redirects=False)
            secure = requests.get(
                f"https://localhost:{nginx.port_tls}/", verify=str(tmp_path / "ca.pem"), timeout=60
            )  # fmt: skip
            context = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
            context.set_alpn_protocols(["h2"])
            with (
                socket.create_connection(("127.0.0.1", nginx.port_tls), timeout=60) as plain,
                context.wrap_socket(plain, server_hostname="localhost") as tls,
            ):
                assert tls.selected_alpn_protocol() == "h2"
        server.shutdown()
    assert (alive.content, f"Host: 127.0.0.1:{nginx.port}\r\n" in server.heads[0]) == (b"behind", True)
    assert (sent.status_code, sent.headers["Location"]) == (308, "https://127.0.0.1/v1/status?x=1")
    assert (secure.content, "X-Forwarded-Proto: https\r\n" in server.heads[-1]) == (b"behind", True)
    assert "max-age" in secure.headers["Strict-Transport-Security"]


def test_a_service_that_is_replaced_or_told_to_stop_under_load_drops_no_request(front: Front) -> None:
    """To be the last: the service ends. Whoever asks is answered, at the very end with 503 and `Retry-After`."""
    ended, answers, errors = threading.Event(), list[requests.Response](), list[Exception]()

    def ask() -> None:
        while not ended.is_set():
            try:
                answers.append(search(front))
                answers.append(front.get(f"/v1/images/{id_of(ODD_KEY)}/file"))
            except requests.RequestException as error:
                errors.append(error)

    def answered(more: int) -> None:
        wanted = len(answers) + more
        wait_until(lambda: len(answers) >= wanted, 60)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    try:
        answered(30)
        for number in (signal.SIGHUP, signal.SIGHUP):
            front.gunicorn.process.send_signal(number)
            answered(60)
        (one, *_) = front.gunicorn.workers()
        os.kill(one, signal.SIGTERM)
        answered(60)
        assert {(found.status_code, found.text[:300] if found.status_code != 200 else "") for found in answers} == {
            (200, "")
        }
        front.gunicorn.process.send_signal(signal.SIGTERM)
        wait_until(lambda: answers[-1].status_code == 503, 60)
    finally:
        ended.set()
        for thread in threads:
            thread.join(60)
    assert front.gunicorn.process.wait(60) == 0
    assert not errors
    refused = [found for found in answers if found.status_code != 200]
    assert {(found.status_code, found.headers.get("Retry-After")) for found in refused} == {(503, "5")}
