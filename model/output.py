"""Files that a command writes: where they may lie is known before the work begins, and they are there whole or not."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
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
def writing(path: Path) -> Iterator[Path]:
    """Give a path to write to. What is written takes the place of `path` in the end, or is gone when that failed.

    Raises OSError.
    """
    if _takes_bytes_alone(path):
        yield path
        return
    target = path.resolve()  # what a link leads to, not the link
    part = target.with_name(f".{os.getpid()}.part{target.suffix}")  # Keras and numpy go by the name's end
    try:
        yield part
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _takes_bytes_alone(path: Path) -> bool:
    """Return whether this is a device or a pipe, in whose place no file can be put."""
    return path.exists() and not path.is_file() and not path.is_dir()
