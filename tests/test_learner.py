"""Learning on small numbers: losses fall, classes part, copies meet, the same seed does the same."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest

keras = pytest.importorskip("keras", reason="needs the train extra: pip install '.[train]'")

from model.head import Head, begin_head  # noqa: E402
from model.learner import Course, HeadLearner, Learner  # noqa: E402
from model.recipe import Recipe  # noqa: E402
from model.runtime import Vectors, normalise  # noqa: E402
from model.teachers import Lesson, soften  # noqa: E402

pytestmark = [
    pytest.mark.train,
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept:DeprecationWarning"),  # Keras
]

QUICK = Recipe(epochs=12, pictures_a_step=32, learning_rate=3e-3, averaging=0.9, kept=0.1)

COUNT, WIDTH = 256, 80
LABELS = np.arange(COUNT) % 4
STEPS = COUNT // QUICK.pictures_a_step


def draw_numbers(rng: np.random.Generator) -> Vectors:
    """Return 80 numbers a picture in -1..1, of which one of the first four tells the class."""
    drawn = rng.standard_normal((COUNT, WIDTH)) + 2 * np.eye(4, WIDTH)[LABELS]
    return np.clip(drawn / 6, -0.99, 0.99).astype(np.float32)


def make_course(features: Vectors) -> Course:
    """Two sets of two classes."""
    lesson = Lesson(normalise(features), soften(features @ make_classifier()[0]), features)
    return Course(lesson, LABELS, LABELS // 2, np.array([0, 0, 1, 1]))


def make_classifier() -> tuple[Vectors, Vectors]:
    rng = np.random.default_rng(1)
    return rng.standard_normal((WIDTH, 1000)).astype(np.float32), np.zeros(1000, np.float32)


def make_network() -> keras.Model:
    """Return a network whose view are 80 numbers."""
    return keras.Sequential([keras.Input((WIDTH,)), keras.layers.Dense(WIDTH, kernel_initializer="identity")])


def draw_views(base: Vectors, recipe: Recipe) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    rng = np.random.default_rng(recipe.seed)
    while True:
        places = np.tile(rng.permutation(COUNT)[: recipe.pictures_a_step], 2)
        yield base[places] + 0.1 * rng.standard_normal((len(places), WIDTH)).astype(np.float32), places


def fit(learner: Learner, base: Vectors, recipe: Recipe) -> dict[str, list[float]]:
    """Return the mean of each loss after each epoch."""
    views = draw_views(base, recipe)
    losses: dict[str, list[float]] = learner.fit(
        views, epochs=recipe.epochs, steps_per_epoch=STEPS, shuffle=False, verbose=0
    ).history
    return losses


def learn(recipe: Recipe) -> tuple[Vectors, Head, dict[str, list[float]]]:
    """Return the vectors of the pictures themselves after training, the head, and the losses of each epoch."""
    keras.utils.set_random_seed(0)
    base, network = draw_numbers(np.random.default_rng(0)), make_network()
    learner = Learner(network, begin_head(base, *make_classifier(), LABELS, 4), make_course(base), recipe)
    losses = fit(learner, base, recipe)
    weights, head = learner.take()
    network.set_weights(weights)
    features = keras.ops.convert_to_numpy(network(base))
    return normalise(features @ head.kernel + head.bias), head, losses


def test_learning_brings_neighbourhoods_nearer_and_tells_the_classes_of_a_set_apart() -> None:
    vectors, head, losses = learn(QUICK)
    for name in ("neighbourhoods", "classes"):
        assert len(losses[name]) == QUICK.epochs
        assert losses[name][-1] < losses[name][0], name
    scores = vectors @ head.centres
    for pair in ((0, 1), (2, 3)):  # only classes of one set compete
        own = np.isin(LABELS, pair)
        assert np.mean(scores[own][:, pair].argmax(axis=1) + pair[0] == LABELS[own]) > 0.9


def test_asking_for_copies_alone_brings_them_together() -> None:
    ends = [learn(replace(QUICK, weights=(1.0, 0.0, weight, 0.0)))[2]["copies"][-1] for weight in (0.0, 2.0)]
    assert ends[1] < 0.9 * ends[0]


def test_the_same_seed_learns_the_same() -> None:
    short = replace(QUICK, epochs=2)
    assert np.allclose(learn(short)[0], learn(short)[0], atol=1e-3)


def test_what_is_kept_of_the_start_draws_the_numbers_back_to_it() -> None:
    short = replace(QUICK, epochs=2)
    end, half, start = (learn(replace(short, kept=kept))[1].kernel for kept in (0.0, 0.5, 1.0))
    assert np.allclose(half, (end + start) / 2, atol=1e-3)
    assert not np.allclose(end, start, atol=1e-2)


def test_a_head_alone_learns_to_tell_the_classes_of_a_set_apart() -> None:
    base = draw_numbers(np.random.default_rng(0))
    begun = begin_head(base, *make_classifier(), LABELS, 4)
    learner = HeadLearner(begun, make_course(base), QUICK)
    losses = fit(learner, base, QUICK)
    for name in ("neighbourhoods", "classes"):
        assert losses[name][-1] < losses[name][0], name
    weights, head = learner.take()
    assert weights == []
    scores = normalise(base @ head.kernel + head.bias) @ head.centres
    assert all(
        np.mean(scores[np.isin(LABELS, pair)][:, pair].argmax(axis=1) + pair[0] == LABELS[np.isin(LABELS, pair)]) > 0.9
        for pair in ((0, 1), (2, 3))
    )


class OneSided(HeadLearner):
    """Learns from the views alone, and not from the pictures that they are compared with."""

    def _recall(self) -> NamedTuple:
        others = super()._recall()
        return others._replace(vectors=keras.ops.stop_gradient(others.vectors))


def test_a_head_alone_learns_from_both_sides_of_a_cosine() -> None:
    base = draw_numbers(np.random.default_rng(0))
    recipe = replace(QUICK, weights=(1.0, 0.0, 0.0, 0.0))
    ends = []
    for kind in (HeadLearner, OneSided):
        keras.utils.set_random_seed(0)
        learner = kind(begin_head(base, *make_classifier(), LABELS, 4), make_course(base), recipe)
        ends.append(fit(learner, base, recipe)["neighbourhoods"][-1])
    both, one = ends
    assert both < 0.98 * one
