"""SIGKILL at any moment loses nothing that was acknowledged, and leaves nothing that was removed."""

import contextlib
import random
import threading
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import requests

from indexer.edge import EdgeEngine
from indexer.engine import Point, Where
from indexer.record import id_of
from model import VECTOR_SIZE
from tests.conftest import copy_catalogue
from tests.pictures import draw
from tests.running import RunningService, wait_until

ROUNDS = 5
THREADS = 4


class Client(threading.Thread):
    """Adds and removes pictures until the service is gone, and remembers what was acknowledged, and what was open."""

    def __init__(self, address: str, number: int, round_number: int, progress: threading.Semaphore) -> None:
        super().__init__()
        self._address, self._name, self._progress = address, f"{round_number}-{number}", progress
        self._dice = random.Random(self._name)
        self.present: set[str] = set()
        self.absent: set[str] = set()
        self.open: set[str] = set()

    def run(self) -> None:
        with contextlib.suppress(requests.RequestException), requests.Session() as session:
            for number in range(500):
                self._add(session, f"{self._name}/{number}.png")
                if number % 3 == 2:
                    self._remove(session, self._dice.choice(sorted(self.present)))
                self._progress.release()

    def _add(self, session: requests.Session, key: str) -> None:
        self.open = {key}
        colour = tuple(self._dice.randrange(256) for _ in range(3))
        files = {"image": ("a.png", draw(colour, (8, 8)))}  # type: ignore[arg-type]
        answer = session.post(f"{self._address}/v1/images", files=files, data={"key": key}, timeout=60)
        assert answer.status_code == 202, answer.text
        self.open = set()
        self.present.add(key)

    def _remove(self, session: requests.Session, key: str) -> None:
        self.open = {key}
        self.present.discard(key)
        answer = session.delete(f"{self._address}/v1/images/{id_of(key)}", timeout=60)
        assert answer.status_code == 204, answer.text
        self.open = set()
        self.absent.add(key)


@pytest.fixture
def library(tmp_path: Path) -> Path:
    folder = tmp_path / "library"
    folder.mkdir()
    for number in range(20):
        (folder / f"{number}.png").write_bytes(draw((number * 12, 0, 0)))
    return folder


def hit_keys(service: RunningService) -> set[str]:
    files = {"image": ("q.png", draw((100, 0, 0)))}
    answer = service.session.post(f"{service.address}/v1/search", files=files, data={"limit": "100"}, timeout=60)
    return {hit["key"] for hit in answer.json()["hits"]}


def test_a_killed_service_keeps_what_it_acknowledged_and_repairs_the_rest(library: Path, tmp_path: Path) -> None:
    dice, present, absent = random.Random(7), set[str](), set[str]()
    for round_number in range(ROUNDS):
        with RunningService(library, tmp_path / "data") as service:
            progress = threading.Semaphore(0)
            clients = [Client(service.address, number, round_number, progress) for number in range(THREADS)]
            for client in clients:
                client.start()
            for _ in range(dice.randrange(5, 60)):
                assert progress.acquire(timeout=60)
            service.kill()
            for client in clients:
                client.join()
                present, absent = present | client.present, absent | client.absent
        with RunningService(library, tmp_path / "data") as service:
            assert not hit_keys(service) & absent
            files = {path.relative_to(library).as_posix() for path in library.rglob("*.png")}
            # A file without a record and a record without a file make the right number before they are repaired.
            wait_until(lambda: sorted(service.listed_keys()) == sorted(files))  # noqa: B023
            service.wait_until_indexed(len(files))
            assert present <= files
            assert not absent & files


IDS = [id_of(str(number)) for number in range(5)]
STATES = ("pending", "indexed", "failed")


def edge(folder: Path) -> EdgeEngine:
    return EdgeEngine(folder, VECTOR_SIZE, min_free_bytes=0)


def change(engine: EdgeEngine) -> None:
    """Take, index, edit and insert points as a worker and people would, and make nothing of it durable."""
    engine.set_payload({"lease": "ours"}, Where(ids=IDS[:2], equal={"state": "pending"}), durable=False)
    indexed = [Point(each, {"state": "indexed", "revision": "1"}, np.eye(VECTOR_SIZE)[0]) for each in IDS[:3]]
    engine.write(indexed, "update", Where(equal={"lease": "ours"}), durable=False)
    engine.set_payload({"tags": ["red"], "revision": "2"}, Where(ids=[IDS[1]], revisions=["1"]), durable=False)
    engine.write([Point(each, {"state": "failed"}) for each in IDS[3:]], "insert", durable=False)


def seen(engine: EdgeEngine) -> dict[str, Any]:
    """What its files say of each point, and what its payload index says."""
    found = {point.id: (point.payload, point.vector is not None) for point in engine.retrieve(IDS, with_vectors=True)}
    states = {each: [s for s in STATES if engine.count(Where(ids=[each], equal={"state": s}))] for each in found}
    return {each: (found[each], states[each]) for each in found}


@pytest.mark.parametrize(
    "written",
    [
        ["payload_index"],
        ["payload_storage"],
        ["payload_index", "payload_storage"],
        ["payload_index", "vector_storage-image"],
    ],
)
def test_a_kill_while_edge_writes_its_files_leaves_no_point_half_changed(
    written: Collection[str], tmp_path: Path
) -> None:
    before = edge(tmp_path / "whole")
    before.write([Point(each, {"state": "pending", "revision": "1"}) for each in IDS[:4]])
    change(before)
    copy_catalogue(tmp_path / "whole", tmp_path / "killed")
    before.settle()
    (whole,), (killed,) = ((tmp_path / name / "edge" / "segments").iterdir() for name in ("whole", "killed"))
    for name in written:
        copy_catalogue(whole / name, killed / name)
    wanted = seen(before)
    before.close()

    after = edge(tmp_path / "killed")

    assert seen(after) == wanted
    assert [states for _, states in wanted.values()] == [["indexed"]] * 2 + [["pending"]] * 2 + [["failed"]]
    after.close()
