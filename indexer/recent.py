"""The points that were found lately, kept as they are handed out.

To read one anew and make Python's objects of it takes several times as long as to find it, and holds up all threads.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from threading import Lock
from uuid import UUID

from indexer.engine import Point

KEPT = 10_000  # some 8 MB


class Recent:
    """Points by id; `read` returns those that there are of some, as they are now.

    Whoever changes points tells `forget` afterwards. At most `kept` are kept, those that were read last.
    """

    def __init__(self, read: Callable[[Sequence[UUID]], Iterable[Point]], kept: int = KEPT) -> None:
        self._read, self._kept = read, kept
        self._points: dict[UUID, Point] = {}
        self._lock, self._changes = Lock(), 0

    def get(self, ids: Sequence[UUID]) -> list[Point | None]:
        """Return the points with these ids, in their order, None for one that is gone."""
        found = [self._points.get(each) for each in ids]
        if all(found):
            return found
        learned = self._learn([each for each, point in zip(ids, found, strict=True) if point is None])
        return [point or learned.get(each) for each, point in zip(ids, found, strict=True)]

    def forget(self, ids: Iterable[str]) -> None:
        with self._lock:
            self._changes += 1
            if self._points:
                for each in ids:
                    self._points.pop(UUID(each), None)

    def _learn(self, ids: Sequence[UUID]) -> dict[UUID, Point]:
        changes = self._changes
        read = {UUID(point.id): point for point in self._read(ids)}
        with self._lock:
            if changes == self._changes:  # else it may be changed since it was read
                self._points |= read
                for oldest in list(islice(self._points, max(0, len(self._points) - self._kept))):
                    del self._points[oldest]
        return read
