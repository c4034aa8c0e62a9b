"""The trash: pictures that were removed, with their records, until they are restored or purged.

One folder per removal, `<id>/<time>/`, with the bytes in `picture` and the record in `record.json`, which is written
first: a crash between the two leaves a record without bytes, and that is no picture.
"""

import shutil
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
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
        """Move a picture's bytes from the library into the trash, with its record. Of several that do so at once, one
        succeeds.

        Raises `ReadOnlyLibraryError`, `FileNotFoundError`.
        """

    def amend(self, record: Record) -> None:
        """Have a record as it was last, if it is of the picture that was removed last under its id."""

    def latest(self, picture_id: str) -> Trashed | None:
        """Return what was removed last under this id, or None."""

    def bring_back(self, trashed: Trashed) -> Entry:
        """Put a picture's bytes back into the library.

        Raises what `Library.write` does, and `FileNotFoundError` if somebody else has done so.
        """

    def drop(self, trashed: Trashed) -> None:
        """Forget one removal, with the bytes if the trash still has them."""

    def purge(self, picture_id: str) -> bool:
        """Destroy everything that was removed under this id; return whether there was anything."""


class FolderTrash:
    """The `Trash` of a folder, in another folder, perhaps on another disk."""

    def __init__(self, folder: Path, library: Folder, clock_ns: Callable[[], int] = time.time_ns) -> None:
        self._folder, self._library, self._clock_ns = folder, library, clock_ns

    def put(self, record: Record) -> None:
        time_ns = later_ns(self._clock_ns(), (int(folder.name) for folder in self._removals(record.id)))
        folder = self._folder / record.id / str(time_ns)
        write_file(folder / "record.json", record.to_json(), replace=False)
        try:
            self._library.take_out(record.key, folder / "picture")
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def amend(self, record: Record) -> None:
        trashed = self.latest(record.id)
        if trashed is not None and trashed.record.to_json() != record.to_json() and _is_of(record, trashed):
            write_file(Path(trashed.place) / "record.json", record.to_json(), replace=True)

    def latest(self, picture_id: str) -> Trashed | None:
        for folder in reversed(self._removals(picture_id)):
            with suppress(FileNotFoundError):  # brought back or purged just now
                record = Record.from_json((folder / "record.json").read_bytes())
                picture = folder / "picture"
                if picture.is_file() or picture.is_symlink():  # which may lead somewhere from its own place only
                    return Trashed(record, str(folder))
        return None

    def _removals(self, picture_id: str) -> list[Path]:
        """Return the folders of what was removed under an id, the last one last. A NAS puts others beside them."""
        found = [folder for folder in (self._folder / picture_id).glob("*/") if folder.name.isdecimal()]
        return sorted(found, key=lambda folder: int(folder.name))

    def bring_back(self, trashed: Trashed) -> Entry:
        return self._library.take_in(trashed.record.key, Path(trashed.place) / "picture")

    def drop(self, trashed: Trashed) -> None:
        shutil.rmtree(trashed.place, ignore_errors=True)

    def purge(self, picture_id: str) -> bool:
        found = self.latest(picture_id) is not None
        shutil.rmtree(self._folder / picture_id, ignore_errors=True)
        return found


def later_ns(now_ns: int, removals_ns: Iterable[int]) -> int:
    """Return the time of one more removal: now, or after all others where a clock was ahead or has been turned back."""
    return max([now_ns, *(time_ns + 1 for time_ns in removals_ns)])


def _is_of(record: Record, trashed: Trashed) -> bool:
    """Return whether a record is of a removed picture: the same one edited, or that of the bytes that replaced it."""
    if record.added_at == trashed.record.added_at:
        return True
    try:
        status = (Path(trashed.place) / "picture").stat()
    except FileNotFoundError:  # brought back or purged just now
        return False
    return record.origin == "added" and (status.st_size, status.st_mtime_ns) == (record.size, record.mtime_ns)
