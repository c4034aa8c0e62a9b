"""The marks that Lookalike wants to reach, and whether it did."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.bench.plan import Figures

INDEXING_SHARE = 0.85
OUTSIDE_MS = 3.0
START_S = 2.0
MEMORY_MB = 250.0
OLD_TIMES = 6.0


@dataclass(frozen=True)
class Mark:
    """One mark: `asked` is a least value, or a most value where less is better."""

    name: str
    asked: float
    measured: float
    unit: str
    less_is_better: bool = True

    @property
    def reached(self) -> bool:
        return self.measured <= self.asked if self.less_is_better else self.measured >= self.asked

    def cells(self) -> Sequence[str]:
        """Return the mark as a row: its name, what is asked for, what was measured, whether that is enough."""
        bound = "at most" if self.less_is_better else "at least"
        verdict = "reached" if self.reached else "missed"
        return self.name, f"{bound} {self.asked:g} {self.unit}", f"{self.measured:.3g} {self.unit}", verdict


def judge(figures: Figures) -> Iterator[Mark]:
    """Yield the marks for which there are figures."""
    yield Mark("indexing, of the limit", 100 * INDEXING_SHARE, 100 * figures.indexing.share, "%", less_is_better=False)
    middle = next(found for found in figures.uploads if found.points == figures.middle)
    where = f"at {figures.middle:,} points"
    yield Mark(f"a search outside decode and model, {where}", OUTSIDE_MS, middle.outside.p50, "ms")
    yield Mark(f"start to first answer, {where}", START_S, figures.start_s, "s")
    if figures.memory:
        yield Mark(f"memory after the searches, {where}", MEMORY_MB, figures.memory.resident_bytes / 1e6, "MB")
    for old, new in zip(figures.old_ways, figures.uploads, strict=False):
        times = old.whole.p50 / new.whole.p50
        yield Mark(f"old latency / ours, at {new.points:,} points", OLD_TIMES, times, "times", less_is_better=False)
