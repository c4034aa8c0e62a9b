"""Stand-ins that behave like the real thing, only simpler to predict."""

import numpy as np
import numpy.typing as npt


class ColourEncoder:
    """An encoder whose neighbours one can tell by eye: mean colours of a 4 x 4 grid, and of the whole picture."""

    size = 32
    version = "colours-1"

    def encode(self, pictures: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        cells = pictures.reshape(-1, 4, 8, 4, 8, 3).mean(axis=(2, 4)) / 255
        whole = np.repeat(cells.mean(axis=(1, 2)), 5, axis=1)
        vectors = np.concatenate([cells.reshape(-1, 48), whole, np.full((len(pictures), 1), 0.1)], axis=1)
        return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)

    def judge(self, score: float) -> str | None:
        steps = ((0.999, "duplicate"), (0.95, "very close"), (0.9, "related"), (0.8, "weak"))
        return next((verdict for least, verdict in steps if score >= least), "unrelated")


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now
