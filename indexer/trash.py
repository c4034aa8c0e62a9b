"""The trash: pictures that were removed, with their records, until they are restored or purged.

One folder per removal, `<id>/<time>/`, with the bytes in `picture` and the record in `record.json`, which is written
first: a crash between the two leaves a record without bytes, and that is no picture.
"""

import json
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from indexer.durable import write_file
from indexer.record import Record


@dataclass(frozen=True, slots=True)
class Trashed:
    """One removed picture: what was known of it, and where its bytes lie."""

    record: Record
    picture: Path


class Trash:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, record: Record, take_out: Callable[[Path], None]) -> None:
        """Keep a record and the bytes that `take_out` moves to the path it is given."""
        folder = self._folder / record.id / str(time.time_ns())
        write_file(folder / "record.json", json.dumps(record.to_payload()).encode(), replace=False)
        take_out(folder / "picture")

    def latest(self, picture_id: str) -> Trashed | None:
        """Return what was removed last under this id, or None."""
        for folder in sorted((self._folder / picture_id).glob("*/"), key=lambda f: int(f.name), reverse=True):
            if (folder / "picture").is_file():
                payload = json.loads((folder / "record.json").read_bytes())
                return Trashed(Record.from_payload(payload), folder / "picture")
        return None

    def drop(self, trashed: Trashed) -> None:
        """Forget one removal, with its bytes."""
        shutil.rmtree(trashed.picture.parent)

    def purge(self, picture_id: str) -> bool:
        """Destroy everything that was removed under this id; return whether there was anything."""
        found = self.latest(picture_id) is not None
        shutil.rmtree(self._folder / picture_id, ignore_errors=True)
        return found
