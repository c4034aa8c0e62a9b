"""A library that one model has indexed, met by another: nothing is mixed, and one command mends it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from model.artifact import SHIPPED, load_artifact, save_artifact
from tests.pictures import BLUE, GREEN, RED, draw
from tests.running import ROOT, RunningService


@pytest.fixture
def library(tmp_path: Path) -> Path:
    folder = tmp_path / "library"
    folder.mkdir()
    for name, colour in (("red", RED), ("green", GREEN), ("blue", BLUE)):
        (folder / f"{name}.png").write_bytes(draw(colour))
    return folder


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """The same network under another name: to the catalogue, another model."""
    entries = json.loads(SHIPPED.read_text()) | {"notes": "under another name"}
    for name in ("version", "file", "sha256"):
        del entries[name]
    save_artifact(tmp_path / "other.json", load_artifact().content, entries)
    return tmp_path / "other.json"


def call_indexer(verb: str, library: Path, data: Path, model: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "indexer", verb, "--library", library, "--data", data, "--model", model]
    return subprocess.run([str(part) for part in command], cwd=ROOT, capture_output=True, text=True, timeout=120)


def test_vectors_of_two_models_are_not_mixed_and_reindexing_mends_it(
    library: Path, other: Path, tmp_path: Path
) -> None:
    data, version = tmp_path / "data", load_artifact(other).card.version
    assert call_indexer("sync", library, data, SHIPPED).returncode == 0

    with pytest.raises(RuntimeError) as refused, RunningService(library, data, "--model", str(other)):
        pass
    (line,) = [line for line in str(refused.value).splitlines() if "lookalike:" in line]
    assert version in line
    assert "python -m indexer reindex" in line
    assert "Traceback" not in str(refused.value)

    done = call_indexer("reindex", library, data, other)
    assert done.stdout == f"3 pictures will be indexed again, with {version}\n"
    with RunningService(library, data, "--model", str(other)) as service:
        service.wait_until_indexed(3)
        images = service.session.get(f"{service.address}/v1/images", timeout=10).json()["images"]
    assert {image["model"] for image in images} == {version}


def test_the_indexer_refuses_in_the_same_line(library: Path, other: Path, tmp_path: Path) -> None:
    assert call_indexer("sync", library, tmp_path / "data", SHIPPED).returncode == 0
    (library / "white.png").write_bytes(draw((255, 255, 255)))
    refused = call_indexer("sync", library, tmp_path / "data", other)
    assert refused.returncode == 1
    assert "python -m indexer reindex" in refused.stderr
    assert "Traceback" not in refused.stderr
