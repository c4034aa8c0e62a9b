"""Times the stages of one request."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from service.metrics import STAGE_SECONDS


@dataclass
class Stopwatch:
    """How long each stage took, in milliseconds; a stage that comes again adds to its time."""

    took_ms: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timing(self, stage: str, started_s: float | None = None) -> Iterator[None]:
        """Time a stage, which may have begun before, at `started_s` of `perf_counter`."""
        started = time.perf_counter() if started_s is None else started_s
        yield
        seconds = time.perf_counter() - started
        self.took_ms[stage] = round(self.took_ms.get(stage, 0.0) + seconds * 1000, 2)
        STAGE_SECONDS.labels(stage).observe(seconds)

    def header(self) -> str:
        """Return the value of `Server-Timing`."""
        return ", ".join(f"{stage};dur={took_ms:g}" for stage, took_ms in self.took_ms.items())
