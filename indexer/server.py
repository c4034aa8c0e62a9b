"""The server engine: a Qdrant server or cluster, through qdrant-client.

It speaks REST. Over gRPC a search for 30 pictures was measured to take 2.0 ms instead of 2.4, and batches of 64 were
written and read more slowly: that is not worth a second port.
"""

import json
import logging
import random
import time
import warnings
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from threading import Lock
from typing import Any

import httpx
import numpy as np
from qdrant_client import QdrantClient, models
from qdrant_client.common.client_exceptions import ResourceExhaustedResponse
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

from indexer.collection import CollectionDiffersError, Shape
from indexer.conditions import Dialect, build_filter
from indexer.engine import (
    DATETIMES,
    DIVERSE_CANDIDATES,
    EVERYTHING,
    FLOATS,
    FOUND,
    INTEGERS,
    KEYWORDS,
    PAGE,
    VECTOR_NAME,
    CatalogueFullError,
    EngineError,
    EngineUnavailableError,
    NoCatalogueError,
    Order,
    Point,
    Query,
    Vector,
    Where,
    WriteMode,
)
from indexer.metrics import timing_engine
from indexer.ranking import rescore

_MODES = {
    "upsert": models.UpdateMode.UPSERT,
    "insert": models.UpdateMode.INSERT_ONLY,
    "update": models.UpdateMode.UPDATE_ONLY,
}
_INDEXES = (
    dict.fromkeys(KEYWORDS, models.PayloadSchemaType.KEYWORD)
    | dict.fromkeys(DATETIMES, models.PayloadSchemaType.DATETIME)
    | dict.fromkeys(FLOATS, models.PayloadSchemaType.FLOAT)
    | dict.fromkeys(INTEGERS, models.PayloadSchemaType.INTEGER)
)


MIN_VERSION = (1, 17)  # from then on a condition and a mode of writing can be given together

# Between tries at what the server did not take or whose connection broke. Everything may be repeated: a write names the
# state that it follows, or what it makes of any, and a second time finds itself done.
PAUSES_S = (0.05, 0.2)
MAX_REASON_LETTERS = 300

log = logging.getLogger(__name__)


class ServerTooOldError(EngineError):
    def __init__(self, version: str) -> None:
        super().__init__(f"Qdrant {version} is too old; {'.'.join(map(str, MIN_VERSION))} or later is needed")


class ForeignCollectionError(EngineError):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"the collection {name} belongs to something else: what is in it are no pictures; "
            "take another LOOKALIKE_COLLECTION"
        )


class _CollectionGoneError(EngineUnavailableError):
    """Somebody has deleted the collection, or the server has lost it."""


class _BusyError(EngineUnavailableError):
    """The server took nothing, and will perhaps in a moment."""


def connect(url: str, api_key: str | None, timeout_s: int) -> QdrantClient:
    """Return a client of the server at `url`; nothing is sent yet."""
    with warnings.catch_warnings(category=UserWarning, action="ignore"):  # that a key goes without TLS, as in the stack
        return QdrantClient(url=url, api_key=api_key, timeout=timeout_s, check_compatibility=False)


