"""The trash of a bucket: in the bucket, under a hidden prefix, so that all who share the library share it as well.

Its order is that of `trash.FolderTrash`: a record without bytes is no picture.
"""

import time
from collections.abc import Callable
from contextlib import suppress

from indexer.bucket import Bucket
from indexer.library import Entry, ReadOnlyLibraryError
from indexer.record import Record
from indexer.trash import Trashed, later_ns

FOLDER = ".lookalike/trash/"


class BucketTrash:
    """The `Trash` of a bucket: `<id>/<time>/` has the record in `record.json` and the bytes in `picture`."""

    def __init__(self, library: Bucket, clock_ns: Callable[[], int] = time.time_ns) -> None:
        self._library, self._objects, self._clock_ns = library, library.objects, clock_ns
        self._prefix = library.prefix + FOLDER

    def put(self, record: Record) -> None:
        time_ns = later_ns(self._clock_ns(), (time_ns for time_ns, _ in self._removals(record.id)))
        place = f"{self._prefix}{record.id}/{time_ns}/"
        try:
            self._objects.write(f"{place}record.json", record.to_json(), replace=False)
        except PermissionError:
            raise ReadOnlyLibraryError from None
        self._library.take_out(record.key, f"{place}picture")

    def amend(self, record: Record) -> None:
        trashed = self.latest(record.id)
        if trashed is not None and trashed.record.added_at == record.added_at:
            self._objects.write(f"{trashed.place}record.json", record.to_json(), replace=True)

    def latest(self, picture_id: str) -> Trashed | None:
        for _, name in reversed(self._removals(picture_id)):
            if name.endswith("/picture"):
                place = name.removesuffix("picture")
                with suppress(FileNotFoundError):  # brought back or purged just now
                    return Trashed(Record.from_json(self._objects.read(f"{place}record.json")), place)
        return None

    def _removals(self, picture_id: str) -> list[tuple[int, str]]:
        """Return the time and the name of each object of what was removed under an id, the last removal last.

        Programs that show folders put objects of their own beside them.
        """
        names = [found["Key"] for found in self._objects.list(f"{self._prefix}{picture_id}/")]
        return sorted((int(time_ns), name) for name in names if (time_ns := name.split("/")[-2]).isdecimal())

    def bring_back(self, trashed: Trashed) -> Entry:
        return self._library.take_in(trashed.record.key, f"{trashed.place}picture")

    def drop(self, trashed: Trashed) -> None:
        self._delete(trashed.place)

    def purge(self, picture_id: str) -> bool:
        return self._delete(f"{self._prefix}{picture_id}/")

    def _delete(self, prefix: str) -> bool:
        """Delete all objects whose name starts with a prefix; return whether one of them was a picture."""
        names = [found["Key"] for found in self._objects.list(prefix)]
        try:
            for name in names:
                self._objects.delete(name)
        except PermissionError:
            raise ReadOnlyLibraryError from None
        return any(name.endswith("/picture") for name in names)
