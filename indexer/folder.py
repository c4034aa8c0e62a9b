"""A library in a folder of this machine: links and rights are those of its file system, writes survive a crash."""

import errno
import logging
import os
import stat
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import IO

from indexer.durable import TEMPORARY_PREFIX, move_file, take_file, write_file
from indexer.library import (
    HEAD_BYTES,
    IN_MEMORY_BYTES,
    Entry,
    InvalidKeyError,
    KeyTakenError,
    LibraryError,
    LibraryUnavailableError,
    ReadOnlyLibraryError,
    check_key,
    digest,
)
from indexer.room import require_room
from indexer.spelling import true_name
from model.header import Source
from model.naming import ONLY_HIDDEN, Ignored
from model.output import sync_folder

STALE_TEMPORARY_S = 3600
LATEST_NS = (1 << 63) - 1  # of a time that the catalogue can keep, in the year 2262
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)  # a folder in it may belong to others, or be another disk

log = logging.getLogger(__name__)


class Folder:
    """A `Library` of the pictures under `root`, but for what is `ignored`, links to folders, and links that lead out.

    Raises `LibraryError` if there is no such folder, and `NoRoomError` on a write that would leave fewer than
    `min_free_bytes` on its disk. When that disk is no longer mounted, the library is away, whatever lies in its place.
    """

    def __init__(
        self,
        root: Path,
        min_free_bytes: int = 0,
        ignored: Ignored = ONLY_HIDDEN,
        is_mount: Callable[[Path], bool] = os.path.ismount,
    ) -> None:
        if not root.is_dir():
            raise LibraryError(f"the library {root} is not a folder")
        self.root, self._min_free_bytes, self._is_mount = root.resolve(), min_free_bytes, is_mount
        self._ignored = ignored
        self._status = self.root.lstat()
        self._mount = next(folder for folder in (self.root, *self.root.parents) if is_mount(folder))

    @property
    def place(self) -> str:
        return str(self.root)

    @property
    def folder(self) -> Path | None:
        return self.root

    @property
    def read_only(self) -> bool:
        """Also where an administrator could write all the same: nobody has meant the folder to be written to."""
        return not (os.access(self.root, os.W_OK) and self.root.stat().st_mode & 0o222)

    def walk(self, folder: str = "") -> Iterator[Entry]:
        """What cannot be read or named is logged and left out. Of a folder only the names of its folders are held."""
        self._require_mounted()
        waiting = [folder]
        while waiting:
            folder, below = waiting.pop(), list[str]()
            try:
                check_key(f"{folder}any", ONLY_HIDDEN)  # the file that stands for any other must not be ignored
                self._locate(f"{folder}any")
                with os.scandir(self.root / folder) as found:
                    yield from self._files(folder, found, below)
            except (FileNotFoundError, NotADirectoryError):
                continue
            except (InvalidKeyError, OSError) as error:
                self._pass_over(folder, error)
            waiting += (f"{folder}{name}/" for name in below)

    def _files(self, folder: str, found: "Iterator[os.DirEntry[str]]", below: list[str]) -> Iterator[Entry]:
        """Yield the files of one folder and add the names of its folders to `below`."""
        left_out = Counter[str]()
        for entry in found:
            if self._ignored(entry.name):
                continue
            if entry.is_dir(follow_symlinks=False):
                below.append(entry.name)
                continue
            try:
                if file := self._entry_at(f"{folder}{entry.name}", entry):
                    yield file
            except (InvalidKeyError, OSError) as error:
                left_out[_reason(error)] += 1
        for reason, count in left_out.items():
            log.warning("files left out in %s: %d (%s)", self.root / folder, count, reason)

    def _pass_over(self, folder: str, error: InvalidKeyError | OSError) -> None:
        """Say that a folder cannot be read. Raises `LibraryUnavailableError` if it is the library itself."""
        if folder:
            log.warning("the folder %s is left out: %s", self.root / folder, _reason(error))
        elif isinstance(error, OSError):
            raise LibraryUnavailableError(f"the library {self.root} cannot be read: {_reason(error)}")

    def _require_mounted(self) -> None:
        if not self._is_mount(self._mount):
            raise LibraryUnavailableError(f"the disk with the library is not mounted any more at {self._mount}")

    def entry(self, key: str) -> Entry | None:
        try:
            return _entry_from(key, self._found(key)[1])
        except (InvalidKeyError, OSError):
            return None

    def lacks(self, key: str) -> bool:
        try:
            self._found(key)
        except (InvalidKeyError, FileNotFoundError):
            return True
        # No rights, or a disk in trouble or away: nothing that is known shall be forgotten for that.
        except (OSError, LibraryUnavailableError):
            return False
        return False

    def has(self, key: str) -> bool:
        # A Path would cost more than the call, and so does its status.
        return os.access(f"{self.root}/{key}", os.F_OK) or not self._is_mount(self._mount)

    def spelt(self, key: str) -> str:
        check_key(key, self._ignored)
        folder, parts = self.root, list[str]()
        for part in key.split("/"):
            parts.append(true_name(part, partial(_status_in, folder), partial(_names_in, folder)))
            folder /= parts[-1]
        return "/".join(parts)

    def has_folder(self, folder: str) -> bool:
        status = self._plain_status(folder.rstrip("/"))
        return status is not None and stat.S_ISDIR(status.st_mode)

    def path(self, key: str) -> Path:
        """Return where the picture with this key lies or would lie. Raises `InvalidKeyError`."""
        check_key(key, self._ignored)
        return self._locate(key)

    def _locate(self, key: str) -> Path:
        return self.root / key if self._plain_status(key) else self._resolve(key)

    def _resolve(self, key: str) -> Path:
        path = self.root / key
        try:
            real = path.resolve()
            plain = real == path or (path.parent.resolve() == path.parent and real.is_relative_to(self.root))
        except (OSError, RuntimeError):
            plain = False
        if not plain:
            raise InvalidKeyError("a link on its way leads elsewhere")
        return path

    def _plain_status(self, key: str) -> os.stat_result | None:
        """Return the status of what lies under a key, or None if there is nothing or a link, there or on the way to it.

        There is as good as never a link, and to look for one costs a fifth of resolving.
        """
        place = str(self.root)
        try:
            status = os.lstat(place)
            if not os.path.samestat(status, self._status):  # another folder or disk may have taken its place, or a link
                if self.root.resolve() != self.root:
                    return None
                self._status = status
            for part in key.split("/"):
                place = f"{place}/{part}"
                status = os.lstat(place)
                if stat.S_ISLNK(status.st_mode):
                    return None
        except OSError:
            return None
        return status

    def open(self, key: str) -> tuple[Entry, IO[bytes]]:
        file = self._found(key)[0].open("rb")
        return _entry_from(key, os.fstat(file.fileno())), file

    @contextmanager
    def reading(self, key: str) -> Iterator[tuple[Entry, Source]]:
        path, status = self._found(key)
        entry = _entry_from(key, status)
        yield entry, path.read_bytes() if entry.size <= IN_MEMORY_BYTES else path

    def head(self, key: str) -> bytes:
        with self._found(key)[0].open("rb") as file:
            return file.read(HEAD_BYTES)

    def sha256(self, key: str) -> str:
        return digest(self._found(key)[0])

    def write(self, key: str, data: bytes, replace: bool = False) -> Entry:
        with self._writing(key) as path:
            require_room(self.root, self._min_free_bytes + len(data))
            return _entry_from(key, write_file(path, data, replace))

    def take_out(self, key: str, target: Path) -> None:
        """Move a picture out of the library, to a path that nobody else uses. Of several that move it at once one
        succeeds. Raises `ReadOnlyLibraryError`, `FileNotFoundError`."""
        with self._writing(key) as path:
            take_file(path, target)

    def take_in(self, key: str, source: Path) -> Entry:
        """Move a file into the library. Raises what `write` does."""
        with self._writing(key) as path:
            return _entry_from(key, move_file(source, path))

    def delete(self, key: str) -> None:
        with self._writing(key) as path:
            path.unlink(missing_ok=True)
            sync_folder(path.parent)

    def sweep(self) -> None:
        if self.read_only:
            return
        stale_before = time.time() - STALE_TEMPORARY_S
        waiting = [str(self.root)]
        while waiting:  # what cannot be looked at, as its path is too long, is passed over
            with suppress(OSError), os.scandir(waiting.pop()) as found:
                for entry in found:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    elif entry.name.startswith(TEMPORARY_PREFIX) and entry.stat().st_mtime < stale_before:
                        Path(entry.path).unlink()

    def _entry_at(self, key: str, found: "os.DirEntry[str]") -> Entry | None:
        if found.is_symlink():
            return self.entry(key)
        check_key(key, self._ignored)
        with suppress(FileNotFoundError):  # taken away just now
            status = found.stat()
            if stat.S_ISREG(status.st_mode):
                return _entry_from(key, status)
        return None

    def _found(self, key: str) -> tuple[Path, os.stat_result]:
        """Return where a picture lies, and its status.

        Raises `FileNotFoundError` if what lies there is none of the library's files, and `InvalidKeyError`.
        """
        check_key(key, self._ignored)
        try:
            status = self._plain_status(key) or self._resolve(key).stat()
        except (InvalidKeyError, FileNotFoundError, NotADirectoryError):
            self._require_mounted()
            raise FileNotFoundError(key) from None
        if not stat.S_ISREG(status.st_mode):
            raise FileNotFoundError(key)
        return self.root / key, status

    @contextmanager
    def _writing(self, key: str) -> Iterator[Path]:
        """Give where a picture lies or is to lie, which is to be changed."""
        path = self._writable_path(key)
        try:
            yield path
        except (FileExistsError, IsADirectoryError):
            if path.is_dir():
                raise InvalidKeyError("there is a folder of that name") from None
            raise KeyTakenError(key) from None
        except OSError as error:
            if error.errno in _FORBIDDEN:
                raise ReadOnlyLibraryError from None
            raise

    def _writable_path(self, key: str) -> Path:
        self._require_mounted()
        if self.read_only:
            raise ReadOnlyLibraryError
        path = self.path(key)
        if any(parent.exists() and not parent.is_dir() for parent in path.parents):
            raise InvalidKeyError("a part of it is a picture, and no folder")
        return path


def _entry_from(key: str, status: os.stat_result) -> Entry:
    """A file may be from the year 30000, as far as some file systems care: it counts as from the last that is known."""
    return Entry(key, status.st_size, max(-LATEST_NS, min(status.st_mtime_ns, LATEST_NS)))


def _status_in(folder: Path, name: str) -> os.stat_result | None:
    try:
        return (folder / name).lstat()
    except OSError:
        return None


def _names_in(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as found:  # a Path for each of many would cost more than to find them
            return [entry.name for entry in found]
    except OSError:
        return []


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
