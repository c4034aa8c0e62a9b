"""Whether more pictures may be added: where indexing does not keep up, whoever adds is asked to come back."""

import time
from collections.abc import Callable
from threading import Lock

from indexer.catalogue import Catalogue
from indexer.engine import Where

LOOK_EVERY_S = 1.0
ADDED = Where(equal={"state": "pending", "origin": "added"})


class QueueFullError(Exception):
    def __init__(self, waiting: int, limit: int) -> None:
        super().__init__(f"{waiting:,} pictures wait to be indexed, and at most {limit:,} may; try again later")


class Backlog:
    """Counts the pictures that were added and wait, once a second; those found in the library come after them anyway.

    There may be a few more than `limit`: those of the same second. 0 is no limit.
    """

    def __init__(self, catalogue: Catalogue, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._catalogue, self._limit, self._clock = catalogue, limit, clock
        self._waiting, self._look_at, self._lock = 0, 0.0, Lock()

    def require_room(self) -> None:
        """Raise `QueueFullError` if as many pictures wait as may."""
        if self._limit and (waiting := self._count()) >= self._limit:
            raise QueueFullError(waiting, self._limit)

    def _count(self) -> int:
        with self._lock:
            if self._clock() >= self._look_at:
                self._waiting = self._catalogue.count(ADDED)
                self._look_at = self._clock() + LOOK_EVERY_S
            return self._waiting
