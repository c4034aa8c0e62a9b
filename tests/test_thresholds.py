"""Thresholds of made-up vectors, of which one knows how near they are to one another."""

from pathlib import Path

import numpy as np
import pytest

from model.dataset import UNLABELLED, PictureSet
from model.evaluate import EmbeddedSet
from model.runtime import normalise
from model.thresholds import PRECISION, measure_thresholds, search_with_classes, search_with_copies

RNG_SEED = 0


def embed(
    labels: np.ndarray, sameness: float = 1.0, blur: float = 0.02, groups: np.ndarray | None = None
) -> EmbeddedSet:
    """A set in which each class has a direction of its own, `sameness` strong, and each picture random ones besides."""
    count, rng = len(labels), np.random.default_rng(RNG_SEED)
    directions = np.eye(64)[labels % 64]
    originals = normalise((0.1 * rng.standard_normal((count, 64)) + sameness * directions).astype(np.float32))
    copies = normalise((originals + blur * rng.standard_normal((count, 64))).astype(np.float32))
    paths = [Path(f"{number}.jpg") for number in range(count)]
    classes = [str(label) for label in np.unique(labels[labels != UNLABELLED])]
    groups = np.arange(count) if groups is None else groups
    return EmbeddedSet(
        PictureSet("made up", paths, classes, labels, groups), "ours", originals, copies, np.arange(count)
    )


@pytest.fixture
def classes() -> EmbeddedSet:
    """Nine classes of ten pictures, told apart well but not perfectly."""
    return embed(np.arange(90) // 10, sameness=0.5)


def test_thresholds_fall_from_duplicates_to_weak_hits_and_keep_their_promise(classes: EmbeddedSet) -> None:
    thresholds = measure_thresholds([classes])
    cosines = [threshold.cosine for threshold in thresholds]
    assert thresholds[0].verdict == "duplicate"
    assert len(thresholds) > 2
    assert cosines == sorted(set(cosines), reverse=True)
    assert all(threshold.precision >= PRECISION[threshold.verdict] for threshold in thresholds)


def test_a_threshold_lies_as_low_as_its_precision_allows(classes: EmbeddedSet) -> None:
    hits = search_with_classes(classes)
    for threshold in measure_thresholds([classes])[1:]:
        wanted = PRECISION[threshold.verdict]
        assert hits.precision(threshold.cosine) >= wanted > hits.precision(threshold.cosine - 0.005)


def test_every_other_search_lacks_what_would_be_right() -> None:
    plain = embed(np.arange(90) // 10)
    assert search_with_copies(plain).right.sum() == 45
    assert search_with_classes(plain).right.sum() == 45 * 9


def test_copies_of_the_picture_that_is_searched_with_are_no_hits_of_its_class() -> None:
    together = embed(np.zeros(60, int), groups=np.zeros(60, int))
    assert len(search_with_classes(together).right) == 0


def test_copies_of_its_original_are_right_hits_of_a_copy() -> None:
    pairs = embed(np.arange(60) // 2, groups=np.arange(60) // 2)
    assert search_with_copies(pairs).right.sum() == 60  # of thirty searches two each


def test_a_verdict_that_no_cosine_earns_is_left_out() -> None:
    noise = embed(np.arange(200) % 40, sameness=0.0, blur=9.0)
    assert measure_thresholds([noise]) == ()


def test_pictures_without_a_class_count_for_duplicates_alone() -> None:
    unlabelled = embed(np.full(90, UNLABELLED), sameness=0.0)
    assert [threshold.verdict for threshold in measure_thresholds([unlabelled])] == ["duplicate"]


def test_sets_count_alike_whatever_their_size(classes: EmbeddedSet) -> None:
    noise = embed(np.arange(400) % 40, sameness=0.0)
    assert measure_thresholds([classes, classes]) == measure_thresholds([classes])
    lowest, raised = (measure_thresholds(sets)[-1] for sets in ([classes], [classes, noise]))
    assert (lowest.verdict, raised.verdict) == ("weak", "weak")
    assert raised.cosine > lowest.cosine


def test_no_sets_give_no_thresholds() -> None:
    assert measure_thresholds([]) == ()
