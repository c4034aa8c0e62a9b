"""The library: a folder of pictures. Its files are the truth; everything else can be made from them again.

LibraryError
|- InvalidKeyError         a key that no picture may have
|- ReadOnlyLibraryError    the folder may be read and not written
|- KeyTakenError           there are other bytes under that key
"""

import hashlib
import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from indexer.durable import TEMPORARY_PREFIX, move_file, sync_folder, write_file
from indexer.room import require_room

MAX_KEY_BYTES = 1024
MAX_NAME_BYTES = 255  # of one part, on every common file system
STALE_TEMPORARY_S = 3600


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


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in the library: its key, its size in bytes, when it was last changed."""

    key: str
    size: int
    mtime_ns: int


class Library:
    """The pictures under `root`. Hidden files, links to folders and links that lead out of it do not exist for it.

    Raises `LibraryError` if there is no such folder, and `NoRoomError` on a write that would leave fewer than
    `min_free_bytes` on its disk.
    """

    def __init__(self, root: Path, min_free_bytes: int = 0) -> None:
        if not root.is_dir():
            raise LibraryError(f"the library {root} is not a folder")
        self.root, self._min_free_bytes = root.resolve(), min_free_bytes

    @property
    def read_only(self) -> bool:
        """Also where an administrator could write all the same: nobody has meant the folder to be written to."""
        return not (os.access(self.root, os.W_OK) and self.root.stat().st_mode & 0o222)

    def walk(self, folder: str = "") -> Iterator[Entry]:
        """Yield the files below a folder ("" or ending in "/"), in no particular order. What cannot be read is
        passed over. Of a folder's content only the names of its folders are held at once."""
        below: list[str] = []
        try:
            self.path(f"{folder}any")
            with os.scandir(self.root / folder) as found:
                yield from self._files(folder, found, below)
        except (InvalidKeyError, OSError):
            return
        for name in below:
            yield from self.walk(f"{folder}{name}/")

    def _files(self, folder: str, found: "Iterator[os.DirEntry[str]]", below: list[str]) -> Iterator[Entry]:
        """Yield the files of one folder and add the names of its folders to `below`."""
        for entry in found:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                below.append(entry.name)
            elif file := self._entry_at(f"{folder}{entry.name}", entry):
                yield file

    def entry(self, key: str) -> Entry | None:
        """Return the file with this key, or None if there is none or none that belongs to the library."""
        try:
            return _entry_of(key, self.path(key).stat())
        except (InvalidKeyError, OSError):
            return None

    def has(self, key: str) -> bool:
        """Return whether there is a file with a key that is known to be valid, with one call to the system."""
        return os.access(f"{self.root}/{key}", os.F_OK)  # a Path costs more than the call, and so does its status

    def path(self, key: str) -> Path:
        """Return where the picture with this key lies or would lie. Raises `InvalidKeyError`."""
        check_key(key)
        path = self.root / key
        try:
            plain = path.parent.resolve() == path.parent and path.resolve().is_relative_to(self.root)
        except (OSError, RuntimeError):
            plain = False
        if not plain:
            raise InvalidKeyError("a link on its way leads elsewhere")
        return path

    def sha256(self, key: str) -> str:
        """Return the hex digest of a picture's bytes. Raises `OSError`."""
        with self.path(key).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def write(self, key: str, data: bytes, replace: bool = False) -> Entry:
        """Write a picture durably, whole or not at all, and return its entry.

        Raises `InvalidKeyError`, `ReadOnlyLibraryError`, `NoRoomError`, and `KeyTakenError` if there is a file under
        the key and `replace` is false.
        """
        path = self._writable_path(key)
        require_room(self.root, self._min_free_bytes + len(data))
        try:
            write_file(path, data, replace)
        except FileExistsError:
            raise KeyTakenError(key) from None
        except IsADirectoryError:
            raise InvalidKeyError("there is a folder of that name") from None
        except PermissionError:
            raise ReadOnlyLibraryError from None
        return _entry_from(key, path.stat())

    def take_out(self, key: str, target: Path) -> None:
        """Move a picture out of the library. Raises `ReadOnlyLibraryError`, `FileNotFoundError`."""
        move_file(self._writable_path(key), target)

    def take_in(self, key: str, source: Path) -> Entry:
        """Move a file into the library. Raises what `write` does."""
        path = self._writable_path(key)
        try:
            move_file(source, path)
        except FileExistsError:
            raise KeyTakenError(key) from None
        return _entry_from(key, path.stat())

    def delete(self, key: str) -> None:
        """Delete a picture's bytes for good. Raises `ReadOnlyLibraryError`."""
        path = self._writable_path(key)
        path.unlink(missing_ok=True)
        sync_folder(path.parent)

    def sweep(self) -> None:
        """Delete the temporary files that a crash has left."""
        if self.read_only:
            return
        stale_before = time.time() - STALE_TEMPORARY_S
        for path in self.root.rglob(f"{TEMPORARY_PREFIX}*"):
            if path.is_file() and path.stat().st_mtime < stale_before:
                path.unlink(missing_ok=True)

    def _entry_at(self, key: str, found: "os.DirEntry[str]") -> Entry | None:
        if found.is_symlink():
            return self.entry(key)
        try:
            check_key(key)
            return _entry_of(key, found.stat())
        except (InvalidKeyError, OSError):
            return None

    def _writable_path(self, key: str) -> Path:
        if self.read_only:
            raise ReadOnlyLibraryError
        path = self.path(key)
        if any(parent.exists() and not parent.is_dir() for parent in path.parents):
            raise InvalidKeyError("a part of it is a picture, and no folder")
        return path


def _entry_from(key: str, status: os.stat_result) -> Entry:
    return Entry(key, status.st_size, status.st_mtime_ns)


def _entry_of(key: str, status: os.stat_result) -> Entry | None:
    return _entry_from(key, status) if stat.S_ISREG(status.st_mode) else None


def check_key(key: str) -> None:
    """Raise `InvalidKeyError` unless a key is a plain relative path: parts that are not empty and not hidden,
    printable UTF-8, at most 1024 bytes in all."""
    try:
        size = len(key.encode())
    except UnicodeEncodeError:
        raise InvalidKeyError("it is not valid UTF-8") from None
    if not 0 < size <= MAX_KEY_BYTES:
        raise InvalidKeyError(f"it has {size} bytes, from 1 to {MAX_KEY_BYTES} are allowed")
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in key):
        raise InvalidKeyError("it has a control character")
    for part in key.split("/"):
        _check_part(part)


def _check_part(part: str) -> None:
    if not part:
        raise InvalidKeyError("a part of it is empty")
    if part.startswith("."):
        raise InvalidKeyError(f"the part {part!r} starts with a dot")
    if len(part.encode()) > MAX_NAME_BYTES:
        raise InvalidKeyError(f"a part of it is longer than {MAX_NAME_BYTES} bytes")
