"""A copy of the whole catalogue in one file, to keep or to carry elsewhere.

Of a server it is Qdrant's own snapshot; of the embedded catalogue it is an archive of its files.
"""

import hashlib
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import requests

from indexer.engine import EngineError, EngineUnavailableError
from indexer.room import require_room
from model.output import writing

CONNECT_TIMEOUT_S = 10
MAKING_TIMEOUT_S = 3600  # Qdrant answers when the snapshot is made
PIECE_BYTES = 1 << 20


class SnapshotError(EngineError):
    """What arrived is not what Qdrant sent."""


def save_files(folder: Path, file: Path, min_free_bytes: int) -> int:
    """Write the embedded catalogue in `folder`, which nobody may write to meanwhile, to a `.tar.gz`; return its size.

    Raises `FileExistsError`, `NoRoomError`.
    """
    held = sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file())
    require_room(file.absolute().parent, held + min_free_bytes)
    # The emptiest level: the files begin as many zeros, and a vector hardly shrinks.
    with writing(file, replace=False) as part, tarfile.open(part, mode="w:gz", compresslevel=1) as archive:
        archive.add(folder.resolve(), folder.name, filter=lambda found: None if found.name.endswith("/lock") else found)
    return file.stat().st_size


class ServerSnapshots:
    """Snapshots of one collection on a Qdrant server. Of a cluster they hold what lies on the node that is asked.

    Raises `EngineUnavailableError` where the server does not answer, `EngineError` where it refuses.
    """

    def __init__(self, url: str, api_key: str | None, collection: str) -> None:
        self._url, self._address = url.rstrip("/"), f"{url.rstrip('/')}/collections/{collection}/snapshots"
        self._session = requests.Session()
        self._session.headers.update({"api-key": api_key} if api_key else {})

    def save(self, file: Path, min_free_bytes: int) -> int:
        """Let the server make a snapshot, fetch it, and let the server delete it; return its size.

        Raises `FileExistsError`, `NoRoomError`, `SnapshotError`.
        """
        with writing(file, replace=False) as part, part.open("wb") as out:
            made = self._ask("POST", self._address).json()["result"]
            address = f"{self._address}/{made['name']}"
            try:
                require_room(file.absolute().parent, made["size"] + min_free_bytes)
                self._fetch(address, out, made.get("checksum"))
            finally:
                self._ask("DELETE", address)
        return file.stat().st_size

    def count_nodes(self) -> int:
        """Return how many nodes the server's cluster has; 1 for a server that is alone."""
        found: dict[str, Any] = self._ask("GET", f"{self._url}/cluster").json()["result"]
        return len(found.get("peers") or {}) or 1

    def _fetch(self, address: str, out: IO[bytes], checksum: str | None) -> None:
        digest = hashlib.sha256()
        with _translated_errors(), self._ask("GET", address) as answer:
            for piece in answer.iter_content(PIECE_BYTES):
                digest.update(piece)
                out.write(piece)
        if checksum and digest.hexdigest() != checksum:
            raise SnapshotError("the snapshot arrived damaged: its sum is another than Qdrant says")

    def _ask(self, method: str, address: str) -> requests.Response:
        with _translated_errors():
            timeout_s = CONNECT_TIMEOUT_S, MAKING_TIMEOUT_S
            answer = self._session.request(method, address, timeout=timeout_s, stream=True, allow_redirects=False)
        if answer.status_code != requests.codes.ok:
            raise EngineError(f"Qdrant refused: {answer.status_code} {answer.text[:300]}")
        return answer


@contextmanager
def _translated_errors() -> Iterator[None]:
    try:
        yield
    except requests.RequestException as error:
        raise EngineUnavailableError(f"Qdrant does not answer: {error}") from error
