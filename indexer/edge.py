"""The embedded engine: Qdrant Edge, in this process, on a folder.

One process only, opened after any fork: a query in a forked child hangs. Edge holds the GIL while it works, so
writes come in batches; it searches exactly, without an HNSW graph, which is right to about 200,000 pictures.

After a crash Edge plays its log again, over files of which some are newer than others. What is in the log must then
come to the same whatever is there already: conditions are met or not met before a write, and the log names points.
"""

import fcntl
import logging
import shutil
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Lock
from typing import IO, Any

import numpy as np
import qdrant_edge as qe

from indexer.commits import Commits
from indexer.conditions import Dialect, build_filter
from indexer.engine import (
    DATETIMES,
    DIVERSE_CANDIDATES,
    EVERYTHING,
    FLOATS,
    FOUND,
    INTEGERS,
    KEYWORDS,
    VECTOR_NAME,
    CatalogueBrokenError,
    CatalogueLockedError,
    EngineError,
    Order,
    Point,
    Query,
    Vector,
    Where,
    WriteMode,
)
from indexer.metrics import timing_engine
from indexer.ranking import rescore
from indexer.room import require_room

LOCK_WAIT_S = 5.0
SAFE_BYTES = 64 << 20  # to open a catalogue takes up to 56 MiB, and so does a log that is begun anew
IDS = 10_000  # that are asked for at once

_EXACT = qe.SearchParams(exact=True)
_FOUND = qe.PayloadSelector.Include(list(FOUND))
_INDEXES = (
    dict.fromkeys(KEYWORDS, qe.PayloadSchemaType.Keyword)
    | dict.fromkeys(DATETIMES, qe.PayloadSchemaType.Datetime)
    | dict.fromkeys(FLOATS, qe.PayloadSchemaType.Float)
    | dict.fromkeys(INTEGERS, qe.PayloadSchemaType.Integer)
)

log = logging.getLogger(__name__)


class EdgeEngine:
    """An `Engine` on Qdrant Edge in `folder`.

    Raises `CatalogueLockedError` if another process still has the folder open after some seconds (a restart overlaps
    with the end of the process before it), `CatalogueBrokenError` if it cannot be opened at all, and `NoRoomError` when
    fewer than `SAFE_BYTES` are free, and on every write when fewer than `min_free_bytes` are.
    """

    name = "edge"

    def __init__(self, folder: Path, vector_size: int, min_free_bytes: int, lock_wait_s: float = LOCK_WAIT_S) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._min_free_bytes = folder, max(min_free_bytes, SAFE_BYTES)
        require_room(folder, SAFE_BYTES)
        self._lock_file = _lock(folder / "lock", lock_wait_s)
        self._shard = _open_shard(folder / "edge", vector_size)
        self._commits = Commits(partial(self._ask, self._shard.flush))
        self._writing = Lock()
        for field in _INDEXES.keys() - self._shard.info().payload_schema.keys():
            self._shard.update(qe.UpdateOperation.create_field_index(field, _INDEXES[field]))

    def write(
        self, points: Sequence[Point], mode: WriteMode = "upsert", where: Where = EVERYTHING, durable: bool = True
    ) -> None:
        with self._writing:
            own = [
                qe.Point(point.id, _named(point.vector), point.payload) for point in self._writable(points, mode, where)
            ]
            self._update(qe.UpdateOperation.upsert_points(own))
        if durable:
            self.settle()

    def set_payload(self, fields: dict[str, Any], where: Where, durable: bool = True) -> None:
        with self._writing:
            self._update(qe.UpdateOperation.set_payload_by_filter(_filter(self._by_id(where)), fields))
        if durable:
            self.settle()

    def delete(self, where: Where, durable: bool = True) -> None:
        with self._writing:
            self._update(qe.UpdateOperation.delete_points_by_filter(_filter(self._by_id(where))))
        if durable:
            self.settle()

    def settle(self) -> None:
        self._commits.commit()

    def retrieve(self, ids: Sequence[str], with_vectors: bool = False) -> list[Point]:
        found = self._ask(self._shard.retrieve, list(ids), True, with_vectors)
        return [_point(record) for record in found]

    def scroll(self, where: Where, limit: int, start: str | None = None) -> tuple[list[Point], str | None]:
        request = qe.ScrollRequest(offset=start, limit=limit, filter=_filter(where), with_payload=True)
        found, following = self._ask(self._shard.scroll, request)
        return [_point(record) for record in found], None if following is None else str(following)

    def ordered(self, order: Order, where: Where, limit: int) -> list[Point]:
        by = qe.OrderBy(order.field, direction=qe.Direction.Desc if order.descending else qe.Direction.Asc)
        request = qe.ScrollRequest(limit=limit, filter=_filter(where), with_payload=True, order_by=by)
        return [_point(record) for record in self._ask(self._shard.scroll, request)[0]]

    def query(
        self, query: Query, limit: int, offset: int, where: Where, min_score: float | None
    ) -> list[tuple[Point, float]]:
        # Both can ask for the nearest, and `search` takes a fifth of a millisecond less to answer.
        nearest = query.plain and query.diversity is None
        kind: Any = qe.SearchRequest if nearest else qe.QueryRequest
        request = kind(
            query=_query(query),
            limit=limit,
            offset=offset,
            filter=None if where == EVERYTHING else _filter(where),
            params=_EXACT,
            with_payload=_FOUND,
            score_threshold=min_score if query.plain else None,
        )
        found = self._ask(self._shard.search if nearest else self._shard.query, request)
        hits = [(_point(hit), hit.score) for hit in found]
        return hits if query.plain else rescore(hits, min_score)

    def count(self, where: Where) -> int:
        if where == EVERYTHING:  # a number that is kept, not counted
            return int(self._ask(self._shard.info).points_count)
        return int(self._ask(self._shard.count, qe.CountRequest(exact=True, filter=_filter(where))))

    def close(self) -> None:
        self._shard.close()
        self._lock_file.close()

    def _writable(self, points: Sequence[Point], mode: WriteMode, where: Where) -> Sequence[Point]:
        """Return those of some points that a write of this mode may write."""
        if mode == "upsert" and where == EVERYTHING:
            return points
        ids = {point.id for point in points}
        known = ids if mode == "update" else self._ids(Where(ids=ids))  # of which none is new
        meet = self._ids(where if where.ids is not None else replace(where, ids=ids)) if mode != "insert" else ()
        return [each for each in points if each.id in meet or each.id not in known]

    def _by_id(self, where: Where) -> Where:
        """Return the points that meet `where` by their ids."""
        return Where(ids=self._ids(where))

    def _ids(self, where: Where) -> set[str]:
        found, start = set[str](), None
        while True:
            request = qe.ScrollRequest(offset=start, limit=IDS, filter=_filter(where), with_payload=False)
            records, start = self._ask(self._shard.scroll, request)
            found.update(str(record.id) for record in records)
            if start is None:
                return found

    def _update(self, operation: qe.UpdateOperation) -> None:
        require_room(self._folder, self._min_free_bytes)
        self._ask(self._shard.update, operation)

    @staticmethod
    def _ask(method: Callable[..., Any], *arguments: Any) -> Any:
        try:
            with timing_engine(method.__name__):
                return method(*arguments)
        except Exception as error:
            raise EngineError(f"the catalogue failed: {error}") from error


