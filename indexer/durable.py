"""Files that survive a crash: written aside, synced, and only then given their name."""

import errno
import os
import secrets
import time
from contextlib import suppress
from pathlib import Path

from model.output import give_name, give_rights, sync_folder

# Hidden, so that a scan of the library passes over what a crash may leave.
TEMPORARY_PREFIX = ".lookalike-"


def make_folder(folder: Path) -> None:
    """Make a folder and its parents, durably."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def write_file(path: Path, data: bytes, replace: bool, like: os.stat_result | None = None) -> os.stat_result:
    """Write a whole file or nothing, durably, making its folder where needed; return its status.

    It gets the time and the rights of a file that it is to be `like`, or of now and of one that it replaces. Raises
    `FileExistsError` if there is one already and `replace` is false.
    """
    make_folder(path.parent)
    temporary, changed_ns = _name_aside(path), like.st_mtime_ns if like else time.time_ns()
    rights = like or (path.stat() if replace and path.exists() else None)
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            # Left to itself the time is that of the last tick, and two files of one tick could not be told apart.
            os.utime(file.fileno(), ns=(changed_ns, changed_ns))
            if rights:
                give_rights(file.fileno(), rights)
            os.fsync(file.fileno())
            status = os.fstat(file.fileno())
        give_name(temporary, path, replace)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)
    return status


def take_file(source: Path, target: Path) -> None:
    """Move a file to a name that nobody else uses, durably, also from one disk to another.

    Of several processes that take a file one gets it, and the others `FileNotFoundError`. A file that replaces it
    meanwhile is taken or left, as a whole.
    """
    make_folder(target.parent)
    try:
        source.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        while not _take_to_other_disk(source, target):
            pass
    sync_folder(target.parent)
    sync_folder(source.parent)


def _take_to_other_disk(source: Path, target: Path) -> bool:
    """Copy a file and take it away; return whether what was taken is what was copied. Until then nothing is lost."""
    aside = _name_aside(source)
    with source.open("rb") as file:
        status = os.fstat(file.fileno())
        write_file(target, file.read(), replace=True, like=status)
        try:
            source.rename(aside)
        except FileNotFoundError:
            target.unlink()
            raise
        taken = os.path.samestat(status, aside.stat())  # while it is open nobody else can have its number
    if not taken:
        with suppress(FileExistsError):  # or a newer one has come, which would have replaced this one
            give_name(aside, source, replace=False)
    aside.unlink(missing_ok=True)
    return taken


def move_file(source: Path, target: Path) -> os.stat_result:
    """Move a file, durably, also from one disk to another, and return its status.

    A link is moved as it is; its status is that of the file that it then leads to. An existing target raises
    `FileExistsError`.
    """
    status = None if source.is_symlink() else source.stat()
    try:
        make_folder(target.parent)
        give_name(source, target, replace=False)
    except OSError as error:
        if isinstance(error, FileExistsError | FileNotFoundError):
            raise
        write_file(target, source.read_bytes(), replace=False, like=source.stat())
    source.unlink(missing_ok=True)
    sync_folder(target.parent)
    sync_folder(source.parent)
    return status or target.stat()


def _name_aside(path: Path) -> Path:
    return path.parent / f"{TEMPORARY_PREFIX}{secrets.token_hex(8)}"