class ServerEngine:
    """An `Engine` on a collection of a Qdrant server. Nothing is sent before it is used.

    What the collection lacks, or all of it, is made, unless `make` is false. Raises `EngineUnavailableError` when the
    server cannot be reached or is overloaded, `EngineError` when it refuses, `ServerTooOldError`, `NoCatalogueError` if
    there is no collection and none is made, `CollectionDiffersError` if it is not of this shape, and
    `ForeignCollectionError`.
    """

    name = "server"

    def __init__(
        self,
        client: QdrantClient,
        collection: str,
        vector_size: int,
        shape: Shape = Shape(),  # noqa: B008 - it is frozen
        make: bool = True,
    ) -> None:
        self._client, self._collection, self._vector_size, self._shape = client, collection, vector_size, shape
        self._make, self._prepared, self._lock = make, False, Lock()

    def prepare(self) -> None:
        """See to the collection, once it is there and whenever it has gone; whatever needs it does so itself."""
        if self._prepared:
            return
        with self._lock, _translated_errors():
            if not self._prepared:
                self._require_version()
                self._see_to_collection()
                self._prepared = True

    def _require_version(self) -> None:
        version = self._client.info().version
        if tuple(map(int, version.split("-")[0].split(".")[:2])) < MIN_VERSION:
            raise ServerTooOldError(version)

    def _see_to_collection(self) -> None:
        if not self._client.collection_exists(self._collection):
            self._make_collection()
        found = self._client.get_collection(self._collection)
        if found.points_count and not _INDEXES.keys() & found.payload_schema.keys():
            raise ForeignCollectionError(self._collection)
        if differences := self._shape.differences(found.config, self._vector_size):
            raise CollectionDiffersError(self._collection, differences)
        for field in _INDEXES.keys() - found.payload_schema.keys() if self._make else ():
            self._client.create_payload_index(self._collection, field, _INDEXES[field])

    def _make_collection(self) -> None:
        if not self._make:
            raise NoCatalogueError(f"the collection {self._collection}")
        try:
            self._client.create_collection(self._collection, **self._shape.arguments(self._vector_size))
            log.info("made the collection %s", self._collection)
        except UnexpectedResponse as error:
            if error.status_code != 409:  # another process was quicker
                raise

    def write(
        self,
        points: Sequence[Point],
        mode: WriteMode = "upsert",
        where: Where = EVERYTHING,
        durable: bool = True,  # noqa: ARG002
    ) -> None:
        own = [models.PointStruct(id=point.id, vector=_named(point.vector), payload=point.payload) for point in points]
        how = {"update_filter": None if where == EVERYTHING else _filter(where), "update_mode": _MODES[mode]}
        for start in range(0, len(own), PAGE):
            self._change(self._client.upsert, points=own[start : start + PAGE], **how)

    def set_payload(self, fields: dict[str, Any], where: Where, durable: bool = True) -> None:  # noqa: ARG002
        self._change(self._client.set_payload, payload=fields, points=_filter(where))

    def delete(self, where: Where, durable: bool = True) -> None:  # noqa: ARG002
        selector = models.FilterSelector(filter=_filter(where))
        self._change(self._client.delete, points_selector=selector)

    def settle(self) -> None:
        """Do nothing: every write was durable."""

    def retrieve(self, ids: Sequence[str], with_vectors: bool = False) -> list[Point]:
        found = self._call(self._client.retrieve, ids=list(ids), with_payload=True, with_vectors=with_vectors)
        return [_point(record) for record in found]

    def scroll(self, where: Where, limit: int, start: str | None = None) -> tuple[list[Point], str | None]:
        found, following = self._call(self._client.scroll, scroll_filter=_filter(where), limit=limit, offset=start)
        return [_point(record) for record in found], None if following is None else str(following)

    def ordered(self, order: Order, where: Where, limit: int) -> list[Point]:
        direction = models.Direction.DESC if order.descending else models.Direction.ASC
        by = models.OrderBy(key=order.field, direction=direction)
        found, _ = self._call(self._client.scroll, scroll_filter=_filter(where), limit=limit, order_by=by)
        return [_point(record) for record in found]

    def query(
        self, query: Query, limit: int, offset: int, where: Where, min_score: float | None
    ) -> list[tuple[Point, float]]:
        # A server chooses as many diverse points as `limit` says, and only then leaves out those before `offset`.
        before = 0 if query.diversity is None else offset
        answer = self._call(
            self._client.query_points,
            query=_query(query),
            using=VECTOR_NAME,
            limit=before + limit,
            offset=offset - before,
            with_payload=list(FOUND),
            query_filter=None if where == EVERYTHING else _filter(where),
            score_threshold=min_score if query.plain else None,
        )
        hits = [(_point(hit), hit.score) for hit in answer.points[before:]]
        return hits if query.plain else rescore(hits, min_score)

    def count(self, where: Where) -> int:
        return int(self._call(self._client.count, count_filter=_filter(where), exact=True).count)

    def close(self) -> None:
        self._client.close()

    def _change(self, method: Callable[..., Any], **arguments: Any) -> None:
        # One replica hears of every change first, so that all make them in one order. A change that has returned is in
        # every replica that is still asked, so that whatever is read afterwards knows of it.
        self._call(method, wait=True, ordering=models.WriteOrdering.MEDIUM, **arguments)

    def _call(self, method: Callable[..., Any], **arguments: Any) -> Any:
        for pause_s in PAUSES_S:
            try:
                return self._try(method, arguments)
            except _BusyError:
                time.sleep(pause_s * random.uniform(0.5, 1.5))
        return self._try(method, arguments)

    def _try(self, method: Callable[..., Any], arguments: dict[str, Any]) -> Any:
        self.prepare()
        try:
            with timing_engine(method.__name__), _translated_errors():
                return method(self._collection, **arguments)
        except _CollectionGoneError:
            self._prepared = False
            raise


