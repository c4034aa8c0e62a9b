"""What two networks that know ImageNet say about the training pictures.

For each of EfficientNet-Lite0 and Lite2, and of each picture: the features, centred, and the square roots of the
softened probabilities of the 1000 classes. Side by side they bring pictures of a kind that nobody trained on together
better than any of the four alone.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

from model.backbone import LITE0, LITE2, Variant, load_backbone, load_classifier, prepare
from model.dataset import read_pixels
from model.evaluate import compute_all
from model.output import writing
from model.runtime import Pictures, Vectors, normalise

Load = Callable[[Path, int], Pictures]

TEACHERS = (LITE0, LITE2)

# Divides logits before the softmax: at 1 a picture is one class and nothing else.
SOFTNESS = 2.0

_LEAST = 1e-9  # of a probability, for it to have a logarithm


@dataclass(frozen=True)
class Lesson:
    """What the teachers say, row by row.

    `places` are unit vectors, float32 (N, D), whose cosines say how alike two pictures are; `classes` are softened
    probabilities, float32 (N, 1000); `features` are the first teacher's own, float32 (N, 1280).
    """

    places: Vectors
    classes: Vectors
    features: Vectors


def ask_teachers(
    ask: Callable[[Variant], Vectors], fingerprint: str, cache: Path, report: Callable[[str], None]
) -> Lesson:
    """Return the lesson that follows from what `ask` gives for each teacher: features, float32 (N, 1280).

    The features are kept in `cache`, an .npz file, as long as the fingerprint stays. Raises what `ask` does, and
    ArtifactError when weights are missing.
    """
    features = _read_cache(cache, fingerprint)
    if features is None:
        features = {}
        for teacher in TEACHERS:
            report(f"asking {teacher.name} about the pictures")
            features[teacher.name] = ask(teacher)
        with writing(cache) as part:
            np.savez(part, fingerprint=fingerprint, **features)  # type: ignore[arg-type]
    return combine(features)


def take_fingerprint(paths: list[Path]) -> str:
    """Return a digest that changes when the pictures do."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(f"{path.resolve()} {path.stat().st_size} {path.stat().st_mtime_ns}\n".encode())
    return digest.hexdigest()


def ask_teacher(teacher: Variant, paths: list[Path]) -> Vectors:
    """Return a teacher's features, float32 (N, 1280), of the pictures. Raises ArtifactError or DatasetError."""
    return compute_features(load_backbone(variant=teacher), paths)


def compute_features(network: keras.Model, paths: list[Path], load: Load | None = None) -> Vectors:
    """Return a backbone's features, float32 (N, 1280), of the pictures, or of what `load` makes of path and place.

    Raises DatasetError.
    """
    size = network.input_shape[1]

    def give_features(pictures: Pictures) -> dict[str, Vectors]:
        return {"features": network.predict(prepare(pictures.astype(np.float32)), batch_size=64, verbose=0)}

    return compute_all(give_features, paths, load or (lambda path, _: read_pixels(path, size)))["features"]


def combine(features: dict[str, Vectors]) -> Lesson:
    """Return the lesson that follows from each teacher's features, float32 (N, 1280), by the teacher's name."""
    parts, classes = [], []
    for teacher in TEACHERS:
        own = features[teacher.name]
        kernel, bias = load_classifier(teacher)
        probabilities = soften(own @ kernel + bias)
        parts += [_centre(own), _centre(np.sqrt(probabilities))]
        classes.append(probabilities)
    places = normalise(np.concatenate(parts, axis=1))
    return Lesson(places, np.mean(classes, axis=0).astype(np.float32), features[TEACHERS[0].name])


def soften(logits: Vectors) -> Vectors:
    """Return the softmax of logits / SOFTNESS, float32 of the same shape."""
    powers = np.exp((logits - logits.max(axis=1, keepdims=True)) / SOFTNESS)
    probabilities: Vectors = (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)
    return probabilities


def harden(probabilities: Vectors) -> Vectors:
    """Return logits, of the same shape, that `soften` makes these probabilities of."""
    logits: Vectors = SOFTNESS * np.log(probabilities + _LEAST)
    return logits


def _centre(rows: Vectors) -> Vectors:
    return normalise(rows - rows.mean(axis=0))


def _read_cache(cache: Path, fingerprint: str) -> dict[str, Vectors] | None:
    if not cache.exists():
        return None
    with np.load(cache) as kept:
        if str(kept["fingerprint"]) != fingerprint:
            return None
        return {teacher.name: kept[teacher.name] for teacher in TEACHERS}
