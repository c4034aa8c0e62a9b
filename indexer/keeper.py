"""Adds, edits, removes and restores pictures, in the one order of writes that makes a crash boring.

Add: the bytes, then the pending record. Remove: the bytes, then the record. A crash between the two leaves what `sync`
repairs without asking. When a method has returned, what it did is durable, unless it need not be: then it is from
`settle` on, and many are done in a fiftieth of the time. Any number of threads and processes may do so at once: what
comes of it is what would have come of one after the other. Where that takes too many tries, methods raise
`ContendedError`.
"""

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial
from typing import Any, Literal

from indexer.agreement import TRIES, Agreement, ContendedError
from indexer.catalogue import Catalogue
from indexer.library import Entry, KeyTakenError, Library
from indexer.record import Record, id_of, label_of, now
from indexer.trash import Trash, Trashed

Change = Literal["added", "unchanged", "replaced"]


class Unchanged(Enum):
    """The value of what an edit leaves as it is: None says that there is to be none."""

    UNCHANGED = "unchanged"


UNCHANGED = Unchanged.UNCHANGED


class UnknownPictureError(Exception):
    def __init__(self, picture_id: str) -> None:
        super().__init__(f"there is no picture with the id {picture_id}")


@dataclass(frozen=True, slots=True)
class NewPicture:
    """A picture to add: its key, its bytes, its size in pixels and format, and what its sender says of it.

    Of what its sender does not say, label and tags, those of a picture that it replaces stay.
    """

    key: str
    data: bytes
    width: int
    height: int
    format: str
    label: str | None = None
    tags: tuple[str, ...] = ()


