"""`python -m tests.bench.demo POINTS PICTURE...`: searches as the demo did, one for each picture.

Prints a line after the first search, when the demo is up, and one with the figures as JSON at the end. The first
picture only warms it up.
"""

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from time import perf_counter

import keras
import numpy as np
import numpy.typing as npt

from tests.bench.demo.network import build_network, embed
from tests.bench.machine import measure_memory

Matrix = npt.NDArray[np.float32]

SHOWN = 99


def main(points: int, pictures: Sequence[str]) -> None:
    network, catalogue = build_network(), make_catalogue(points)
    search(network, catalogue, pictures[0])
    print("up", flush=True)
    times_ms = [time_search_ms(network, catalogue, path) for path in pictures[1:]]
    memory = measure_memory(os.getpid())
    print(json.dumps({"times_ms": times_ms, "memory": asdict(memory) if memory else None}))


def make_catalogue(points: int) -> Matrix:
    """Return as many vectors as the demo had in its file, float32 (points, 64)."""
    return np.random.default_rng(1).random((points, 64), np.float32)


def search(network: keras.Model, catalogue: Matrix, path: str) -> npt.NDArray[np.intp]:
    """Return the rows most similar to a picture, best first, int (99,)."""
    vector = embed(network, path)
    lengths = np.linalg.norm(catalogue, axis=1) * np.linalg.norm(vector)
    cosines = catalogue @ vector / np.maximum(lengths, 1e-12)
    return np.argsort(-cosines)[:SHOWN]


def time_search_ms(network: keras.Model, catalogue: Matrix, path: str) -> float:
    started = perf_counter()
    search(network, catalogue, path)
    return (perf_counter() - started) * 1000


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
