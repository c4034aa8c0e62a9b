"""The catalogue: which pictures there are, what is known of them, and which of them wait to be indexed.

One point per picture in one collection is catalogue, queue and index at once. A point without a vector is a picture
that is pending or failed; indexing gives it its vector. All of it stands on an `Engine` and is the same on each.
"""

import math
import secrets
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import uuid4

from indexer.engine import EVERYTHING, PAGE, Engine, EngineUnavailableError, Order, Point, Query, Vector, Where
from indexer.listing import Sort, list_page
from indexer.ranking import rank
from indexer.record import Record, State, count_pictures, now

NOBODY = "00000000-0000-0000-0000-000000000000"

_NEWEST = Order("added_at", descending=True)

# How long it counts as known that all vectors are of one model where other processes may write those of another.
CONFIRMED_S = 60.0

# The fields of a lease, as they are where nobody has tried yet.
_UNCLAIMED = {"lease": "", "leased_until": 0.0, "attempts": 0}


class ModelMismatchError(Exception):
    def __init__(self, count: int, model: str) -> None:
        super().__init__(
            f"{count_pictures(count)} had been indexed with another model than {model}, and vectors of two "
            "models do not compare; run `python -m indexer reindex` to index them again, or set LOOKALIKE_MODEL to the "
            "model they came from"
        )


