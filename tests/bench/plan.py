"""What is measured, how often, and in what order."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from indexer.settings import CORES
from model.artifact import load_artifact
from model.runtime import Encoder
from tests.bench.corpus import Corpus
from tests.bench.indexing import Indexing, measure_indexing
from tests.bench.machine import Machine, Memory, describe_machine, measure_memory
from tests.bench.old_way import OldWay, has_tensorflow, measure_old_way
from tests.bench.pictures import draw_pictures
from tests.bench.searching import Latency, SearchClient, measure_stored, measure_uploads
from tests.bench.starting import measure_start, open_service
from tests.bench.workers import WorkersPace, measure_workers

Say = Callable[[str], None]

# The first searches of a process pay for what is loaded on first use.
WARM_UPS = 10
LINKED_PICTURES = 20


@dataclass(frozen=True)
class Plan:
    """Sizes of the measurements. Start and memory are measured at `middle` points, one of `points`."""

    pictures: int = 1000
    limit_pictures: int = 200
    rounds: int = 5
    points: tuple[int, ...] = (2_500, 20_000, 100_000)
    middle: int = 20_000
    searches: int = 300
    starts: int = 3
    old_points: tuple[int, ...] = (2_564, 20_000)
    old_searches: int = 60
    workers: tuple[int, ...] = (1, 2, 3)


QUICK = Plan(
    pictures=200,
    limit_pictures=80,
    rounds=2,
    points=(2_500, 20_000),
    searches=80,
    starts=1,
    old_points=(2_564,),
    old_searches=15,
)


@dataclass(frozen=True)
class Figures:
    """All that was measured. `start_s` and `memory` are the service's at `middle` points.

    `old_ways` is empty without TensorFlow, `workers` without a Qdrant server.
    """

    machine: Machine
    model: str
    middle: int
    indexing: Indexing
    uploads: list[Latency]
    stored: list[Latency]
    start_s: float
    memory: Memory | None
    old_ways: list[OldWay]
    workers: list[WorkersPace] = field(default_factory=list)


def carry_out(plan: Plan, folder: Path, say: Say) -> Figures:
    """Measure everything, with files in `folder`; `say` is told what is being done."""
    machine = describe_machine()
    say(f"drawing {plan.pictures} pictures")
    pictures = draw_pictures(folder / "pictures", plan.pictures)
    artifact = load_artifact()
    say(f"indexing them {plan.rounds} times, with the limit in between")
    encoder = Encoder(artifact, CORES)
    indexing = measure_indexing(folder / "pictures", pictures[: plan.limit_pictures], encoder, plan.rounds)
    corpus = Corpus(folder / "corpus", pictures[:LINKED_PICTURES], artifact.card.version)
    searching = Searching(plan, corpus, pictures)
    for points in plan.points:
        say(f"searching {points:,} points")
        searching.measure(points)
    return Figures(
        machine=machine,
        middle=plan.middle,
        model=f"{artifact.card.version} ({artifact.card.precision})",
        indexing=indexing,
        uploads=searching.uploads,
        stored=searching.stored,
        start_s=searching.start_s,
        memory=searching.memory,
        old_ways=_measure_old_ways(plan, pictures, say),
        workers=_measure_workers(plan, folder / "pictures", say),
    )


class Searching:
    """Searches in a catalogue that grows."""

    def __init__(self, plan: Plan, corpus: Corpus, pictures: list[Path]) -> None:
        self._plan, self._corpus, self._pictures = plan, corpus, pictures
        self.uploads: list[Latency] = []
        self.stored: list[Latency] = []
        self.start_s = 0.0
        self.memory: Memory | None = None

    def measure(self, points: int) -> None:
        """Let the catalogue grow to that many points and measure; to be called with ever larger numbers."""
        self._corpus.grow(points)
        if points == self._plan.middle:
            self.start_s = median(measure_start(self._corpus, path) for path in self._pictures[: self._plan.starts])
        warm_ups, fresh = self._pictures[:WARM_UPS], self._pictures[WARM_UPS:][: self._plan.searches]
        keys = self._corpus.keys[:: max(1, points // self._plan.searches)][: self._plan.searches]
        with open_service(self._corpus) as service:
            client = SearchClient(service.port)
            measure_uploads(client, points, warm_ups)
            self.uploads.append(measure_uploads(client, points, fresh))
            self.stored.append(measure_stored(client, points, keys))
            if points == self._plan.middle:
                self.memory = measure_memory(service.process.pid)
            client.close()


def _measure_old_ways(plan: Plan, pictures: list[Path], say: Say) -> list[OldWay]:
    if not plan.old_points or not has_tensorflow():
        return []
    say("searching as the old demo did")
    return [measure_old_way(points, pictures[: plan.old_searches + 1]) for points in plan.old_points]


def _measure_workers(plan: Plan, library: Path, say: Say) -> list[WorkersPace]:
    url = os.environ.get("QDRANT_URL")
    if not url:
        return []
    say(f"indexing on {url} with {', '.join(map(str, plan.workers))} workers")
    return measure_workers(library, url, os.environ.get("QDRANT_API_KEY"), plan.workers)
