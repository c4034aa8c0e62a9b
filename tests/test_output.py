"""What a command writes is there whole or not at all, and where it cannot be is known beforehand."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from model.output import make_way, writing

NOBODY = 65534


def test_the_folder_of_an_output_is_made(tmp_path: Path) -> None:
    make_way(tmp_path / "some" / "where" / "out.npz")
    assert (tmp_path / "some" / "where").is_dir()


def test_a_folder_in_the_place_of_an_output_is_named(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError) as caught:
        make_way(tmp_path)
    assert caught.value.filename == str(tmp_path)


@pytest.fixture
def no_root() -> Iterator[None]:
    """Be nobody for a while, where one is root: root may write anywhere."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(NOBODY)
    yield
    if is_root:
        os.seteuid(0)


@pytest.mark.usefixtures("no_root")
def test_a_folder_that_takes_no_files_is_told_by_the_name_of_the_output() -> None:
    with pytest.raises(PermissionError) as caught:
        make_way(Path("/out.npz"))
    assert caught.value.filename == "/out.npz"


def test_what_is_written_takes_the_place_of_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "out.txt").write_text("old")
    (tmp_path / "out.txt").chmod(0o600)
    with writing(tmp_path / "out.txt") as part:
        part.write_text("new")
        assert part.suffix == ".txt"
        assert (tmp_path / "out.txt").read_text() == "old"
    assert (tmp_path / "out.txt").stat().st_mode & 0o777 == 0o600
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("out.txt", "new")]


def test_what_is_not_to_be_replaced_stays_also_where_it_comes_meanwhile(tmp_path: Path) -> None:
    (tmp_path / "out.txt").write_text("old")
    with pytest.raises(FileExistsError, match=re.escape(str(tmp_path / "out.txt"))):
        writing(tmp_path / "out.txt", replace=False).__enter__()
    late = writing(tmp_path / "new.txt", replace=False)
    late.__enter__().write_text("mine")
    (tmp_path / "new.txt").write_text("theirs")
    with pytest.raises(FileExistsError):
        late.__exit__(None, None, None)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"out.txt": "old", "new.txt": "theirs"}


def write_half(path: Path) -> None:
    with writing(path) as part:
        part.write_text("half of")
        raise KeyboardInterrupt


def test_an_interrupted_write_leaves_what_was_there_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "out.txt").write_text("old")
    for name in ("out.txt", "fresh.txt"):
        with pytest.raises(KeyboardInterrupt):
            write_half(tmp_path / name)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("out.txt", "old")]


def test_a_link_stays_one_and_what_it_leads_to_is_written(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "link.txt").symlink_to(tmp_path / "there" / "out.txt")
    make_way(tmp_path / "link.txt")
    with writing(tmp_path / "link.txt") as part:
        part.write_text("new")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "there" / "out.txt").read_text() == "new"


def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDWR)
    make_way(tmp_path / "pipe")
    with writing(tmp_path / "pipe") as part:
        part.write_text("new")
    assert (tmp_path / "pipe").is_fifo()
    assert os.read(reader, 10) == b"new"
    os.close(reader)