def _lock(path: Path, wait_s: float) -> IO[bytes]:
    """Return the open, locked file. The system lets go of the lock when the process ends, however it ends."""
    file = path.open("ab")
    deadline = time.monotonic() + wait_s
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() >= deadline:
                file.close()
                raise CatalogueLockedError(path.parent) from None
            time.sleep(0.05)
        else:
            return file


def _open_shard(folder: Path, vector_size: int) -> qe.EdgeShard:
    if not folder.exists():
        _create_shard(folder, vector_size)
    try:
        return qe.EdgeShard.load(str(folder))  # as it was made, though today's may be made otherwise
    except Exception as error:
        raise CatalogueBrokenError(folder, str(error)) from error


def _create_shard(folder: Path, vector_size: int) -> None:
    """Create the files aside and rename them: a crash half-way leaves nothing that looks like a catalogue."""
    aside = folder.with_name("edge.new")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    qe.EdgeShard.create(str(aside), _config(vector_size)).close()
    aside.rename(folder)
    log.info("made a new catalogue in %s", folder)


def _config(vector_size: int) -> qe.EdgeConfig:
    # Mapped from the disk, not filled in ahead: less memory, and as fast once the pages are warm. With 16 bits for each
    # number a search takes half as long, in which no other thread gets on; scores are off by 0.00002 at most.
    params = qe.EdgeVectorParams(
        size=vector_size,
        distance=qe.Distance.Cosine,
        on_disk=True,
        datatype=qe.VectorStorageDatatype.Turbo16,
    )
    # There is one segment, and so work for one thread; others would wake for each search and go to sleep again.
    return qe.EdgeConfig(vectors={VECTOR_NAME: params}, max_search_threads=1)


def _between_numbers(start: float | None, end: float | None) -> qe.RangeFloat:
    return qe.RangeFloat(gte=start, lt=end)


def _between_times(start: datetime | None, end: datetime | None) -> qe.RangeDateTime:
    return qe.RangeDateTime(gte=start.isoformat() if start else None, lt=end.isoformat() if end else None)


def _has_id(ids: Collection[str]) -> qe.HasIdCondition:
    return qe.HasIdCondition(set(ids))


_DIALECT = Dialect(qe, _between_numbers, _between_times, _has_id, qe.IsEmptyCondition)


def _filter(where: Where) -> qe.Filter:
    own: qe.Filter = build_filter(where, _DIALECT)
    return own


def _query(query: Query) -> qe.Query | qe.Mmr:
    if query.diversity is not None:
        near = 1 - query.diversity
        return qe.Mmr(query.positive[0].tolist(), near, DIVERSE_CANDIDATES, using=VECTOR_NAME)
    if query.plain:
        return qe.Query.Nearest(query.positive[0].tolist(), using=VECTOR_NAME)
    examples = qe.RecommendQuery([each.tolist() for each in query.positive], [each.tolist() for each in query.negative])
    return qe.Query.RecommendBestScore(examples, using=VECTOR_NAME)


def _named(vector: Vector | None) -> dict[str, Any]:
    return {} if vector is None else {VECTOR_NAME: vector.tolist()}


def _point(record: qe.Record | qe.ScoredPoint) -> Point:
    vectors = record.vector if isinstance(record.vector, dict) else {}
    vector = vectors.get(VECTOR_NAME)
    return Point(str(record.id), record.payload or {}, None if vector is None else np.asarray(vector, np.float32))
