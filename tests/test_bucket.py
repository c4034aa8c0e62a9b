"""What is peculiar to a library in a bucket; what it has in common with a folder is in `test_library`."""

import threading
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from indexer.bucket import Bucket
from indexer.library import (
    IN_MEMORY_BYTES,
    InvalidKeyError,
    KeyTakenError,
    LibraryUnavailableError,
    ReadOnlyLibraryError,
)
from indexer.objects import Objects
from indexer.room import NoRoomError
from tests.buckets import OwnBucket
from tests.running import free_port
from tests.web import Server, answer, saying


@pytest.fixture
def library(own_bucket: OwnBucket) -> Bucket:
    return own_bucket.library()


def keys(library: Bucket, folder: str = "") -> list[str]:
    return sorted(entry.key for entry in library.walk(folder))


def test_keys_are_names_after_the_prefix_and_nothing_else_belongs_to_it(own_bucket: OwnBucket, library: Bucket) -> None:
    library.write("cars/a.jpg", b"1")
    own_bucket.put("elsewhere/b.jpg", b"1")
    own_bucket.put("pictures-too/c.jpg", b"1")
    assert own_bucket.get("pictures/cars/a.jpg") == b"1"
    assert keys(library) == ["cars/a.jpg"]
    assert keys(own_bucket.library("")) == ["elsewhere/b.jpg", "pictures-too/c.jpg", "pictures/cars/a.jpg"]


def test_names_that_no_picture_may_have_are_passed_over(own_bucket: OwnBucket, library: Bucket) -> None:
    for name in ("", "folder/", "a//b.jpg", "/c.jpg", ".hidden/d.jpg", "../f.jpg", "g.jpg?versionId=1"):
        own_bucket.put(f"pictures/{name}", b"1")
    own_bucket.put("pictures/good.jpg", b"1")
    assert keys(library) == ["good.jpg"]


def test_a_key_that_s3fs_would_cut_short_is_refused(own_bucket: OwnBucket, library: Bucket) -> None:
    library.write("a.jpg", b"1")
    for touch in (library.delete, library.open, lambda key: library.write(key, b"2", replace=True)):
        with pytest.raises(InvalidKeyError):
            touch("a.jpg?versionId=1")
    assert own_bucket.get("pictures/a.jpg") == b"1"


@pytest.mark.parametrize(
    "key", ["n" * 1000, "a b+c%20&d=e#f?.jpg", "deep/" * 200 + "a", "*[a]?.jpg", "ä/\u202e/😀.png"]
)
def test_what_a_bucket_may_call_its_objects_works_as_a_key(library: Bucket, key: str) -> None:
    entry = library.write(key, b"bytes")
    assert list(library.walk()) == [entry] == [library.entry(key)]
    with library.reading(key) as (read, source):
        assert (read, source) == (entry, b"bytes")
    library.delete(key)
    assert keys(library) == []


def test_a_key_that_is_too_long_with_the_prefix_is_refused(library: Bucket) -> None:
    with pytest.raises(InvalidKeyError, match="with the prefix"):
        library.write("n" * 1020, b"1")


def test_more_than_a_page_is_listed(own_bucket: OwnBucket, library: Bucket) -> None:
    for number in range(23):
        own_bucket.put(f"pictures/{number:02}.jpg", b"1")
    assert len(list(library.objects.list("pictures/", page=10))) == 23


def test_two_pictures_of_one_size_and_second_are_told_apart(library: Bucket) -> None:
    entries = {library.write("a.jpg", data, replace=True).mtime_ns for data in (b"1", b"2", b"3")}
    assert len(entries) == 3


def test_what_others_write_at_once_is_not_overwritten(own_bucket: OwnBucket, library: Bucket) -> None:
    own_bucket.put("pictures/a.jpg", b"theirs")
    with pytest.raises(KeyTakenError):
        library.write("a.jpg", b"ours")
    assert own_bucket.get("pictures/a.jpg") == b"theirs"


def test_a_large_picture_is_read_from_the_disk_which_must_have_room(
    library: Bucket,
) -> None:
    data = bytes(IN_MEMORY_BYTES) + b"the end"
    library.write("a.jpg", data)
    with library.reading("a.jpg") as (_, source):
        assert isinstance(source, Path)
        assert source.read_bytes() == data
    assert not source.exists()
    greedy = Bucket(library.objects, "pictures/", "", min_free_bytes=1 << 60)
    with pytest.raises(NoRoomError), greedy.reading("a.jpg"):
        pass


class Busy(Objects):
    """A bucket in which somebody replaces a picture while it is being copied, once."""

    owner: OwnBucket | None = None

    def copy(self, source: str, target: str) -> None:
        super().copy(source, target)
        if self.owner:
            self.owner.put(source, b"newer")
            self.owner = None


def test_what_replaces_a_picture_while_it_is_removed_is_what_the_trash_has(own_bucket: OwnBucket) -> None:
    busy = Busy(own_bucket.name, own_bucket.endpoint)
    library = Bucket(busy, "pictures/", "")
    library.write("a.jpg", b"old")
    busy.owner = own_bucket
    library.take_out("a.jpg", "pictures/.trash/a")
    assert own_bucket.names() == ["pictures/.trash/a"]
    assert own_bucket.get("pictures/.trash/a") == b"newer"


