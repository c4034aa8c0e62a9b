"""The library: the pictures. Its files are the truth; everything else can be made from them again.

Two implement it: `folder.Folder` and `bucket.Bucket`.

LibraryError
|- InvalidKeyError           a key that no picture may have
|- ReadOnlyLibraryError      the library may be read and not written
|- KeyTakenError             there are other bytes under that key
|- LibraryUnavailableError   try again later
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from model.header import Source
from model.naming import Ignored, is_hidden

MAX_KEY_BYTES = 1024
MAX_NAME_BYTES = 255  # of one part, on every common file system
IN_MEMORY_BYTES = 16 << 20  # larger files are read from the disk, piece by piece
HEAD_BYTES = 64  # enough to tell a picture by

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class LibraryError(Exception):
    """The library cannot do what it was asked for."""


class InvalidKeyError(LibraryError):
    def __init__(self, reason: str) -> None:
        super().__init__(f"this key cannot be used: {reason}")


class ReadOnlyLibraryError(LibraryError):
    def __init__(self) -> None:
        super().__init__("the library is read-only: pictures can be searched, not added or removed")


class KeyTakenError(LibraryError):
    def __init__(self, key: str) -> None:
        super().__init__(f"there is another picture under the key {key!r}")


class LibraryUnavailableError(LibraryError):
    """The library cannot be reached or does not answer in time."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in the library: its key, its size in bytes, when it was last changed.

    Two files that were ever under one key have other entries: that is how a writer knows its own.
    """

    key: str
    size: int
    mtime_ns: int


class Library(Protocol):
    """What every library does. A write that has returned is durable; what is ignored (by a part of its key, see
    `Ignored`) does not exist. Methods may be called from any thread, and raise `LibraryUnavailableError` where the
    library can be away. What reads a picture raises `FileNotFoundError` if there is none, and `OSError` if it cannot be
    read.
    """

    @property
    def place(self) -> str:
        """Where it is, for people."""

    @property
    def folder(self) -> Path | None:
        """The folder on this machine that the pictures lie in, or None if there is none."""

    @property
    def read_only(self) -> bool:
        """Whether it is known that nothing can be written."""

    def walk(self, folder: str = "") -> Iterator[Entry]:
        """Yield the files below a folder ("" or ending in "/"), in no particular order, and hold few at once."""

    def entry(self, key: str) -> Entry | None:
        """Return the file with this key, or None if there is none or none that belongs to the library."""

    def lacks(self, key: str) -> bool:
        """Return whether there certainly is no such file: one that cannot be looked at may be there all the same."""

    def has(self, key: str) -> bool:
        """Return whether there is a file with a key that is known to be valid; true where asking would take long or
        the library is away."""

    def spelt(self, key: str) -> str:
        """Return the key that the library has for what is found under this one, or this one if there is nothing.

        Many a disk finds a file under other names than its own as well. Raises `InvalidKeyError`.
        """

    def has_folder(self, folder: str) -> bool:
        """Return whether there is a folder of this name, which ends in "/"."""

    def open(self, key: str) -> tuple[Entry, IO[bytes]]:
        """Return a file as it is now and its bytes, to be read from any place. Raises `InvalidKeyError`."""

    def reading(self, key: str) -> AbstractContextManager[tuple[Entry, Source]]:
        """Give a file as it is now and its bytes to decode, a path if they are many. Raises `InvalidKeyError`."""

    def head(self, key: str) -> bytes:
        """Return the first `HEAD_BYTES` of a picture. Raises `InvalidKeyError`."""

    def sha256(self, key: str) -> str:
        """Return the hex digest of a picture's bytes. Raises `InvalidKeyError`."""

    def write(self, key: str, data: bytes, replace: bool = False) -> Entry:
        """Write a picture durably, whole or not at all, and return its entry, even if it has been replaced by then.

        Raises `InvalidKeyError`, `ReadOnlyLibraryError`, `NoRoomError`, and `KeyTakenError` if there is a file under
        the key and `replace` is false.
        """

    def delete(self, key: str) -> None:
        """Delete a picture's bytes for good. Raises `ReadOnlyLibraryError`."""

    def sweep(self) -> None:
        """Delete the temporary files that a crash has left."""


def digest(source: Source) -> str:
    """Return the hex SHA-256 of bytes or of the file at a path. Raises `OSError`."""
    if isinstance(source, bytes):
        return hashlib.sha256(source).hexdigest()
    with source.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_key(key: str, ignored: Ignored, max_name_bytes: int = MAX_NAME_BYTES) -> None:
    """Raise `InvalidKeyError` unless a key is a plain relative path: parts that are not empty, not ignored and not too
    long, printable UTF-8, at most 1024 bytes in all."""
    try:
        size = len(key.encode())
    except UnicodeEncodeError:
        raise InvalidKeyError("it is not valid UTF-8") from None
    if not 0 < size <= MAX_KEY_BYTES:
        raise InvalidKeyError(f"it has {size} bytes, from 1 to {MAX_KEY_BYTES} are allowed")
    if _CONTROL.search(key):
        raise InvalidKeyError("it has a control character")
    for part in key.split("/"):
        _check_part(part, ignored, max_name_bytes)


def _check_part(part: str, ignored: Ignored, max_bytes: int) -> None:
    if not part:
        raise InvalidKeyError("a part of it is empty")
    if part.startswith("."):
        raise InvalidKeyError(f"the part {part!r} starts with a dot")
    if ignored(part):
        why = "what a system keeps for itself" if is_hidden(part) else "ignored in this library"
        raise InvalidKeyError(f"the part {part!r} is {why}")
    if len(part.encode()) > max_bytes:
        raise InvalidKeyError(f"a part of it is longer than {max_bytes} bytes")
