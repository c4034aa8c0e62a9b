"""A picture's bytes and thumbnail over HTTP."""

import io
import os
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from PIL import Image

from indexer.settings import Settings
from tests.conftest import House, make_client
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
    assert not versioned.cache_control.no_cache
    assert bare.cache_control.no_cache
    assert versioned.get_etag() == (record["sha256"], False)


@pytest.mark.parametrize("what", ["file", "thumbnail"])
def test_an_address_that_names_other_bytes_is_asked_for_again(client: FlaskClient, picture: str, what: str) -> None:
    answer = client.get(f"/v1/images/{picture}/{what}?v=0123456789abcdef")
    assert answer.cache_control.no_cache
    assert not answer.cache_control.immutable


def test_bytes_from_a_time_to_come_are_from_today(client: FlaskClient, house: House, picture: str) -> None:
    os.utime(house.root / "cars/a.png", (4e9, 4e9))
    answer = client.get(f"/v1/images/{picture}/file")
    assert answer.last_modified is not None
    assert answer.last_modified <= datetime.now(UTC)


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


@pytest.mark.parametrize("x_accel", [False, True])
def test_a_thumbnail_is_sent_where_it_cannot_be_kept(house: House, picture: str, x_accel: bool) -> None:
    settings = Settings(library=house.root, data=house.data, min_free_mb=1 << 20, x_accel=x_accel)
    client = make_client(house, settings)
    answer = client.get(f"/v1/images/{picture}/thumbnail")
    assert (answer.status_code, Image.open(io.BytesIO(answer.data)).size) == (200, (320, 213))
    assert list(house.data.rglob("*-320.jpg")) == []


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


@pytest.mark.parametrize("target", ["/etc/passwd", "/dev/zero", "a.png", "/nowhere"])
def test_a_picture_whose_place_a_link_has_taken_that_leads_out_is_gone(
    client: FlaskClient, house: House, picture: str, target: str
) -> None:
    (house.root / "cars/a.png").unlink()
    (house.root / "cars/a.png").symlink_to(target)
    for what in ("file", "thumbnail", "similar?box=0,0,1,0.5"):
        answer = client.get(f"/v1/images/{picture}/{what}")
        assert (answer.status_code, answer.json["code"]) == (404, "file_gone")


def test_a_pending_picture_can_be_looked_at(client: FlaskClient, house: House) -> None:
    picture_id = house.put("new.png", draw(RED))
    house.synchroniser.sync()
    assert client.get(f"/v1/images/{picture_id}/file").data == draw(RED)
    assert client.get(f"/v1/images/{picture_id}/thumbnail").status_code == 200


@pytest.mark.parametrize("what", ["file", "thumbnail"])
def test_the_head_says_what_would_come(client: FlaskClient, picture: str, what: str) -> None:
    address = f"/v1/images/{picture}/{what}"
    whole, head = client.get(address), client.head(address)
    assert (head.status_code, head.data) == (200, b"")
    for name in ("Content-Length", "Content-Type", "ETag", "Accept-Ranges", "Cache-Control"):
        assert head.headers[name] == whole.headers[name], name


@pytest.mark.parametrize("what", ["file", "thumbnail"])
def test_every_kind_of_range_is_answered(client: FlaskClient, picture: str, what: str) -> None:
    address = f"/v1/images/{picture}/{what}"
    whole = client.get(address)
    size = len(whole.data)
    for given, start, end in (("bytes=0-0", 0, 1), ("bytes=10-", 10, size), ("bytes=-7", size - 7, size)):
        part = client.get(address, headers={"Range": given})
        assert (part.status_code, part.data) == (206, whole.data[start:end])
        assert part.headers["Content-Range"] == f"bytes {start}-{end - 1}/{size}"
        assert part.headers["ETag"] == whole.headers["ETag"]


@pytest.mark.parametrize("what", ["file", "thumbnail"])
def test_a_range_beyond_the_last_byte_is_refused_with_the_size(client: FlaskClient, picture: str, what: str) -> None:
    address = f"/v1/images/{picture}/{what}"
    size = len(client.get(address).data)
    answer = client.get(address, headers={"Range": f"bytes={size}-"})
    assert (answer.status_code, answer.json["code"]) == (416, "range_not_satisfiable")
    assert answer.headers["Content-Range"] == f"bytes */{size}"


def test_a_range_of_other_bytes_than_the_client_has_brings_the_whole(client: FlaskClient, picture: str) -> None:
    address = f"/v1/images/{picture}/file"
    whole = client.get(address)
    same = client.get(address, headers={"Range": "bytes=0-3", "If-Range": whole.headers["ETag"]})
    other = client.get(address, headers={"Range": "bytes=0-3", "If-Range": '"other"'})
    assert (same.status_code, other.status_code, other.data) == (206, 200, whole.data)


