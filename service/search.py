"""Search: by an uploaded picture, by a URL, or by a stored picture."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from flask import Blueprint, request

from indexer.catalogue import Hit
from indexer.engine import Query, Vector
from model.preprocess import load_pixels
from service.answers import describe_hit
from service.context import Context, context
from service.errors import InvalidRequestError, NotIndexedError
from service.images import find
from service.intake import Fields, read_fields, read_filter, read_id, read_number, read_uploads, read_whole
from service.metrics import STAGE_SECONDS

DEFAULT_LIMIT = 30
MAX_LIMIT = 100
MAX_OFFSET = 10_000

search_routes = Blueprint("search", __name__, url_prefix="/v1")


@dataclass
class Stopwatch:
    """How long each stage of one search took, in milliseconds."""

    took_ms: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timing(self, stage: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        seconds = time.perf_counter() - started
        self.took_ms[stage] = round(seconds * 1000, 2)
        STAGE_SECONDS.labels(stage).observe(seconds)


@search_routes.post("/search")
def search() -> dict[str, Any]:
    fields, watch = read_fields(), Stopwatch()
    if "id" in fields:
        return _search_like(read_id(fields["id"]), fields, watch)
    with watch.timing("receive"):
        uploads = read_uploads(fields)
    if len(uploads) != 1:
        raise InvalidRequestError("exactly one picture is needed: a part `image`, or `url`, or `id`")
    return _answer(_embed(uploads[0].data, watch), fields, watch)


@search_routes.get("/images/<picture_id>/similar")
def find_similar(picture_id: str) -> dict[str, Any]:
    return _search_like(read_id(picture_id), request.args, Stopwatch())


def _search_like(picture_id: str, fields: Fields, watch: Stopwatch) -> dict[str, Any]:
    """Search with a stored picture and leave it out of what is found."""
    with watch.timing("embed"):
        vector = context().catalogue.vectors([picture_id]).get(picture_id)
    if vector is None:
        raise NotIndexedError(find(picture_id).state)
    return _answer(vector, fields, watch, without_ids=(picture_id,))


def _embed(data: bytes, watch: Stopwatch) -> Vector:
    here = context()
    with here.gate.passing():
        with watch.timing("decode"):
            pixels = load_pixels(data, here.encoder.size, here.settings.max_pixels)
        with watch.timing("embed"):
            vector: Vector = here.encoder.encode(pixels[np.newaxis])[0]
    return vector


def _answer(vector: Vector, fields: Fields, watch: Stopwatch, without_ids: tuple[str, ...] = ()) -> dict[str, Any]:
    here = context()
    limit = read_whole(fields, "limit", DEFAULT_LIMIT, 1, MAX_LIMIT)
    offset = read_whole(fields, "offset", 0, 0, MAX_OFFSET)
    min_score = read_number(fields, "min_score", -1, -1, 1)
    where = read_filter(fields)
    with watch.timing("search"):
        least = min_score if min_score > -1 else None
        hits = here.catalogue.search(Query([vector]), limit, offset, where, least, without_ids)
    return {
        "hits": [describe_hit(hit) for hit in _present(hits, here)],
        "model": here.encoder.version,
        "took_ms": watch.took_ms,
    }


def _present(hits: list[Hit], here: Context) -> list[Hit]:
    """Leave out what is no longer in the library, though the catalogue has not heard of it yet."""
    return [hit for hit in hits if here.library.has(hit.record.key)]
