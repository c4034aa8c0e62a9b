"""Free disk space, looked at before anything is written: a full disk kills Qdrant Edge with SIGBUS."""

import errno
import shutil
from pathlib import Path

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # a disk, somebody's part of it, a file


class NoRoomError(Exception):
    def __init__(self, folder: Path, free_bytes: int, needed_bytes: int) -> None:
        super().__init__(
            f"only {free_bytes >> 20} MiB are free on the disk of {folder}, {needed_bytes >> 20} MiB are needed"
        )
        self.free_bytes, self.needed_bytes = free_bytes, needed_bytes


def free_bytes(folder: Path) -> int:
    """Return how much room is left on the disk that `folder` lies on. Raises `OSError`."""
    return shutil.disk_usage(folder).free


def require_room(folder: Path, needed_bytes: int) -> None:
    """Raise `NoRoomError` if the disk that `folder` lies on has fewer free bytes than that."""
    free = free_bytes(folder)
    if free < needed_bytes:
        raise NoRoomError(folder, free, needed_bytes)


def became_full(error: Exception) -> bool:
    """Return whether an error is that of a disk which had room before, and none for all that was written."""
    return isinstance(error, OSError) and error.errno in _FULL
