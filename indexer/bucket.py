"""A library in a bucket: a key is an object's name after the prefix.

S3 answers for durability. Nobody tells of changes, so that a bucket is looked through now and then, and not followed.
"""

import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile, gettempdir
from typing import IO

from indexer.library import (
    HEAD_BYTES,
    IN_MEMORY_BYTES,
    MAX_KEY_BYTES,
    Entry,
    InvalidKeyError,
    KeyTakenError,
    ReadOnlyLibraryError,
    check_key,
    digest,
)
from indexer.objects import BLOCK_BYTES, VERSION_MARK, Objects
from indexer.room import require_room
from model.header import Source
from model.naming import ONLY_HIDDEN, Ignored


class Bucket:
    """A `Library` of the objects under `prefix`, which is empty or ends in "/", but for what is `ignored`. A folder is
    what keys begin with alike.

    What is read and too large for memory waits in the system's temporary folder, of whose disk `min_free_bytes` stay
    free (`NoRoomError`).
    """

    folder: Path | None = None
    read_only = False  # what may be written shows when it is tried

    def __init__(
        self,
        objects: Objects,
        prefix: str,
        place: str,
        min_free_bytes: int = 0,
        ignored: Ignored = ONLY_HIDDEN,
    ) -> None:
        self.place, self.prefix, self.objects = place, prefix, objects
        self._min_free_bytes, self._ignored = min_free_bytes, ignored

    def walk(self, folder: str = "") -> Iterator[Entry]:
        for found in self.objects.list(self.prefix + folder):
            key = found["Key"].removeprefix(self.prefix)
            if self._is_key(key):
                yield _entry(key, found["Size"], found["LastModified"], found["ETag"])

    def entry(self, key: str) -> Entry | None:
        try:
            found = self.objects.describe(self.name(key))
        except (InvalidKeyError, FileNotFoundError, PermissionError):
            return None
        return _entry(key, found["ContentLength"], found["LastModified"], found["ETag"])

    def lacks(self, key: str) -> bool:
        try:
            self.objects.describe(self.name(key))
        except (InvalidKeyError, FileNotFoundError):
            return True
        except PermissionError:  # nothing that is known shall be forgotten for that
            return False
        return False

    def has(self, key: str) -> bool:  # noqa: ARG002 - to ask for each hit would take longer than the search
        return True

    def spelt(self, key: str) -> str:
        self.name(key)
        return key

    def has_folder(self, folder: str) -> bool:
        return next(self.objects.list(self.prefix + folder, page=1), None) is not None

    def name(self, key: str) -> str:
        """Return the name of the object with this key. Raises `InvalidKeyError`."""
        check_key(key, self._ignored, MAX_KEY_BYTES)
        name = self.prefix + key
        if len(name.encode()) > MAX_KEY_BYTES:
            raise InvalidKeyError(f"it has more than {MAX_KEY_BYTES} bytes with the prefix {self.prefix}")
        if VERSION_MARK in name:
            raise InvalidKeyError(f"{VERSION_MARK} is in it")
        return name

    def open(self, key: str) -> tuple[Entry, IO[bytes]]:
        found, file = self.objects.open(self.name(key))
        return _entry(key, found["size"], found["LastModified"], found["ETag"]), file

    @contextmanager
    def reading(self, key: str) -> Iterator[tuple[Entry, Source]]:
        entry, file = self.open(key)
        with file:
            if entry.size <= IN_MEMORY_BYTES:
                yield entry, file.read()
                return
            require_room(Path(gettempdir()), self._min_free_bytes + entry.size)
            with NamedTemporaryFile(prefix="lookalike-") as copy:
                shutil.copyfileobj(file, copy, BLOCK_BYTES)
                copy.flush()
                yield entry, Path(copy.name)

    def head(self, key: str) -> bytes:
        return self.objects.read(self.name(key), HEAD_BYTES)

    def sha256(self, key: str) -> str:
        with self.reading(key) as (_, source):
            return digest(source)

    def write(self, key: str, data: bytes, replace: bool = False) -> Entry:
        with self._writing(key) as name:
            self.objects.write(name, data, replace)
        return self._written(key)

    def take_out(self, key: str, target: str) -> None:
        """Move a picture to the name of an object that is none. Raises `ReadOnlyLibraryError`, `FileNotFoundError`.

        S3 cannot move: for a moment there are both. What another process writes meanwhile is copied in its turn; only
        where a server cannot delete on a condition, what comes between the last look and the deletion is lost.
        """
        with self._writing(key) as name:
            copied = None
            while (etag := self.objects.describe(name)["ETag"]) != copied or not self.objects.delete_unchanged(
                name, etag
            ):
                self.objects.copy(name, target)
                copied = etag

    def take_in(self, key: str, source: str) -> Entry:
        """Copy an object to where a picture is to lie. Raises what `write` does."""
        with self._writing(key) as name:
            self.objects.copy_anew(source, name)
        return self._written(key)

    def delete(self, key: str) -> None:
        with self._writing(key) as name:
            self.objects.delete(name)

    def sweep(self) -> None:
        """An upload that was cut short leaves no object."""

    @contextmanager
    def _writing(self, key: str) -> Iterator[str]:
        """Give the name of an object that is to be written."""
        name = self.name(key)
        try:
            yield name
        except FileExistsError:
            raise KeyTakenError(key) from None
        except PermissionError:
            raise ReadOnlyLibraryError from None

    def _written(self, key: str) -> Entry:
        entry = self.entry(key)
        if entry is None:
            raise FileNotFoundError(key)  # somebody removed it at once
        return entry

    def _is_key(self, key: str) -> bool:
        try:
            self.name(key)
        except InvalidKeyError:
            return False
        return True


def _entry(key: str, size: int, changed: datetime, etag: str) -> Entry:
    """S3 tells time by the second, in which a picture can be replaced twice: what is finer is made of the ETag."""
    return Entry(key, size, int(changed.timestamp()) * 10**9 + zlib.crc32(etag.encode()) % 10**9)
