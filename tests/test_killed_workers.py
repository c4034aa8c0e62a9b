"""Workers that are killed at any moment, as processes of their own: nothing is lost, nothing is done twice."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from indexer.assembly import Parts, open_parts
from indexer.record import Record
from indexer.settings import Settings
from indexer.worker import MAX_ATTEMPTS
from tests.pictures import BLUE, RED, draw
from tests.qdrant import QdrantServer
from tests.running import ROOT, wait_until

PICTURES = 300
WORKERS = 3
KILLS = 6


def settings_of(tmp_path: Path, **where: str | None) -> Settings:
    (tmp_path / "library").mkdir()
    return Settings(library=tmp_path / "library", data=tmp_path / "data", min_free_mb=0, lease_s=1.0, **where)


@contextmanager
def opened(settings: Settings) -> Iterator[Parts]:
    parts = open_parts(settings)
    try:
        yield parts
    finally:
        parts.catalogue.close()


@pytest.fixture
def on_server(tmp_path: Path, qdrant_server: QdrantServer) -> Iterator[Settings]:
    with qdrant_server.collection() as (_, name):
        yield settings_of(tmp_path, qdrant_url=qdrant_server.url, qdrant_api_key=qdrant_server.key, collection=name)


def start(module: str, settings: Settings, *flags: str) -> "subprocess.Popen[bytes]":
    names = ("library", "data", "collection", "qdrant_url", "qdrant_api_key", "min_free_mb", "lease_s")
    given = {f"LOOKALIKE_{name.upper()}": str(getattr(settings, name) or "") for name in names}
    given["LOOKALIKE_MIN_FREE_MB"] = "0"
    return subprocess.Popen([sys.executable, "-m", module, *flags], cwd=ROOT, env=os.environ | given)


def all_records(parts: Parts) -> list[Record]:
    return [record for page in parts.catalogue.scan() for record in page]


def test_workers_that_are_killed_lose_nothing_and_double_nothing(on_server: Settings) -> None:
    folder, dice = Path(on_server.library), random.Random(4)
    for number in range(PICTURES):
        (folder / f"{number}.png").write_bytes(draw((number % 256, number // 256, 0), (400, 300)))
    with opened(on_server) as parts:
        parts.synchroniser.sync()
        workers = [start("indexer", on_server, "work") for _ in range(WORKERS)]
        try:
            for kill in range(KILLS):
                done = dice.randrange(PICTURES * kill // KILLS, PICTURES * (kill + 1) // KILLS)
                wait_until(lambda: parts.catalogue.counts()["indexed"] >= done)  # noqa: B023
                victim = workers.pop(dice.randrange(WORKERS))
                victim.kill()
                victim.wait()
                workers.append(start("indexer", on_server, "work"))
            wait_until(lambda: parts.catalogue.counts() == {"pending": 0, "indexed": PICTURES, "failed": 0}, 120)
        finally:
            for worker in workers:
                worker.terminate()
            ends = [worker.wait(60) for worker in workers]
        assert set(ends) <= {0, -signal.SIGTERM, 128 + signal.SIGTERM}  # the latter two of one that had only begun
        records = all_records(parts)
        assert sorted(record.key for record in records) == sorted(f"{number}.png" for number in range(PICTURES))
        assert {record.attempts for record in records} == {0}
        vectors = parts.catalogue.vectors([record.id for record in records])
        assert len(vectors) == PICTURES
        assert all(abs(float(np.linalg.norm(vector)) - 1) < 1e-3 for vector in vectors.values())


def deaths_until_all_is_done(settings: Settings) -> int:
    for deaths in range(MAX_ATTEMPTS + 2):
        code = start("tests.poisoned", settings).wait(120)
        if code != -signal.SIGKILL:
            assert code == 0
            return deaths
    raise AssertionError("the worker dies again and again")


def die_and_recover(settings: Settings) -> None:
    folder = Path(settings.library)
    for number in range(20):
        (folder / f"{number}.png").write_bytes(draw((number, 0, 0)))
    (folder / "poison.png").write_bytes(draw(BLUE))
    with opened(settings) as parts:
        parts.synchroniser.sync()
    assert deaths_until_all_is_done(settings) == MAX_ATTEMPTS
    with opened(settings) as parts:
        assert parts.catalogue.counts() == {"pending": 0, "indexed": 20, "failed": 1}
        (failed,) = [record for record in all_records(parts) if record.state == "failed"]
        assert (failed.key, failed.error) == ("poison.png", "given up: indexing it was interrupted 3 times")
        (folder / "poison.png").write_bytes(draw(RED))
        assert parts.catalogue.retry() == 1
    assert deaths_until_all_is_done(settings) == 0
    with opened(settings) as parts:
        assert parts.catalogue.counts() == {"pending": 0, "indexed": 21, "failed": 0}


def test_a_picture_that_kills_its_worker_is_put_aside_and_can_be_tried_again(tmp_path: Path) -> None:
    die_and_recover(settings_of(tmp_path))


def test_a_picture_that_kills_its_worker_is_put_aside_on_a_server_too(on_server: Settings) -> None:
    die_and_recover(on_server)
