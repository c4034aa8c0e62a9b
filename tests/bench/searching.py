"""Searches over HTTP, one after the other on one connection, and where their time goes."""

import http.client
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from indexer.record import id_of
from service.questions import DEFAULT_LIMIT

BOUNDARY = "lookalike-bench"
TIMEOUT_S = 60


@dataclass(frozen=True)
class Spread:
    """The median and the 95th percentile, in milliseconds."""

    p50: float
    p95: float


@dataclass(frozen=True)
class Latency:
    """`whole` is what the client sees; `decode`, `model` and `engine` are what the service reports.

    `rest` is what remains: HTTP, JSON, records. `outside` is all but decode and model, which a search by id has not.
    """

    points: int
    whole: Spread
    decode: Spread | None
    model: Spread | None
    engine: Spread
    rest: Spread
    outside: Spread


@dataclass(frozen=True)
class Sample:
    """One search: the whole of it, and the stages that the service has timed, in milliseconds."""

    whole_ms: float
    took_ms: dict[str, float]


class SearchClient:
    """Searches on one connection that is kept. Raises `RuntimeError` if an answer is not a full page of hits."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)

    def close(self) -> None:
        self._connection.close()

    def search_upload(self, picture: bytes) -> Sample:
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"\r\n\r\n'
        body = head.encode() + picture + f"\r\n--{BOUNDARY}--\r\n".encode()
        return self._post(body, f"multipart/form-data; boundary={BOUNDARY}")

    def search_stored(self, picture_id: str) -> Sample:
        return self._post(json.dumps({"id": picture_id}).encode(), "application/json")

    def _post(self, body: bytes, content_type: str) -> Sample:
        started = perf_counter()
        self._connection.request("POST", "/v1/search", body, {"Content-Type": content_type})
        answer = self._connection.getresponse()
        content = answer.read()
        whole_ms = (perf_counter() - started) * 1000
        return Sample(whole_ms, _read_answer(answer.status, content)["took_ms"])


def _read_answer(status: int, content: bytes) -> dict[str, Any]:
    if status != http.client.OK:
        raise RuntimeError(f"a search was answered with {status}: {content[:500]!r}")
    answer: dict[str, Any] = json.loads(content)
    if len(answer["hits"]) != DEFAULT_LIMIT:
        raise RuntimeError(f"a search found {len(answer['hits'])} pictures, not {DEFAULT_LIMIT}")
    return answer


def measure_uploads(client: SearchClient, points: int, pictures: Iterable[Path]) -> Latency:
    """Return the latency of searches by upload, each with another picture."""
    samples = [client.search_upload(path.read_bytes()) for path in pictures]
    decode, model = ([sample.took_ms[stage] for sample in samples] for stage in ("decode", "embed"))
    return _summarise(points, samples, decode, model)


def measure_stored(client: SearchClient, points: int, keys: Iterable[str]) -> Latency:
    """Return the latency of searches by the id of a stored picture, each with another one."""
    return _summarise(points, [client.search_stored(id_of(key)) for key in keys])


def _summarise(
    points: int, samples: Sequence[Sample], decode: Sequence[float] = (), model: Sequence[float] = ()
) -> Latency:
    whole = np.array([sample.whole_ms for sample in samples])
    engine = np.array([sample.took_ms["search"] for sample in samples])
    outside = whole - (np.add(decode, model) if decode else 0)
    return Latency(
        points=points,
        whole=spread(whole),
        decode=spread(decode) if decode else None,
        model=spread(model) if model else None,
        engine=spread(engine),
        rest=spread(outside - engine),
        outside=spread(outside),
    )


def spread(values_ms: Iterable[float]) -> Spread:
    """Return the spread of some measurements."""
    p50, p95 = np.percentile(list(values_ms), [50, 95])
    return Spread(float(p50), float(p95))
