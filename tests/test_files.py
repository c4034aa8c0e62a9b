"""A picture's bytes and thumbnail over HTTP."""

import io

import pytest
from flask.testing import FlaskClient
from PIL import Image

from tests.conftest import House
from tests.pictures import BLUE, RED, draw


@pytest.fixture
def picture(house: House) -> str:
    """The id of an indexed PNG."""
    picture_id = house.put("cars/a.png", draw(RED, (900, 600)))
    house.synchroniser.sync()
    house.index_all()
    return picture_id


def test_a_file_comes_as_it_is_with_the_type_of_its_content(client: FlaskClient, house: House) -> None:
    picture_id = house.put("lies.html", draw(RED, kind="JPEG"))
    house.synchroniser.sync()
    house.index_all()
    answer = client.get(f"/v1/images/{picture_id}/file")
    assert (answer.data, answer.mimetype) == (draw(RED, kind="JPEG"), "image/jpeg")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_an_address_that_names_the_bytes_is_cached_for_ever(client: FlaskClient, picture: str) -> None:
    record = client.get(f"/v1/images/{picture}").json
    versioned, bare = client.get(record["file"]), client.get(f"/v1/images/{picture}/file")
    assert (versioned.cache_control.max_age, versioned.cache_control.immutable) == (31_536_000, True)
    assert bare.cache_control.no_cache
    assert versioned.get_etag() == (record["sha256"], False)


@pytest.mark.parametrize("what", ["file", "thumbnail"])
def test_what_is_known_already_is_not_sent_again(client: FlaskClient, picture: str, what: str) -> None:
    address = f"/v1/images/{picture}/{what}"
    etag = client.get(address).headers["ETag"]
    again = client.get(address, headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("what", ["file", "thumbnail"])
def test_a_part_can_be_asked_for(client: FlaskClient, picture: str, what: str) -> None:
    address = f"/v1/images/{picture}/{what}"
    whole, part = client.get(address), client.get(address, headers={"Range": "bytes=2-5"})
    assert (part.status_code, part.data) == (206, whole.data[2:6])


def test_a_thumbnail_is_small_and_keeps_the_shape(client: FlaskClient, picture: str) -> None:
    answer = client.get(f"/v1/images/{picture}/thumbnail")
    assert Image.open(io.BytesIO(answer.data)).size == (320, 213)
    assert answer.mimetype == "image/jpeg"


def test_a_thumbnail_is_drawn_once(client: FlaskClient, house: House, picture: str) -> None:
    first = client.get(f"/v1/images/{picture}/thumbnail").data
    (kept,) = house.data.rglob("*-320.jpg")
    kept.write_bytes(b"the kept one")
    assert client.get(f"/v1/images/{picture}/thumbnail").data == b"the kept one" != first


def test_new_bytes_have_a_new_etag_before_the_catalogue_knows(client: FlaskClient, house: House, picture: str) -> None:
    before = client.get(f"/v1/images/{picture}/file")
    house.put("cars/a.png", draw(BLUE, (90, 60)))
    after = client.get(f"/v1/images/{picture}/file", headers={"If-None-Match": before.headers["ETag"]})
    assert (after.status_code, after.data) == (200, draw(BLUE, (90, 60)))


@pytest.mark.parametrize("what", ["file", "thumbnail"])
def test_a_file_that_is_gone_is_not_found(client: FlaskClient, house: House, picture: str, what: str) -> None:
    (house.root / "cars/a.png").unlink()
    answer = client.get(f"/v1/images/{picture}/{what}")
    assert (answer.status_code, answer.json["code"]) == (404, "file_gone")


def test_a_pending_picture_can_be_looked_at(client: FlaskClient, house: House) -> None:
    picture_id = house.put("new.png", draw(RED))
    house.synchroniser.sync()
    assert client.get(f"/v1/images/{picture_id}/file").data == draw(RED)
    assert client.get(f"/v1/images/{picture_id}/thumbnail").status_code == 200