class Late(Objects):
    """A bucket in which somebody replaces a picture just before it is deleted, once; `knows` whether it can delete on a
    condition."""

    owner: OwnBucket | None = None
    knows = True

    def _ask(self, method: str, **arguments: Any) -> dict[str, Any]:
        if method == "delete_object" and self.owner:
            self.owner.put(arguments["Key"], b"newer")
            self.owner = None
        if "IfMatch" in arguments and not self.knows:
            refusal = OSError("a header asks for what there is not")
            refusal.__cause__ = ClientError({"Error": {"Code": "NotImplemented"}}, "DeleteObject")
            raise LibraryUnavailableError("the bucket does not answer") from refusal
        return super()._ask(method, **arguments)


@pytest.mark.parametrize(("knows", "kept"), [(True, b"newer"), (False, b"old")])
def test_what_replaces_a_picture_just_before_it_is_deleted_is_kept_where_the_server_looks(
    own_bucket: OwnBucket, knows: bool, kept: bytes
) -> None:
    late = Late(own_bucket.name, own_bucket.endpoint)
    library = Bucket(late, "pictures/", "")
    library.write("a.jpg", b"old")
    late.owner, late.knows = own_bucket, knows
    library.take_out("a.jpg", "pictures/.trash/a")
    assert own_bucket.names() == ["pictures/.trash/a"]
    assert own_bucket.get("pictures/.trash/a") == kept


def test_bytes_that_were_replaced_while_they_were_read_are_not_mixed(library: Bucket) -> None:
    library.write("a.jpg", b"old")
    _, file = library.open("a.jpg")
    library.write("a.jpg", b"new and longer", replace=True)
    with file, pytest.raises(LibraryUnavailableError):
        file.read()


def test_a_bucket_that_is_away_or_is_none_says_so(own_bucket: OwnBucket) -> None:
    with pytest.raises(LibraryUnavailableError, match="does not answer"):
        Objects("bucket", f"http://127.0.0.1:{free_port()}").require_access()
    with pytest.raises(LibraryUnavailableError, match="no such bucket"):
        Objects("another-bucket", own_bucket.endpoint).require_access()


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(answer(b"<html>please log in</html>", content_type="text/html"), id="a page"),
        pytest.param(answer(b"<ListBucketResult/>", content_type="application/xml"), id="a list of no bucket"),
        pytest.param(answer(b"hello", content_type="text/plain"), id="no XML"),
        pytest.param(answer(b"<Error><Code>NoSuchKey</Code></Error>", "404 Not Found"), id="nothing here"),
        pytest.param(answer(b"<Error><Code>PermanentRedirect</Code></Error>", "301 Moved"), id="elsewhere"),
    ],
)
def test_what_answers_in_place_of_a_bucket_is_neither_empty_nor_believed(own_bucket: OwnBucket, said: bytes) -> None:
    with Server(saying(said)) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        objects = Objects(own_bucket.name, f"http://127.0.0.1:{server.port}")
        for ask in (objects.require_access, lambda: list(objects.list(""))):
            with pytest.raises(LibraryUnavailableError):
                ask()
        with pytest.raises((LibraryUnavailableError, FileNotFoundError)):
            objects.describe("a.jpg")
        server.shutdown()


def test_a_bucket_that_vanishes_is_not_taken_for_an_empty_one(own_bucket: OwnBucket, library: Bucket) -> None:
    own_bucket.s3.delete_bucket(Bucket=own_bucket.name)
    with pytest.raises(LibraryUnavailableError):
        list(library.walk())


class Denied:
    """s3fs where everything may be listed and nothing else is allowed; or, for a while, nothing at all."""

    def __init__(self) -> None:
        self.listed = True

    def call_s3(self, method: str, **_: object) -> dict[str, object]:
        if method == "list_objects_v2" and self.listed:
            return {"Name": "bucket"}
        raise PermissionError("Access Denied")

    def pipe_file(self, *_: object, **__: object) -> None:
        raise PermissionError("Access Denied")

    def open(self, *_: object, **__: object) -> None:
        raise PermissionError("Access Denied")


def test_a_bucket_that_may_only_be_read_is_read_only_and_one_object_that_is_denied_is_unreadable(
    library: Bucket,
) -> None:
    library.objects._s3 = Denied()
    with pytest.raises(ReadOnlyLibraryError):
        library.write("a.jpg", b"1")
    with pytest.raises(PermissionError, match="denies"):
        library.open("a.jpg")
    assert library.entry("a.jpg") is None
    assert not library.lacks("a.jpg")


class ListedElsewhere(Denied):
    """s3fs where the bucket may be listed and nothing below the library's prefix."""

    def call_s3(self, method: str, **arguments: object) -> dict[str, object]:
        if "Prefix" in arguments:
            raise PermissionError("Access Denied")
        return super().call_s3(method, **arguments)


def test_a_prefix_that_may_not_be_listed_is_a_library_that_is_away(library: Bucket) -> None:
    library.objects._s3 = ListedElsewhere()
    with pytest.raises(LibraryUnavailableError, match="cannot be listed"):
        list(library.walk())


def test_credentials_that_have_run_out_are_no_picture_s_fault(library: Bucket) -> None:
    library.objects._s3 = denied = Denied()
    denied.listed = False
    for ask in (library.open, library.entry, library.delete):
        with pytest.raises(LibraryUnavailableError, match="cannot be listed"):
            ask("a.jpg")
