"""What indexing cannot exceed on this machine: the pictures per second that decoding and the model alone allow."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from time import perf_counter

import numpy as np

from indexer.worker import Encoder
from model.preprocess import load_pixels


@dataclass(frozen=True)
class Limit:
    """`decode_ms` and `model_ms` are for one picture in one thread with nothing beside it.

    `together_per_s` is what as many threads as there are cores reach when they do just that: less than `per_s`, because
    they share caches and clocks.
    """

    decode_ms: float
    model_ms: float
    cores: int
    together_per_s: float

    @property
    def per_s(self) -> float:
        """Return the limit: what one thread reaches alone, times the cores."""
        return self.cores * 1000 / (self.decode_ms + self.model_ms)


def measure_limit(pictures: Sequence[Path], encoder: Encoder, cores: int) -> Limit:
    """Return the limit over pictures whose sizes are mixed as in the library.

    Means, not medians: the time for a mixture is the sum over its pictures, and the median of two sizes is neither.
    """
    costs = [_work(path, encoder) for path in pictures]
    decode_ms, model_ms = (fmean(column) for column in zip(*costs, strict=True))
    return Limit(decode_ms, model_ms, cores, _measure_together(pictures, encoder, cores))


def _measure_together(pictures: Sequence[Path], encoder: Encoder, cores: int) -> float:
    with ThreadPoolExecutor(cores) as pool:
        started = perf_counter()
        list(pool.map(lambda path: _work(path, encoder), pictures))
        return len(pictures) / (perf_counter() - started)


def _work(path: Path, encoder: Encoder) -> tuple[float, float]:
    """Return the milliseconds for decoding one picture, and for the model."""
    started = perf_counter()
    pixels = load_pixels(path, encoder.size)
    decoded = perf_counter()
    encoder.encode(pixels[np.newaxis])
    return (decoded - started) * 1000, (perf_counter() - decoded) * 1000
