"""The trash of a folder: which removal is the last one, and what lies there that is none."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from indexer.folder import Folder
from indexer.library import Library
from indexer.record import Record
from indexer.trash import FolderTrash, Trash

RECORD = Record("a.jpg", 3, 1, datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture
def library(tmp_path: Path) -> Folder:
    (tmp_path / "library").mkdir()
    return Folder(tmp_path / "library")


def remove_and_bring_back(trash: Trash, library: Library) -> list[bytes]:
    """Remove four pictures from under one key; return what they are in the order in which they come back."""
    for data in (b"1st", b"2nd", b"3rd", b"4th"):
        library.write("a.jpg", data)
        trash.put(RECORD)
    found = []
    while trashed := trash.latest(RECORD.id):
        trash.bring_back(trashed)
        trash.drop(trashed)
        found.append(library.head("a.jpg"))
        library.delete("a.jpg")
    return found


def test_what_was_removed_last_comes_back_first_though_the_clock_was_turned_back(
    library: Folder, tmp_path: Path
) -> None:
    times_ns = iter([2_000, 1_000, 500, 4_000])
    trash = FolderTrash(tmp_path / "trash", library, lambda: next(times_ns))
    assert remove_and_bring_back(trash, library) == [b"4th", b"3rd", b"2nd", b"1st"]


def test_what_a_nas_puts_beside_the_removals_is_none_of_them(library: Folder, tmp_path: Path) -> None:
    trash = FolderTrash(tmp_path / "trash", library)
    (tmp_path / "trash" / RECORD.id / "@eaDir").mkdir(parents=True)
    assert trash.latest(RECORD.id) is None
    library.write("a.jpg", b"1st")
    trash.put(RECORD)
    trashed = trash.latest(RECORD.id)
    assert trashed is not None
    assert trashed.record == RECORD
