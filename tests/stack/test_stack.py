"""The whole stack of docker-compose.yml, driven from outside: with a Qdrant image, pulled or made of its program."""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
import requests

from indexer.record import id_of
from tests.pictures import BLUE, RED, WHITE, draw
from tests.running import free_port, wait_until
from tests.stack.conftest import docker
from tests.stack.images import base_image, nginx_image, qdrant_image

pytestmark = pytest.mark.stack

SERVICES = ("qdrant", "watch", "work", "service", "nginx")


@dataclass
class Stack:
    tree: Path
    address: str
    pictures: Path
    environ: dict[str, str]

    @property
    def key(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {(self.tree / 'secrets/write.key').read_text().strip()}"}

    def compose(self, *arguments: str) -> str:
        done = subprocess.run(
            [*_compose(), *arguments], cwd=self.tree, env=self.environ, capture_output=True, text=True, timeout=600
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def containers(self, service: str) -> list[str]:
        return self.compose("ps", "--all", "-q", service).split()

    def get(self, path: str, **options: object) -> requests.Response:
        return requests.get(self.address + path, timeout=30, **options)  # type: ignore[arg-type]

    def add(
        self, name: str, picture: bytes, wait_s: int = 0, headers: dict[str, str] | None = None
    ) -> requests.Response:
        return requests.post(
            f"{self.address}/v1/images?wait={wait_s}",
            files={"image": (name, picture)},
            headers=self.key if headers is None else headers,
            timeout=90,
        )

    def is_ready(self) -> bool:
        try:
            return self.get("/health/ready").ok
        except requests.ConnectionError:
            return False

    def has_indexed(self, number: int) -> bool:
        answer = self.get("/v1/status")
        return answer.ok and answer.json()["counts"]["indexed"] == number


def _compose() -> list[str]:
    """Return the command: the plug-in of today or the program of old."""
    plugin = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)
    return ["docker", "compose"] if plugin.returncode == 0 else ["docker-compose"]


@pytest.fixture
def stack(request: pytest.FixtureRequest, tree: Path, pictures: Path) -> Iterator[Stack]:
    """The stack as `make stack` starts it, of one or several files, with doors and volumes of its own."""
    qdrant = qdrant_image()
    if qdrant is None:
        pytest.skip("no Qdrant image: it cannot be pulled; QDRANT_IMAGE or QDRANT_BINARY would say where one is")
    for path in (pictures, *pictures.rglob("*")):
        os.chown(path, 4321, 4321)
    port = free_port()
    told = {
        "COMPOSE_FILE": getattr(request, "param", "docker-compose.yml"),
        "BASE": base_image(),
        "NGINX_IMAGE": nginx_image(),
        "QDRANT_IMAGE": qdrant,
        "LIBRARY": str(pictures),
        "USER_ID": "4321",
        "GROUP_ID": "4321",
        "ADDRESS": f"127.0.0.1:{port}",
        "COMPOSE_PROJECT_NAME": tree.parent.name.replace("_", "").lower()[:40],
    }
    subprocess.run(["make", "secrets", ".env"], cwd=tree, check=True)
    running = Stack(tree, f"http://127.0.0.1:{port}", pictures, os.environ | told)
    try:
        running.compose("up", "--build", *(["--wait"] if _compose()[1:] else ["--detach"]))
        wait_until(running.is_ready, 180)
        yield running
    except BaseException as error:
        error.add_note(running.compose("logs", "--tail", "30"))
        raise
    finally:
        running.compose("down", "--volumes", "--timeout", "10")


def test_the_stack_does_all_that_the_one_process_does_and_outlives_its_parts(stack: Stack) -> None:
    """One test, for what takes long is to start it."""
    wait_until(lambda: stack.has_indexed(3), 120)
    wait_until(lambda: all(_is_healthy(stack, service) for service in SERVICES), 60)
    _is_confined(stack)
    _searches_and_sends(stack)
    _is_closed(stack)
    _adds_and_follows(stack)
    _outlives_a_worker(stack)
    _outlives_qdrant(stack)


@pytest.mark.parametrize("stack", ["docker-compose.yml:deploy/cluster.yml"], indirect=True)
def test_a_cluster_goes_on_with_a_node_gone(stack: Stack) -> None:
    wait_until(lambda: stack.has_indexed(3), 120)
    docker("stop", "--time", "10", *stack.containers("qdrant"))
    found = requests.post(f"{stack.address}/v1/search", files={"image": ("q.png", draw(RED))}, timeout=60).json()
    assert found["hits"][0]["key"] == "cars/red.png"

    def adds(name: str) -> bool:
        """Add another picture each time: what the node had promised to do is only done when its lease has run out."""
        added = stack.add(name, draw(WHITE, (50, 60)), wait_s=5)
        assert added.status_code in (201, 202, 503), added.text  # until the others have noticed
        return added.status_code == 201

    numbers = count()
    wait_until(lambda: adds(f"{next(numbers)}.png"), 120)
    wait_until(stack.is_ready, 60)
    docker("start", *stack.containers("qdrant"))
    wait_until(lambda: stack.get("/v1/status").json().get("counts", {}).get("pending") == 0, 200)


def _searches_and_sends(stack: Stack) -> None:
    found = requests.post(f"{stack.address}/v1/search", files={"image": ("q.png", draw(RED))}, timeout=30).json()
    assert found["hits"][0]["key"] == "cars/red.png"
    sent = stack.get(f"/v1/images/{id_of('cars/green ü%41?.png')}/file")
    assert (sent.content, sent.headers["Server"]) == ((stack.pictures / "cars/green ü%41?.png").read_bytes(), "nginx")
    assert stack.get(f"/v1/images/{id_of('blue.png')}/thumbnail").headers["Content-Type"] == "image/jpeg"
    assert stack.get("/").ok
    assert stack.get("/v1/status").json()["engine"] == "server"


def _is_closed(stack: Stack) -> None:
    assert stack.add("no.png", draw(WHITE), headers={}).status_code == 401
    assert stack.get("/v1/status", headers={"Host": "evil.example"}).status_code == 421
    over = b"." * ((32 << 20) + 1)
    refused = requests.post(f"{stack.address}/v1/images", data=over, headers=stack.key, timeout=60)
    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")


def _adds_and_follows(stack: Stack) -> None:
    added = stack.add("new.png", draw(WHITE, (70, 60)), wait_s=60)
    assert (added.status_code, added.json()["state"]) == (201, "indexed")
    assert (stack.pictures / "new.png").stat().st_uid == 4321
    (stack.pictures / "by-hand.png").write_bytes(draw(BLUE, (90, 30)))
    (stack.pictures / "by-hand.png").chmod(0o644)
    wait_until(lambda: stack.has_indexed(5), 60)


def _outlives_a_worker(stack: Stack) -> None:
    docker("kill", stack.containers("work")[0])
    assert stack.add("after.png", draw(RED, (33, 44)), wait_s=60).status_code == 201


def _outlives_qdrant(stack: Stack) -> None:
    (qdrant,) = stack.containers("qdrant")
    docker("stop", "--time", "10", qdrant)
    away = stack.get("/v1/status")
    assert (away.status_code, "Retry-After" in away.headers) == (503, True)
    assert stack.get("/health/ready").json()["code"] == "not_ready"
    docker("start", qdrant)
    wait_until(stack.is_ready, 90)
    wait_until(lambda: stack.has_indexed(6), 60)


def _is_healthy(stack: Stack, service: str) -> bool:
    names = stack.containers(service)
    return {docker("inspect", "-f", "{{.State.Health.Status}}", name) for name in names} == {"healthy"}


def _is_confined(stack: Stack) -> None:
    for service in SERVICES:
        name = stack.containers(service)[0]
        wrote = subprocess.run(["docker", "exec", name, "sh", "-c", "touch /it /etc/it"], capture_output=True)
        assert b"Read-only file system" in wrote.stderr, service
        assert docker("exec", name, "id", "-u") != "0", service
        assert docker("inspect", "-f", "{{.HostConfig.CapDrop}} {{.HostConfig.Memory}}", name).startswith("[ALL] "), (
            service
        )
        ports = docker("inspect", "-f", "{{range $port, $to := .NetworkSettings.Ports}}{{$to}}{{end}}", name)
        assert ("127.0.0.1" in ports) == (service == "nginx"), service
