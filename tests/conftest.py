"""What many tests start from: engines, a small house of parts, a client."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from prometheus_client import REGISTRY
from qdrant_client import QdrantClient
from werkzeug.test import TestResponse

from indexer.agreement import Agreement
from indexer.catalogue import Catalogue
from indexer.edge import EdgeEngine
from indexer.engine import Engine
from indexer.folder import Folder
from indexer.keeper import Keeper
from indexer.progress import ProgressMeter
from indexer.record import id_of
from indexer.server import ServerEngine
from indexer.settings import Settings
from indexer.sync import Synchroniser
from indexer.trash import FolderTrash
from indexer.worker import Worker, WorkerSettings
from model import VECTOR_SIZE
from service.app import create_app
from service.context import Context, Gate
from service.thumbnails import Thumbnails
from tests.buckets import CREDENTIALS, OwnBucket, running_s3
from tests.fakes import ColourEncoder
from tests.pictures import BLUE, GREEN, RED, WHITE, draw, draw_halves
from tests.qdrant import NoServerError, QdrantServer, running_qdrant

# What hypothesis thinks up is the same in every run, and a busy machine is no fault of what is tested.
hypothesis_settings.register_profile(
    "steady", derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("steady")

MEMORY = Path("/dev/shm")
MEMORY_NEEDED_BYTES = 1 << 30  # a catalogue takes 73 MB of it, and each process of the tests has one at a time


@contextmanager
def quick_folder() -> Iterator[Path]:
    """Give a folder in memory, where there is such a file system with some room.

    Otherwise tests wait for the disk most of their time. What a disk keeps is tested with whole services.
    """
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > MEMORY_NEEDED_BYTES
    with TemporaryDirectory(prefix="lookalike-tests-", dir=MEMORY if roomy else None) as folder:
        yield Path(folder)


@cache
def _empty_catalogue() -> TemporaryDirectory[str]:
    """The files of an empty embedded catalogue, made once: making them takes longer than most tests."""
    folder = TemporaryDirectory(prefix="lookalike-tests-")
    EdgeEngine(Path(folder.name), VECTOR_SIZE, min_free_bytes=0).close()
    return folder


def copy_catalogue(source: Path, target: Path) -> None:
    """Copy the files of an embedded catalogue, or some of them, to a path or over what is there."""
    # They are nearly all holes, which `cp` keeps; Python's own copy would write 160 MB of zeros.
    subprocess.run(["cp", "-R", "--no-target-directory", source, target], check=True)


def _edge(folder: Path) -> Iterator[Engine]:
    with quick_folder() as place:
        copy_catalogue(Path(_empty_catalogue().name), place)
        (folder / "catalogue").symlink_to(place)
        engine = EdgeEngine(folder / "catalogue", VECTOR_SIZE, min_free_bytes=0)
        yield engine
        engine.close()


def _memory(_: Path) -> Iterator[Engine]:
    engine = ServerEngine(QdrantClient(":memory:"), "test", VECTOR_SIZE)
    yield engine
    engine.close()


def _server(server: QdrantServer) -> Iterator[Engine]:
    with server.collection() as (client, name):
        yield ServerEngine(client, name, VECTOR_SIZE)


@pytest.fixture(scope="session")
def qdrant_server() -> Iterator[QdrantServer]:
    """A Qdrant server; where there is none to be had, the test is skipped."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(running_qdrant())
        except NoServerError as error:
            pytest.skip(f"no Qdrant server: {error}, and QDRANT_URL names none")
        yield server


@pytest.fixture(scope="session")
def any_qdrant_server(request: pytest.FixtureRequest) -> QdrantServer | None:
    """A Qdrant server, or None where there is none to be had."""
    try:
        server: QdrantServer = request.getfixturevalue("qdrant_server")
    except pytest.skip.Exception:
        return None
    return server


