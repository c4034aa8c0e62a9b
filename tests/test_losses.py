"""What is asked of the 64 numbers: each loss is small for what it wants, larger for anything else."""

import numpy as np
import pytest

pytest.importorskip("keras", reason="needs the train extra: pip install '.[train]'")

from model.losses import (
    classify,
    compare_neighbourhoods,
    match_copies,
    remember_classes,
    reward_labels,
)
from model.runtime import normalise
from model.teachers import SOFTNESS, soften

pytestmark = pytest.mark.train

RNG = np.random.default_rng(0)


def draw_vectors(count: int) -> np.ndarray:
    return normalise(RNG.standard_normal((count, 64)).astype(np.float32))


def test_the_same_neighbourhoods_cost_nothing_and_others_do() -> None:
    wanted, nothing = RNG.uniform(-1, 1, (5, 9)).astype(np.float32), np.zeros((5, 9), np.float32)
    assert float(compare_neighbourhoods(wanted, wanted, nothing, 0.1)) == pytest.approx(0, abs=1e-5)
    assert float(compare_neighbourhoods(wanted[:, ::-1], wanted, nothing, 0.1)) > 1


def test_forbidden_pairs_do_not_count() -> None:
    wanted = RNG.uniform(-1, 1, (5, 5)).astype(np.float32)
    found = wanted + np.eye(5, dtype=np.float32)  # every picture is nearest to itself
    assert float(compare_neighbourhoods(found, wanted, np.eye(5, dtype=np.float32), 0.1)) == pytest.approx(0, abs=1e-4)


def test_labels_raise_their_class_and_lower_their_rivals_and_leave_the_rest() -> None:
    labels, sets = np.array([0, 0, 1, 2, -1]), np.array([0, 0, 0, 1, 0])
    changed = reward_labels(np.zeros((5, 5), np.float32), labels, labels, sets, sets, 0.5)
    assert np.asarray(changed).tolist() == [
        [0.5, 0.5, -0.5, 0.0, 0.0],
        [0.5, 0.5, -0.5, 0.0, 0.0],
        [-0.5, -0.5, 0.5, 0.0, 0.0],
        [0.0, 0.0, 0.0, 0.5, 0.0],
        [0.0, 0.0, 0.0, 0.0, 0.0],
    ]


def test_a_picture_at_the_centre_of_its_class_costs_little_and_only_rivals_of_its_set_matter() -> None:
    centres = np.linalg.qr(RNG.standard_normal((64, 4)))[0].astype(np.float32)
    set_of_class = np.array([0, 0, 1, 1])

    def cost(labels: list[int], vectors: np.ndarray) -> float:
        return float(classify(vectors, np.array(labels), centres, set_of_class, 16.0))

    own, rival, foreign = centres.T[:1], centres.T[1:2], centres.T[2:3]
    assert cost([0], own) < 1e-3
    assert cost([0], rival) > 10
    assert cost([0], foreign) == pytest.approx(np.log(2), abs=1e-3)
    assert cost([-1], own) == 0
    assert cost([0, -1], np.concatenate([own, rival])) == cost([0], own)


def test_copies_that_lie_together_cost_little_and_others_between_them_more() -> None:
    pictures, none = draw_vectors(8), np.zeros((8, 50), np.float32)
    near = normalise(pictures + 0.02 * RNG.standard_normal((8, 64)).astype(np.float32))
    crowd = np.concatenate([draw_vectors(42), pictures])
    itself = np.eye(8, 50, 42, np.float32)
    apart = float(match_copies(pictures, near, draw_vectors(50), none, 0.07))
    crowded = float(match_copies(pictures, near, crowd, none, 0.07))
    assert apart < 0.1 < crowded
    assert float(match_copies(pictures, near, crowd, itself, 0.07)) < 0.1
    assert float(match_copies(pictures, near[::-1].copy(), draw_vectors(50), none, 0.07)) > 5


def test_knowledge_kept_costs_nothing_and_knowledge_lost_does() -> None:
    logits = RNG.standard_normal((4, 1000)).astype(np.float32)
    known = soften(logits)
    assert float(remember_classes(logits, known, SOFTNESS)) == pytest.approx(0, abs=1e-4)
    assert float(remember_classes(logits[::-1].copy(), known, SOFTNESS)) > 0.05
