"""What every library does, in a folder and in a bucket; and what is peculiar to a folder."""

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from indexer.folder import Folder
from indexer.library import (
    HEAD_BYTES,
    InvalidKeyError,
    KeyTakenError,
    Library,
    LibraryError,
    LibraryUnavailableError,
    ReadOnlyLibraryError,
)
from indexer.room import NoRoomError
from model.naming import Ignored
from tests.buckets import OwnBucket

NOBODY = 65534


@pytest.fixture
def library(tmp_path: Path) -> Folder:
    root = tmp_path / "library"
    root.mkdir()
    return Folder(root)


@pytest.fixture(params=["library", "bucket"])
def any_library(request: pytest.FixtureRequest) -> Library:
    """Each kind of library in turn, empty."""
    found: Library = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def bucket(own_bucket: OwnBucket) -> Library:
    return own_bucket.library()


def keys(library: Library, folder: str = "") -> list[str]:
    return sorted(entry.key for entry in library.walk(folder))


def read(library: Library, key: str) -> bytes:
    with library.reading(key) as (_, source):
        return source if isinstance(source, bytes) else source.read_bytes()


def test_a_library_must_be_a_folder(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="not a folder"):
        Folder(tmp_path / "nothing")


@pytest.mark.parametrize("kind", ["folder", "bucket"])
def test_what_is_ignored_does_not_exist_and_cannot_be_made(kind: str, tmp_path: Path, own_bucket: OwnBucket) -> None:
    ignored = Ignored(("Thumbs", "*-small.jpg", "any"))
    all_of_it: Library = Folder(tmp_path) if kind == "folder" else own_bucket.library()
    library: Library = Folder(tmp_path, ignored=ignored) if kind == "folder" else own_bucket.library(ignored=ignored)
    for key in ("a.jpg", "a-small.jpg", "cars/thumbs/b.jpg", "thumbs.jpg", "thumbs/deep/c.jpg", "cars/b.jpg"):
        all_of_it.write(key, b"1")
    assert keys(library) == ["a.jpg", "cars/b.jpg", "thumbs.jpg"]
    assert keys(library, "cars/") == ["cars/b.jpg"]
    for key in ("a-small.jpg", "thumbs/deep/c.jpg"):
        assert library.entry(key) is None
        assert library.lacks(key)
        for refused in (library.spelt, library.open, library.delete, lambda key: library.write(key, b"2", True)):
            with pytest.raises(InvalidKeyError, match="is ignored in this library"):
                refused(key)
        assert read(all_of_it, key) == b"1"


def test_walking_finds_files_in_all_folders(any_library: Library) -> None:
    any_library.write("a.jpg", b"1")
    any_library.write("cars/old/b.jpg", b"22")
    assert {entry.key: entry.size for entry in any_library.walk()} == {"a.jpg": 1, "cars/old/b.jpg": 2}
    assert keys(any_library, "cars/") == ["cars/old/b.jpg"]
    assert (any_library.has_folder("cars/"), any_library.has_folder("car/")) == (True, False)


def test_what_was_written_is_read_back_in_every_way(any_library: Library) -> None:
    data = bytes(range(256)) * 4
    entry = any_library.write("a.jpg", data)
    assert (entry, any_library.has("a.jpg")) == (any_library.entry("a.jpg"), True)
    assert (read(any_library, "a.jpg"), any_library.head("a.jpg")) == (data, data[:HEAD_BYTES])
    assert any_library.sha256("a.jpg") == hashlib.sha256(data).hexdigest()
    opened, file = any_library.open("a.jpg")
    with file:
        file.seek(1000)
        assert (opened, file.read(10), file.seek(2), file.read(2)) == (entry, data[1000:1010], 2, data[2:4])


def test_an_empty_file_is_a_file(any_library: Library) -> None:
    entry = any_library.write("empty", b"")
    assert (entry.size, any_library.head("empty"), read(any_library, "empty")) == (0, b"", b"")
    assert any_library.sha256("empty") == hashlib.sha256(b"").hexdigest()


def test_a_folder_is_no_file(any_library: Library) -> None:
    any_library.write("cars/a.jpg", b"1")
    assert any_library.entry("cars") is None
    with pytest.raises(FileNotFoundError):
        any_library.open("cars")
    with pytest.raises(OSError, match="cars"), any_library.reading("cars"):
        pass


def test_what_is_not_there_is_not_found(any_library: Library) -> None:
    assert any_library.entry("a.jpg") is None
    for ask in (any_library.open, any_library.head, any_library.sha256):
        with pytest.raises(FileNotFoundError):
            ask("a.jpg")
    with pytest.raises(FileNotFoundError), any_library.reading("a.jpg"):
        pass


