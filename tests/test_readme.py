"""What README shows of the REST interface, run as it stands there."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from indexer.record import id_of
from tests.pictures import BLUE, GREEN, RED, draw
from tests.running import ROOT, RunningService
from tests.web import Server, answer, saying

HERE = "127.0.0.1:8000"
ELSEWHERE = "https://example.org"


def block(language: str, mark: str) -> str:
    """Return the one block of code in README that has these words in it."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    (found,) = [text for text in blocks if mark in text]
    return str(found)


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """The address of a server that has a picture."""
    server = Server(saying(answer(draw(GREEN, (90, 60), "JPEG"))))
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"localhost:{server.port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def service(tmp_path: Path, elsewhere: str) -> Iterator[RunningService]:
    library = tmp_path / "library"
    for key, colour in (("cars/a.png", RED), ("cars/b.png", BLUE)):
        (library / key).parent.mkdir(parents=True, exist_ok=True)
        (library / key).write_bytes(draw(colour, (90, 60)))
    with RunningService(library, tmp_path / "data", "--fetch-hosts", elsewhere) as running:
        running.wait_until_indexed(2)
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the examples are run: with the pictures that they name."""
    (tmp_path / "work" / "pictures").mkdir(parents=True)
    for name, colour in (
        ("query.jpg", RED),
        ("car.jpg", GREEN),
        ("pictures/one.jpg", GREEN),
        ("pictures/two.jpg", BLUE),
    ):
        (tmp_path / "work" / name).write_bytes(draw(colour, (90, 60), "JPEG"))
    return tmp_path / "work"


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_every_curl_line_works(service: RunningService, folder: Path, elsewhere: str) -> None:
    text = (
        block("sh", "/v1/search").replace(HERE, f"127.0.0.1:{service.port}").replace(ELSEWHERE, f"http://{elsewhere}")
    )
    script = f"set -e\nID={id_of('cars/a.png')}\nOTHER={id_of('cars/b.png')}\n"
    script += text.replace("curl ", "curl --silent --show-error --fail-with-body --noproxy '*' ")
    done = subprocess.run(["bash", "-c", script], cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert text.count("curl ") == 13
    assert (folder / "file").read_bytes() == draw(RED, (90, 60))
    assert sorted(service.listed_keys()) == ["cars/b.png", "cars/new.jpg"]


def test_the_python_client_works(service: RunningService, folder: Path) -> None:
    program = block("python", "import requests").replace(HERE, f"127.0.0.1:{service.port}")
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, timeout=120
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert re.fullmatch(r"\S+ .+ cars/a\.png", done.stdout.splitlines()[0])
    assert sorted(service.listed_keys()) == ["cars/a.png", "cars/b.png", "one.jpg", "two.jpg"]
