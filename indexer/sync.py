"""Makes the catalogue agree with the library, whatever happened to either since.

Two passes, and neither holds more than a page in memory: over the files, for what is new or changed; over the
catalogue, for what the first pass has not come by.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Literal, TypeVar

from indexer.agreement import TRIES, Agreement, ContendedError
from indexer.catalogue import Catalogue
from indexer.engine import PAGE
from indexer.library import Entry, InvalidKeyError, Library
from indexer.record import Record, count_pictures, id_of, label_of, now
from indexer.seen import Seen
from model.header import begins_as_picture
from model.naming import promises_picture

FIRST_PAGE = 128  # files: enough to begin indexing with while others are looked for
FEW = 10  # pictures: so many may all have been renamed

Item = TypeVar("Item")
Difference = Literal["new", "changed", "vanished"]


class OtherLibraryError(Exception):
    def __init__(self, count: int) -> None:
        super().__init__(
            f"the library has nothing of what the catalogue knows, {count_pictures(count)}: is a disk not mounted, or "
            "is the catalogue of another library? If all are meant to be forgotten, run `python -m indexer sync "
            "--allow-empty`"
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


@dataclass(frozen=True, slots=True)
class Comparison:
    """Files beside what the catalogue knows of them: new ones, the records of changed ones, and how many others."""

    new: list[Entry]
    changed: list[Record]
    unchanged: int
    ignored: int

    def count_in(self, report: SyncReport) -> None:
        report.added += len(self.new)
        report.changed += len(self.changed)
        report.unchanged += self.unchanged
        report.ignored += self.ignored


class Synchroniser:
    def __init__(self, library: Library, catalogue: Catalogue, agreement: Agreement) -> None:
        self._library, self._catalogue, self._agreement = library, catalogue, agreement

    def sync(self, allow_empty: bool = False, wake: Callable[[], None] = lambda: None) -> SyncReport:
        """Compare the whole library with the catalogue and repair every difference.

        `wake` is called as soon as there is something to index, and again when there is more. Raises
        `OtherLibraryError` rather than forget everything because a disk is not mounted.
        """
        report = SyncReport()
        self._library.sweep()
        if not allow_empty:
            self._require_known()
        with Seen() as seen:
            for page in self._walk(seen):
                if self._take(page, report):
                    wake()
            for records in self._unseen(seen, report, allow_empty):
                self._forget(records, report)
        return report

    def preview(self, tell: Callable[[Difference, str], None], allow_empty: bool = False) -> SyncReport:
        """Return what `sync` would report and tell every difference with its key, and write nothing.

        Raises `OtherLibraryError`.
        """
        report = SyncReport()
        if not allow_empty:
            self._require_known()
        with Seen() as seen:
            for page in self._walk(seen):
                compared = self._compare(page)
                compared.count_in(report)
                for entry in compared.new:
                    tell("new", entry.key)
                for record in compared.changed:
                    tell("changed", record.key)
            for records in self._unseen(seen, report, allow_empty):
                for record in self._agreement.missing(records, unseen=True):
                    tell("vanished", record.key)
                    report.vanished += 1
        return report

    def sync_keys(self, keys: Iterable[str], taken: Collection[str] = ()) -> SyncReport:
        """Do the same for some keys only; what lies below a key that is or was a folder is included.

        Under those that were `taken` away others may have come since.
        """
        report, gone = SyncReport(), list[str]()
        keys = {*keys, *taken}
        for page in _pages(iter(sorted(keys))):
            found = {key: None if key in taken and self._is_renamed(key) else self._library.entry(key) for key in page}
            known = self._catalogue.get([id_of(key) for key in page])
            self._take([entry for entry in found.values() if entry], report, known)
            self._forget([record for record in known.values() if found[record.key] is None], report)
            folders = [key for key in page if found[key] is None and self._library.has_folder(f"{key}/")]
            self._sync_folders(folders, keys, report)
            # What was a picture until just now, as where the service removed it, has been no folder with others in it.
            unknown = [key for key in page if id_of(key) not in known and not self._agreement.has_left(key)]
            gone += (key for key in unknown if key in taken or not (found[key] or key in folders))
        self._forget_below(gone, report)
        return report

    def _is_renamed(self, key: str) -> bool:
        """Return whether what is found under a key goes by another, as where only its case was changed."""
        try:
            return self._library.spelt(key) != key
        except InvalidKeyError:
            return False

    def _sync_folders(self, folders: list[str], keys: Collection[str], report: SyncReport) -> None:
        """Sync what lies below some folders, except for `keys`, which are looked at for themselves."""
        for prefix in _topmost(f"{folder}/" for folder in folders):
            for page in _pages(entry for entry in self._library.walk(prefix) if entry.key not in keys):
                self._take(page, report)

    def _forget_below(self, folders: list[str], report: SyncReport) -> None:
        """Forget what has vanished below some folders. All records are looked at, as none says what it lies below."""
        names = set(folders)
        for records in self._catalogue.scan() if folders else ():
            self._forget((record for record in records if not names.isdisjoint(_folders_of(record.key))), report)

    def _require_known(self) -> None:
        """Raise `OtherLibraryError` if the library has none of those pictures that come up first, unless they are few
        or nothing was said of any.

        They come in the order of their ids, and so from everywhere.
        """
        known = next(self._catalogue.scan(), [])
        if len(known) < FEW or not all(self._library.lacks(record.key) for record in known):
            return
        if any(record.is_described for records in self._catalogue.scan() for record in records):
            raise OtherLibraryError(self._catalogue.count())

    def _walk(self, seen: Seen) -> Iterator[list[Entry]]:
        for page in _pages(self._library.walk(), FIRST_PAGE):
            seen.add(id_of(entry.key) for entry in page)
            yield page

    def _unseen(self, seen: Seen, report: SyncReport, allow_empty: bool) -> Iterator[list[Record]]:
        """Yield the records of pictures that the walk has not come by: vanished, or added meanwhile."""
        found_none = not (report.added or report.changed or report.unchanged)
        if found_none and not allow_empty and (count := self._catalogue.count()):
            raise OtherLibraryError(count)
        for records in self._catalogue.scan():
            if missing := seen.find_missing([record.id for record in records]):
                yield [record for record in records if record.id in missing]

    def _take(self, entries: list[Entry], report: SyncReport, known: Mapping[str, Record] | None = None) -> bool:
        """Return whether there is anything to index among them."""
        compared = self._compare(entries, known)
        new = [Record(each.key, each.size, each.mtime_ns, now(), label=label_of(each.key)) for each in compared.new]
        self._catalogue.insert(new, durable=False)
        self._index_again([record.id for record in compared.changed])
        self._agreement.leave([*new, *compared.changed])  # what has vanished meanwhile
        compared.count_in(report)
        return bool(compared.new or compared.changed)

    def _compare(self, entries: list[Entry], known: Mapping[str, Record] | None = None) -> Comparison:
        ids = [id_of(entry.key) for entry in entries]
        known = self._catalogue.get(ids) if known is None else known
        pairs = [(entry, known.get(each)) for entry, each in zip(entries, ids, strict=True)]
        unknown = [entry for entry, record in pairs if record is None]
        new = [entry for entry in unknown if self._is_picture(entry.key)]
        changed = [record for entry, record in pairs if record and _differs(entry, record)]
        return Comparison(new, changed, len(pairs) - len(unknown) - len(changed), len(unknown) - len(new))

    def _index_again(self, ids: list[str]) -> None:
        """Make pictures pending whose files differ from their records, as both are by now."""
        for _ in range(TRIES):
            records = self._catalogue.get(ids).values()
            pairs = [(self._library.entry(record.key), record) for record in records]
            changed = [record.afresh(e.size, e.mtime_ns, "found") for e, record in pairs if e and _differs(e, record)]
            if not changed:
                return
            self._catalogue.put(changed)
            ids = [record.id for record in changed]
        raise ContendedError

    def _forget(self, records: Iterable[Record], report: SyncReport) -> None:
        """What is forgotten need not be durable: after a power cut it is found to be missing again."""
        report.vanished += self._agreement.leave(records, unseen=True, durable=False)

    def _is_picture(self, key: str) -> bool:
        """A file counts as a picture by its name or, failing that, by its content."""
        try:
            return promises_picture(key) or begins_as_picture(self._library.head(key))
        except OSError:
            return True  # though not a good one: indexing will say what is wrong with it


def _differs(entry: Entry, record: Record) -> bool:
    return (entry.size, entry.mtime_ns) != (record.size, record.mtime_ns)


def _folders_of(key: str) -> Iterator[str]:
    """Yield the folders that a key lies in, from the outermost on."""
    return (key[:at] for at, letter in enumerate(key) if letter == "/")


def _topmost(prefixes: Iterable[str]) -> list[str]:
    """Return those of some folders, each ending in "/", that lie in none of the others."""
    found = list[str]()
    for prefix in sorted(prefixes):
        if not found or not prefix.startswith(found[-1]):
            found.append(prefix)
    return found


def _pages(items: Iterator[Item], first: int = PAGE) -> Iterator[list[Item]]:
    size = first
    while page := list(islice(items, size)):
        yield page
        size = PAGE
