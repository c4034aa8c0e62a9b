"""The backbone's features of the training pictures and of edited copies of them, kept in a file between runs."""

import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from model.dataset import UNLABELLED, Numbers, PictureSet
from model.edits import COPY_MARGIN, draw_edit
from model.preprocess import load_pixels
from model.runtime import InterpreterPool, Pictures

Features = npt.NDArray[np.float16]

_PICTURES_AT_ONCE = 64


@dataclass(frozen=True)
class TrainingData:
    """All training pictures in one numbering.

    `features` are float16 (N, views, D): the picture itself, then edited copies of it. `labels` (N,) are
    classes counted over all sets, or UNLABELLED; `set_of_class` says which set each class belongs to, so
    that only classes of one set compete.
    """

    features: Features
    labels: Numbers
    set_of_class: Numbers
    class_names: list[str]


def collect(
    sets: list[PictureSet],
    network: InterpreterPool,
    views: int,
    seed: int,
    cache: Path,
    report: Callable[[int, int], None],
) -> TrainingData:
    """Return features and labels of the sets; `report` hears of pictures done and their number.

    Raises an ImageError when a picture does not decode.
    """
    paths = [path for pictures in sets for path in pictures.paths]
    fingerprint = _fingerprint(paths, views, seed)
    features = _read_cache(cache, fingerprint)
    if features is None:
        features = _compute(paths, network, views, seed, report)
        np.savez(cache, features=features, fingerprint=fingerprint)
    return _number_classes(sets, features)


def _compute(
    paths: list[Path], network: InterpreterPool, views: int, seed: int, report: Callable[[int, int], None]
) -> Features:
    size, parts = network.picture_shape[0], []
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        for start in range(0, len(paths), _PICTURES_AT_ONCE):
            places = range(start, min(start + _PICTURES_AT_ONCE, len(paths)))
            pictures = threads.map(lambda place: _draw_views(paths[place], size, views, (seed, place)), places)
            found = network.compute(np.concatenate(list(pictures)))
            parts.append(found.reshape(len(places), views, -1).astype(np.float16))
            report(places.stop, len(paths))
    return np.concatenate(parts)


def _draw_views(path: Path, size: int, views: int, seed: tuple[int, int]) -> Pictures:
    large = load_pixels(path, round(size * COPY_MARGIN))
    copies = [draw_edit(large, size, np.random.default_rng((*seed, view))) for view in range(1, views)]
    return np.stack([load_pixels(path, size), *copies])


def _fingerprint(paths: list[Path], views: int, seed: int) -> str:
    """Return a digest that changes when other pictures or other views of them are wanted."""
    digest = hashlib.sha256(f"{views} {seed}".encode())
    for path in paths:
        digest.update(f"{path.resolve()} {path.stat().st_size} {path.stat().st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _read_cache(cache: Path, fingerprint: str) -> Features | None:
    if not cache.exists():
        return None
    with np.load(cache) as kept:
        return kept["features"] if str(kept["fingerprint"]) == fingerprint else None


def _number_classes(sets: list[PictureSet], features: Features) -> TrainingData:
    labels: list[Numbers] = []
    set_of_class: list[int] = []
    names: list[str] = []
    for number, pictures in enumerate(sets):
        labels.append(np.where(pictures.labels == UNLABELLED, UNLABELLED, pictures.labels + len(names)))
        set_of_class += [number] * len(pictures.classes)
        names += [f"{pictures.name}/{name}" for name in pictures.classes]
    return TrainingData(features, np.concatenate(labels), np.array(set_of_class, np.int64), names)
