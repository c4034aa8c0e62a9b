"""The image alone, as the whole of Lookalike."""

import os
from pathlib import Path

import pytest
import requests

from tests.pictures import RED, WHITE, draw
from tests.running import free_port, wait_until
from tests.stack.conftest import Docker, docker

pytestmark = pytest.mark.stack

CONFINED = (
    "--health-interval",
    "2s",
    "--read-only",
    "--tmpfs",
    "/tmp",
    "--cap-drop",
    "ALL",
    "--security-opt",
    "no-new-privileges",
)


def counts(address: str) -> dict[str, int]:
    try:
        found: dict[str, int] = requests.get(f"{address}/v1/status", timeout=5).json()["counts"]
    except requests.ConnectionError:
        return {}
    return found


def indexed(address: str, number: int) -> bool:
    return counts(address).get("indexed") == number


def test_one_line_searches_a_folder_and_writes_nothing_into_it(container: Docker, pictures: Path) -> None:
    port = free_port()
    address, before = f"http://127.0.0.1:{port}", sorted(pictures.rglob("*"))
    name = container(*CONFINED, "-p", f"127.0.0.1:{port}:8000", "-v", f"{pictures}:/library:ro")
    wait_until(lambda: indexed(address, 3))
    found = requests.post(f"{address}/v1/search", files={"image": ("q.png", draw(RED))}, timeout=20).json()
    assert found["hits"][0]["key"] == "cars/red.png"
    refused = requests.post(f"{address}/v1/images", files={"image": ("new.png", draw(WHITE))}, timeout=20)
    assert refused.json()["code"] == "read_only"
    assert sorted(pictures.rglob("*")) == before
    assert docker("exec", name, "id", "-u") == "10001"
    wait_until(lambda: docker("inspect", "-f", "{{.State.Health.Status}}", name) == "healthy", 90)
    docker("stop", name)
    assert docker("inspect", "-f", "{{.State.ExitCode}}", name) == "0"


def test_pictures_can_be_added_as_their_owner_and_what_was_indexed_is_kept(
    volume: str, container: Docker, pictures: Path
) -> None:
    for path in (pictures, *pictures.rglob("*")):
        os.chown(path, 4321, 4321)
    port = free_port()
    address, folders = f"http://127.0.0.1:{port}", ("-v", f"{pictures}:/library", "-v", f"{volume}:/data")
    options = (*CONFINED, "--user", "4321:4321", "-p", f"127.0.0.1:{port}:8000", *folders)
    first = container(*options)
    wait_until(lambda: indexed(address, 3))
    added = requests.post(f"{address}/v1/images?wait=30", files={"image": ("new.png", draw(WHITE))}, timeout=60)
    assert added.status_code == 201
    assert (pictures / "new.png").stat().st_uid == 4321
    docker("stop", first)
    container(*options, "-e", "LOOKALIKE_WATCH=no")
    wait_until(lambda: indexed(address, 4))


def test_a_write_key_closes_it(container: Docker, pictures: Path) -> None:
    port = free_port()
    options = (
        "-p",
        f"127.0.0.1:{port}:8000",
        "-v",
        f"{pictures}:/library",
        "-e",
        "LOOKALIKE_WRITE_KEY=0123456789abcdef",
    )
    container(*options)
    wait_until(lambda: indexed(f"http://127.0.0.1:{port}", 3))
    refused = requests.post(f"http://127.0.0.1:{port}/v1/images", files={"image": ("a.png", draw(RED))}, timeout=20)
    assert refused.status_code == 401


def test_nothing_is_in_it_but_what_runs(image: str) -> None:
    listed = docker("run", "--rm", image, "ls", "/app", "/app/deploy", "/app/webui").split()
    assert set(listed) == {
        "/app:", "deploy", "indexer", "model", "service", "webui",
        "/app/deploy:", "gunicorn.py", "requirements.lock", "/app/webui:", "static", "templates",
    }  # fmt: skip
    for absent in ("tensorflow", "pytest", "pip"):
        asked = ("python", "-c", f"import importlib.util as u; print(u.find_spec({absent!r}))")
        assert docker("run", "--rm", image, *asked) == "None"


def test_without_a_library_it_says_so_in_one_line(container: Docker) -> None:
    name = container()
    wait_until(lambda: docker("inspect", "-f", "{{.State.Status}}", name) == "exited", 60)
    assert docker("logs", name).splitlines()[-1] == "lookalike: the library /library is not a folder"
