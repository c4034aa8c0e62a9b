"""The points that were found lately."""

from collections.abc import Sequence
from uuid import UUID

from indexer.engine import Point
from indexer.recent import Recent

ONE, OTHER, THIRD = (UUID(int=number) for number in (1, 2, 3))


class Shelf:
    """Where points are read; `reading` is called while it happens."""

    def __init__(self, *ids: UUID) -> None:
        self.points = {each: Point(str(each), {"key": "first"}) for each in ids}
        self.read: list[list[UUID]] = []
        self.recent = Recent(self._read, kept=2)

    def change(self, point: UUID) -> None:
        self.points[point] = Point(str(point), {"key": "second"})
        self.recent.forget([str(point)])

    def reading(self) -> None:
        pass

    def _read(self, ids: Sequence[UUID]) -> list[Point]:
        self.read.append(list(ids))
        found = [self.points[each] for each in ids if each in self.points]
        self.reading()
        return found


def keys(points: Sequence[Point | None]) -> list[str | None]:
    return [point and point.payload["key"] for point in points]


def test_a_point_is_read_once_and_comes_in_its_place() -> None:
    shelf = Shelf(ONE, OTHER)
    shelf.recent.get([OTHER])
    assert shelf.recent.get([ONE, OTHER]) == [shelf.points[ONE], shelf.points[OTHER]]
    shelf.recent.get([OTHER, ONE])
    assert shelf.read == [[OTHER], [ONE]]


def test_a_point_that_was_changed_is_read_anew() -> None:
    shelf = Shelf(ONE, OTHER)
    shelf.recent.get([ONE, OTHER])
    shelf.change(ONE)
    assert keys(shelf.recent.get([ONE, OTHER])) == ["second", "first"]
    assert shelf.read == [[ONE, OTHER], [ONE]]


def test_a_point_that_is_gone_is_none() -> None:
    shelf = Shelf(ONE)
    assert keys(shelf.recent.get([OTHER, ONE])) == [None, "first"]


def test_a_point_that_was_changed_while_it_was_read_is_not_kept() -> None:
    shelf = Shelf(ONE)
    shelf.reading = lambda: shelf.change(ONE)  # type: ignore[method-assign]
    assert keys(shelf.recent.get([ONE])) == ["first"]
    assert keys(shelf.recent.get([ONE])) == ["second"]


def test_those_that_were_read_first_go_first() -> None:
    shelf = Shelf(ONE, OTHER, THIRD)
    for each in (ONE, OTHER, THIRD, OTHER, ONE):
        shelf.recent.get([each])
    assert shelf.read == [[ONE], [OTHER], [THIRD], [ONE]]
