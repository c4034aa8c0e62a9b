"""Files that survive a crash: written aside, synced, and only then given their name."""

import os
import secrets
from pathlib import Path

# Hidden, so that a scan of the library passes over what a crash may leave.
TEMPORARY_PREFIX = ".lookalike-"


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folder(folder: Path) -> None:
    """Make a folder and its parents, durably."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def write_file(path: Path, data: bytes, replace: bool) -> None:
    """Write a whole file or nothing, durably, making its folder where needed.

    Raises `FileExistsError` if there is one already and `replace` is false.
    """
    make_folder(path.parent)
    temporary = path.parent / f"{TEMPORARY_PREFIX}{secrets.token_hex(8)}"
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        _give_name(temporary, path, replace)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


def move_file(source: Path, target: Path) -> None:
    """Move a file, durably, also from one disk to another; an existing target raises `FileExistsError`."""
    try:
        make_folder(target.parent)
        _give_name(source, target, replace=False)
        source.unlink(missing_ok=True)
    except OSError as error:
        if isinstance(error, FileExistsError | FileNotFoundError):
            raise
        write_file(target, source.read_bytes(), replace=False)
        source.unlink()
    sync_folder(target.parent)
    sync_folder(source.parent)


def _give_name(source: Path, target: Path, replace: bool) -> None:
    if replace:
        source.replace(target)
        return
    try:
        os.link(source, target)  # the one call that never overwrites
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if target.exists():
            raise FileExistsError(target) from None
        source.rename(target)
