"""Vectors as pictures make them, without the pictures: in clusters of very different sizes, the same every time."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from indexer.record import Record, id_of, now
from model import VECTOR_SIZE

CLUSTERS = 2000
FOLDERS = 40
SPREAD = 0.6  # a vector and the centre of its cluster have a cosine of some 0.86, two of a cluster of 0.74
RARE_EVERY = 1000
RARE_TAG, USUAL_TAG = "rare", "usual"
BATCH = 2000

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Cloud:
    """`count` unit vectors in a file, float32 (count, 64), the cluster of each, and queries, which are not in it."""

    path: Path
    count: int
    clusters: npt.NDArray[np.int64]
    queries: Vectors

    def batches(self, size: int = BATCH) -> Iterator[tuple[int, Vectors]]:
        """Yield the vectors in turn, each time with the number of the first, and hold no more than `size` of them."""
        with self.path.open("rb") as file:
            for start in range(0, self.count, size):
                found = np.fromfile(file, np.float32, min(size, self.count - start) * VECTOR_SIZE)
                yield start, found.reshape(-1, VECTOR_SIZE)

    def record(self, number: int) -> Record:
        """Return the record of an indexed picture that has the vector of that number."""
        return Record(
            key=key_of(number),
            size=150_000 + number % 100_000,
            mtime_ns=1_700_000_000_000_000_000 + number,
            added_at=now(),
            label=folder_of(self.clusters[number]),
            tags=(USUAL_TAG, *([RARE_TAG] if number % RARE_EVERY == 0 else [])),
            state="indexed",
            sha256=f"{number:064x}",
            width=1024,
            height=768,
            format="JPEG",
            model="scale",
        )


def folder_of(cluster: int) -> str:
    return f"folder-{cluster % FOLDERS:02d}"


def key_of(number: int) -> str:
    return f"pictures/{number % FOLDERS:02d}/{number:09d}.jpg"


def draw_cloud(path: Path, count: int, queries: int) -> Cloud:
    """Return a cloud whose vectors lie in a file at `path`."""
    rng = np.random.default_rng(1)
    centres = _unit(rng.standard_normal((CLUSTERS, VECTOR_SIZE)))
    weights = 1 / np.arange(1, CLUSTERS + 1)
    clusters = rng.choice(CLUSTERS, count + queries, p=weights / weights.sum())
    with path.open("wb") as file:
        for start in range(0, count, BATCH):
            _around(centres, clusters[start : min(start + BATCH, count)], rng).tofile(file)
    return Cloud(path, count, clusters[:count], _around(centres, clusters[count:], rng))


def find_nearest(cloud: Cloud, limit: int, allowed: npt.NDArray[np.bool_]) -> list[set[str]]:
    """Return for each query the ids of the `limit` nearest vectors of those allowed, by comparing it with every one."""
    scores, numbers = np.full((len(cloud.queries), 0), 0, np.float32), np.zeros((len(cloud.queries), 0), np.int64)
    for start, vectors in cloud.batches(50_000):
        chosen = np.flatnonzero(allowed[start : start + len(vectors)])
        found = cloud.queries @ vectors[chosen].T
        scores = np.concatenate([scores, found], axis=1)
        numbers = np.concatenate([numbers, np.broadcast_to(chosen + start, found.shape)], axis=1)
        if scores.shape[1] > limit:
            best = np.argpartition(-scores, limit, axis=1)[:, :limit]
            scores, numbers = np.take_along_axis(scores, best, 1), np.take_along_axis(numbers, best, 1)
    return [{id_of(key_of(number)) for number in row} for row in numbers]


def _around(centres: Vectors, clusters: npt.NDArray[np.int64], rng: np.random.Generator) -> Vectors:
    noise = rng.standard_normal((len(clusters), VECTOR_SIZE)) * (SPREAD / np.sqrt(VECTOR_SIZE))
    return _unit(centres[clusters] + noise)


def _unit(vectors: npt.NDArray[np.floating]) -> Vectors:
    unit: Vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return unit
