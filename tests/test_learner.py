"""Learning on small numbers: losses fall, classes part, copies meet, the same seed does the same."""

from dataclasses import replace

import numpy as np
import pytest

keras = pytest.importorskip("keras", reason="needs the train extra: pip install '.[train]'")

from model.head import Head, begin_head  # noqa: E402
from model.learner import Course, Learner  # noqa: E402
from model.recipe import Recipe  # noqa: E402
from model.runtime import Vectors, normalise  # noqa: E402
from model.teachers import Lesson, soften  # noqa: E402

pytestmark = pytest.mark.train

QUICK = Recipe(views=3, epochs=12, pictures_a_step=32, learning_rate=3e-3, head_learning_rate=3e-3, averaging=0.9)

COUNT, WIDTH = 256, 80
LABELS = np.arange(COUNT) % 4


def make_course(rng: np.random.Generator) -> Course:
    """Two sets of two classes; a view is a strip of 80 numbers, of which one of the first four tells the class."""
    base = rng.standard_normal((COUNT, WIDTH)) + 2 * np.eye(4, WIDTH)[LABELS]
    views = base + 0.6 * rng.standard_normal((3, COUNT, WIDTH))
    features = base.astype(np.float32)
    lesson = Lesson(normalise(features), soften(features @ make_classifier()[0]), features)
    strips = np.repeat(views[:, :, None, None, :], 2, axis=3).astype(np.float16)
    return Course(strips, lesson, LABELS, LABELS // 2, np.array([0, 0, 1, 1]))


def make_classifier() -> tuple[Vectors, Vectors]:
    rng = np.random.default_rng(1)
    return rng.standard_normal((WIDTH, 1000)).astype(np.float32), np.zeros(1000, np.float32)


def make_network() -> keras.Model:
    view = keras.Input((1, 2, WIDTH))
    features = keras.layers.Dense(WIDTH, kernel_initializer="identity")(keras.layers.GlobalAveragePooling2D()(view))
    return keras.Model(view, features)


def learn(recipe: Recipe) -> tuple[Vectors, Head, list[dict[str, float]]]:
    """Return the vectors of the pictures themselves after training, the head, and the losses of each epoch."""
    course, network = make_course(np.random.default_rng(0)), make_network()
    head = begin_head(course.lesson.features, *make_classifier(), LABELS, 4)
    heard: list[tuple[dict[str, float], Head]] = []
    Learner(network, head, course, recipe).fit(lambda _, losses, head: heard.append((losses, head)))
    head = heard[-1][1]
    features = network(course.views[0].astype(np.float32)).numpy()
    return normalise(features @ head.kernel + head.bias), head, [losses for losses, _ in heard]


def test_learning_brings_neighbourhoods_nearer_and_tells_the_classes_of_a_set_apart() -> None:
    vectors, head, losses = learn(QUICK)
    assert len(losses) == QUICK.epochs
    for name in ("neighbourhoods", "classes"):
        assert losses[-1][name] < losses[0][name], name
    scores = vectors @ head.centres
    for pair in ((0, 1), (2, 3)):  # only classes of one set compete
        own = np.isin(LABELS, pair)
        assert np.mean(scores[own][:, pair].argmax(axis=1) + pair[0] == LABELS[own]) > 0.9


def test_asking_for_copies_alone_brings_them_together() -> None:
    ends = [learn(replace(QUICK, weights=(1.0, 0.0, weight, 0.0)))[2][-1]["copies"] for weight in (0.0, 2.0)]
    assert ends[1] < 0.9 * ends[0]


def test_the_same_seed_learns_the_same() -> None:
    short = replace(QUICK, epochs=2)
    assert np.allclose(learn(short)[0], learn(short)[0], atol=1e-3)
