"""Adds, edits, removes and restores pictures, in the one order of writes that makes a crash boring.

Add: the bytes, then the pending record. Remove: the bytes, then the record. A crash between the two leaves what `sync`
repairs without asking. When a method has returned, what it did is durable.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import Enum
from threading import RLock
from typing import Any, Literal

from indexer.catalogue import Catalogue
from indexer.library import Entry, KeyTakenError, Library
from indexer.record import Record, id_of, label_of, now
from indexer.trash import Trash

Change = Literal["added", "unchanged", "replaced"]


class Unchanged(Enum):
    """The value of what an edit leaves as it is: None says that there is to be none."""

    UNCHANGED = "unchanged"


UNCHANGED = Unchanged.UNCHANGED


class UnknownPictureError(Exception):
    def __init__(self, picture_id: str) -> None:
        super().__init__(f"there is no picture with the id {picture_id}")


class KeyLocks:
    """Lets one thread at a time change the picture with a given id. Ids share a fixed number of locks."""

    def __init__(self, number: int = 64) -> None:
        self._locks = [RLock() for _ in range(number)]

    @contextmanager
    def holding(self, picture_id: str) -> Iterator[None]:
        with self._locks[hash(picture_id) % len(self._locks)]:
            yield

    @contextmanager
    def holding_all(self) -> Iterator[None]:
        """Hold every lock, to change many pictures in one batch. Taken in one order, so that nobody waits for ever."""
        with ExitStack() as stack:
            for lock in self._locks:
                stack.enter_context(lock)
            yield


@dataclass(frozen=True, slots=True)
class NewPicture:
    """A picture to add: its key, its bytes, its size in pixels and format, and what its sender says of it."""

    key: str
    data: bytes
    width: int
    height: int
    format: str
    label: str | None = None
    tags: tuple[str, ...] = ()


class Keeper:
    def __init__(self, library: Library, catalogue: Catalogue, trash: Trash, locks: KeyLocks) -> None:
        self._library, self._catalogue, self._trash, self._locks = library, catalogue, trash, locks

    def add(self, new: NewPicture, replace: bool = False) -> tuple[Record, Change]:
        """Add a picture and return its record and whether it is new, was there already, or replaces other bytes.

        Raises `KeyTakenError` if there are other bytes under the key and `replace` is false, and what
        `Library.write` raises.
        """
        picture_id, sha256 = id_of(new.key), hashlib.sha256(new.data).hexdigest()
        with self._locks.holding(picture_id):
            taken = self._library.entry(new.key) is not None
            if taken and self._library.sha256(new.key) == sha256:
                return self._known(new, sha256), "unchanged"
            if taken and not replace:
                raise KeyTakenError(new.key)
            entry = self._library.write(new.key, new.data, replace)
            record = _record(new, sha256, entry)
            self._catalogue.put([record])
        return record, "replaced" if taken else "added"

    def edit(
        self,
        picture_id: str,
        label: str | Unchanged | None = UNCHANGED,
        tags: Sequence[str] | Unchanged = UNCHANGED,
    ) -> Record:
        """Change what people say of a picture and return its record; a label of None takes the label away.

        The picture stays indexed. Raises `UnknownPictureError`.
        """
        given: dict[str, Any] = {"label": label, "tags": tags if isinstance(tags, Unchanged) else list(tags)}
        fields = {name: value for name, value in given.items() if value is not UNCHANGED}
        with self._locks.holding(picture_id):
            if fields:
                self._catalogue.edit(picture_id, fields)
            record = self._catalogue.get([picture_id]).get(picture_id)
        if record is None:
            raise UnknownPictureError(picture_id)
        return record

    def edit_all(self, ids: Sequence[str], change: Callable[[Record], dict[str, Any]]) -> dict[str, Record]:
        """Change what people say of many pictures, all durable together; return the records of those that exist, by id.

        `change` returns the fields of a record that become others, `label` and `tags`.
        """
        with self._locks.holding_all():
            records = self._catalogue.get(ids)
            changes = {picture_id: fields for picture_id, record in records.items() if (fields := change(record))}
            self._catalogue.edit_all(changes)
            return records | self._catalogue.get(list(changes))

    def remove(self, picture_id: str, purge: bool = False) -> None:
        """Move a picture to the trash, or destroy it and what the trash has of it.

        Raises `UnknownPictureError`, `ReadOnlyLibraryError`.
        """
        with self._locks.holding(picture_id):
            record = self._catalogue.get([picture_id]).get(picture_id)
            purged = purge and self._trash.purge(picture_id)
            if record is None and not purged:
                raise UnknownPictureError(picture_id)
            if record is not None:
                self._remove_bytes(record, purge)
                self._catalogue.delete([picture_id])

    def restore(self, picture_id: str) -> Record:
        """Bring back what was removed last under this id and return its record.

        Raises `UnknownPictureError` if the trash has nothing, `KeyTakenError` if there is a picture in its place.
        """
        with self._locks.holding(picture_id):
            trashed = self._trash.latest(picture_id)
            if trashed is None:
                raise UnknownPictureError(picture_id)
            entry = self._trash.bring_back(trashed)
            record = trashed.record.afresh(entry.size, entry.mtime_ns, "added")
            self._catalogue.put([record])
            self._trash.drop(trashed)
        return record

    def _known(self, new: NewPicture, sha256: str) -> Record:
        """Return the record of bytes that the library has, making it if a crash or another program forgot to."""
        entry = self._library.entry(new.key)
        if entry is None:
            raise FileNotFoundError(new.key)
        self._catalogue.insert([_record(new, sha256, entry)])
        return self._catalogue.get([id_of(new.key)])[id_of(new.key)]

    def _remove_bytes(self, record: Record, purge: bool) -> None:
        if self._library.entry(record.key) is None:
            return  # somebody took it out by hand
        if purge:
            self._library.delete(record.key)
        else:
            self._trash.put(record)


def _record(new: NewPicture, sha256: str, entry: Entry) -> Record:
    return Record(
        key=new.key,
        size=entry.size,
        mtime_ns=entry.mtime_ns,
        added_at=now(),
        origin="added",
        label=new.label or label_of(new.key),
        tags=new.tags,
        sha256=sha256,
        width=new.width,
        height=new.height,
        format=new.format,
    )
