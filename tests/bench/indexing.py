"""Indexing end to end, from files on disk to searchable, beside the limit at the same time."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median
from tempfile import TemporaryDirectory
from threading import Event, Thread
from time import perf_counter

from indexer.assembly import Parts, open_parts
from indexer.settings import CORES, Settings
from indexer.worker import Encoder, Worker, WorkerSettings
from tests.bench.limit import Limit, measure_limit


@dataclass(frozen=True)
class Indexing:
    """`limits` were measured in turn with `rates_per_s`, one before each and one after the last."""

    pictures: int
    limits: list[Limit]
    rates_per_s: list[float]

    @property
    def limit(self) -> Limit:
        """Return the limit whose rate is the middle one."""
        return sorted(self.limits, key=lambda limit: limit.per_s)[len(self.limits) // 2]

    @property
    def per_s(self) -> float:
        return median(self.rates_per_s)

    @property
    def share(self) -> float:
        """Return the part of the limit that indexing reaches: the median over the rounds.

        Each round is compared with the limits just before and after it, because a machine's pace drifts.
        """
        around = zip(self.limits, self.limits[1:], self.rates_per_s, strict=False)
        return median(rate / fmean([before.per_s, after.per_s]) for before, after, rate in around)


def measure_indexing(library: Path, pictures: Sequence[Path], encoder: Encoder, rounds: int) -> Indexing:
    """Index `library` afresh, `rounds` times, with a measurement of the limit over `pictures` between them."""
    limits, rates = [measure_limit(pictures, encoder, CORES)], list[float]()
    for _ in range(rounds):
        count, rate = index_afresh(library, encoder)
        rates.append(rate)
        limits.append(measure_limit(pictures, encoder, CORES))
    return Indexing(count, limits, rates)


def index_afresh(library: Path, encoder: Encoder) -> tuple[int, float]:
    """Return how many pictures a library has and how many per second become searchable in a new, empty catalogue.

    Raises `RuntimeError` if not all of them do.
    """
    with TemporaryDirectory(dir=library.parent) as data:
        settings = Settings(library=library, data=Path(data), min_free_mb=0)
        parts = open_parts(settings)
        try:
            with Worker(parts.library, parts.catalogue, encoder, _limits_of(settings)) as worker:
                seconds = _time_indexing(parts, worker)
            counts = parts.catalogue.counts()
        finally:
            parts.catalogue.close()
    if counts["pending"] or counts["failed"]:
        raise RuntimeError(f"not everything was indexed: {counts}")
    return counts["indexed"], counts["indexed"] / seconds


def _limits_of(settings: Settings) -> WorkerSettings:
    return WorkerSettings(settings.index_threads, settings.max_pixels)


def _time_indexing(parts: Parts, worker: Worker) -> float:
    """Index as the service does: beginning with what has been found while the rest is still being looked for."""
    stop, wake = Event(), Event()
    indexing = Thread(target=worker.run, args=(stop, wake))
    started = perf_counter()
    indexing.start()
    parts.synchroniser.sync(wake=wake.set)
    stop.set()
    wake.set()
    indexing.join()
    while worker.step():
        pass
    return perf_counter() - started
