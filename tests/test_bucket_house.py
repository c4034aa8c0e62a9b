"""A whole house whose library is a bucket: it is assembled, synced, indexed, served, added to and removed from."""

import io
import logging
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from aiohttp import ClientPayloadError
from flask.testing import FlaskClient

from indexer.assembly import open_parts
from indexer.bucket_trash import BucketTrash
from indexer.keeper import NewPicture, UnknownPictureError
from indexer.library import KeyTakenError, LibraryError, LibraryUnavailableError, ReadOnlyLibraryError
from indexer.record import id_of
from indexer.settings import Settings
from indexer.worker import BATCH, MAX_ATTEMPTS, Worker, WorkerSettings
from service.channel import Patience
from tests.buckets import OwnBucket
from tests.conftest import House, make_client
from tests.fakes import ColourEncoder
from tests.pictures import BLUE, GREEN, RED, draw
from tests.running import RunningService, free_port
from tests.test_channel import dial, read_all, serving
from tests.test_trash import RECORD, remove_and_bring_back

MANY = 400_000  # bytes: more than one piece of an answer, and few enough for a form that stays in memory
ID = id_of("cars/a.png")


def new(key: str, data: bytes) -> NewPicture:
    return NewPicture(key, data, 64, 48, "PNG", tags=("old",))


def settings_of(bucket: OwnBucket, folder: Path) -> Settings:
    place = f"s3://{bucket.name}/pictures"
    return Settings(library=place, s3_endpoint=bucket.endpoint, data=folder, min_free_mb=0, fetch_urls=False)


@pytest.fixture
def house(own_bucket: OwnBucket, tmp_path: Path) -> Iterator[House]:
    parts = open_parts(settings_of(own_bucket, tmp_path))
    with Worker(parts.library, parts.catalogue, ColourEncoder(), WorkerSettings(2, 50_000_000)) as worker:
        library, nowhere = cast(Any, parts.library), tmp_path / "nowhere"
        yield House(nowhere, tmp_path, library, parts.catalogue, parts.keeper, parts.synchroniser, worker)
    parts.catalogue.close()


@pytest.fixture
def client(house: House, own_bucket: OwnBucket) -> FlaskClient:
    return make_client(house, settings_of(own_bucket, house.data))


def state(house: House, key: str = "cars/a.png") -> str | None:
    record = house.catalogue.get([id_of(key)]).get(id_of(key))
    return record.state if record else None


def test_what_lies_in_the_bucket_is_found_indexed_changed_and_forgotten(house: House, own_bucket: OwnBucket) -> None:
    for name, data in (("cars/a.png", draw(RED)), ("photo", draw(BLUE)), ("notes", b"no picture"), ("b.jpg", b"torn")):
        own_bucket.put(f"pictures/{name}", data)
    assert str(house.synchroniser.sync()) == "3 new, 0 changed, 0 vanished, 0 unchanged, 1 not pictures"
    house.index_all()
    assert [state(house, key) for key in ("cars/a.png", "photo", "b.jpg")] == ["indexed", "indexed", "failed"]
    assert house.synchroniser.sync().unchanged == 3

    own_bucket.put("pictures/cars/a.png", draw(BLUE))
    own_bucket.s3.delete_object(Bucket=own_bucket.name, Key="pictures/photo")
    told: list[tuple[str, str]] = []
    house.synchroniser.preview(lambda kind, key: told.append((kind, key)))
    assert sorted(told) == [("changed", "cars/a.png"), ("vanished", "photo")]
    assert str(house.synchroniser.sync()) == "0 new, 1 changed, 1 vanished, 1 unchanged, 1 not pictures"
    assert house.known_keys() == {"cars/a.png", "b.jpg"}


def test_a_picture_is_added_replaced_removed_and_restored(house: House, own_bucket: OwnBucket) -> None:
    assert house.keeper.add(new("cars/a.png", draw(RED)))[1] == "added"
    assert house.keeper.add(new("cars/a.png", draw(RED)))[1] == "unchanged"
    with pytest.raises(KeyTakenError):
        house.keeper.add(new("cars/a.png", draw(BLUE)))
    assert house.keeper.add(new("cars/a.png", draw(BLUE)), replace=True)[1] == "replaced"
    house.keeper.remove(ID)
    assert (state(house), list(house.library.walk())) == (None, [])

    restored = house.keeper.restore(ID)
    assert (restored.tags, restored.label, own_bucket.get("pictures/cars/a.png")) == (("old",), "cars", draw(BLUE))
    assert own_bucket.names() == ["pictures/cars/a.png"]
    house.index_all()
    assert state(house) == "indexed"


def test_a_removal_that_others_take_back_just_now_is_passed_over(house: House, own_bucket: OwnBucket) -> None:
    own_bucket.put(f"pictures/.lookalike/trash/{ID}/2/picture", draw(BLUE))  # its record has gone already
    with pytest.raises(UnknownPictureError):
        house.keeper.restore(ID)
    house.keeper.add(new("cars/a.png", draw(RED)))
    house.keeper.remove(ID)
    assert house.keeper.restore(ID).tags == ("old",)


