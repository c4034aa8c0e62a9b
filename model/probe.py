"""Fits the 64 numbers to a network that stays as it is."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np

from model.head import Head
from model.learner import Course, HeadLearner
from model.recipe import Recipe
from model.runtime import Pictures, Vectors
from model.teachers import compute_features
from model.views import draw_features, draw_view_of

_COPIES = 3  # of each picture, beside itself
_PICTURES_A_STEP = 256


def fit_head(
    backbone: keras.Model, paths: list[Path], head: Head, course: Course, recipe: Recipe
) -> tuple[Vectors, Vectors]:
    """Return the head's kernel (1280, 64) and bias after `head_steps`, over each picture and three edited copies.

    Raises DatasetError.
    """
    views = np.stack([course.lesson.features, *_look_at_copies(backbone, paths, recipe.seed)])
    size = min(_PICTURES_A_STEP, len(paths))
    steps = len(paths) // size
    epochs = math.ceil(recipe.head_steps / steps)
    recipe = replace(recipe, epochs=epochs, pictures_a_step=size, learning_rate=recipe.head_rate, kept=0.0)
    learner = HeadLearner(head, course, recipe)
    learner.fit(
        draw_features(views, size, epochs, recipe.seed),
        epochs=epochs,
        steps_per_epoch=steps,
        callbacks=[keras.callbacks.SwapEMAWeights(swap_on_epoch=True)],
        shuffle=False,
        verbose=0,
    )
    fitted = learner.take()[1]
    return fitted.kernel, fitted.bias


def _look_at_copies(backbone: keras.Model, paths: list[Path], seed: int) -> list[Vectors]:
    """Return the features, float32 (N, 1280), of each set of copies."""

    def draw(number: int) -> Callable[[Path, int], Pictures]:
        size = backbone.input_shape[1]
        return lambda path, place: draw_view_of(path, size, np.random.default_rng((seed, number, place)))

    return [compute_features(backbone, paths, draw(number)) for number in range(_COPIES)]