class Keeper:
    def __init__(self, library: Library, catalogue: Catalogue, trash: Trash, agreement: Agreement) -> None:
        self._library, self._catalogue, self._trash, self._agreement = library, catalogue, trash, agreement
        self._back = dict[str, Trashed]()  # by place: in the library, perhaps not yet in the catalogue after a crash

    def add(self, new: NewPicture, replace: bool = False, durable: bool = True) -> tuple[Record, Change]:
        """Add a picture and return its record and whether it is new, was there already, or replaces other bytes.

        Raises `KeyTakenError` if there are other bytes under the key and `replace` is false, and what
        `Library.write` raises.
        """
        new, sha256 = _under(self._library.spelt(new.key), new), hashlib.sha256(new.data).hexdigest()
        for _ in range(TRIES):
            taken = self._library.entry(new.key)
            with suppress(FileNotFoundError):  # taken away since
                if taken and self._library.sha256(new.key) == sha256:
                    return self._known(new, sha256, taken, durable), "unchanged"
                if taken and not replace:
                    raise KeyTakenError(new.key)
                if entry := self._write(new, taken):
                    make = partial(_renew if taken else _record, new, sha256, entry)
                    record = self._agreement.enter(entry, make, durable)
                    return record, "replaced" if taken else "added"
        raise ContendedError

    def edit(
        self,
        picture_id: str,
        label: str | Unchanged | None = UNCHANGED,
        tags: Sequence[str] | Unchanged = UNCHANGED,
        require: Callable[[Record], None] = lambda _: None,
    ) -> Record:
        """Change what people say of a picture and return its record; a label of None takes the label away.

        The picture stays indexed. Raises `UnknownPictureError`, and what `require` raises of the record as it was.
        """
        given: dict[str, Any] = {"label": label, "tags": tags if isinstance(tags, Unchanged) else list(tags)}
        fields = {name: value for name, value in given.items() if value is not UNCHANGED}

        def change(record: Record) -> dict[str, Any]:
            require(record)
            return _new_in(fields, record)

        records = self.edit_all([picture_id], change)
        if not records:
            raise UnknownPictureError(picture_id)
        return records[picture_id]

    def edit_all(self, ids: Sequence[str], change: Callable[[Record], dict[str, Any]]) -> dict[str, Record]:
        """Change what people say of many pictures, all durable together; return the records of those that exist, by id.

        `change` returns the fields of a record that become others, `label` and `tags`.
        """
        done = dict[str, Record]()
        for _ in range(TRIES):
            records = self._catalogue.get(ids)
            changes = {picture_id: fields for picture_id, record in records.items() if (fields := change(record))}
            done |= {picture_id: record for picture_id, record in records.items() if picture_id not in changes}
            if not changes:
                return done
            revisions = self._catalogue.edit_all(changes, records)
            after = self._catalogue.get(list(changes))
            done |= {each: record for each, record in after.items() if record.revision == revisions[each]}
            ids = [each for each in changes if each not in done]
        raise ContendedError

    def remove(self, picture_id: str, purge: bool = False, durable: bool = True) -> None:
        """Move a picture to the trash, or destroy it and what the trash has of it.

        Raises `UnknownPictureError`, `ReadOnlyLibraryError`.
        """
        if purge:
            record = self._purge(picture_id)
        else:
            record = self._known_under(picture_id)
            if not self._take_out(record):
                record = self._known_under(picture_id)  # or another process was quicker
        self._agreement.leave([record], durable=durable)

    def restore(self, picture_id: str, durable: bool = True) -> Record:
        """Bring back what was removed last under this id and return its record.

        Raises `UnknownPictureError` if the trash has nothing, `KeyTakenError` if there is a picture in its place.
        """
        while trashed := self._trash.latest(picture_id):
            with suppress(FileNotFoundError):  # restored or purged by another process
                entry = self._trash.bring_back(trashed)
                make = partial(_restored, trashed.record, entry)
                record = self._agreement.enter(entry, make, durable=False)
                self._back[trashed.place] = trashed
                if durable:
                    self.settle()
                return record
        raise UnknownPictureError(picture_id)

    def settle(self) -> None:
        """Make durable what was done, and let the trash forget what was brought back."""
        back = list(self._back.values())  # what others bring back from here on is not durable yet
        self._catalogue.settle()
        for trashed in back:
            self._trash.drop(trashed)
            self._back.pop(trashed.place, None)

    def _known_under(self, picture_id: str) -> Record:
        record = self._catalogue.find(picture_id)
        if record is None:
            raise UnknownPictureError(picture_id)
        return record

    def _write(self, new: NewPicture, taken: Entry | None) -> Entry | None:
        """Write the bytes over those that are there; return None where there were none and others were quicker."""
        try:
            return self._library.write(new.key, new.data, replace=taken is not None)
        except KeyTakenError:
            return None

    def _known(self, new: NewPicture, sha256: str, entry: Entry, durable: bool) -> Record:
        """Return the record of bytes that the library has, making it if a crash or another program forgot to."""
        known = self._catalogue.find(id_of(new.key))
        if known and (known.size, known.mtime_ns) == (entry.size, entry.mtime_ns):
            return known
        made = _record(new, sha256, entry)
        return self._agreement.enter(entry, lambda known: _afresh(known, entry) if known else made, durable)

    def _take_out(self, record: Record) -> bool:
        """Move a picture to the trash; return whether there was one."""
        if self._library.lacks(record.key):
            return False  # somebody took it out by hand
        try:
            self._trash.put(record)
        except FileNotFoundError:
            return False
        return True

    def _purge(self, picture_id: str) -> Record:
        """Destroy a picture in library and trash, and return what was known of it."""
        record, trashed = self._catalogue.find(picture_id), self._trash.latest(picture_id)
        if record is None:
            if trashed is None:
                raise UnknownPictureError(picture_id)
            record = trashed.record
        self._trash.purge(picture_id)
        if not self._library.lacks(record.key):
            self._library.delete(record.key)
        self._trash.purge(picture_id)  # if another process was removing it
        return record


def _under(key: str, new: NewPicture) -> NewPicture:
    return replace(new, key=key)


def _new_in(fields: dict[str, Any], record: Record) -> dict[str, Any]:
    said = {"label": record.label, "tags": list(record.tags)}
    return {name: value for name, value in fields.items() if value != said[name]}


def _restored(trashed: Record, entry: Entry, known: Record | None) -> Record:
    """Return the record of a picture that is back: what its removal has not got to yet is the newer."""
    last = known if known and known.added_at == trashed.added_at else trashed
    return _afresh(last, entry)


def _afresh(record: Record, entry: Entry) -> Record:
    return record.afresh(entry.size, entry.mtime_ns, "added")


def _renew(new: NewPicture, sha256: str, entry: Entry, replaced: Record | None) -> Record:
    record = _record(new, sha256, entry)
    if replaced is None:
        return record
    return replace(record, label=new.label or replaced.label, tags=new.tags or replaced.tags)


def _record(new: NewPicture, sha256: str, entry: Entry, _: Record | None = None) -> Record:
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
