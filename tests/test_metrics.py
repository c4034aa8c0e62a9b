"""Scores against ones worked out by hand."""

import numpy as np
import pytest

from model.dataset import UNLABELLED
from model.metrics import ask_all, estimate_interval, find_originals
from model.runtime import normalise


def at_angles(*degrees: float) -> np.ndarray:
    """Unit vectors in the plane: the nearest is the one at the nearest angle."""
    angles = np.radians(degrees)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def alone(count: int) -> np.ndarray:
    return np.arange(count)


def test_perfect_neighbours_score_one() -> None:
    answers = ask_all(at_angles(0, 1, 90, 91), np.array([0, 0, 1, 1]), alone(4))
    assert answers.average_precision.tolist() == [1, 1, 1, 1]
    assert answers.first.tolist() == answers.among_five.tolist() == [1, 1, 1, 1]


def test_average_precision_is_that_of_the_textbook() -> None:
    # From the first picture the others come as: wrong, right, wrong, right.
    answers = ask_all(at_angles(0, 10, 20, 30, 40), np.array([0, 1, 0, 1, 0]), alone(5))
    assert answers.average_precision[0] == pytest.approx((1 / 2 + 2 / 4) / 2)
    assert (answers.first[0], answers.among_five[0]) == (0, 1)


def test_a_hit_of_the_own_group_does_not_count_as_found() -> None:
    vectors, labels = at_angles(0, 1, 10, 20), np.array([0, 0, 1, 0])
    assert ask_all(vectors, labels, alone(4)).first[0] == 1
    without_copies = ask_all(vectors, labels, np.array([5, 5, 6, 7]))
    assert without_copies.first[0] == 0
    assert without_copies.average_precision[0] == pytest.approx(1 / 2)


def test_pictures_without_a_class_or_a_companion_are_not_asked() -> None:
    labels = np.array([0, 0, 1, UNLABELLED, UNLABELLED])
    assert len(ask_all(at_angles(0, 1, 2, 3, 4), labels, alone(5)).first) == 2


def test_no_pictures_give_no_answers() -> None:
    assert len(ask_all(np.zeros((0, 64), np.float32), alone(0), alone(0)).first) == 0


def test_large_sets_are_asked_in_parts_with_the_same_result() -> None:
    rng = np.random.default_rng(0)
    vectors = normalise(rng.standard_normal((1200, 8)).astype(np.float32))
    labels = rng.integers(0, 5, 1200)
    whole = ask_all(vectors, labels, alone(1200))
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -1)
    assert whole.first.tolist() == (labels[cosines.argmax(axis=1)] == labels).tolist()


def test_a_copy_is_found_only_when_its_original_is_nearest() -> None:
    vectors = at_angles(0, 30, 60)
    copies = at_angles(2, 50, 61)
    assert find_originals(copies, np.array([0, 1, 2]), vectors, alone(3)).tolist() == [1, 0, 1]


def test_another_copy_of_the_original_is_no_wrong_answer() -> None:
    vectors, copies = at_angles(0, 3, 60), at_angles(2)
    assert find_originals(copies, np.array([0]), vectors, alone(3)).tolist() == [0]
    assert find_originals(copies, np.array([0]), vectors, np.array([4, 4, 5])).tolist() == [1]


def test_the_interval_holds_the_mean_and_narrows_with_more_values() -> None:
    few, many = np.array([0.0, 1.0] * 10), np.array([0.0, 1.0] * 1000)
    low, high = estimate_interval(few)
    assert low < 0.5 < high
    narrow_low, narrow_high = estimate_interval(many)
    assert low < narrow_low < 0.5 < narrow_high < high
    assert estimate_interval(few) == (low, high)


def test_the_interval_of_nothing_is_no_number() -> None:
    assert np.isnan(estimate_interval(np.zeros(0))).all()
