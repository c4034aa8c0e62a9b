"""The service as one runs it: one process, from its start to its end."""

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import requests

from tests.pictures import BLUE, GREEN, RED, draw
from tests.running import ROOT, RunningService, wait_until


@pytest.fixture
def library(tmp_path: Path) -> Path:
    folder = tmp_path / "library"
    for key, colour in (("warm/red.png", RED), ("cold/blue.png", BLUE), ("cold/green.png", GREEN)):
        (folder / key).parent.mkdir(parents=True, exist_ok=True)
        (folder / key).write_bytes(draw(colour, (300, 200)))
    return folder


def run(module: str, *arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LOOKALIKE_")}
    return subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)],
        cwd=ROOT, env=environment | variables, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def test_a_folder_is_indexed_followed_and_remembered(library: Path, tmp_path: Path) -> None:
    with RunningService(library, tmp_path / "data") as service:
        service.wait_until_indexed(3)
        (library / "new").mkdir()
        (library / "new" / "grey.png").write_bytes(draw((99, 99, 99)))
        service.wait_until_indexed(4)
        (library / "warm/red.png").rename(library / "warm/renamed.png")
        wait_until(lambda: "warm/renamed.png" in service.listed_keys() and "warm/red.png" not in service.listed_keys())
        service.wait_until_indexed(4)
        before = {image["key"]: image for image in _images(service)}
    with RunningService(library, tmp_path / "data") as service:
        service.wait_until_indexed(4)
        assert {image["key"]: image for image in _images(service)} == before


def test_a_stopped_service_ends_well_and_says_nothing_alarming(library: Path, tmp_path: Path) -> None:
    with RunningService(library, tmp_path / "data") as service:
        service.wait_until_indexed(3)
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(60) == 0
        assert "Traceback" not in service.log.read_text()


def test_only_one_process_can_have_the_catalogue(library: Path, tmp_path: Path) -> None:
    with RunningService(library, tmp_path / "data"):
        second = run("indexer", "sync", "--library", library, "--data", tmp_path / "data")
    assert second.returncode == 1
    assert "another process has the catalogue" in second.stderr
    assert len(second.stderr.splitlines()) == 1


def test_a_port_that_is_taken_is_one_clear_line(library: Path, tmp_path: Path) -> None:
    with RunningService(library, tmp_path / "data") as service:
        flags = ["--library", library, "--data", tmp_path / "other", "--port", str(service.port)]
        second = run("service", *flags)
    assert second.returncode == 1
    assert "in use" in second.stderr.splitlines()[-1]
    assert "Traceback" not in second.stderr


@pytest.mark.parametrize("verb", [["service"], ["indexer", "sync"]])
def test_a_wrong_setting_is_one_clear_line(library: Path, tmp_path: Path, verb: list[str]) -> None:
    wrong = run(*verb, LOOKALIKE_PORT="http", LOOKALIKE_LIBRARY=str(library))
    missing = run(*verb, "--library", tmp_path / "nothing", "--data", tmp_path / "data")
    assert (wrong.returncode, missing.returncode) == (1, 1)
    assert wrong.stderr == "lookalike: LOOKALIKE_PORT cannot be 'http': a whole number from 0 to 65535 is needed\n"
    assert "is not a folder" in missing.stderr


def test_syncing_from_the_command_line_indexes_and_prints_counts(library: Path, tmp_path: Path) -> None:
    (library / "broken.jpg").write_bytes(b"no picture")
    flags = ["--library", library, "--data", tmp_path / "data"]
    first, second = run("indexer", "sync", *flags), run("indexer", "sync", *flags)
    assert (first.returncode, second.returncode) == (0, 0)
    assert first.stdout.splitlines() == [
        "4 new, 0 changed, 0 vanished, 0 unchanged, 0 not pictures",
        "0 pending, 3 indexed, 1 failed",
    ]
    assert second.stdout.startswith("0 new, 0 changed, 0 vanished, 4 unchanged")


def test_a_request_that_is_much_too_large_is_refused_without_being_read(library: Path, tmp_path: Path) -> None:
    with RunningService(library, tmp_path / "data", "--max-upload-mb", "1") as service:
        connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)
        connection.putrequest("POST", "/v1/images")
        connection.putheader("Content-Length", str(1 << 40))
        connection.endheaders(b"only these bytes")
        answer = connection.getresponse()
        problem = json.loads(answer.read())
        connection.close()
    assert (answer.status, answer.headers["Content-Type"]) == (413, "application/problem+json")
    assert (problem["code"], "LOOKALIKE_MAX_UPLOAD_MB" in problem["detail"]) == ("too_large", True)


def test_many_adding_removing_and_searching_together_make_no_error(library: Path, tmp_path: Path) -> None:
    """A few seconds of it; `SOAK_S=60 make test TESTS=tests/test_service.py` is the whole minute."""
    seconds, errors = float(os.environ.get("SOAK_S", "4")), list[str]()
    with RunningService(library, tmp_path / "data") as service:
        ends = time.monotonic() + seconds
        threads = [threading.Thread(target=_use, args=(service, number, ends, errors)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        files = {path.relative_to(library).as_posix() for path in library.rglob("*.png")}
        service.wait_until_indexed(len(files))
        assert errors == []
        assert sorted(service.listed_keys()) == sorted(files)


def _use(service: RunningService, number: int, ends: float, errors: list[str]) -> None:
    round_number = 0
    with requests.Session() as session:
        while time.monotonic() < ends:
            round_number += 1
            picture = draw((number * 30, round_number % 256, 50), (40, 40))
            key = f"{number}/{round_number % 5}.png"
            added = session.post(
                f"{service.address}/v1/images?wait=60&replace=true",
                files={"image": ("a.png", picture)},
                data={"key": key},
            )
            found = session.post(f"{service.address}/v1/search", files={"image": ("q.png", picture)})
            _check(added.status_code in (200, 201), added.text, errors)
            _check(found.status_code == 200, found.text, errors)
            if round_number % 2:
                removed = session.delete(f"{service.address}{added.headers['Location']}")
                _check(removed.status_code == 204, removed.text, errors)


def _check(fine: bool, text: str, errors: list[str]) -> None:
    if not fine:
        errors.append(text)


def _images(service: RunningService) -> list[dict[str, object]]:
    images: list[dict[str, object]] = service.session.get(f"{service.address}/v1/images?limit=500").json()["images"]
    return images