def test_a_deleted_picture_is_gone_and_may_be_deleted_again(any_library: Library) -> None:
    any_library.write("a.jpg", b"1")
    any_library.delete("a.jpg")
    any_library.delete("a.jpg")
    assert keys(any_library) == []


def test_sweeping_leaves_the_pictures(any_library: Library) -> None:
    any_library.write("a.jpg", b"1")
    any_library.sweep()
    assert keys(any_library) == ["a.jpg"]


def test_hidden_files_and_what_systems_keep_are_left_alone(library: Folder, caplog: pytest.LogCaptureFixture) -> None:
    (library.root / ".hidden.jpg").write_bytes(b"1")
    for folder in (".folder", "@eaDir", "#recycle", "$Recycle.Bin", "lost+found"):
        (library.root / folder / "deep").mkdir(parents=True)
        (library.root / folder / "deep" / "a.jpg").write_bytes(b"1")
        assert library.entry(f"{folder}/deep/a.jpg") is None
    assert (keys(library), caplog.messages) == ([], [])


def test_links_that_lead_out_of_the_library_are_left_alone(library: Folder, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.jpg").write_bytes(b"1")
    (library.root / "file.jpg").symlink_to(outside / "secret.jpg")
    (library.root / "folder").symlink_to(outside)
    (library.root / "broken.jpg").symlink_to("nowhere")
    assert keys(library) == []
    assert library.entry("file.jpg") is None
    assert library.entry("folder/secret.jpg") is None
    with pytest.raises(InvalidKeyError):
        library.write("folder/new.jpg", b"1")
    assert sorted(path.name for path in outside.iterdir()) == ["secret.jpg"]


@pytest.mark.parametrize(
    "put",
    [
        lambda path: path.mkdir(),
        os.mkfifo,
        lambda path: path.symlink_to("/etc/passwd"),
        lambda path: path.symlink_to("/dev/zero"),
        lambda path: path.symlink_to(path),
    ],
    ids=["folder", "pipe", "link out", "link to a device", "link to itself"],
)
def test_what_has_come_in_the_place_of_a_picture_is_not_read(library: Folder, put: Callable[[Path], None]) -> None:
    library.write("cars/a.jpg", b"1")
    (library.root / "cars/a.jpg").unlink()
    put(library.root / "cars/a.jpg")
    for ask in (library.open, library.head, library.sha256, lambda key: library.reading(key).__enter__()):
        with pytest.raises(FileNotFoundError):
            ask("cars/a.jpg")


def test_a_picture_below_what_has_become_a_file_is_not_found(library: Folder) -> None:
    library.write("cars/a.jpg", b"1")
    (library.root / "cars/a.jpg").unlink()
    (library.root / "cars").rmdir()
    library.write("cars", b"1")
    with pytest.raises(FileNotFoundError):
        library.open("cars/a.jpg")


def test_a_library_whose_folder_became_a_link_elsewhere_has_nothing(library: Folder, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/a.jpg").write_bytes(b"secret")
    library.write("a.jpg", b"picture")
    library.root.rename(tmp_path / "before")
    library.root.symlink_to(tmp_path / "outside")
    assert library.entry("a.jpg") is None
    assert list(library.walk()) == []
    with pytest.raises(FileNotFoundError):
        library.open("a.jpg")


def test_a_library_whose_folder_was_made_anew_has_what_is_in_it_now(library: Folder, tmp_path: Path) -> None:
    library.root.rename(tmp_path / "before")
    library.root.mkdir()
    (library.root / "b.jpg").write_bytes(b"new")
    assert [entry.key for entry in library.walk()] == ["b.jpg"]
    assert library.head("b.jpg") == b"new"


def test_a_link_to_a_file_inside_is_a_picture_and_one_to_a_folder_is_not(library: Folder) -> None:
    library.write("cars/a.jpg", b"1")
    (library.root / "b.jpg").symlink_to("cars/a.jpg")
    (library.root / "again").symlink_to("cars")
    assert keys(library) == ["b.jpg", "cars/a.jpg"]
    assert list(library.walk("again/")) == []


def test_a_folder_that_is_too_deep_to_be_named_is_passed_over(
    library: Folder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    library.write("a.jpg", b"1")
    monkeypatch.chdir(library.root)
    for _ in range(20):
        Path("x" * 250).mkdir()
        monkeypatch.chdir("x" * 250)
    library.sweep()
    assert keys(library) == ["a.jpg"]
    assert len(caplog.messages) == 1


def test_a_file_name_that_is_not_utf8_is_passed_over(library: Folder) -> None:
    os.close(os.open(os.fsencode(library.root) + b"/\xff.jpg", os.O_CREAT))
    library.write("good.jpg", b"1")
    assert keys(library) == ["good.jpg"]


@pytest.mark.parametrize(
    "key",
    ["", "/a.jpg", "a//b.jpg", "a/", "../a.jpg", "a/../../b.jpg", "./a.jpg", ".a.jpg", "a/.b/c.jpg", "a\0.jpg",
     "a/@eaDir/b.jpg", "a\r\n.jpg", "a\x7f.jpg", "\ud800.jpg", "a/" * 512 + "b"],
)  # fmt: skip
def test_a_key_that_no_picture_may_have_is_refused(any_library: Library, key: str) -> None:
    assert any_library.entry(key) is None
    for touch in (any_library.open, any_library.delete, lambda key: any_library.write(key, b"1")):
        with pytest.raises(InvalidKeyError):
            touch(key)
    assert keys(any_library) == []


@pytest.mark.parametrize("key", ["x" * 256, "é" * 128])
def test_a_name_that_no_file_system_takes_is_refused(library: Folder, key: str) -> None:
    with pytest.raises(InvalidKeyError):
        library.write(key, b"1")
    assert not list(library.root.iterdir())


@pytest.mark.parametrize("key", ["a.jpg", "ä ö/ü.jpg", "😀.png", "a\\b.jpg", "x" * 255, "a/b/c/d/e", "\u202egpj.a"])
def test_a_plain_key_is_written_and_read_back(any_library: Library, key: str) -> None:
    entry = any_library.write(key, b"bytes")
    assert any_library.entry(key) == entry
    assert any_library.has(key)
    assert read(any_library, key) == b"bytes"
    assert keys(any_library) == [key]


def test_other_bytes_under_a_key_are_not_overwritten_unless_asked_for(any_library: Library) -> None:
    any_library.write("a.jpg", b"old")
    with pytest.raises(KeyTakenError):
        any_library.write("a.jpg", b"new")
    assert read(any_library, "a.jpg") == b"old"
    any_library.write("a.jpg", b"new", replace=True)
    assert read(any_library, "a.jpg") == b"new"


def test_a_key_cannot_lie_below_a_picture(library: Folder) -> None:
    library.write("a.jpg", b"1")
    with pytest.raises(InvalidKeyError):
        library.write("a.jpg/b.jpg", b"1")


def test_a_read_only_folder_refuses_to_be_written(library: Folder) -> None:
    library.write("a.jpg", b"1")
    library.root.chmod(0o555)
    try:
        assert library.read_only
        with pytest.raises(ReadOnlyLibraryError):
            library.write("b.jpg", b"1")
        with pytest.raises(ReadOnlyLibraryError):
            library.delete("a.jpg")
        assert keys(library) == ["a.jpg"]
    finally:
        library.root.chmod(0o755)


@pytest.fixture
def stranger() -> Iterator[None]:
    """Be a user whom nothing belongs to, for whom rights count."""
    if os.geteuid() != 0:
        pytest.skip("only root can be somebody else for a while")
    os.seteuid(NOBODY)
    yield
    os.seteuid(0)


def let_pass(library: Folder) -> None:
    """Let a stranger come to a library."""
    for folder in library.root.parents:
        if not folder.stat().st_mode & 0o001:
            folder.chmod(0o755)


def test_what_cannot_be_looked_at_is_told_and_not_known_to_be_missing(
    library: Folder, request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
) -> None:
    for key, mode in (("closed/a.jpg", 0o700), ("listed/b.jpg", 0o744), ("open/c.jpg", 0o755)):
        library.write(key, b"1")
        (library.root / key).parent.chmod(mode)
    let_pass(library)
    request.getfixturevalue("stranger")
    assert keys(library) == ["open/c.jpg"]
    assert [library.lacks(key) for key in ("closed/a.jpg", "listed/b.jpg", "open/c.jpg")] == [False] * 3
    assert (library.lacks("open/never.jpg"), library.lacks("never/d.jpg"), library.lacks("open")) == (True,) * 3
    assert [message.replace(str(library.root), "") for message in sorted(caplog.messages)] == [
        "files left out in /listed: 1 (Permission denied)",
        "the folder /closed is left out: Permission denied",
    ]


def test_a_library_that_cannot_be_read_is_not_an_empty_one(library: Folder, request: pytest.FixtureRequest) -> None:
    library.root.chmod(0o700)
    let_pass(library)
    request.getfixturevalue("stranger")
    with pytest.raises(LibraryUnavailableError, match="cannot be read: Permission denied"):
        keys(library)


def test_files_whose_names_cannot_be_keys_are_told(library: Folder, caplog: pytest.LogCaptureFixture) -> None:
    (library.root / "old").mkdir()
    for name in (b"caf\xe9.jpg", b"na\xefve.jpg", b"two\nlines.jpg", b"good.jpg"):
        Path(os.fsdecode(os.fsencode(library.root / "old") + b"/" + name)).write_bytes(b"1")
    assert keys(library) == ["old/good.jpg"]
    assert sorted(caplog.messages) == [
        f"files left out in {library.root}/old: 1 (this key cannot be used: it has a control character)",
        f"files left out in {library.root}/old: 2 (this key cannot be used: it is not valid UTF-8)",
    ]


def test_a_folder_in_it_that_belongs_to_others_is_read_only(library: Folder, request: pytest.FixtureRequest) -> None:
    library.write("cars/a.jpg", b"1")
    library.root.chmod(0o777)
    let_pass(library)
    request.getfixturevalue("stranger")
    for change in (
        lambda: library.write("cars/b.jpg", b"1"),
        lambda: library.write("cars/a.jpg", b"2", replace=True),
        lambda: library.delete("cars/a.jpg"),
        lambda: library.take_out("cars/a.jpg", library.root / "aside"),
    ):
        with pytest.raises(ReadOnlyLibraryError):
            change()
    assert read(library, "cars/a.jpg") == b"1"


def test_a_folder_that_takes_the_place_of_another_is_the_library_as_that_was(library: Folder, tmp_path: Path) -> None:
    library.root.rename(tmp_path / "earlier")
    library.root.mkdir()
    library.write("cars/a.jpg", b"1")
    assert (library.has_folder("cars/"), keys(library, "cars/")) == (True, ["cars/a.jpg"])
    library.root.rename(tmp_path / "elsewhere")
    library.root.symlink_to(tmp_path / "elsewhere")
    assert (library.has_folder("cars/"), library.entry("cars/a.jpg")) == (False, None)


def test_a_library_whose_disk_is_not_mounted_any_more_is_away_until_it_is_again(tmp_path: Path) -> None:
    (root := tmp_path / "disk").mkdir()
    mounted = {root}
    library = Folder(root, is_mount=mounted.__contains__)
    library.write("a.jpg", b"1")
    root.rename(tmp_path / "elsewhere")
    root.mkdir()  # the place that it was mounted at
    mounted.clear()
    for ask in (
        lambda: library.write("b.jpg", b"1"),
        lambda: library.delete("a.jpg"),
        lambda: library.entry("a.jpg"),
        lambda: library.open("a.jpg"),
        lambda: keys(library),
    ):
        with pytest.raises(LibraryUnavailableError, match=f"not mounted any more at {root}"):
            ask()
    assert not library.lacks("a.jpg")
    assert library.has("a.jpg")  # so that it is found all the same
    assert not list(root.iterdir())
    root.rmdir()
    (tmp_path / "elsewhere").rename(root)
    mounted.add(root)
    assert read(library, "a.jpg") == b"1"
    assert library.lacks("b.jpg")
    assert not library.has("b.jpg")


def test_a_full_disk_is_noticed_before_writing(library: Folder) -> None:
    greedy = Folder(library.root, min_free_bytes=1 << 60)
    with pytest.raises(NoRoomError):
        greedy.write("a.jpg", b"1")
    assert keys(library) == []


def test_writing_leaves_no_temporary_files(library: Folder) -> None:
    library.write("a.jpg", b"1")
    with pytest.raises(KeyTakenError):
        library.write("a.jpg", b"2")
    assert [path.name for path in library.root.iterdir()] == ["a.jpg"]


def test_sweeping_removes_what_a_crash_left_and_nothing_that_is_being_written(library: Folder) -> None:
    stale, fresh = library.root / ".lookalike-stale", library.root / ".lookalike-fresh"
    for path in (stale, fresh, library.root / "a.jpg"):
        path.write_bytes(b"1")
    long_ago = time.time() - 7200
    os.utime(stale, (long_ago, long_ago))
    library.sweep()
    assert sorted(path.name for path in library.root.iterdir()) == [".lookalike-fresh", "a.jpg"]