class Hit(NamedTuple):
    """A picture that was found, its score, as `Query` describes it, and what is told of a hit: the `FOUND` fields."""

    id: str
    score: float
    key: str
    label: str | None = None
    tags: Sequence[str] = ()
    sha256: str | None = None
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a claimed picture: indexed with a vector, failed without one, gone from the library,
    or put off to be taken up again."""

    record: Record
    vector: Vector | None = None
    gone: bool = False
    put_off: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """Pending pictures under a lease: nobody else works on them until it runs out."""

    lease: str
    records: Sequence[Record]

    @property
    def suspicious(self) -> bool:
        """Whether this is a picture that may have brought down the worker that had it before."""
        return any(record.attempts > 1 for record in self.records)


class Catalogue:
    """All that is known of the library's pictures. Safe to use from several threads; what has returned is durable,
    where nothing else is said."""

    def __init__(self, engine: Engine, confirmed_s: float = CONFIRMED_S) -> None:
        self._engine = engine
        self._required: str | None = None
        self._confirmed_s = confirmed_s if engine.name == "server" else math.inf
        self._confirmed_until = -math.inf

    @property
    def engine_name(self) -> str:
        return self._engine.name

    def insert(self, records: Sequence[Record], durable: bool = True) -> None:
        """Add records that are new and leave those that exist as they are.

        What was found need not be durable before it is indexed: after a power cut it is found again.
        """
        if records:
            self._engine.write([_renewed(record) for record in records], "insert", durable=durable)

    def put(self, records: Sequence[Record], durable: bool = True) -> None:
        """Write records over those that they were made from, except where somebody has changed or deleted those since;
        their vectors and any lease on them are dropped. Where none was read, none may be there."""
        self.insert([record for record in records if record.revision is None], durable)
        if known := [record for record in records if record.revision is not None]:
            self._engine.write([_renewed(record) for record in known], "update", _as_read(known), durable)

    def find(self, picture_id: str) -> Record | None:
        """Return the record with this id, or None."""
        return self.get([picture_id]).get(picture_id)

    def get(self, ids: Sequence[str]) -> dict[str, Record]:
        """Return the records of those ids that exist, by id."""
        points = self._engine.retrieve(ids) if ids else []
        return {point.id: Record.from_payload(point.payload) for point in points}

    def vectors(self, ids: Sequence[str]) -> dict[str, Vector]:
        """Return the vectors, float32 (64,), of those ids that exist and have one, by id."""
        points = self._engine.retrieve(ids, with_vectors=True) if ids else []
        return {point.id: point.vector for point in points if point.vector is not None}

    def find_bytes(self, sha256s: Sequence[str]) -> dict[str, list[Record]]:
        """Return the records of pictures whose bytes have one of these SHA-256 sums (hexadecimal), by sum."""
        found: dict[str, list[Record]] = {}
        for records in self.scan(Where(sha256s=sha256s)) if sha256s else ():
            for record in records:
                found.setdefault(str(record.sha256), []).append(record)
        return found

    def edit_all(
        self, changes: Mapping[str, dict[str, Any]], known: Mapping[str, Record] | None = None
    ) -> dict[str, str]:
        """Set some fields of records that exist, each by its id, and leave their vectors; return their new revisions.

        They become durable together. Where records are `known`, they are edited only as they were read.

        A lease on a picture ends, so that a worker which has the record as it was cannot write it back; the picture is
        indexed once more instead.
        """
        revisions = {picture_id: _new_token() for picture_id in changes}
        for place, (picture_id, fields) in enumerate(changes.items(), 1):
            where = _as_read([known[picture_id]]) if known else Where(ids=[picture_id])
            edited = fields | _UNCLAIMED | {"revision": revisions[picture_id]}
            self._engine.set_payload(edited, where, durable=place == len(changes))
        return revisions

    def retry(self, ids: Sequence[str] | None = None) -> int:
        """Make failed pictures pending again, all or those with these ids; return how many were failed."""
        where = Where(ids=ids, equal={"state": "failed"})
        count = self.count(where)
        waiting = {"state": "pending", "error": None, "pending_since": now().isoformat(timespec="microseconds")}
        self._engine.set_payload(waiting | _UNCLAIMED, where)
        return count

    def delete(self, records: Sequence[Record], durable: bool = True) -> None:
        """Delete records that are still as they were read."""
        if records:
            self._engine.delete(_as_read(records), durable)

    def search(
        self,
        query: Query,
        limit: int,
        offset: int = 0,
        where: Where = EVERYTHING,
        min_score: float | None = None,
        without_ids: Collection[str] = (),
    ) -> list[Hit]:
        """Return the indexed pictures that a query finds, in the order that `Query` describes.

        A few pictures can be left out, before `offset` counts.
        """
        self._confirm_model()
        found = rank(self._engine, query, limit, offset, where, min_score, without_ids)
        return [Hit(point.id, score, **point.payload) for point, score in found]

    def count(self, where: Where = EVERYTHING) -> int:
        return self._engine.count(where)

    def counts(self) -> dict[State, int]:
        """Return how many pictures are in each state. Most are indexed, and counting many is what costs."""
        pending, failed = (self.count(Where(equal={"state": state})) for state in ("pending", "failed"))
        return {"pending": pending, "indexed": max(0, self.count() - pending - failed), "failed": failed}

    def oldest_pending(self) -> datetime | None:
        """Return since when the picture waits that has been pending longest, or None if none is."""
        points = self._engine.ordered(Order("pending_since"), EVERYTHING, 1)
        return datetime.fromisoformat(points[0].payload["pending_since"]) if points else None

    def browse(
        self, limit: int, cursor: str | None = None, where: Where = EVERYTHING, sort: Sort = "newest"
    ) -> tuple[list[Record], str | None]:
        """Return at most `limit` records in an order, and the cursor of what follows, or None. Raises `CursorError`."""
        points, following = list_page(self._engine, sort, limit, cursor, where)
        return [Record.from_payload(point.payload) for point in points], following

    def scan(self, where: Where = EVERYTHING) -> Iterator[list[Record]]:
        """Yield records in pages, in no order that means anything; changes meanwhile may or may not show."""
        start: str | None = None
        while True:
            points, start = self._engine.scroll(where, PAGE, start)
            yield [Record.from_payload(point.payload) for point in points]
            if start is None:
                return

    def claim(self, limit: int, lease_s: float) -> Claim:
        """Take at most `limit` pending pictures under a lease; what somebody added comes before what was found.

        A picture whose earlier lease ran out may have brought down the one who held it: it comes alone, after the rest.
        """
        self._confirm_model()
        while candidates := self._claimable(limit):
            untried = [point for point in candidates if not _attempts_of(point)]
            claim = self._take(untried or candidates[:1], lease_s)
            if claim.records:  # else others were quicker
                return claim
        return Claim("", ())

    def _take(self, batch: Sequence[Point], lease_s: float) -> Claim:
        lease, ids = _new_token(), [point.id for point in batch]
        fields = {"lease": lease, "leased_until": time.time() + lease_s, "attempts": _attempts_of(batch[0]) + 1}
        self._engine.set_payload(fields, replace(_claimable_where(), ids=ids), durable=False)
        taken = [point for point in self._engine.retrieve(ids) if point.payload.get("lease") == lease]
        return Claim(lease, [Record.from_payload(point.payload) for point in taken])

    def _claimable(self, limit: int) -> list[Point]:
        where = _claimable_where()
        added = replace(where, equal=where.equal | {"origin": "added"})
        return self._engine.ordered(_NEWEST, added, limit) or self._from_anywhere(where, limit)

    def _from_anywhere(self, where: Where, limit: int) -> list[Point]:
        """Return points from some id on, and from the first one again, so that workers seldom want the same ones."""
        points, _ = self._engine.scroll(where, limit, str(uuid4()))
        if len(points) == limit:
            return points
        known = {point.id for point in points}
        first, _ = self._engine.scroll(where, limit)
        return [*points, *(point for point in first if point.id not in known)][:limit]

    def renew(self, claim: Claim, lease_s: float) -> None:
        """Let a lease last for so long from now, where it has not been lost."""
        where = Where(equal={"lease": claim.lease, "state": "pending"})
        self._engine.set_payload({"leased_until": time.time() + lease_s}, where, durable=False)

    def finish(self, claim: Claim, outcomes: Sequence[Outcome]) -> None:
        """Write what became of claimed pictures, except of those that were changed or removed since.

        That is durable from `settle` on: what a power cut takes back before is pending, and is indexed again.
        """
        held = Where(equal={"lease": claim.lease})
        points = [_finished(outcome) for outcome in outcomes if not (outcome.gone or outcome.put_off)]
        gone = [outcome.record.id for outcome in outcomes if outcome.gone]
        if points:
            self._engine.write(points, "update", held, durable=False)
        if gone:
            self._engine.delete(replace(held, ids=gone))
        if any(outcome.put_off for outcome in outcomes):
            self._engine.set_payload(_UNCLAIMED, replace(held, equal=held.equal | {"state": "pending"}), durable=False)

    def settle(self) -> None:
        """Make durable what was inserted or became of claimed pictures, and is not yet."""
        self._engine.settle()

    def release_leases(self) -> None:
        """End all leases at once: for the one process that has the catalogue to itself and has just started."""
        self._engine.set_payload({"leased_until": 0.0}, Where(equal={"state": "pending"}), durable=False)

    def require_model(self, model: str) -> None:
        """Raise `ModelMismatchError` if there are vectors of another model than this one.

        Where the engine is away, whatever needs vectors does so later.
        """
        self._required, self._confirmed_until = model, -math.inf
        with suppress(EngineUnavailableError):
            self._confirm_model()

    def ask(self) -> None:
        """Raise whatever stands between the catalogue and an answer."""
        self._confirm_model()
        self.get([NOBODY])

    def _confirm_model(self) -> None:
        if self._required is None or time.monotonic() < self._confirmed_until:
            return
        if others := self.count(_indexed_by_others(self._required)):
            raise ModelMismatchError(others, self._required)
        self._confirmed_until = time.monotonic() + self._confirmed_s

    def reindex(self, model: str) -> int:
        """Make every picture that another model indexed pending again; return how many."""
        done = 0
        while others := self._engine.scroll(_indexed_by_others(model), PAGE)[0]:
            records = [Record.from_payload(point.payload) for point in others]
            self.put([replace(record, state="pending", model=None) for record in records])
            done += len(records)
        return done

    def close(self) -> None:
        self._engine.close()


class Unmade(Catalogue):
    """The catalogue before there is one: it knows nothing and can be asked."""

    engine_name = "none"

    def __init__(self) -> None:
        """Return at once: there is nothing to open."""

    def get(self, ids: Sequence[str]) -> dict[str, Record]:  # noqa: ARG002
        return {}

    def count(self, where: Where = EVERYTHING) -> int:  # noqa: ARG002
        return 0

    def scan(self, where: Where = EVERYTHING) -> Iterator[list[Record]]:  # noqa: ARG002
        return iter(())

    def close(self) -> None:
        """Do nothing: nothing is open."""


def _point(record: Record, vector: Vector | None = None, **fields: Any) -> Point:
    payload = record.to_payload() | fields
    if record.state == "pending":
        payload["pending_since"] = now().isoformat(timespec="microseconds")
    return Point(record.id, payload, vector)


def _attempts_of(point: Point) -> int:
    return int(point.payload.get("attempts", 0))


def _finished(outcome: Outcome) -> Point:
    record = outcome.record
    return _point(record, outcome.vector, attempts=0, revision=record.revision or _new_token())


def _renewed(record: Record) -> Point:
    return _point(record, revision=_new_token())


def _new_token() -> str:
    return secrets.token_hex(8)


def _as_read(records: Sequence[Record]) -> Where:
    revisions = {record.revision or "" for record in records}
    return Where(ids=[record.id for record in records], revisions=revisions)


def _claimable_where() -> Where:
    return Where(equal={"state": "pending"}, free_at=time.time())


def _indexed_by_others(model: str) -> Where:
    return Where(equal={"state": "indexed"}, differs={"model": model})
