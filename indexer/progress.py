"""How fast pictures are being indexed, from how many are left now and were a while ago."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

WINDOW_S = 15.0


@dataclass(frozen=True, slots=True)
class Pace:
    """Pictures per second and seconds left; None where nothing is being indexed or it is too early to tell."""

    rate_per_s: float | None
    time_left_s: float | None


class ProgressMeter:
    """Works out the pace from the counts it is shown, over the last 15 seconds. Safe to use from several threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, Lock()
        self._samples: deque[tuple[float, int]] = deque()

    def measure(self, done: int, pending: int) -> Pace:
        """Return the pace, given how many pictures are done (indexed or failed) and how many are pending."""
        with self._lock:
            now = self._clock()
            self._samples.append((now, done))
            while now - self._samples[0][0] > WINDOW_S:
                self._samples.popleft()
            since, before = self._samples[0]
        if pending == 0 or now <= since or done <= before:
            return Pace(None, None)
        rate = (done - before) / (now - since)
        return Pace(rate, pending / rate)
