"""Keeps a record true to its file while others change the same picture, in this process or in another.

Nobody locks anything. A file comes, goes and is replaced in one step, and a record is written or deleted only where it
still is as it was read. Whoever has changed a file sees to its record by three rules, and so whoever comes last leaves
the two in agreement:

- Once a file has been put there its record is written, until that stands or the file is somebody else's.
- Once a file has been taken away its record is deleted, if it is as it was *before* the file was seen to be missing.
- A record that was written for a file that is missing by then is deleted again.

What a crash leaves undone, `sync` does by the same rules.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import islice
from threading import Lock

from indexer.catalogue import Catalogue
from indexer.engine import EngineUnavailableError
from indexer.library import Entry, Library
from indexer.record import Record, id_of
from indexer.trash import Trash

TRIES = 100  # each that fails has let somebody else succeed
LATELY = 10_000  # pictures


class ContendedError(EngineUnavailableError):
    def __init__(self) -> None:
        super().__init__("too many change this picture at once; try again in a moment")


class Agreement:
    def __init__(self, library: Library, catalogue: Catalogue, trash: Trash) -> None:
        self._library, self._catalogue, self._trash = library, catalogue, trash
        self._left, self._lock = dict[str, bool](), Lock()

    def enter(self, entry: Entry, make: Callable[[Record | None], Record], durable: bool = True) -> Record:
        """See to the record of a file that has been put there, and return it.

        `make` makes it of the one before, if there is one. Raises `ContendedError`.
        """
        for _ in range(TRIES):
            known = self._catalogue.find(id_of(entry.key))
            record = replace(make(known), revision=known.revision if known else None)
            is_ours = self._library.entry(entry.key) == entry
            if is_ours:
                self._catalogue.put([record], durable)
            if not is_ours or _is_of_same(self._catalogue.find(record.id), record):
                self.leave([record])
                return record
        raise ContendedError

    def leave(self, records: Iterable[Record], unseen: bool = False, durable: bool = True) -> int:
        """See to the records of those pictures whose files are missing, whatever they are by now; return how many are.

        Raises `ContendedError`.
        """
        missing = self.missing(records, unseen)
        for record in missing:
            self._trash.amend(record)
        known = missing
        for _ in range(TRIES):
            known = self.missing(self._catalogue.get([record.id for record in known]).values(), unseen)
            if not known:
                return len(missing)
            for record in known:
                self._trash.amend(record)
            self._catalogue.delete(known, durable)
            self._note(record.key for record in known)
        raise ContendedError

    def has_left(self, key: str) -> bool:
        """Return whether a picture left the catalogue lately, and has not been asked after since."""
        with self._lock:
            return self._left.pop(key, False)

    def _note(self, keys: Iterable[str]) -> None:
        with self._lock:
            self._left |= dict.fromkeys(keys, True)
            for oldest in list(islice(self._left, max(0, len(self._left) - LATELY))):
                del self._left[oldest]

    def missing(self, records: Iterable[Record], unseen: bool = False) -> list[Record]:
        """Return the records of those pictures whose files are certainly not there.

        Where their keys are `unseen` among the names in the library, a file of another name counts as none.
        """
        return [record for record in records if self._lacks(record.key, unseen)]

    def _lacks(self, key: str, unseen: bool) -> bool:
        return self._library.lacks(key) or (unseen and self._library.spelt(key) != key)


def _is_of_same(found: Record | None, record: Record) -> bool:
    """Return whether this is a record that was written, whatever was done to it since."""
    return found is not None and _origin_of(found) == _origin_of(record)


def _origin_of(record: Record) -> tuple[object, ...]:
    return record.origin, record.added_at, record.size, record.mtime_ns
