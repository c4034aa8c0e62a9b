"""The trash: pictures that were removed, with their records, until they are restored or purged.

One folder per removal, `<id>/<time>/`, with the bytes in `picture` and the record in `record.json`, which is written
first: a crash between the two leaves a record without bytes, and that is no picture.
"""

import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from indexer.durable import write_file
from indexer.folder import Folder
from indexer.library import Entry
from indexer.record import Record


@dataclass(frozen=True, slots=True)
class Trashed:
    """One removed picture: what was known of it, and where in the trash its removal lies."""

    record: Record
    place: str


class Trash(Protocol):
    """Where a library's pictures go. Two implement it: `FolderTrash`, and `bucket_trash.BucketTrash`."""

    def put(self, record: Record) -> None:
        """Move a picture's bytes from the library into the trash, with its record.

        Raises `ReadOnlyLibraryError`, `FileNotFoundError`.
        """

    def latest(self, picture_id: str) -> Trashed | None:
        """Return what was removed last under this id, or None."""

    def bring_back(self, trashed: Trashed) -> Entry:
        """Put a picture's bytes back into the library. Raises what `Library.write` does."""

    def drop(self, trashed: Trashed) -> None:
        """Forget one removal, with the bytes if the trash still has them."""

    def purge(self, picture_id: str) -> bool:
        """Destroy everything that was removed under this id; return whether there was anything."""


class FolderTrash:
    """The `Trash` of a folder, in another folder, perhaps on another disk."""

    def __init__(self, folder: Path, library: Folder) -> None:
        self._folder, self._library = folder, library

    def put(self, record: Record) -> None:
        folder = self._folder / record.id / str(time.time_ns())
        write_file(folder / "record.json", record.to_json(), replace=False)
        self._library.take_out(record.key, folder / "picture")

    def latest(self, picture_id: str) -> Trashed | None:
        for folder in sorted((self._folder / picture_id).glob("*/"), key=lambda f: int(f.name), reverse=True):
            if (folder / "picture").is_file():
                return Trashed(Record.from_json((folder / "record.json").read_bytes()), str(folder))
        return None

    def bring_back(self, trashed: Trashed) -> Entry:
        return self._library.take_in(trashed.record.key, Path(trashed.place) / "picture")

    def drop(self, trashed: Trashed) -> None:
        shutil.rmtree(trashed.place)

    def purge(self, picture_id: str) -> bool:
        found = self.latest(picture_id) is not None
        shutil.rmtree(self._folder / picture_id, ignore_errors=True)
        return found
