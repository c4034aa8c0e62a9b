"""The whole catalogue in one file, which brings it back."""

import hashlib
import json
import tarfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from indexer.catalogue import Catalogue
from indexer.edge import EdgeEngine
from indexer.engine import EngineError, EngineUnavailableError
from indexer.room import NoRoomError
from indexer.server import ServerEngine
from indexer.snapshot import ServerSnapshots, SnapshotError, save_files
from model import VECTOR_SIZE
from tests.conftest import House
from tests.pictures import BLUE, RED, draw
from tests.qdrant import QdrantServer
from tests.running import free_port


def test_an_archive_of_the_embedded_catalogue_brings_it_back(house: House, tmp_path: Path) -> None:
    for key, colour in (("a.png", RED), ("b.png", BLUE)):
        house.put(key, draw(colour))
    house.synchroniser.sync()
    house.index_all()
    file = tmp_path / "catalogue.tar.gz"
    assert (tmp_path / "catalogue").is_symlink()  # as of somebody who keeps it on another disk
    assert save_files(tmp_path / "catalogue", file, 0) == file.stat().st_size > 0

    with tarfile.open(file) as archive:
        archive.extractall(tmp_path / "elsewhere", filter="data")
    again = Catalogue(EdgeEngine(tmp_path / "elsewhere" / "catalogue", VECTOR_SIZE, min_free_bytes=0))
    ids = [record.id for page in house.catalogue.scan() for record in page]
    assert again.get(ids) == house.catalogue.get(ids)
    assert again.vectors(ids).keys() == set(ids)
    again.close()


def test_a_file_that_is_there_is_left_alone_and_a_full_disk_is_noticed_before(tmp_path: Path) -> None:
    (tmp_path / "catalogue").mkdir()
    (tmp_path / "kept").write_bytes(b"kept")
    with pytest.raises(FileExistsError):
        save_files(tmp_path / "catalogue", tmp_path / "kept", 0)
    with pytest.raises(NoRoomError):
        save_files(tmp_path / "catalogue", tmp_path / "new", 1 << 60)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["catalogue", "kept"]
    assert (tmp_path / "kept").read_bytes() == b"kept"


class Qdrant(ThreadingHTTPServer):
    """A server that makes, hands out and forgets one snapshot."""

    def __init__(self, checksum: str) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.checksum, self.asked = checksum, list[str]()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Qdrant

    def do_POST(self) -> None:
        self._answer({"name": "one.snapshot", "size": len(BYTES), "checksum": self.server.checksum})

    def do_GET(self) -> None:
        self._answer({"peers": {"1": {}, "2": {}}} if self.path == "/cluster" else None)

    def do_DELETE(self) -> None:
        self._answer(True)

    def _answer(self, result: Any) -> None:
        allowed = self.headers.get("api-key") == "key"
        self.server.asked.append(f"{self.command} {self.path}")
        self.send_response(200 if allowed else 401)
        self.end_headers()
        self.wfile.write(BYTES if result is None else json.dumps({"result": result}).encode())

    def log_message(self, *_: object) -> None: ...


BYTES = bytes(range(256)) * 5000


@pytest.fixture
def qdrant() -> Iterator[Qdrant]:
    server = Qdrant(hashlib.sha256(BYTES).hexdigest())
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_server_s_snapshot_is_fetched_and_then_deleted_there(qdrant: Qdrant, tmp_path: Path) -> None:
    snapshots = ServerSnapshots(f"{qdrant.url}/", "key", "cars")
    assert snapshots.count_nodes() == 2
    assert snapshots.save(tmp_path / "snapshot", 0) == len(BYTES)
    assert (tmp_path / "snapshot").read_bytes() == BYTES
    assert qdrant.asked[1:] == [
        "POST /collections/cars/snapshots",
        "GET /collections/cars/snapshots/one.snapshot",
        "DELETE /collections/cars/snapshots/one.snapshot",
    ]


def test_a_snapshot_that_arrives_damaged_is_no_file(qdrant: Qdrant, tmp_path: Path) -> None:
    qdrant.checksum = "0" * 64
    with pytest.raises(SnapshotError):
        ServerSnapshots(qdrant.url, "key", "cars").save(tmp_path / "snapshot", 0)
    assert list(tmp_path.iterdir()) == []
    assert qdrant.asked[-1].startswith("DELETE")


def test_a_server_that_refuses_or_is_away_says_so(qdrant: Qdrant, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="401"):
        ServerSnapshots(qdrant.url, "another key", "cars").save(tmp_path / "snapshot", 0)
    with pytest.raises(EngineUnavailableError):
        ServerSnapshots(f"http://127.0.0.1:{free_port()}", None, "cars").save(tmp_path / "snapshot", 0)


def test_a_real_server_makes_a_snapshot(qdrant_server: QdrantServer, tmp_path: Path) -> None:
    with qdrant_server.collection() as (client, name):
        ServerEngine(client, name, VECTOR_SIZE).prepare()
        snapshots = ServerSnapshots(qdrant_server.url, qdrant_server.key, name)
        assert snapshots.count_nodes() == 1
        assert snapshots.save(tmp_path / "snapshot", 0) > 0
        assert tarfile.is_tarfile(tmp_path / "snapshot")
        assert client.list_snapshots(name) == []
