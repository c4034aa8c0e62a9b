"""Makes the catalogue agree with the library, whatever happened to either since.

Two passes, and neither holds more than a page in memory: over the files, for what is new or changed; over the
catalogue, for what has vanished.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from indexer.catalogue import PAGE, Catalogue
from indexer.keeper import KeyLocks
from indexer.library import Entry, Library
from indexer.record import Record, id_of, label_of, now
from model.errors import ImageError, UnsupportedFormatError
from model.preprocess import read_header

# Names that promise a picture: what they hold is indexed, or reported when it cannot be. The last two are not decoded
# yet, and people who have them want to be told.
PICTURE_SUFFIXES = frozenset({
    "avif", "bmp", "gif", "jfif", "jpe", "jpeg", "jpg", "mpo", "pbm", "pgm", "png", "ppm", "tif", "tiff", "webp",
    "heic", "heif",
})  # fmt: skip

Item = TypeVar("Item")


class EmptyLibraryError(Exception):
    def __init__(self, count: int) -> None:
        super().__init__(
            f"the library is empty and the catalogue knows {count} pictures: is a disk not mounted? "
            "If it is meant to be empty, run `python -m indexer sync --allow-empty`"
        )


@dataclass(slots=True)
class SyncReport:
    """How many files were new, changed, vanished, as the catalogue knew them, or not pictures."""

    added: int = 0
    changed: int = 0
    vanished: int = 0
    unchanged: int = 0
    ignored: int = 0

    def __str__(self) -> str:
        return (
            f"{self.added} new, {self.changed} changed, {self.vanished} vanished, "
            f"{self.unchanged} unchanged, {self.ignored} not pictures"
        )


class Synchroniser:
    def __init__(self, library: Library, catalogue: Catalogue, locks: KeyLocks) -> None:
        self._library, self._catalogue, self._locks = library, catalogue, locks

    def sync(self, allow_empty: bool = False) -> SyncReport:
        """Compare the whole library with the catalogue and repair every difference.

        Raises `EmptyLibraryError` rather than forget everything because a disk is not mounted.
        """
        report = SyncReport()
        self._library.sweep()
        for page in _pages(self._library.walk()):
            self._take(page, report)
        if not allow_empty and not (report.added or report.changed or report.unchanged):
            self._refuse_to_forget()
        for records in self._catalogue.scan():
            self._forget(records, report)
        return report

    def sync_keys(self, keys: Iterable[str]) -> SyncReport:
        """Do the same for some keys only; what lies below a key that is or was a folder is included."""
        report = SyncReport()
        for page in _pages(iter(sorted(set(keys)))):
            found = {key: self._library.entry(key) for key in page}
            self._take([entry for entry in found.values() if entry], report)
            gone = [key for key, entry in found.items() if entry is None]
            known = self._catalogue.get([id_of(key) for key in gone])
            self._forget(known.values(), report)
            self._sync_folders([key for key in gone if id_of(key) not in known], report)
        return report

    def _sync_folders(self, folders: list[str], report: SyncReport) -> None:
        prefixes = tuple(f"{folder}/" for folder in folders)
        for prefix in prefixes:
            for page in _pages(self._library.walk(prefix)):
                self._take(page, report)
        vanished = [prefix for prefix in prefixes if not (self._library.root / prefix).is_dir()]
        if vanished:
            for records in self._catalogue.scan():
                self._forget((r for r in records if r.key.startswith(tuple(vanished))), report)

    def _refuse_to_forget(self) -> None:
        if count := self._catalogue.count():
            raise EmptyLibraryError(count)

    def _take(self, entries: list[Entry], report: SyncReport) -> None:
        known = self._catalogue.get([id_of(entry.key) for entry in entries])
        new, changed = [], []
        for entry in entries:
            record = known.get(id_of(entry.key))
            if record is None and self._is_picture(entry.key):
                new.append(Record(entry.key, entry.size, entry.mtime_ns, now(), label=label_of(entry.key)))
            elif record is None:
                report.ignored += 1
            elif _differs(entry, record):
                changed.append(record.id)
            else:
                report.unchanged += 1
        self._catalogue.insert(new)
        self._index_again(changed)
        report.added += len(new)
        report.changed += len(changed)

    def _index_again(self, ids: list[str]) -> None:
        if not ids:
            return
        with self._locks.holding_all():  # the files and the records may have moved on since they were compared
            records = self._catalogue.get(ids).values()
            pairs = [(self._library.entry(record.key), record) for record in records]
            changed = [(entry, record) for entry, record in pairs if entry and _differs(entry, record)]
            self._catalogue.put([record.afresh(entry.size, entry.mtime_ns, "found") for entry, record in changed])

    def _forget(self, records: Iterable[Record], report: SyncReport) -> None:
        missing = [record for record in records if self._library.entry(record.key) is None]
        if not missing:
            return
        with self._locks.holding_all():
            gone = [record.id for record in missing if self._library.entry(record.key) is None]
            self._catalogue.delete(gone)
        report.vanished += len(gone)

    def _is_picture(self, key: str) -> bool:
        """A file counts as a picture by its name or, failing that, by its content."""
        if key.rpartition(".")[2].lower() in PICTURE_SUFFIXES:
            return True
        try:
            read_header(self._library.path(key))
        except UnsupportedFormatError:
            return False
        except (ImageError, OSError):
            pass  # a picture, though not a good one: indexing will say what is wrong with it
        return True


def _differs(entry: Entry, record: Record) -> bool:
    return (entry.size, entry.mtime_ns) != (record.size, record.mtime_ns)


def _pages(items: Iterator[Item]) -> Iterator[list[Item]]:
    while page := list(islice(items, PAGE)):
        yield page
