"""Makes writes durable: once for all threads that wait for it, and with time for everything else between."""

import itertools
import time
from collections.abc import Callable
from threading import Lock

MAX_REST_S = 1.0


class Commits:
    """Lets `flush` make durable what was written before it began.

    Nothing else can run meanwhile, for Edge holds the GIL: some 10 ms on a quick disk, a fifth of a second on one that
    is busy. So afterwards it rests for as long, but at most `MAX_REST_S`: half of the time is for others, and what they
    write in it becomes durable together.
    """

    def __init__(
        self,
        flush: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._flush, self._clock, self._sleep = flush, clock, sleep
        self._tickets, self._reached = itertools.count(1), 0
        self._rests_until_s = 0.0
        self._lock = Lock()

    def commit(self) -> None:
        """Return when everything is durable that was written before."""
        ticket = next(self._tickets)
        with self._lock:
            if self._reached >= ticket:
                return
            if (rest_s := self._rests_until_s - self._clock()) > 0:
                self._sleep(rest_s)
            reached, began_s = next(self._tickets), self._clock()
            self._flush()
            self._reached, ended_s = reached, self._clock()
            self._rests_until_s = ended_s + min(ended_s - began_s, MAX_REST_S)
