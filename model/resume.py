"""Goes on from what earlier trainings have learnt."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import keras
import numpy as np

from model.backbone import build_backbone, load_backbone
from model.head import Head, find_directions, resume_head
from model.learner import Course
from model.probe import fit_head
from model.recipe import Recipe
from model.runtime import Vectors, normalise
from model.teachers import compute_features, harden


def resume(
    networks: Sequence[keras.Model], paths: list[Path], course: Course, recipe: Recipe, report: Callable[[str], None]
) -> tuple[keras.Model, Head, Course]:
    """Return the backbone, the head and the course that training goes on with, from the mean of trained networks.

    They are their own teacher of neighbourhoods from then on: they are to know no less than before.
    """
    backbone, kernel, bias = average(networks)
    if recipe.imagenet_share:
        mix_in(backbone, load_backbone(), recipe.imagenet_share)
    report("looking at the pictures")
    features = compute_features(backbone, paths)
    wanted = harden(course.lesson.classes)
    course = replace(course, lesson=replace(course.lesson, features=features, places=normalise(features)))
    begin = partial(resume_head, features, wanted=wanted, labels=course.labels, classes=len(course.set_of_class))
    if recipe.head_steps:
        report("fitting the 64 numbers to the network")
        kernel, bias = fit_head(backbone, paths, begin(*find_directions(features)), course, recipe)
    return backbone, begin(kernel, bias), course


def average(networks: Sequence[keras.Model]) -> tuple[keras.Model, Vectors, Vectors]:
    """Return the backbone with the mean of the weights of some trained networks, and their mean kernel and bias.

    All must have begun alike, as the same 64 directions of the same backbone. Source: https://arxiv.org/abs/2203.05482.
    """
    weights = zip(*(network.get_weights() for network in networks), strict=True)
    *means, kernel, bias = (np.mean(alike, axis=0) for alike in weights)
    backbone = build_backbone()
    backbone.set_weights(means)
    return backbone, kernel, bias


def mix_in(backbone: keras.Model, other: keras.Model, share: float) -> None:
    """Let so much of a backbone's weights, in 0..1, be another's. Source: https://arxiv.org/abs/2109.01903."""
    pairs = zip(backbone.get_weights(), other.get_weights(), strict=True)
    backbone.set_weights([(1 - share) * own + share * others for own, others in pairs])
