"""Measures from which cosine up a hit may be called a duplicate, very close, related or weak.

What is counted are the first HITS hits of many searches over a set, as a person would see them. A hit is right

- as a duplicate, when the search was made with an edited copy of it, or of a picture of its group;
- as anything else, when it has the class of the picture that was searched with. Its copies are left out.

Every other search asks a library that lacks what would be right: nobody knows beforehand whether it is there, and
thresholds that were measured only where it is would find something everywhere. Precision and recall are means over the
sets, so that a large set counts as much as a small one.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from model.dataset import UNLABELLED
from model.evaluate import EmbeddedSet
from model.runtime import Vectors
from model.verdicts import VERDICTS, Threshold

HITS = 30

# How many of 100 hits must be right.
PRECISION = {"duplicate": 99.0, "very close": 75.0, "related": 60.0, "weak": 45.0}

_COSINES = np.arange(0.0, 1.0, 0.005)
# Fewer hits of a set than these say nothing: then its nearest ones are counted, however near they are.
_FEWEST_HITS = 30
_NEVER = -9.0

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Hits:
    """The hits of all searches over one set, the nearest first: their cosines, and which of them are right."""

    cosines: Vectors
    right: Flags

    def precision(self, cosine: float) -> float:
        """Return how many percent of the hits at a cosine or above it are right."""
        counted = max(int((self.cosines >= cosine).sum()), _FEWEST_HITS)
        return 100 * float(self.right[:counted].mean())

    def recall(self, cosine: float) -> float:
        """Return how many percent of the right hits are at a cosine or above it."""
        return 100 * float((self.cosines >= cosine)[self.right].mean())


def measure_thresholds(sets: list[EmbeddedSet]) -> tuple[Threshold, ...]:
    """Return the lowest cosine for each verdict that is precise enough, the highest first.

    A verdict that no cosine earns is left out.
    """
    copies = _keep_useful([search_with_copies(each) for each in sets])
    classes = _keep_useful([search_with_classes(each) for each in sets])
    found = [_find_lowest(verdict, copies if verdict == "duplicate" else classes) for verdict in VERDICTS]
    return _put_in_order([threshold for threshold in found if threshold is not None])


def search_with_copies(embedded: EmbeddedSet) -> Hits:
    """Return the hits of edited copies among the originals: right are those of the original's group."""
    groups = embedded.pictures.groups
    right = groups[embedded.places][:, None] == groups[None, :]
    return _search(embedded.copies @ embedded.originals.T, right)


def search_with_classes(embedded: EmbeddedSet) -> Hits:
    """Return the hits of the pictures that have a class among those of other groups: right are those of the class."""
    pictures = embedded.pictures
    asked = np.flatnonzero(pictures.labels != UNLABELLED)
    cosines = embedded.originals[asked] @ embedded.originals.T
    cosines[pictures.groups[asked][:, None] == pictures.groups[None, :]] = _NEVER
    return _search(cosines, pictures.labels[asked][:, None] == pictures.labels[None, :])


def _search(cosines: Vectors, right: Flags) -> Hits:
    cosines[::2][right[::2]] = _NEVER
    order = np.argsort(-cosines, axis=1, kind="stable")[:, :HITS]
    near = np.take_along_axis(cosines, order, axis=1).ravel()
    nearest_first = np.argsort(-near, kind="stable")
    kept = nearest_first[near[nearest_first] > _NEVER]
    return Hits(near[kept], np.take_along_axis(right, order, axis=1).ravel()[kept])


def _keep_useful(sets: list[Hits]) -> list[Hits]:
    return [hits for hits in sets if len(hits.right) >= _FEWEST_HITS and hits.right.any()]


def _find_lowest(verdict: str, sets: list[Hits]) -> Threshold | None:
    def mean(measure: Callable[[Hits, float], float], cosine: float) -> float:
        return float(np.mean([measure(hits, cosine) for hits in sets]))

    for cosine in _COSINES.tolist() if sets else []:
        precision = mean(Hits.precision, cosine)
        if precision >= PRECISION[verdict]:
            recall = mean(Hits.recall, cosine)
            return Threshold(verdict, round(cosine, 3), round(precision, 1), round(recall, 1))
    return None


def _put_in_order(thresholds: list[Threshold]) -> tuple[Threshold, ...]:
    """Leave out a verdict that a higher one covers from a lower cosine on."""
    kept: list[Threshold] = []
    for threshold in thresholds:
        if not kept or threshold.cosine < kept[-1].cosine:
            kept.append(threshold)
    return tuple(kept)
