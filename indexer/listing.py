"""Lists the catalogue page by page, in an order.

A page ends where it ends, even amid many points with the same value: those come by id, so that a cursor need not name
what was shown. `[sort, value, id]`: the points with this value from this id on, or all of them, and then what follows.
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from indexer.engine import Engine, Order, Point, Where

Sort = Literal["newest", "oldest", "largest", "smallest"]
Value = datetime | int

_ORDERS: dict[Sort, Order] = {
    "newest": Order("added_at", descending=True),
    "oldest": Order("added_at"),
    "largest": Order("size", descending=True),
    "smallest": Order("size"),
}
_MICROSECOND = timedelta(microseconds=1)
MAX_SIZE = 1 << 63  # bytes; no file is as large


class CursorError(ValueError):
    def __init__(self) -> None:
        super().__init__("this cursor is not one that a list in this order returned")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: at the points with this value, from an id on or all of them."""

    value: Value
    first_id: str | None = None


def list_page(
    engine: Engine, sort: Sort, limit: int, cursor: str | None, where: Where
) -> tuple[list[Point], str | None]:
    """Return at most `limit` points, at least one, and the cursor of what follows, or None. Raises `CursorError`."""
    order = _ORDERS[sort]
    place = None if cursor is None else _read_cursor(sort, cursor)
    points, following = _list_from(engine, order, limit, place, where)
    return points, None if following is None else _write_cursor(sort, following)


def _list_from(
    engine: Engine, order: Order, limit: int, place: Place | None, where: Where
) -> tuple[list[Point], Place | None]:
    if place is None:
        return _list_run(engine, order, limit, where)
    same, following = engine.scroll(_at(where, place.value), limit, place.first_id)
    if following is not None:
        return same, Place(place.value, following)
    others, after = _list_run(engine, order, limit - len(same), _beyond(where, order, place.value))
    return same + others, after


def _list_run(engine: Engine, order: Order, limit: int, where: Where) -> tuple[list[Point], Place | None]:
    """Return the first points, and where the rest begins."""
    points = engine.ordered(order, where, limit + 1)
    if len(points) <= limit:
        return points, None
    last = _value(points[limit], order)
    whole = [point for point in points[:limit] if _value(point, order) != last]
    if len(whole) == limit:
        return whole, Place(last)
    same, following = engine.scroll(_at(where, last), limit - len(whole))
    return whole + same, Place(last, following)


def _value(point: Point, order: Order) -> Value:
    value = point.payload[order.field]
    return datetime.fromisoformat(value) if isinstance(value, str) else int(value)


def _at(where: Where, value: Value) -> Where:
    if isinstance(value, datetime):
        return _within(where, added_from=value, added_until=_next(value))
    return _within(where, size_from=value, size_until=_next(value))


def _beyond(where: Where, order: Order, value: Value) -> Where:
    field = order.field.removesuffix("_at")
    return _within(where, **({f"{field}_until": value} if order.descending else {f"{field}_from": _next(value)}))


def _next(value: Value) -> Value:
    return value + _MICROSECOND if isinstance(value, datetime) else value + 1


def _within(where: Where, **limits: Any) -> Where:
    """Return a condition with these limits as well: the narrower ones count."""
    for name, limit in limits.items():
        known = getattr(where, name)
        narrower = max if name.endswith("_from") else min
        where = replace(where, **{name: limit if known is None else narrower(known, limit)})
    return where


def _read_cursor(sort: Sort, cursor: str) -> Place:
    try:
        _, value, first_id = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        place = Place(_read_value(sort, value), None if first_id is None else str(UUID(first_id)))
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise CursorError from error
    if _write_cursor(sort, place) != cursor:
        raise CursorError
    return place


def _read_value(sort: Sort, value: Any) -> Value:
    """Return a value that another may follow, and that every engine can compare with."""
    if _ORDERS[sort].field == "size":
        if not 0 <= int(value) < MAX_SIZE:
            raise ValueError
        return int(value)
    read = datetime.fromisoformat(value).astimezone(UTC)
    _next(read)
    return read


def _write_cursor(sort: Sort, place: Place) -> str:
    value = place.value
    written = value.isoformat(timespec="microseconds") if isinstance(value, datetime) else value
    said: Sequence[object] = [sort, written, place.first_id]
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode()
