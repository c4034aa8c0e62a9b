"""Files that a command writes: where they may lie is known before the work begins, and they are there whole or not."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def make_way(path: Path) -> None:
    """Make the folder of a file that is written later, for whoever waited hours would learn then that it cannot be.

    Raises OSError, which names the path, where it is a folder itself or lies where nothing may be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    asked = path if _takes_bytes_alone(path) else path.resolve().parent
    if not os.access(asked, os.W_OK, effective_ids=True):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))


@contextmanager
def writing(path: Path, replace: bool = True) -> Iterator[Path]:
    """Give a path to write to. What is written takes the place of `path` in the end, durably and with owner and
    rights of what it replaces, or is gone when that failed.

    Raises FileExistsError where there is something already and `replace` is false, and OSError.
    """
    if path.exists() and not replace:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    if _takes_bytes_alone(path):
        yield path
        return
    target = path.resolve()  # what a link leads to, not the link
    part = target.with_name(f".{os.getpid()}.part{target.suffix}")  # Keras and numpy go by the name's end
    try:
        yield part
        _sync(part, like=target.stat() if target.exists() else None)
        give_name(part, target, replace)
        sync_folder(target.parent)
    finally:
        part.unlink(missing_ok=True)


def give_name(source: Path, target: Path, replace: bool) -> None:
    """Move a file to another name on the same disk. Raises FileExistsError if it is taken and `replace` is false."""
    if replace:
        source.replace(target)
        return
    try:
        os.link(source, target)  # the one call that never overwrites
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if target.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from None
        source.rename(target)


def give_rights(handle: int, like: os.stat_result) -> None:
    """Give a file the owner and the rights of another, as far as we may and its disk knows such things."""
    with suppress(OSError):
        os.fchown(handle, like.st_uid, like.st_gid)
    with suppress(OSError):
        os.fchmod(handle, stat.S_IMODE(like.st_mode))


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    _sync(folder, os.O_DIRECTORY)


def _sync(path: Path, flags: int = 0, like: os.stat_result | None = None) -> None:
    handle = os.open(path, os.O_RDONLY | flags)
    try:
        if like:
            give_rights(handle, like)
        os.fsync(handle)
    finally:
        os.close(handle)


def _takes_bytes_alone(path: Path) -> bool:
    """Return whether this is a device or a pipe, in whose place no file can be put."""
    return path.exists() and not path.is_file() and not path.is_dir()