@pytest.mark.parametrize("what", ["file", "thumbnail"])
@pytest.mark.parametrize(
    "asked",
    [
        {"Range": "bytes=-999999999"},
        {"Range": "bytes=0-1,5-6"},
        {"Range": "pages=0-1"},
        {"Range": "bytes=0-1", "If-Range": "W/ETAG"},
        {"If-Match": "*"},
        {"If-Match": '"a", ETAG'},
        {"If-Unmodified-Since": "Thu, 01 Jan 2099 00:00:00 GMT"},
        {"If-None-Match": '"a", "b"'},
    ],
    ids=str,
)
def test_what_asks_for_no_part_brings_the_whole(
    client: FlaskClient, picture: str, what: str, asked: dict[str, str]
) -> None:
    address = f"/v1/images/{picture}/{what}"
    whole = client.get(address)
    headers = {name: value.replace("ETAG", whole.headers["ETag"]) for name, value in asked.items()}
    answer = client.get(address, headers=headers)
    assert (answer.status_code in (200, 206), answer.data) == (True, whole.data)


@pytest.mark.parametrize("asked", ["bytes=5-2", "bytes=-0", "bytes=a-b", "bytes=", "bytes", "bytes=-" + "9" * 5000])
def test_a_range_that_is_none_is_refused(client: FlaskClient, picture: str, asked: str) -> None:
    answer = client.get(f"/v1/images/{picture}/file", headers={"Range": asked})
    assert answer.json["code"] == "range_not_satisfiable"


def test_a_part_of_what_the_client_has_already_is_not_sent(client: FlaskClient, picture: str) -> None:
    address = f"/v1/images/{picture}/file"
    known = {"Range": "bytes=0-1", "If-None-Match": client.get(address).headers["ETag"]}
    assert client.get(address, headers=known).status_code == 304


@pytest.mark.parametrize("what", ["file", "thumbnail"])
def test_the_head_of_a_part_is_that_of_the_whole(client: FlaskClient, picture: str, what: str) -> None:
    address = f"/v1/images/{picture}/{what}"
    head = client.head(address, headers={"Range": "bytes=0-1"})
    assert (head.status_code, head.headers["Content-Length"]) == (200, client.head(address).headers["Content-Length"])


@pytest.mark.parametrize(
    "asked", [{"If-Match": '"x"'}, {"If-Match": "W/ETAG"}, {"If-Match": '"x"', "Range": "bytes=0-1"}], ids=str
)
def test_other_bytes_than_the_client_means_are_not_sent(
    client: FlaskClient, picture: str, asked: dict[str, str]
) -> None:
    address = f"/v1/images/{picture}/file"
    etag = client.get(address).headers["ETag"]
    answer = client.get(address, headers={name: value.replace("ETAG", etag) for name, value in asked.items()})
    assert (answer.status_code, answer.json["code"]) == (412, "precondition_failed")


def test_what_was_changed_since_is_not_sent_to_whom_that_matters(client: FlaskClient, picture: str) -> None:
    then = {"If-Unmodified-Since": "Thu, 01 Jan 1998 00:00:00 GMT"}
    assert client.get(f"/v1/images/{picture}/file", headers=then).json["code"] == "precondition_failed"


def test_what_is_no_parameter_of_a_file_is_refused(client: FlaskClient, picture: str) -> None:
    assert client.get(f"/v1/images/{picture}/file?size=3").json["code"] == "invalid_request"


MARKUP = (
    b"<html><script>alert(document.domain)</script><svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/></html>"
)


@pytest.mark.parametrize("name", ["page.html", "drawing.svg", "x.svg.png", "script.js", "app.xhtml", "a.pdf"])
def test_a_picture_that_is_a_page_as_well_never_runs(client: FlaskClient, house: House, name: str) -> None:
    """A polyglot: a GIF whose comment and tail are markup, under a name that says so."""
    polyglot = draw(RED, kind="GIF", comment=MARKUP) + MARKUP
    added = client.post("/v1/images?wait=5", data={"image": (io.BytesIO(polyglot), name), "key": name})
    for answer in (client.get(added.json["file"]), client.get(added.json["thumbnail"])):
        assert answer.mimetype in ("image/gif", "image/jpeg")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        policy = answer.headers["Content-Security-Policy"]
        assert "sandbox" in policy
        assert "default-src 'none'" in policy
        assert "allow-scripts" not in policy
    assert MARKUP not in client.get(added.json["thumbnail"]).data
    assert house.library.path(name).read_bytes() == polyglot


@pytest.mark.parametrize("name", ["page.jpg", "drawing.png", "script.gif"])
def test_what_is_no_picture_is_sent_as_bytes_that_no_browser_shows(
    client: FlaskClient, house: House, name: str
) -> None:
    picture_id = house.put(name, MARKUP)
    house.synchroniser.sync()
    house.index_all()
    answer = client.get(f"/v1/images/{picture_id}/file")
    assert (answer.status_code, answer.mimetype) == (200, "application/octet-stream")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert client.get(f"/v1/images/{picture_id}/thumbnail").status_code == 415