def test_what_was_removed_last_comes_back_first_though_the_clocks_of_who_removes_differ(own_bucket: OwnBucket) -> None:
    times_ns = iter([2_000, 1_000, 500, 4_000])
    library = own_bucket.library()
    trash = BucketTrash(library, lambda: next(times_ns))
    own_bucket.put(f"pictures/.lookalike/trash/{RECORD.id}/", b"")  # as the pages of many a server make a folder
    assert remove_and_bring_back(trash, library) == [b"4th", b"3rd", b"2nd", b"1st"]


def test_the_trash_never_overwrites_a_picture_and_can_be_emptied(house: House, own_bucket: OwnBucket) -> None:
    for colour in (RED, BLUE):
        house.keeper.add(new("cars/a.png", draw(colour)))
        house.keeper.remove(ID)
    house.keeper.add(new("cars/a.png", draw(RED)))
    with pytest.raises(KeyTakenError):
        house.keeper.restore(ID)
    assert sum(name.endswith("/picture") for name in own_bucket.names()) == 2
    house.keeper.remove(ID, purge=True)
    assert own_bucket.names() == []
    with pytest.raises(UnknownPictureError):
        house.keeper.restore(ID)


def test_files_thumbnails_and_parts_come_from_the_bucket(client: FlaskClient, own_bucket: OwnBucket) -> None:
    added = client.post("/v1/images?wait=5", data={"image": (io.BytesIO(draw(RED)), "a.png"), "key": "cars/a.png"})
    assert (added.status_code, own_bucket.get("pictures/cars/a.png")) == (201, draw(RED))
    whole = client.get(added.json["file"])
    assert (whole.data, whole.mimetype, whole.content_length) == (draw(RED), "image/png", len(draw(RED)))
    assert client.get(added.json["file"], headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304
    part = client.get(added.json["file"], headers={"Range": "bytes=5-9"})
    assert (part.status_code, part.data) == (206, draw(RED)[5:10])
    assert client.head(added.json["file"]).content_length == len(draw(RED))
    assert client.get(added.json["thumbnail"]).mimetype == "image/jpeg"
    assert client.post("/v1/search", json={"id": ID, "box": [0, 0, 0.5, 1]}).status_code == 200
    own_bucket.s3.delete_object(Bucket=own_bucket.name, Key="pictures/cars/a.png")
    for what in ("file", "thumbnail"):
        assert client.get(f"/v1/images/{ID}/{what}").json["code"] == "file_gone"


class Away:
    """s3fs without a server."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        def fail(*_: object, **__: object) -> None:
            raise ConnectionRefusedError(name)

        return fail


def test_a_bucket_that_is_away_is_a_503_and_searching_goes_on(client: FlaskClient, house: House) -> None:
    client.post("/v1/images?wait=5", data={"image": (io.BytesIO(draw(RED)), "a.png"), "key": "cars/a.png"})
    cast(Any, house.library).objects._s3 = Away()
    asked = [
        client.get(f"/v1/images/{ID}/file"),
        client.get(f"/v1/images/{ID}/thumbnail"),
        client.delete(f"/v1/images/{ID}"),
        client.post("/v1/images", data={"image": (io.BytesIO(draw(BLUE)), "b.png")}),
        client.post("/v1/search", json={"id": ID, "box": [0, 0, 0.5, 1]}),
    ]
    assert [(answer.status_code, answer.json["code"]) for answer in asked] == [(503, "library_unavailable")] * 5
    assert all(int(answer.headers["Retry-After"]) for answer in asked)
    assert client.post("/v1/search", data={"image": (io.BytesIO(draw(RED)), "q.png")}).json["hits"][0]["id"] == ID
    assert client.get("/health/ready").status_code == 200


class Torn:
    """s3fs whose connections break when so many bytes of an object have come."""

    def __init__(self, s3: Any, after_bytes: int) -> None:
        self._s3, self._after_bytes = s3, after_bytes

    def __getattr__(self, name: str) -> Any:
        return getattr(self._s3, name)

    def open(self, *arguments: Any, **named: Any) -> Any:
        file = self._s3.open(*arguments, **named)
        read = file.read

        def read_or_break(size: int) -> bytes:
            if file.tell() >= self._after_bytes:
                raise ClientPayloadError("the connection was cut")
            return bytes(read(size))

        file.read = read_or_break
        return file


@pytest.fixture
def picture(client: FlaskClient) -> str:
    """The address of a picture that is sent in many pieces."""
    form = {"image": (io.BytesIO(draw(RED) + bytes(MANY)), "a.png")}
    return str(client.post("/v1/images?wait=5", data=form).json["file"])


def test_a_bucket_that_is_cut_before_the_first_bytes_is_a_503(client: FlaskClient, house: House, picture: str) -> None:
    objects = cast(Any, house.library).objects
    objects._s3 = Torn(objects._s3, after_bytes=0)
    for headers in ({}, {"Range": "bytes=5-9"}):
        refused = client.get(picture, headers=headers)
        assert (refused.status_code, refused.json["code"]) == (503, "library_unavailable")
    assert client.head(picture).status_code == 200


def test_an_answer_whose_bucket_is_cut_in_the_middle_ends_there_and_so_does_its_connection(
    client: FlaskClient, house: House, picture: str, caplog: pytest.LogCaptureFixture
) -> None:
    objects = cast(Any, house.library).objects
    objects._s3 = Torn(objects._s3, after_bytes=MANY // 2)
    whole = len(draw(RED)) + MANY
    with serving(client.application, Patience()) as port, closing(dial(port)) as connection:
        connection.sendall(f"GET {picture} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        head, _, body = read_all(connection).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    assert f"Content-Length: {whole}".encode() in head
    assert MANY // 2 <= len(body) < whole
    told = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert [record.getMessage() for record in told] == [
        "an answer ends in the middle: the bucket does not answer: the connection was cut"
    ]
    assert not told[0].exc_info


def test_pictures_that_cannot_be_had_for_a_while_stay_pending_and_unblamed(house: House, own_bucket: OwnBucket) -> None:
    for number in range(BATCH + 1):
        own_bucket.put(f"pictures/{number}.png", draw(RED))
    house.synchroniser.sync()
    objects = cast(Any, house.library).objects
    there, objects._s3 = objects._s3, Away()
    for _ in range(MAX_ATTEMPTS + 1):
        with pytest.raises(LibraryUnavailableError):
            house.index_all()
    assert {record.attempts for page in house.catalogue.scan() for record in page} == {0}
    objects._s3 = there
    house.index_all()
    assert house.catalogue.counts() == {"pending": 0, "indexed": BATCH + 1, "failed": 0}


def test_the_service_runs_on_a_bucket(own_bucket: OwnBucket, tmp_path: Path) -> None:
    own_bucket.put("cars/a.png", draw(RED, (90, 60)))
    place = f"s3://{own_bucket.name}"
    with RunningService(place, tmp_path, "--s3-endpoint", own_bucket.endpoint, "--sync-every-s", "1") as service:
        service.wait_until_indexed(1)
        own_bucket.put("b.png", draw(BLUE, (90, 60)))
        service.wait_until_indexed(2)
        assert service.session.get(f"{service.address}/v1/images/{id_of('b.png')}/file").content == draw(BLUE, (90, 60))


def test_a_bucket_that_is_away_at_the_start_is_waited_for(own_bucket: OwnBucket, tmp_path: Path) -> None:
    """What is in the catalogue can be searched: a process that is replaced meanwhile must not end the others."""
    settings = settings_of(own_bucket, tmp_path)
    parts = open_parts(replace(settings, s3_endpoint=f"http://127.0.0.1:{free_port()}"))
    try:
        assert parts.catalogue.counts() == {"pending": 0, "indexed": 0, "failed": 0}
        with pytest.raises(LibraryUnavailableError, match="the bucket does not answer"):
            parts.synchroniser.sync()
    finally:
        parts.catalogue.close()


def test_a_bucket_that_is_none_at_the_start_is_one_clear_line(own_bucket: OwnBucket, tmp_path: Path) -> None:
    settings = settings_of(own_bucket, tmp_path)
    with pytest.raises(LibraryError, match="there is no such bucket"):
        open_parts(replace(settings, library="s3://another-bucket"))


class Locked:
    """s3fs where everything is listed and some objects are denied, as those are whose key may not be used."""

    def __init__(self, s3: Any, *names: str) -> None:
        self._s3, self._names = s3, names

    def __getattr__(self, name: str) -> Any:
        return getattr(self._s3, name)

    def call_s3(self, method: str, **arguments: Any) -> Any:
        if arguments.get("Key") in self._names:
            raise PermissionError("Access Denied")
        return self._s3.call_s3(method, **arguments)

    def open(self, path: str, *arguments: Any, **named: Any) -> Any:
        if path.endswith(self._names):
            raise PermissionError("Access Denied")
        return self._s3.open(path, *arguments, **named)


def test_a_picture_that_is_denied_is_not_forgotten_and_a_new_one_fails_with_a_reason(
    house: House, own_bucket: OwnBucket
) -> None:
    own_bucket.put("pictures/a.png", draw(RED))
    own_bucket.put("pictures/b.png", draw(BLUE))
    house.synchroniser.sync()
    house.index_all()
    house.keeper.edit(id_of("a.png"), tags=["mine"])
    objects = cast(Any, house.library).objects
    objects._s3 = Locked(objects._s3, "pictures/a.png", "pictures/c.png")
    own_bucket.put("pictures/a.png", draw(GREEN))
    own_bucket.put("pictures/c.png", draw(GREEN))
    house.synchroniser.sync()
    house.index_all()
    known = {record.key: record for page in house.catalogue.scan() for record in page}
    assert {key: record.state for key, record in known.items()} == {
        "a.png": "indexed",
        "b.png": "indexed",
        "c.png": "failed",
    }
    assert known["a.png"].tags == ("mine",)
    assert "the bucket denies it" in str(known["c.png"].error)
    for purge in (False, True):
        with pytest.raises(ReadOnlyLibraryError):
            house.keeper.remove(id_of("a.png"), purge)
