"""The server engine where the server is not as one would like it: away, busy, old, or with another collection."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from qdrant_client import QdrantClient, models
from qdrant_client.common.client_exceptions import ResourceExhaustedResponse
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

from indexer.assembly import open_parts
from indexer.catalogue import Catalogue, ModelMismatchError
from indexer.collection import CollectionDiffersError, Shape
from indexer.engine import (
    EVERYTHING,
    CatalogueFullError,
    EngineError,
    EngineUnavailableError,
    NoCatalogueError,
    Point,
    Query,
    Where,
)
from indexer.record import id_of
from indexer.server import PAUSES_S, ForeignCollectionError, ServerEngine, ServerTooOldError
from indexer.settings import Settings
from model import VECTOR_SIZE
from tests.conftest import build_house
from tests.pictures import draw
from tests.qdrant import QdrantServer
from tests.running import free_port
from tests.test_catalogue import LEASE_S, axis, index, record

REFUSED = ResponseHandlingException(httpx.ConnectError("refused"))
HUNG_UP = ResponseHandlingException(httpx.RemoteProtocolError("hung up"))
SLOW = ResponseHandlingException(httpx.ReadTimeout("slow"))
BUSY = ResourceExhaustedResponse("busy", 1)
A_POINT = Point(id_of("a"), {"state": "pending"})


def status(code: int, content: bytes = b"{}") -> UnexpectedResponse:
    return UnexpectedResponse(code, "", content, httpx.Headers())


class Faltering:
    """A client whose next calls of one kind fail in turn, before they are sent."""

    def __init__(self, method: str, *errors: Exception) -> None:
        self._client, self._method, self.errors, self.calls = QdrantClient(":memory:"), method, list(errors), 0

    def __getattr__(self, name: str) -> Any:
        method: Callable[..., Any] = getattr(self._client, name)
        if name != self._method:
            return method

        def call(*arguments: Any, **named: Any) -> Any:
            self.calls += 1
            if self.errors:
                raise self.errors.pop(0)
            return method(*arguments, **named)

        call.__name__ = name
        return call


def engine_on(client: Any, shape: Shape = Shape()) -> ServerEngine:  # noqa: B008
    return ServerEngine(client, "test", VECTOR_SIZE, shape)


@pytest.mark.parametrize("error", [REFUSED, HUNG_UP, BUSY, status(503)])
def test_what_the_server_did_not_take_is_tried_again(error: Exception) -> None:
    client = Faltering("upsert", *[error] * len(PAUSES_S))
    engine = engine_on(client)
    engine.write([A_POINT])
    assert engine.count(EVERYTHING) == 1


@pytest.mark.parametrize("error", [REFUSED, HUNG_UP, BUSY, status(503)])
def test_it_is_not_tried_for_ever(error: Exception) -> None:
    client = Faltering("upsert", *[error] * 99)
    with pytest.raises(EngineUnavailableError):
        engine_on(client).write([A_POINT])
    assert client.calls == len(PAUSES_S) + 1


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (SLOW, EngineUnavailableError),
        (status(408), EngineUnavailableError),  # a server that was halted for a while says so
        (status(500), EngineUnavailableError),
        (status(400), EngineError),
        (status(400, b'{"status":{"error":"Bad request: Max points count limit of 5 reached!"}}'), CatalogueFullError),
    ],
)
def test_what_took_long_or_was_refused_is_not_repeated(error: Exception, kind: type[EngineError]) -> None:
    client = Faltering("upsert", error)
    with pytest.raises(EngineError) as caught:
        engine_on(client).write([A_POINT])
    assert (type(caught.value), client.calls) == (kind, 1)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"Invalid API key or JWT", "Qdrant refused: 401 Invalid API key or JWT"),
        (b'{"status": {"error": "one\\nline"}, "time": 0}', "Qdrant refused: 401 one line"),
        (b'{"status": "ok"}', 'Qdrant refused: 401 {"status": "ok"}'),
        (b"\xff" + b"x" * 999, "Qdrant refused: 401 \ufffd" + "x" * 299),
        (b"", "Qdrant refused: 401"),
    ],
)
def test_what_the_server_says_of_a_refusal_is_told_in_one_short_line(content: bytes, says: str) -> None:
    with pytest.raises(EngineError) as caught:
        engine_on(Faltering("upsert", status(401, content))).write([A_POINT])
    assert str(caught.value) == says


def test_a_server_that_comes_later_is_used_from_then_on() -> None:
    client = Faltering("info", *[REFUSED] * (len(PAUSES_S) + 1))
    engine = engine_on(client)
    with pytest.raises(EngineUnavailableError):
        engine.count(EVERYTHING)
    assert engine.count(EVERYTHING) == 0


class Outrun(QdrantClient):
    """A client in whose way another process makes the collection, after it was looked for."""

    def collection_exists(self, collection_name: str, **_: Any) -> bool:
        super().create_collection(collection_name, **Shape().arguments(VECTOR_SIZE))
        return False

    def create_collection(self, *_: Any, **__: Any) -> bool:
        raise status(409)


def test_a_collection_that_another_process_makes_meanwhile_is_used() -> None:
    engine = engine_on(Outrun(":memory:"))
    engine.write([A_POINT])
    assert engine.count(EVERYTHING) == 1


def test_a_collection_that_was_deleted_is_made_again() -> None:
    client = Faltering("count", status(404, b"Collection `test` doesn't exist!"))
    engine = engine_on(client)
    engine.write([A_POINT])
    client.delete_collection("test")
    with pytest.raises(EngineUnavailableError):
        engine.count(EVERYTHING)
    assert engine.count(EVERYTHING) == 0


def test_who_is_to_make_nothing_leaves_the_server_as_it_is() -> None:
    client = Faltering("create_payload_index")
    reader = ServerEngine(client, "test", VECTOR_SIZE, make=False)
    for _ in range(2):
        with pytest.raises(NoCatalogueError, match="no catalogue in the collection test yet"):
            reader.count(EVERYTHING)
    assert not client.collection_exists("test")
    client.create_collection("test", **Shape().arguments(VECTOR_SIZE))
    assert (reader.count(EVERYTHING), client.calls) == (0, 0)
    assert engine_on(client).count(EVERYTHING) == 0
    assert client.calls, "who may make something does"


def test_a_server_that_knows_no_conditions_is_refused() -> None:
    client = Faltering("nothing")
    client.info = lambda: models.VersionInfo(title="qdrant", version="1.16.3")  # type: ignore[attr-defined]
    with pytest.raises(ServerTooOldError, match=r"1\.16\.3 is too old; 1\.17"):
        engine_on(client).prepare()


def test_large_batches_are_written_in_pages() -> None:
    client = Faltering("upsert")
    engine = engine_on(client)
    engine.write([Point(id_of(str(number)), {}) for number in range(1001)])
    assert (client.calls, engine.count(EVERYTHING)) == (3, 1001)


def test_a_collection_with_other_vectors_is_refused() -> None:
    client = QdrantClient(":memory:")
    params = models.VectorParams(size=32, distance=models.Distance.COSINE)
    client.create_collection("test", vectors_config={"image": params})
    with pytest.raises(CollectionDiffersError, match="size 32 instead of 64"):
        engine_on(client).prepare()


def test_a_collection_of_something_else_is_left_alone() -> None:
    client = Faltering("nothing")
    client.create_collection("test", **Shape().arguments(VECTOR_SIZE))
    client.upsert("test", [models.PointStruct(id=1, vector={}, payload={"text": "not a picture"})])
    with pytest.raises(ForeignCollectionError, match="the collection test belongs to something else"):
        engine_on(client).prepare()


def config(**params: Any) -> models.CollectionConfig:
    """Return what a server says of a collection of ours."""
    vectors = models.VectorParams(size=64, distance=models.Distance.COSINE, on_disk=params.pop("on_disk", None))
    beside = {name: params.pop(name, None) for name in ("quantization_config", "strict_mode_config")}
    return models.CollectionConfig(
        params=models.CollectionParams(vectors={"image": vectors}, **params),
        hnsw_config=models.HnswConfig(m=16, ef_construct=100, full_scan_threshold=10_000),
        optimizer_config=models.OptimizersConfig(
            deleted_threshold=0.2, vacuum_min_vector_number=1000, default_segment_number=0, flush_interval_sec=5
        ),
        **beside,
    )


def test_what_is_not_said_is_left_to_the_server() -> None:
    said = {name: value for name, value in Shape().arguments(64).items() if value is not None}
    assert said.keys() == {"vectors_config"}
    assert Shape().differences(config(shard_number=6, replication_factor=3), 64) == []


@pytest.mark.parametrize("quantization", ["scalar", "binary"])
def test_a_collection_that_was_made_as_it_is_set_does_not_differ(quantization: str) -> None:
    shape = Shape(
        shards=3,
        replicas=2,
        write_consistency=2,
        vectors_on_disk=True,
        payload_on_disk=False,
        quantization=quantization,
        strict=True,
        max_points=10,
    )
    made = shape.arguments(64)
    limits = models.StrictModeConfigOutput(**made.pop("strict_mode_config").model_dump(exclude_none=True))
    vectors = made.pop("vectors_config")["image"]
    assert shape.differences(config(on_disk=vectors.on_disk, strict_mode_config=limits, **made), 64) == []


def test_all_that_differs_is_said_by_the_name_of_its_setting() -> None:
    shape = Shape(shards=2, replicas=3, vectors_on_disk=True, quantization="scalar", strict=True, max_points=10)
    found = shape.differences(config(shard_number=1, replication_factor=1, on_disk_payload=True), 64)
    assert found == [
        "QDRANT_SHARDS 1 instead of 2",
        "QDRANT_REPLICAS 1 instead of 3",
        "QDRANT_VECTORS_ON_DISK no instead of yes",
        "QDRANT_QUANTIZATION none instead of scalar",
        "QDRANT_STRICT no instead of yes",
        "QDRANT_MAX_POINTS none instead of 10",
    ]


def test_parts_are_opened_before_the_server_is_there(tmp_path: Path) -> None:
    (library := tmp_path / "library").mkdir()
    settings = Settings(library=library, data=tmp_path / "data", qdrant_url=f"http://127.0.0.1:{free_port()}")
    parts = open_parts(settings)
    parts.catalogue.require_model("a model")
    with pytest.raises(EngineUnavailableError):
        parts.catalogue.ask()
    parts.catalogue.close()


def test_a_model_that_could_not_be_checked_at_the_start_is_checked_before_vectors_are_used() -> None:
    client = Faltering("count")
    catalogue = Catalogue(engine_on(client))
    index(catalogue, record(), model="old")
    client.errors = [REFUSED] * (len(PAUSES_S) + 1)
    catalogue.require_model("new")
    for use in (catalogue.ask, lambda: catalogue.claim(1, LEASE_S), lambda: catalogue.search(Query([axis(0)]), 1)):
        with pytest.raises(ModelMismatchError):
            use()


def test_vectors_that_another_process_made_with_another_model_are_noticed() -> None:
    engine = engine_on(Faltering("count"))
    ours, theirs = Catalogue(engine, confirmed_s=0), Catalogue(engine)
    ours.require_model("old")
    index(theirs, record(0), model="old")
    assert ours.search(Query([axis(0)]), 1)
    index(theirs, record(1), model="new")
    for use in (ours.ask, lambda: ours.claim(1, LEASE_S), lambda: ours.search(Query([axis(0)]), 1)):
        with pytest.raises(ModelMismatchError):
            use()


def test_a_real_server_makes_a_collection_as_it_is_set_and_takes_all_that_we_ask(
    qdrant_server: QdrantServer, tmp_path: Path
) -> None:
    shape = Shape(
        2, 1, 1, vectors_on_disk=True, payload_on_disk=True, quantization="scalar", strict=True, max_points=99
    )
    with qdrant_server.collection() as (client, name):
        for _ in build_and_use(tmp_path, ServerEngine(client, name, VECTOR_SIZE, shape)):
            pass
        for same in (shape, Shape()):
            ServerEngine(client, name, VECTOR_SIZE, same).prepare()
        with pytest.raises(CollectionDiffersError, match="QDRANT_SHARDS 2 instead of 3"):
            ServerEngine(client, name, VECTOR_SIZE, Shape(shards=3)).prepare()


def build_and_use(folder: Path, engine: ServerEngine) -> Iterator[None]:
    """Do with a house whatever asks something of the engine."""
    for house in build_house(folder, engine):
        ids = [house.put(f"{number}.png", draw((number, 0, 0))) for number in range(5)]
        house.synchroniser.sync()
        house.index_all()
        house.keeper.edit(ids[0], label="red", tags=("a",))
        house.keeper.remove(ids[1])
        house.keeper.restore(ids[1])
        house.index_all()
        where = Where(labels=("red",), any_tags=("a",), added_from=record().added_at)
        vectors = list(house.catalogue.vectors(ids).values())
        assert len(house.catalogue.search(Query(vectors[:1]), 9)) == 5
        assert len(house.catalogue.search(Query(vectors[:2], vectors[2:3]), 9, where=where)) == 1
        assert len(house.catalogue.search(Query(vectors[:1], diversity=0.5), 2, offset=1)) == 2
        assert house.catalogue.counts() == {"pending": 0, "indexed": 5, "failed": 0}
        assert len(house.catalogue.browse(3)[0]) == 3
        assert house.catalogue.oldest_pending() is None
        assert house.catalogue.reindex("another") == 5
        yield
