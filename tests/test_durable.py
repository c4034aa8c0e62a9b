from pathlib import Path

import pytest

from indexer.durable import make_folder, move_file, write_file


def test_a_written_file_is_there_with_its_folders(tmp_path: Path) -> None:
    write_file(tmp_path / "a/b/c", b"bytes", replace=False)
    assert (tmp_path / "a/b/c").read_bytes() == b"bytes"
    assert [path.name for path in (tmp_path / "a/b").iterdir()] == ["c"]


def test_a_file_is_replaced_only_when_that_is_meant(tmp_path: Path) -> None:
    write_file(tmp_path / "a", b"old", replace=False)
    with pytest.raises(FileExistsError):
        write_file(tmp_path / "a", b"new", replace=False)
    assert (tmp_path / "a").read_bytes() == b"old"
    (tmp_path / "a").chmod(0o600)
    write_file(tmp_path / "a", b"new", replace=True)
    assert ((tmp_path / "a").read_bytes(), (tmp_path / "a").stat().st_mode & 0o777) == (b"new", 0o600)
    assert len(list(tmp_path.iterdir())) == 1


def test_a_moved_file_is_in_one_place(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"bytes")
    move_file(tmp_path / "a", tmp_path / "folder/b")
    assert (tmp_path / "folder/b").read_bytes() == b"bytes"
    assert not (tmp_path / "a").exists()


def test_moving_never_overwrites(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a")
    (tmp_path / "b").write_bytes(b"b")
    with pytest.raises(FileExistsError):
        move_file(tmp_path / "a", tmp_path / "b")
    assert ((tmp_path / "a").read_bytes(), (tmp_path / "b").read_bytes()) == (b"a", b"b")


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="no second file system at /dev/shm to move to")
def test_a_file_can_be_moved_to_another_disk(tmp_path: Path) -> None:
    source, folder = tmp_path / "a", Path("/dev/shm") / f"lookalike-{tmp_path.name}"
    source.write_bytes(b"bytes")
    try:
        source.chmod(0o640)
        before = source.stat()
        move_file(source, folder / "b")
        after = (folder / "b").stat()
        assert (folder / "b").read_bytes() == b"bytes"
        assert (after.st_mode, after.st_mtime_ns) == (before.st_mode, before.st_mtime_ns)
        assert not source.exists()
        assert [path.name for path in folder.iterdir()] == ["b"]
    finally:
        (folder / "b").unlink(missing_ok=True)
        folder.rmdir()


def test_making_a_folder_again_is_no_error(tmp_path: Path) -> None:
    make_folder(tmp_path / "a/b")
    make_folder(tmp_path / "a/b")
    assert (tmp_path / "a/b").is_dir()