@contextmanager
def _translated_errors() -> Iterator[None]:
    try:
        yield
    except ResourceExhaustedResponse as error:
        raise _BusyError(f"Qdrant has too much to do: {error}") from error
    except (ResponseHandlingException, httpx.TransportError, OSError) as error:
        cause = getattr(error, "source", error)
        slow = isinstance(cause, httpx.TimeoutException) and not isinstance(cause, httpx.ConnectTimeout)
        raise (EngineUnavailableError if slow else _BusyError)(f"Qdrant does not answer: {error}") from error
    except UnexpectedResponse as error:
        raise _refusal(error.status_code or 0, error) from error


def _refusal(status: int, error: UnexpectedResponse) -> EngineError:
    says = " ".join(filter(None, [str(status), error.reason_phrase, _reason(error.content)]))
    if status in (429, 503):
        return _BusyError(f"Qdrant has too much to do: {says}")
    if status == 404 and b"doesn't exist" in error.content:
        return _CollectionGoneError(f"the collection has gone: {says}")
    if status == 400 and b"Max points count limit" in error.content:
        return CatalogueFullError()
    # 408: it was halted, or too slow itself.
    kind = EngineUnavailableError if status in (408, 500, 502, 504) else EngineError
    return kind(f"Qdrant refused: {says}")


def _reason(content: bytes) -> str:
    """Return in one line what a server says of why it refuses, with or without the JSON that it comes in."""
    text = content.decode(errors="replace")
    with suppress(ValueError, LookupError, TypeError):
        text = str(json.loads(text)["status"]["error"])
    return " ".join(text.split())[:MAX_REASON_LETTERS]


def _between_numbers(start: float | None, end: float | None) -> models.Range:
    return models.Range(gte=start, lt=end)


def _between_times(start: datetime | None, end: datetime | None) -> models.DatetimeRange:
    return models.DatetimeRange(gte=start, lt=end)


def _has_id(ids: Collection[str]) -> models.HasIdCondition:
    return models.HasIdCondition(has_id=list(ids))


def _lacks(field: str) -> models.IsEmptyCondition:
    return models.IsEmptyCondition(is_empty=models.PayloadField(key=field))


_DIALECT = Dialect(models, _between_numbers, _between_times, _has_id, _lacks)


def _filter(where: Where) -> models.Filter:
    own: models.Filter = build_filter(where, _DIALECT)
    return own


def _query(query: Query) -> models.Query | list[float]:
    if query.diversity is not None:
        mmr = models.Mmr(diversity=query.diversity, candidates_limit=DIVERSE_CANDIDATES)
        return models.NearestQuery(nearest=query.positive[0].tolist(), mmr=mmr)
    if query.plain:
        nearest: list[float] = query.positive[0].tolist()
        return nearest
    examples = models.RecommendInput(
        positive=[each.tolist() for each in query.positive],
        negative=[each.tolist() for each in query.negative],
        strategy=models.RecommendStrategy.BEST_SCORE,
    )
    return models.RecommendQuery(recommend=examples)


def _named(vector: Vector | None) -> dict[str, Any]:
    return {} if vector is None else {VECTOR_NAME: vector.tolist()}


def _point(record: models.Record | models.ScoredPoint) -> Point:
    vectors = record.vector if isinstance(record.vector, dict) else {}
    vector = vectors.get(VECTOR_NAME)
    return Point(str(record.id), record.payload or {}, None if vector is None else np.asarray(vector, np.float32))
