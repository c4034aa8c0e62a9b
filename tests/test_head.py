"""The head that training starts from, 64 directions in which the ImageNet classes differ, or goes on from."""

import numpy as np
import pytest

from model.dataset import UNLABELLED
from model.head import begin_head, even_out, find_directions, resume_head
from model.runtime import normalise

RNG = np.random.default_rng(0)
FEATURES = RNG.standard_normal((200, 96)).astype(np.float32)
LABELS = np.where(np.arange(200) < 150, np.arange(200) % 3, UNLABELLED)


def draw_classifier(directions: int) -> tuple[np.ndarray, np.ndarray]:
    """Return kernel (96, 1000) and bias of a classifier that looks at so many of the 96 directions."""
    kernel = RNG.standard_normal((96, directions)) @ RNG.standard_normal((directions, 1000))
    return kernel.astype(np.float32), RNG.standard_normal(1000).astype(np.float32)


def test_the_thousand_classes_can_be_read_from_the_64_numbers_when_they_fit() -> None:
    kernel, bias = draw_classifier(40)
    head = begin_head(FEATURES, kernel, bias, LABELS, 3)
    found = (FEATURES @ head.kernel + head.bias) @ head.kernel_1000 + head.bias_1000
    wanted = FEATURES @ (kernel - kernel.mean(axis=1, keepdims=True)) + bias
    assert np.corrcoef(found.ravel(), wanted.ravel())[0, 1] > 0.999


def test_directions_that_no_class_needs_give_way() -> None:
    kernel, bias = draw_classifier(70)
    looked_at = np.linalg.svd(kernel.T)[2][:70]
    head = begin_head(FEATURES, kernel, bias, LABELS, 3)
    inside = np.linalg.norm(looked_at @ head.kernel) ** 2
    assert inside > 0.95 * np.linalg.norm(head.kernel) ** 2  # 70 of 96 at random: 0.73


def test_vectors_lie_around_nothing_and_centres_among_their_class() -> None:
    head = begin_head(FEATURES, *draw_classifier(96), LABELS, 3)
    vectors = FEATURES @ head.kernel + head.bias
    assert head.kernel.shape == (96, 64)
    assert np.allclose(vectors.mean(axis=0), 0, atol=1e-4)
    assert np.allclose(np.linalg.norm(head.centres, axis=0), 1, atol=1e-5)
    scores = vectors[LABELS >= 0] @ head.centres
    assert np.mean(scores.argmax(axis=1) == LABELS[LABELS >= 0]) > 0.6


def test_a_head_goes_on_in_its_own_directions_at_the_length_that_training_begins_with() -> None:
    begun = begin_head(FEATURES, *draw_classifier(64), LABELS, 3)
    wanted = FEATURES @ begun.kernel @ begun.kernel_1000
    head = resume_head(FEATURES, begun.kernel / 7, begun.bias / 7, wanted, LABELS, 3)
    assert np.linalg.norm(head.kernel, axis=0).mean() == pytest.approx(1, rel=1e-5)
    assert np.allclose(head.kernel / head.kernel[0, 0], begun.kernel / begun.kernel[0, 0], rtol=1e-3, atol=1e-4)
    assert np.allclose(head.centres, begun.centres, atol=1e-4)
    read = (FEATURES @ head.kernel + head.bias) @ head.kernel_1000 + head.bias_1000
    assert np.allclose(read, wanted, atol=1e-2 * np.abs(wanted).max())


def test_directions_found_are_those_of_the_largest_variance_between_all_alike_and_as_they_vary() -> None:
    strengths = np.linspace(4, 1, 96).astype(np.float32)
    kernel, bias = find_directions(7 + FEATURES * strengths)
    vectors = (7 + FEATURES * strengths) @ kernel + bias
    assert np.allclose(vectors.mean(axis=0), 0, atol=1e-3)
    covariance = np.cov(vectors.T)
    assert np.abs(covariance - np.diag(covariance.diagonal())).max() < 1e-2 * covariance[0, 0]
    variances = np.linalg.eigvalsh(np.cov((FEATURES * strengths).T))[:-65:-1]
    assert np.allclose(covariance.diagonal() / covariance[0, 0], np.sqrt(variances / variances[0]), rtol=0.02)


def test_few_pictures_have_directions_too() -> None:
    kernel, bias = find_directions(FEATURES[:5])
    assert np.isfinite(kernel).all()
    assert np.isfinite(bias).all()


def measure_spread(vectors: np.ndarray) -> np.ndarray:
    """Return the variances of unit vectors (N, 64) within their classes, smallest first, with a mean of 1."""
    units = normalise(vectors[LABELS >= 0])
    means = np.stack([units[LABELS[LABELS >= 0] == number].mean(axis=0) for number in range(3)])
    variances = np.linalg.eigvalsh(np.cov((units - means[LABELS[LABELS >= 0]]).T))
    return variances / variances.mean()


def test_directions_in_which_a_class_differs_most_count_less() -> None:
    begun = begin_head(FEATURES, *draw_classifier(96), LABELS, 3)
    head = even_out(begun, FEATURES, LABELS)
    before, after = (FEATURES @ each.kernel + each.bias for each in (begun, head))
    assert measure_spread(after).max() < 0.8 * measure_spread(before).max()
    assert measure_spread(after).min() > 1.2 * measure_spread(before).min()
    others = np.where(LABELS >= 0, FEATURES.T, -FEATURES.T).T
    assert np.allclose(even_out(begun, others, LABELS).kernel, head.kernel, atol=1e-6)  # unlabelled ones do not count


def test_an_evened_head_reads_the_same_classes_and_centres_lie_among_theirs() -> None:
    begun = begin_head(FEATURES, *draw_classifier(96), LABELS, 3)
    head = even_out(begun, FEATURES, LABELS)
    before, after = (FEATURES @ each.kernel + each.bias for each in (begun, head))
    wanted = before @ begun.kernel_1000 + begun.bias_1000
    assert np.allclose(after @ head.kernel_1000 + head.bias_1000, wanted, atol=1e-3 * np.abs(wanted).max())
    assert np.allclose(np.linalg.norm(head.centres, axis=0), np.linalg.norm(begun.centres, axis=0), atol=1e-5)
    scores = after[LABELS >= 0] @ head.centres
    assert np.mean(scores.argmax(axis=1) == LABELS[LABELS >= 0]) > 0.6
