"""The server engine: a Qdrant server or cluster, through qdrant-client."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import httpx
import numpy as np
from qdrant_client import QdrantClient, models
from qdrant_client.http.exceptions import ApiException, ResponseHandlingException

from indexer.conditions import Dialect, build_filter
from indexer.engine import (
    DATETIMES,
    DIVERSE_CANDIDATES,
    EVERYTHING,
    FLOATS,
    KEYWORDS,
    VECTOR_NAME,
    EngineError,
    EngineUnavailableError,
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
)


def connect(url: str, api_key: str | None, timeout_s: int) -> QdrantClient:
    """Return a client of the server at `url`; nothing is sent yet."""
    return QdrantClient(url=url, api_key=api_key, timeout=timeout_s, check_compatibility=False)


class ServerEngine:
    """An `Engine` on a collection of a Qdrant server (>= 1.16, for conditional updates), made where it is missing.

    Raises `EngineUnavailableError` when the server cannot be reached or is overloaded, `EngineError` when it refuses.
    """

    name = "server"

    def __init__(self, client: QdrantClient, collection: str, vector_size: int) -> None:
        self._client, self._collection = client, collection
        with _translated_errors():
            self._prepare(vector_size)

    def _prepare(self, vector_size: int) -> None:
        if not self._client.collection_exists(self._collection):
            params = models.VectorParams(size=vector_size, distance=models.Distance.COSINE)
            self._client.create_collection(self._collection, vectors_config={VECTOR_NAME: params})
        present = self._client.get_collection(self._collection).payload_schema
        for field in _INDEXES.keys() - present.keys():
            self._client.create_payload_index(self._collection, field, _INDEXES[field])

    def write(self, points: Sequence[Point], mode: WriteMode = "upsert", where: Where = EVERYTHING) -> None:
        own = [models.PointStruct(id=point.id, vector=_named(point.vector), payload=point.payload) for point in points]
        condition = None if where == EVERYTHING else _filter(where)
        self._call(self._client.upsert, points=own, update_filter=condition, update_mode=_MODES[mode])

    def set_payload(self, fields: dict[str, Any], where: Where, durable: bool = True) -> None:  # noqa: ARG002
        self._call(self._client.set_payload, payload=fields, points=_filter(where))

    def delete(self, where: Where) -> None:
        selector = models.FilterSelector(filter=_filter(where))
        self._call(self._client.delete, points_selector=selector)

    def retrieve(self, ids: Sequence[str], with_vectors: bool = False) -> list[Point]:
        found = self._call(self._client.retrieve, ids=list(ids), with_payload=True, with_vectors=with_vectors)
        return [_point(record) for record in found]

    def scroll(self, where: Where, limit: int, start: str | None = None) -> tuple[list[Point], str | None]:
        found, following = self._call(self._client.scroll, scroll_filter=_filter(where), limit=limit, offset=start)
        return [_point(record) for record in found], None if following is None else str(following)

    def newest(self, where: Where, limit: int, start: str | None = None) -> list[Point]:
        order = models.OrderBy(
            key="added_at", direction=models.Direction.DESC, start_from=datetime.fromisoformat(start) if start else None
        )
        found, _ = self._call(self._client.scroll, scroll_filter=_filter(where), limit=limit, order_by=order)
        return [_point(record) for record in found]

    def earliest(self, field: str, where: Where) -> Point | None:
        order = models.OrderBy(key=field, direction=models.Direction.ASC)
        found, _ = self._call(self._client.scroll, scroll_filter=_filter(where), limit=1, order_by=order)
        return _point(found[0]) if found else None

    def query(
        self, query: Query, limit: int, offset: int, where: Where, min_score: float | None
    ) -> list[tuple[Point, float]]:
        answer = self._call(
            self._client.query_points,
            query=_query(query),
            using=VECTOR_NAME,
            limit=limit,
            offset=offset,
            query_filter=None if where == EVERYTHING else _filter(where),
            score_threshold=min_score if query.plain else None,
        )
        hits = [(_point(hit), hit.score) for hit in answer.points]
        return hits if query.plain else rescore(hits, min_score)

    def count(self, where: Where) -> int:
        return int(self._call(self._client.count, count_filter=_filter(where), exact=True).count)

    def close(self) -> None:
        self._client.close()

    def _call(self, method: Callable[..., Any], **arguments: Any) -> Any:
        with _translated_errors(), timing_engine(method.__name__):
            return method(self._collection, **arguments)


@contextmanager
def _translated_errors() -> Iterator[None]:
    try:
        yield
    except (ResponseHandlingException, httpx.TransportError, OSError) as error:
        raise EngineUnavailableError(f"Qdrant does not answer: {error}") from error
    except ApiException as error:
        status = getattr(error, "status_code", None)
        kind = EngineUnavailableError if status in (429, 500, 502, 503, 504) else EngineError
        raise kind(f"Qdrant refused: {error}") from error


def _from_number(least: float) -> models.Range:
    return models.Range(gte=least)


def _between_times(start: datetime | None, end: datetime | None) -> models.DatetimeRange:
    return models.DatetimeRange(gte=start, lt=end)


def _has_id(ids: Collection[str]) -> models.HasIdCondition:
    return models.HasIdCondition(has_id=list(ids))


def _lacks(field: str) -> models.IsEmptyCondition:
    return models.IsEmptyCondition(is_empty=models.PayloadField(key=field))


_DIALECT = Dialect(models, _from_number, _between_times, _has_id, _lacks)


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
