"""Two views of each training picture, drawn anew every time: edited copies, or one of them the picture itself."""

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from model.dataset import Numbers, read_pixels
from model.edits import COPY_MARGIN, Pictures, draw_view
from model.runtime import Vectors

Batch = tuple[Pictures, Numbers]

# How often the first view is the picture itself, which is what the library will hold.
_UNEDITED = 0.5
_BATCHES_AHEAD = 6
_VIEWS_A_TASK = 8


def draw_batches(paths: list[Path], size: int, pictures_a_step: int, epochs: int, seed: int) -> Iterator[Batch]:
    """Yield two views of each of M pictures, uint8 (2 M, size, size, 3), and the pictures' places, twice, (2 M,).

    The first views of all come before the second ones. Every epoch goes through the pictures in an order of its own,
    and leaves out the last ones where they do not fill a step. Processes of their own draw ahead. Raises DatasetError
    when a picture does not decode.
    """
    # Not forked: a fork of a process in which TensorFlow or CUDA runs hangs.
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn"), _give_way) as pool:
        orders = _order(len(paths), pictures_a_step, epochs, seed)
        jobs = ((places, _start(pool, paths, size, places, (seed, step))) for step, places in enumerate(orders))
        ahead = deque(islice(jobs, _BATCHES_AHEAD))
        while ahead:
            places, parts = ahead.popleft()
            yield np.concatenate([part.result() for part in parts]), places
            ahead.extend(islice(jobs, 1))


def draw_features(views: Vectors, pictures_a_step: int, epochs: int, seed: int) -> Iterator[tuple[Vectors, Numbers]]:
    """Yield features, (2 M, D), of two views each of M pictures, and the pictures' places, as `draw_batches` does.

    `views`, (V, N, D), are the features of V views of each picture.
    """
    rng = np.random.default_rng(seed)
    for places in _order(views.shape[1], pictures_a_step, epochs, seed):
        yield views[rng.integers(0, len(views), len(places)), places], places


def draw_view_of(path: Path, size: int, rng: np.random.Generator) -> Pictures:
    """Return an edited copy, uint8 (size, size, 3), of the picture at a path. Raises DatasetError."""
    return draw_view(read_pixels(path, round(size * COPY_MARGIN)), size, rng)


def _give_way() -> None:
    """Let the process that trains go first where there are not cores for all."""
    os.nice(5)


def _order(count: int, pictures_a_step: int, epochs: int, seed: int) -> Iterator[Numbers]:
    for epoch in range(epochs):
        order = np.random.default_rng((seed, epoch)).permutation(count)
        for start in range(0, count - pictures_a_step + 1, pictures_a_step):
            yield np.tile(order[start : start + pictures_a_step], 2)


def _start(
    pool: ProcessPoolExecutor, paths: list[Path], size: int, places: Numbers, seed: tuple[int, int]
) -> list["Future[Pictures]"]:
    half = len(places) // 2
    tasks = [(paths[place], number < half, (*seed, number)) for number, place in enumerate(places)]
    parts = [tasks[start : start + _VIEWS_A_TASK] for start in range(0, len(tasks), _VIEWS_A_TASK)]
    return [pool.submit(_draw_some, part, size) for part in parts]


def _draw_some(tasks: Sequence[tuple[Path, bool, tuple[int, ...]]], size: int) -> Pictures:
    return np.stack([_draw(path, first, size, np.random.default_rng(seed)) for path, first, seed in tasks])


def _draw(path: Path, first: bool, size: int, rng: np.random.Generator) -> Pictures:
    if first and rng.random() < _UNEDITED:
        pixels = read_pixels(path, size)
        return pixels[:, ::-1] if rng.random() < 0.5 else pixels
    return draw_view_of(path, size, rng)
