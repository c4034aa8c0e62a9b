"""What the teachers say of the pictures, asked once and kept."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("keras", reason="needs the train extra: pip install '.[train]'")

from model.backbone import FEATURES, Variant
from model.runtime import Vectors
from model.teachers import TEACHERS, ask_teachers, soften

pytestmark = pytest.mark.train


class Teaching:
    """Gives random features, the same for each teacher every time, and counts who was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, teacher: Variant) -> Vectors:
        self.asked.append(teacher.name)
        rng = np.random.default_rng(len(teacher.name) + int(teacher.input_size))
        return rng.uniform(0, 2, (6, FEATURES)).astype(np.float32)


def test_every_teacher_is_asked_once_and_again_about_other_pictures(tmp_path: Path) -> None:
    teaching, kept = Teaching(), tmp_path / "kept.npz"
    names = [teacher.name for teacher in TEACHERS]
    first = ask_teachers(teaching, "these", kept, lambda _: None)
    second = ask_teachers(teaching, "these", kept, lambda _: None)
    assert teaching.asked == names
    assert np.array_equal(first.places, second.places)
    ask_teachers(teaching, "others", kept, lambda _: None)
    assert teaching.asked == names * 2


def test_a_lesson_holds_unit_places_probabilities_and_the_first_teachers_features(tmp_path: Path) -> None:
    lesson = ask_teachers(Teaching(), "these", tmp_path / "kept.npz", lambda _: None)
    assert np.allclose(np.linalg.norm(lesson.places, axis=1), 1, atol=1e-5)
    assert lesson.classes.shape == (6, 1000)
    assert np.allclose(lesson.classes.sum(axis=1), 1, atol=1e-4)
    assert np.array_equal(lesson.features, Teaching()(TEACHERS[0]))


def test_softened_probabilities_are_flatter_than_a_softmax() -> None:
    found = soften(np.array([[0.0, 2.0]], np.float32))
    assert found[0, 1] / found[0, 0] == pytest.approx(np.e, rel=1e-5)