@pytest.fixture(params=["edge", "memory", "server"])
def any_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Each of the engines in turn."""
    if request.param == "server":
        yield from _server(request.getfixturevalue("qdrant_server"))
    else:
        yield from {"edge": _edge, "memory": _memory}[request.param](tmp_path)


@pytest.fixture
def memory_catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    """A catalogue on the engine that starts fastest."""
    for engine in _memory(tmp_path):
        yield Catalogue(engine)


@dataclass
class House:
    """A library, its catalogue, and what works on them, with pictures told apart by colour."""

    root: Path
    data: Path
    library: Folder
    catalogue: Catalogue
    keeper: Keeper
    synchroniser: Synchroniser
    worker: Worker

    def put(self, key: str, data: bytes) -> str:
        """Put a file into the library by hand; return the id that it will have."""
        path = self.root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return id_of(key)

    def index_all(self) -> None:
        while self.worker.step():
            pass

    def known_keys(self) -> set[str]:
        """Return the keys of all that is in the catalogue."""
        return {record.key for page in self.catalogue.scan() for record in page}


def count_calls(call: str) -> float:
    """Return how often the embedded engine was asked for something in this process."""
    return REGISTRY.get_sample_value("lookalike_engine_call_duration_seconds_count", {"call": call}) or 0.0


def build_house(folder: Path, engine: Engine) -> Iterator[House]:
    root, data = folder / "library", folder / "data"
    root.mkdir(exist_ok=True)
    data.mkdir(exist_ok=True)
    library, catalogue = Folder(root), Catalogue(engine)
    trash = FolderTrash(data / "trash", library)
    agreement = Agreement(library, catalogue, trash)
    keeper = Keeper(library, catalogue, trash, agreement)
    with Worker(library, catalogue, ColourEncoder(), WorkerSettings(threads=2, max_pixels=50_000_000)) as worker:
        yield House(root, data, library, catalogue, keeper, Synchroniser(library, catalogue, agreement), worker)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A house on the embedded engine."""
    for engine in _edge(tmp_path):
        yield from build_house(tmp_path, engine)


@pytest.fixture
def any_house(tmp_path: Path, any_engine: Engine) -> Iterator[House]:
    """A house on each of the engines in turn."""
    yield from build_house(tmp_path, any_engine)


@pytest.fixture
def five_pictures(house: House) -> None:
    """Five indexed pictures in the house, of which one can tell what looks like what."""
    house.put("warm/red.png", draw(RED))
    house.put("warm/dark red.png", draw((170, 10, 10)))
    house.put("cold/blue.png", draw(BLUE))
    house.put("cold/green.png", draw(GREEN))
    house.put("red and white.png", draw_halves(RED, WHITE))
    house.synchroniser.sync()
    house.index_all()


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """The address of a server that speaks as S3 does."""
    with running_s3() as address:
        yield address


@pytest.fixture
def own_bucket(s3: str, monkeypatch: pytest.MonkeyPatch) -> OwnBucket:
    """A bucket of the test's own."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    return OwnBucket(s3)


class ReadingClient(FlaskClient):
    """A client that reads every answer to its end, as a browser does, so that files are closed."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        return super().open(*args, **{"buffered": True} | kwargs)


def make_client(house: House, settings: Settings | None = None) -> FlaskClient:
    """Return a client of a service in which indexing happens as soon as there is something to index."""
    settings = settings or Settings(library=house.root, data=house.data, fetch_urls=False, min_free_mb=0)
    context = Context(
        settings=settings,
        library=house.library,
        catalogue=house.catalogue,
        keeper=house.keeper,
        encoder=ColourEncoder(),
        fetcher=None,
        thumbnails=Thumbnails(house.data / "thumbnails", settings.max_pixels, settings.min_free_bytes),
        gate=Gate(2),
        meter=ProgressMeter(),
        wake=house.index_all,
    )
    app = create_app(context)
    app.test_client_class = ReadingClient
    return app.test_client()


@pytest.fixture
def client(house: House) -> FlaskClient:
    return make_client(house)
