"""A Qdrant server for the tests: the one at `QDRANT_URL`, or a container of the image that the stack has."""

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

from qdrant_client import QdrantClient
from testcontainers.community.qdrant import QdrantContainer
from testcontainers.core.config import testcontainers_config
from testcontainers.core.wait_strategies import HttpWaitStrategy

from indexer.server import connect
from tests.stack.images import named_image

DOCKER_LIMIT_S = 120  # to pull an image
START_LIMIT_S = 60
PORT = 6333


class NoServerError(Exception):
    """There is no server to be had; it says why."""


@dataclass(frozen=True)
class QdrantServer:
    """A server that answers at `url` to those who know its key, if it has one."""

    url: str
    key: str | None

    @contextmanager
    def collection(self) -> Iterator[tuple[QdrantClient, str]]:
        """Give a client and the name of a collection, which need not be made and is gone afterwards."""
        client, name = connect(self.url, self.key, timeout_s=30), f"test-{uuid4()}"
        try:
            yield client, name
        finally:
            client.delete_collection(name)
            client.close()


@contextmanager
def running_qdrant() -> Iterator[QdrantServer]:
    """Give a server. Raises `NoServerError`, at once where there is no Docker."""
    if url := os.environ.get("QDRANT_URL"):
        yield QdrantServer(url, os.environ.get("QDRANT_API_KEY"))
        return
    image = named_image("QDRANT_IMAGE")
    _require(image)
    testcontainers_config.ryuk_disabled = True  # a second image, which would tidy up after tests that were killed
    key = secrets.token_urlsafe()
    container = QdrantContainer(image, api_key=key).waiting_for(
        HttpWaitStrategy(PORT, "/readyz").with_startup_timeout(START_LIMIT_S)
    )
    with container:
        yield QdrantServer(f"http://{container.get_container_host_ip()}:{container.get_exposed_port(PORT)}", key)


def _require(image: str) -> None:
    """Return when Docker has the image. Raises `NoServerError`."""
    if not shutil.which("docker") or _fails("version"):
        raise NoServerError("there is no Docker to start one")
    if _fails("image", "inspect", image) and (reason := _fails("pull", "--quiet", image)):
        raise NoServerError(f"Docker cannot pull {image} ({reason})")


def _fails(*command: str) -> str:
    """Return why docker does not do something, or nothing if it does."""
    try:
        done = subprocess.run(["docker", *command], capture_output=True, text=True, timeout=DOCKER_LIMIT_S)
    except subprocess.TimeoutExpired:
        return f"it takes more than {DOCKER_LIMIT_S} s"
    return done.stderr.strip() if done.returncode else ""
