"""How an engine does with very many pictures: loaded, opened again, searched, with and without a filter.

Loading and searching run in processes of their own, so that the memory of each is its own.
"""

import os
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter, sleep
from typing import Any, TypeVar

import numpy as np
import requests

from indexer.edge import EdgeEngine
from indexer.engine import EVERYTHING, Engine, Point, Query, Where
from indexer.server import ServerEngine, connect
from model import VECTOR_SIZE
from tests.bench.machine import measure_memory
from tests.bench.searching import Spread, spread
from tests.bench.vectors import FOLDERS, RARE_EVERY, RARE_TAG, Cloud, draw_cloud, find_nearest, folder_of

LIMIT = 30
QUERIES = 200
WARM_UPS = 20
TIMEOUT_S = 300
SETTLE_LIMIT_S = 3600
FOLDER_NUMBER = 7  # one of the smaller ones

Result = TypeVar("Result")
Say = Callable[[str], None]
Held = tuple[int | None, int | None]


@dataclass(frozen=True)
class Place:
    """Where an engine keeps its points: in `folder`, or in a collection of its own on a server at `url`.

    With a server `folder` is where it keeps its files, if that is on this machine.
    """

    folder: Path | None
    url: str | None = None
    api_key: str | None = None
    collection: str = "lookalike-scale"

    @property
    def name(self) -> str:
        return "server" if self.url else "embedded"

    def open(self) -> Engine:
        if self.url:
            return ServerEngine(connect(self.url, self.api_key, TIMEOUT_S), self.collection, VECTOR_SIZE)
        assert self.folder is not None
        return EdgeEngine(self.folder, VECTOR_SIZE, min_free_bytes=0)

    def memory_bytes(self) -> Held:
        """Return what the process that has the points holds in memory: with pages of files, and without. None if nobody
        tells; a server tells of the second alone."""
        if self.url:
            found = re.search(r"^memory_resident_bytes (\d+)", self._get("/metrics").text, re.MULTILINE)
            return None, int(found[1]) if found else None
        memory = measure_memory(os.getpid())
        return (memory.resident_bytes, memory.resident_bytes - memory.file_bytes) if memory else (None, None)

    def disk_bytes(self) -> int | None:
        """Return what the points take on the disk, or None if it is not known where they are."""
        if self.folder is None:
            return None
        return sum(path.stat().st_blocks * 512 for path in self.folder.rglob("*") if path.is_file())

    def settle(self) -> None:
        """Return when a server has nothing to index any more. Raises `TimeoutError`."""
        started = perf_counter()
        while self.url and self._get(f"/collections/{self.collection}").json()["result"]["status"] != "green":
            if perf_counter() - started > SETTLE_LIMIT_S:
                raise TimeoutError
            sleep(1)

    def clear(self) -> None:
        """Let a server forget the collection."""
        if self.url:
            requests.delete(self._address(f"/collections/{self.collection}"), headers=self._headers, timeout=TIMEOUT_S)

    @property
    def _headers(self) -> dict[str, str]:
        return {"api-key": self.api_key} if self.api_key else {}

    def _address(self, path: str) -> str:
        return f"{str(self.url).rstrip('/')}{path}"

    def _get(self, path: str) -> requests.Response:
        answer = requests.get(self._address(path), headers=self._headers, timeout=TIMEOUT_S)
        answer.raise_for_status()
        return answer


@dataclass(frozen=True)
class Question:
    """Searches with one filter, and the ids that each of a cloud's queries is to find."""

    says: str
    where: Where
    nearest: list[set[str]]


@dataclass(frozen=True)
class Searched:
    """How a question was answered: how long it took, and how many of the nearest were found, from 0 to 1."""

    says: str
    times: Spread
    recall: float


@dataclass(frozen=True)
class Scale:
    """What was measured of one engine. `settle_s` is how long it went on working after the last point was in."""

    engine: str
    points: int
    load_s: float
    settle_s: float
    open_s: float
    searched: list[Searched]
    memory_bytes: Held
    disk_bytes: int | None


def measure_scale(places: Sequence[Place], points: int, folder: Path, say: Say) -> list[Scale]:
    """Return how the engine at each place does with that many points; `say` is told what is being done."""
    say(f"drawing {points:,} vectors")
    cloud = draw_cloud(folder / "vectors", points, QUERIES)
    say("comparing all of them with the queries")
    questions = list_questions(cloud)
    return [_measure(place, cloud, questions, say) for place in places]


def list_questions(cloud: Cloud) -> list[Question]:
    """Return what is searched for: among all points, among those of a label, among those of a rare tag."""
    numbers = np.arange(cloud.count)
    sieves = (
        ("all", EVERYTHING, numbers >= 0),
        ("a label", Where(labels=[folder_of(FOLDER_NUMBER)]), cloud.clusters % FOLDERS == FOLDER_NUMBER),
        ("a rare tag", Where(tags=[RARE_TAG]), numbers % RARE_EVERY == 0),
    )
    return [
        Question(f"{says} ({chosen.mean():.1%})", where, find_nearest(cloud, LIMIT, chosen))
        for says, where, chosen in sieves
    ]


def _measure(place: Place, cloud: Cloud, questions: Sequence[Question], say: Say) -> Scale:
    place.clear()
    try:
        say(f"{place.name}: loading")
        load_s, settle_s = _apart(load, place, cloud)
        say(f"{place.name}: searching")
        open_s, searched, memory = _apart(search, place, cloud, questions)
        return Scale(place.name, cloud.count, load_s, settle_s, open_s, searched, memory, place.disk_bytes())
    finally:
        place.clear()


def _apart(work: Callable[..., Result], *arguments: Any) -> Result:
    # Spawned, not forked: an engine that was opened before a fork hangs after it.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def load(place: Place, cloud: Cloud) -> tuple[float, float]:
    """Write all points; return how long that took, and how long a server was busy with them afterwards, in seconds."""
    engine = place.open()
    started = perf_counter()
    for start, vectors in cloud.batches():
        records = [cloud.record(start + number) for number in range(len(vectors))]
        engine.write([Point(each.id, each.to_payload(), vector) for each, vector in zip(records, vectors, strict=True)])
    loaded = perf_counter()
    place.settle()
    settled = perf_counter()
    engine.close()
    return loaded - started, settled - loaded


def search(place: Place, cloud: Cloud, questions: Sequence[Question]) -> tuple[float, list[Searched], Held]:
    """Search, one after the other; return how long opening took in seconds, the answers, and the memory afterwards."""
    started = perf_counter()
    engine = place.open()
    engine.count(EVERYTHING)
    open_s = perf_counter() - started
    searched = [_ask(engine, cloud, question) for question in questions]
    memory = place.memory_bytes()
    engine.close()
    return open_s, searched, memory


def _ask(engine: Engine, cloud: Cloud, question: Question) -> Searched:
    for vector in cloud.queries[-WARM_UPS:]:
        engine.query(Query([vector]), LIMIT, 0, question.where, None)
    times_ms, shares = [], []
    for vector, nearest in zip(cloud.queries, question.nearest, strict=True):
        started = perf_counter()
        hits = engine.query(Query([vector]), LIMIT, 0, question.where, None)
        times_ms.append((perf_counter() - started) * 1000)
        shares.append(len(nearest & {point.id for point, _ in hits}) / len(nearest))
    return Searched(question.says, spread(times_ms), float(np.mean(shares)))
