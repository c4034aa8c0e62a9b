"""Waits until pictures are indexed, for those who asked to be answered then."""

import time
from collections.abc import Sequence

from indexer.record import Record
from service.context import context

FIRST_LOOK_S = 0.01
LONGEST_LOOK_S = 0.25


def settle(records: Sequence[Record], wait_s: float) -> list[Record]:
    """Return the records as they are when none is pending any more, the time is up, or the service is to stop.

    They are returned at once where too many requests are waiting already: the others must be answered too.
    """
    with context().waits.passing_at_once() as may_wait:
        return _wait_for(list(records), wait_s if may_wait else 0)


def _wait_for(records: list[Record], wait_s: float) -> list[Record]:
    deadline, look_s = time.monotonic() + wait_s, FIRST_LOOK_S
    while any(record.state == "pending" for record in records) and time.monotonic() < deadline:
        if context().stopping.wait(min(look_s, max(0.0, deadline - time.monotonic()))):
            break  # it will be indexed after the next start
        look_s = min(look_s * 1.5, LONGEST_LOOK_S)
        fresh = context().catalogue.get([record.id for record in records])
        records = [fresh.get(record.id, record) for record in records]
    return records
