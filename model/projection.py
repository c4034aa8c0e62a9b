"""Principal components: the plainest way from many numbers to few."""

from dataclasses import dataclass

import numpy as np

from model.runtime import Vectors


@dataclass(frozen=True)
class Projection:
    """The mean of some rows, float32 (D,), and their directions of largest variance, float32 (D, width)."""

    centre: Vectors
    axes: Vectors

    def apply(self, rows: Vectors) -> Vectors:
        """Return rows (N, D) in the directions' coordinates, float32 (N, width)."""
        projected: Vectors = ((rows - self.centre) @ self.axes).astype(np.float32)
        return projected


def fit_projection(rows: Vectors, width: int) -> Projection:
    """Return the projection on the `width` directions in which rows (N, D) vary most, the first one most.

    Raises ValueError when there are fewer than `width` directions.
    """
    if rows.shape[1] < width:
        raise ValueError(f"{rows.shape[1]} numbers have no {width} directions")
    centre = rows.mean(axis=0, dtype=np.float64)
    centred = rows - centre
    _, directions = np.linalg.eigh(centred.T @ centred)  # smallest variance first
    axes = directions[:, : -width - 1 : -1]
    return Projection(centre.astype(np.float32), np.ascontiguousarray(axes, np.float32))
