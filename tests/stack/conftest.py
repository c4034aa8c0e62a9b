"""What the tests in Docker start from: the image, built once, and containers that are gone when a test is over."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import pytest

from tests.pictures import BLUE, GREEN, RED, draw
from tests.running import ROOT
from tests.stack.images import base_image

IMAGE = "lookalike-test"
PARTS = (
    "model",
    "indexer",
    "service",
    "webui",
    "deploy",
    "docker-compose.yml",
    "Makefile",
    ".dockerignore",
    ".env.example",
)

Docker = Callable[..., str]


def docker(*arguments: str) -> str:
    """Return what docker says."""
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, timeout=1200)
    assert done.returncode == 0, done.stdout + done.stderr
    return (done.stdout + done.stderr).strip()


@pytest.fixture(scope="session")
def image() -> str:
    """The image, built from this tree."""
    docker(
        "build", "--build-arg", f"BASE={base_image()}", "-f", str(ROOT / "deploy/Dockerfile"), "-t", IMAGE, str(ROOT)
    )
    return IMAGE


@pytest.fixture
def volume() -> Iterator[str]:
    """The name of a volume that is gone after a test; to be asked for before the containers that use it."""
    name = f"lookalike-test-{uuid4().hex[:8]}"
    docker("volume", "create", name)
    yield name
    docker("volume", "rm", name)


@pytest.fixture
def container(image: str) -> Iterator[Docker]:
    """Starts a container of the image, with options and a command, and returns its name."""
    with ExitStack() as stack:

        def start(*options: str, command: tuple[str, ...] = ()) -> str:
            name = f"lookalike-test-{uuid4().hex[:8]}"
            stack.callback(docker, "rm", "--force", "--volumes", name)
            docker("run", "--detach", "--name", name, *options, image, *command)
            return name

        yield start


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder of three pictures that everybody may read, whoever that is in a container."""
    folder = tmp_path / "pictures"
    (folder / "cars").mkdir(parents=True)
    for key, colour in (("cars/red.png", RED), ("cars/green ü%41?.png", GREEN), ("blue.png", BLUE)):
        (folder / key).write_bytes(draw(colour, (300, 200)))
    for parent in (folder, *list(folder.parents)[:-2]):
        if parent.stat().st_uid == os.geteuid():
            parent.chmod(parent.stat().st_mode | 0o055)
    return folder


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of all that the stack is made of, to be told things and given keys."""
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(
                ROOT / part, tmp_path / "tree" / part, ignore=shutil.ignore_patterns("node_modules", "__pycache__")
            )
        else:
            (tmp_path / "tree").mkdir(exist_ok=True)
            shutil.copy(ROOT / part, tmp_path / "tree" / part)
    return tmp_path / "tree"
