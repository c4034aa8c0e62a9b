"""Indexing by several processes that share the queue on a Qdrant server."""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from indexer.assembly import Parts, open_parts
from indexer.settings import Settings
from tests.running import ROOT

WARM_SHARE = 0.2  # of the pictures, while which the processes start
LOOK_EVERY_S = 0.05


@dataclass(frozen=True)
class WorkersPace:
    """How many pictures per second so many processes with one thread each make searchable."""

    workers: int
    per_s: float


def measure_workers(library: Path, url: str, api_key: str | None, numbers: Sequence[int]) -> list[WorkersPace]:
    """Index `library` afresh with each number of workers."""
    return [WorkersPace(number, _index_afresh(library, url, api_key, number)) for number in numbers]


def _index_afresh(library: Path, url: str, api_key: str | None, number: int) -> float:
    with TemporaryDirectory(dir=library.parent) as data:
        settings = Settings(
            library=library,
            data=Path(data),
            qdrant_url=url,
            qdrant_api_key=api_key,
            collection=f"bench-{uuid4()}",
            min_free_mb=0,
        )
        parts = open_parts(settings)
        try:
            parts.synchroniser.sync()
            with _working(settings, number):
                return _time_the_rest(parts)
        finally:
            parts.catalogue.close()
            _forget(settings)


@contextmanager
def _working(settings: Settings, number: int) -> Iterator[None]:
    flags = ["--library", str(settings.library), "--data", str(settings.data_folder), "--index-threads", "1"]
    flags += ["--qdrant-url", str(settings.qdrant_url), "--collection", settings.collection]
    flags += ["--qdrant-api-key", settings.qdrant_api_key] if settings.qdrant_api_key else []
    command = [sys.executable, "-m", "indexer", "work", *flags]
    workers = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) for _ in range(number)]
    try:
        yield
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.wait()


def _time_the_rest(parts: Parts) -> float:
    """Return the pace over the pictures that are left when the first have been indexed."""
    total = parts.catalogue.count()
    before = _wait(parts, round(total * WARM_SHARE))
    started = time.perf_counter()
    after = _wait(parts, total)
    return (after - before) / (time.perf_counter() - started)


def _wait(parts: Parts, indexed: int) -> int:
    while (found := parts.catalogue.counts())["indexed"] < indexed:
        if found["failed"]:
            raise RuntimeError(f"not everything was indexed: {found}")
        time.sleep(LOOK_EVERY_S)
    return found["indexed"]


def _forget(settings: Settings) -> None:
    from indexer.server import connect

    client = connect(str(settings.qdrant_url), settings.qdrant_api_key, settings.qdrant_timeout_s)
    client.delete_collection(settings.collection)
    client.close()
