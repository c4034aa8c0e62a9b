"""Scores vectors on folders of pictures by class: one board for each folder."""

import math
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from model.dataset import Numbers, PictureSet, read_pixels
from model.edits import COPY_MARGIN, draw_edit
from model.metrics import Floats, ask_all, estimate_interval, find_originals
from model.runtime import Pictures, Vectors

# Turns pictures, uint8 (N, size, size, 3), into unit vectors, by the name of whoever made them.
Contender = Callable[[Pictures], dict[str, Vectors]]

# How many edited copies a set is judged by: of a small one's pictures there are up to so many each.
COPIES = 1000
_COPIES_EACH = 4
_PICTURES_AT_ONCE = 256


@dataclass(frozen=True)
class Score:
    """A mean in percent, and the range that holds it in 95 of 100 bootstrap samples."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Board:
    """How one contender does on one set: `average_precision` is mAP, `first` P@1 (which is R@1), `among_five` R@5.

    `copies` is near-duplicate R@1: how often an edited copy finds its original first. Scores that need
    classes are None for a set without them.
    """

    set: str
    contender: str
    pictures: int
    average_precision: Score | None
    first: Score | None
    among_five: Score | None
    copies: Score | None


@dataclass(frozen=True)
class EmbeddedSet:
    """One contender's vectors of a set: `originals` of all pictures, `copies` of edited copies of those at `places`."""

    pictures: PictureSet
    contender: str
    originals: Vectors
    copies: Vectors
    places: Numbers


def embed_set(pictures: PictureSet, contender: Contender, size: int, seed: int = 0) -> list[EmbeddedSet]:
    """Return a set's vectors and those of seeded edited copies, once for each name that the contender gives.

    Raises DatasetError when a picture does not decode.
    """
    places = _choose_places(len(pictures.paths), seed)
    originals = compute_all(contender, pictures.paths, lambda path, _: read_pixels(path, size))
    copied = [pictures.paths[place] for place in places]
    copies = compute_all(contender, copied, lambda path, place: load_copy(path, size, (seed, place)))
    return [EmbeddedSet(pictures, name, originals[name], copies[name], places) for name in originals]


def _choose_places(count: int, seed: int) -> Numbers:
    """Return which pictures are copied."""
    if count >= COPIES:
        return np.sort(np.random.default_rng(seed).permutation(count)[:COPIES])
    return np.tile(np.arange(count), min(_COPIES_EACH, math.ceil(COPIES / count)))


def score_set(pictures: PictureSet, contender: Contender, size: int, seed: int = 0) -> list[Board]:
    """Return one board for each name that the contender gives vectors under. Raises what `embed_set` does."""
    return [fill_board(embedded) for embedded in embed_set(pictures, contender, size, seed)]


def fill_board(embedded: EmbeddedSet) -> Board:
    """Return how well the vectors of a set find their classes, and those of copies their originals."""
    pictures = embedded.pictures
    answers = ask_all(embedded.originals, pictures.labels, pictures.groups)
    found = find_originals(embedded.copies, embedded.places, embedded.originals, pictures.groups)
    return Board(
        set=pictures.name,
        contender=embedded.contender,
        pictures=len(pictures.paths),
        average_precision=_score(answers.average_precision),
        first=_score(answers.first),
        among_five=_score(answers.among_five),
        copies=_score(found),
    )


def load_copy(path: Path, size: int, seed: tuple[int, ...]) -> Pictures:
    """Return an edited copy of a picture, uint8 (size, size, 3); the same seed gives the same edits."""
    return draw_edit(read_pixels(path, round(size * COPY_MARGIN)), size, np.random.default_rng(seed))


def tell_board(board: Board) -> dict[str, Any]:
    """Return a board as plain values for JSON; percentages with two decimals."""
    return {
        name: {key: round(part, 2) for key, part in value.items()} if isinstance(value, dict) else value
        for name, value in asdict(board).items()
    }


def compute_all(contender: Contender, paths: list[Path], load: Callable[[Path, int], Pictures]) -> dict[str, Vectors]:
    """Return a contender's vectors, by its names, for the pictures that `load` makes of each path and its place.

    Raises DatasetError when a picture does not decode.
    """
    parts: dict[str, list[Vectors]] = {}
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        for start in range(0, len(paths), _PICTURES_AT_ONCE):
            some = paths[start : start + _PICTURES_AT_ONCE]
            pixels = np.stack(list(threads.map(load, some, range(start, start + len(some)))))
            for name, vectors in contender(pixels).items():
                parts.setdefault(name, []).append(vectors)
    return {name: np.concatenate(vectors) for name, vectors in parts.items()}


def _score(values: Floats) -> Score | None:
    if not len(values):
        return None
    return Score(100 * float(values.mean()), *(100 * end for end in estimate_interval(values)))
