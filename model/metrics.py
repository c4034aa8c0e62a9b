"""How well vectors bring pictures of one class together, and edited copies to their originals.

Every picture asks in turn and all others answer, nearest first by cosine. A hit of the asking picture's
own group (a copy of it) is left out: finding it again shows nothing.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from model.dataset import UNLABELLED, Numbers

Floats = npt.NDArray[np.float64]
Vectors = npt.NDArray[np.float32]

_ROWS_AT_ONCE = 512
_RESAMPLES = 1000


@dataclass(frozen=True)
class Answers:
    """One row for each picture that has a class and another picture of it to find, values in 0..1.

    `average_precision` is the area under precision over recall, `first` whether the first hit has the
    class (its mean is P@1, which is also R@1), `among_five` whether one of the first five has (R@5).
    """

    average_precision: Floats
    first: Floats
    among_five: Floats


def ask_all(vectors: Vectors, labels: Numbers, groups: Numbers) -> Answers:
    """Return how well each question is answered, for unit vectors (N, D), their classes and groups."""
    rows = [
        _ask_some(np.arange(start, min(start + _ROWS_AT_ONCE, len(vectors))), vectors, labels, groups)
        for start in range(0, len(vectors), _ROWS_AT_ONCE)
    ]
    return Answers(*np.concatenate(rows, axis=1)) if rows else Answers(np.zeros(0), np.zeros(0), np.zeros(0))


def find_originals(copies: Vectors, places: Numbers, vectors: Vectors, groups: Numbers) -> Floats:
    """Return for each copy, float64 in 0..1, whether the nearest of `vectors` is the one at its place.

    Pictures of the original's group are left out, as they are copies too.
    """
    similarity = copies @ vectors.T
    similarity[groups[places][:, None] == groups[None, :]] = -np.inf
    own = np.einsum("nd,nd->n", copies, vectors[places])
    found: Floats = (own > similarity.max(axis=1)).astype(np.float64)
    return found


def estimate_interval(values: Floats, seed: int = 0) -> tuple[float, float]:
    """Return the range that holds the mean of 95 of 100 bootstrap samples; NaN where there are no values."""
    if not len(values):
        return float("nan"), float("nan")
    picks = np.random.default_rng(seed).integers(0, len(values), (_RESAMPLES, len(values)))
    low, high = np.percentile(values[picks].mean(axis=1), (2.5, 97.5))
    return float(low), float(high)


def _ask_some(places: Numbers, vectors: Vectors, labels: Numbers, groups: Numbers) -> Floats:
    """Return the three rows of Answers, float64 (3, M), for the M of these places that can be asked."""
    similarity = vectors[places] @ vectors.T
    similarity[groups[places][:, None] == groups[None, :]] = -np.inf
    order = np.argsort(-similarity, axis=1, kind="stable")
    right = labels[order] == labels[places][:, None]
    right &= np.isfinite(np.take_along_axis(similarity, order, axis=1))
    asked = right.any(axis=1) & (labels[places] != UNLABELLED)
    right = right[asked]
    precision = right.cumsum(axis=1) / np.arange(1, len(vectors) + 1)
    average = (precision * right).sum(axis=1) / right.sum(axis=1)
    return np.stack([average, right[:, 0], right[:, :5].any(axis=1)]).astype(np.float64)
