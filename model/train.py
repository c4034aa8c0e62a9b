"""Trains a classifier whose last hidden layer are the 64 numbers, and saves it with a log of how."""

import json
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import keras

from model import VECTOR_SIZE
from model.backbone import load_backbone
from model.dataset import PictureSet
from model.errors import ArtifactError
from model.export import convert_to_float32
from model.features import collect
from model.head import Head, HeadTrainer, Recipe
from model.runtime import InterpreterPool

VECTOR_LAYER = "vector"

Report = Callable[[str], None]


def train(sets: list[PictureSet], recipe: Recipe, out: Path, interpreters: int, report: Report) -> None:
    """Write the trained classifier to `out` (.keras) and the log beside it (.json); `report` hears lines of progress.

    The backbone's features are kept beside them (.features.npz), so that another recipe over the same
    pictures starts at once. Raises ArtifactError, ImageError or OSError.
    """
    backbone = load_backbone()
    network = InterpreterPool(convert_to_float32(backbone), interpreters)
    cache = out.with_suffix(".features.npz")
    data = collect(sets, network, recipe.views, recipe.seed, cache, _tell_pictures(report))
    losses: list[dict[str, float]] = []
    began = time.monotonic()  # features may come from an earlier run, so they are not counted
    head = HeadTrainer(data, recipe).fit(_tell_losses(report, recipe.epochs, losses))
    fitting_seconds = round(time.monotonic() - began)
    build_classifier(backbone, head).save(out)
    log = {
        "data": [describe_set(pictures) for pictures in sets],
        "recipe": asdict(recipe),
        "fitting_seconds": fitting_seconds,
        "losses": losses[-1],
        "classes": data.class_names,
    }
    log_path(out).write_text(json.dumps(log, indent=2) + "\n", "utf-8")


def build_classifier(backbone: keras.Model, head: Head) -> keras.Model:
    """Return pictures float32 (N, S, S, 3) in -1..1 to the probabilities of all classes, by way of the vector."""
    vector = keras.layers.Dense(VECTOR_SIZE, name=VECTOR_LAYER)
    classes = keras.layers.Dense(head.centres.shape[1], activation="softmax", use_bias=False, name="classes")
    unit = keras.layers.UnitNormalization(name="unit_vector")
    classifier = keras.Model(backbone.input, classes(unit(vector(backbone.output))), name="lookalike")
    vector.set_weights([head.kernel, head.bias])
    classes.set_weights([head.centres])
    return classifier


def load_encoder_network(path: Path) -> tuple[keras.Model, dict[str, Any]]:
    """Return a trained classifier cut at its vector, and its log. Raises ArtifactError when either is not usable."""
    try:
        classifier = keras.models.load_model(path, compile=False)
        log = json.loads(log_path(path).read_text("utf-8"))
        vector = classifier.get_layer(VECTOR_LAYER).output
        return keras.Model(classifier.input, vector), log
    except (OSError, ValueError) as fault:
        raise ArtifactError(f"{path} is not a trained classifier with its log: {fault}.") from fault


def log_path(checkpoint: Path) -> Path:
    """Return where the log of a checkpoint lies."""
    return checkpoint.with_suffix(".json")


def describe_set(pictures: PictureSet) -> dict[str, Any]:
    """Return a set's name, number of pictures and number of classes."""
    return {"name": pictures.name, "pictures": len(pictures.paths), "classes": len(pictures.classes)}


def _tell_pictures(report: Report) -> Callable[[int, int], None]:
    began = time.monotonic()

    def tell(done: int, total: int) -> None:
        rate = done / (time.monotonic() - began)
        report(f"features of {done:,} of {total:,} pictures, {rate:.0f}/s, {(total - done) / rate:.0f} s left")

    return tell


def _tell_losses(
    report: Report, epochs: int, losses: list[dict[str, float]]
) -> Callable[[int, dict[str, float]], None]:
    def tell(epoch: int, means: dict[str, float]) -> None:
        losses.append({name: round(mean, 4) for name, mean in means.items()})
        report(f"epoch {epoch} of {epochs}: " + ", ".join(f"{name} {mean:.3f}" for name, mean in means.items()))

    return tell
