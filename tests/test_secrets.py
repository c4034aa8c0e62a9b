"""What the running service writes down, after every way to send it a secret."""

import json
import socket
from pathlib import Path

from tests.running import RunningService

KEY = "s3cret-s3cret-s3cret-s3cret"
SECRET = "s3cret"


def test_nothing_secret_gets_into_the_log(tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    (tmp_path / "key").write_text(KEY)
    flags = ("--log-level", "debug", "--fetch-hosts", "127.0.0.1", "--write-key-file", str(tmp_path / "key"))
    with RunningService(tmp_path / "library", tmp_path / "data", *flags) as service:
        statuses = [send(service, {"Authorization": f"Bearer {KEY}"}, url) for url in addresses(service)]
        assert statuses == 6 * [422]
        assert send(service, {"Authorization": f"Bearer {KEY}x", "Cookie": "lookalike=s3cret"}, "http://x/") == 401
        assert (
            service.session.get(f"{service.address}/v1/images?limit=s3cret", headers={"X-Api-Key": KEY}).status_code
            == 400
        )
        assert service.session.post(f"{service.address}/v1/session", json={"key": KEY}).ok
        assert send_nonsense(service).startswith(b"HTTP/1.1 400 ")
    text = service.log.read_text()
    assert SECRET not in text
    lines = [json.loads(line) for line in text.splitlines() if not line.startswith("INFO: ")]  # LiteRT's own words
    answered = [line["status"] for line in lines if line.get("request_id") == "mine" and "route" in line]
    assert answered == [*statuses, 401]
    assert [line["status"] for line in lines if line.get("route") == "none"] == [400]


def addresses(service: RunningService) -> list[str]:
    return [
        "http://me:s3cret@127.0.0.1/s.jpg", "http://127.0.0.1/?token=s3cret", "http://127.0.0.1:9/#s3cret",
        "s3cret://x", "http://s3cret@/", f"{service.address}/?token=s3cret",
    ]  # fmt: skip


def send(service: RunningService, headers: dict[str, str], url: str) -> int:
    """Ask for a search with a picture by URL; return the status of the answer."""
    named = headers | {"X-Request-Id": "mine"}
    answer = service.session.post(f"{service.address}/v1/search", json={"url": url}, headers=named)
    assert answer.headers["X-Request-Id"] == answer.json()["request_id"] == "mine"
    return answer.status_code


def send_nonsense(service: RunningService) -> bytes:
    """Return the beginning of the answer to what is no HTTP, which the app never sees."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=60) as broken:
        broken.sendall(b"GET /?token=s3cret HTTP/1.1\r\nContent-Length: s3cret\r\nAuthorization: s3cret\r\n\r\n")
        return broken.recv(1000)
