"""What a request says that its operation does not take is never passed over: it was meant, and would not be done."""

import gzip
import io
import json

import pytest
from flask.testing import FlaskClient

from indexer.record import id_of
from tests.conftest import House
from tests.pictures import RED, draw

PICTURE = f"/v1/images/{id_of('a.png')}"


@pytest.fixture(autouse=True)
def one_picture(client: FlaskClient) -> None:
    client.post("/v1/images?wait=5", data={"image": (io.BytesIO(draw(RED)), "a.png")})


@pytest.mark.parametrize("address", ["/v1/status", "/v1/session", PICTURE])
def test_what_an_address_says_where_nothing_is_taken_is_refused_by_name(client: FlaskClient, address: str) -> None:
    answer = client.get(f"{address}?fresh=true")
    assert (answer.status_code, answer.json["errors"]) == (400, ["there is no field fresh"])


@pytest.mark.parametrize("address", ["/health/live", "/health/ready", "/metrics", "/openapi.json", "/docs", "/"])
def test_what_monitors_and_browsers_add_to_an_address_is_passed_over(client: FlaskClient, address: str) -> None:
    assert client.get(f"{address}?fresh=true").status_code == 200


def test_to_destroy_is_not_taken_for_to_trash_where_it_is_said_in_the_body(client: FlaskClient, house: House) -> None:
    answer = client.delete(PICTURE, json={"purge": True})
    assert (answer.status_code, answer.json["code"]) == (400, "invalid_request")
    assert "no body is taken here" in answer.json["detail"]
    assert (house.root / "a.png").exists()
    assert client.delete(PICTURE, data=b"", content_type="application/json").status_code == 204


def test_a_compressed_body_is_refused_as_what_it_is(client: FlaskClient) -> None:
    body = gzip.compress(json.dumps({"label": "cars"}).encode())
    answer = client.patch(PICTURE, data=body, content_type="application/json", headers={"Content-Encoding": "gzip"})
    assert (answer.status_code, answer.json["code"]) == (415, "unsupported_media_type")
    assert answer.json["detail"] == "a body is taken as it is, and not in gzip"
    plain = client.patch(PICTURE, json={"label": "cars"}, headers={"Content-Encoding": "identity"})
    assert plain.json["label"] == "cars"


def test_what_was_to_be_changed_with_care_is_not_changed_without(client: FlaskClient, house: House) -> None:
    etag = client.get(f"{PICTURE}/file").headers["ETag"]
    for careful in ({"If-Match": '"other bytes"'}, {"If-Match": etag}):
        assert client.patch(PICTURE, json={"label": "cars"}, headers=careful).json["code"] == "precondition_failed"
        assert client.delete(PICTURE, headers=careful).json["code"] == "precondition_failed"
    assert client.get(PICTURE).json["label"] is None
    assert client.patch(PICTURE, json={"label": "cars"}, headers={"If-Match": "*"}).json["label"] == "cars"
    assert (house.root / "a.png").exists()


@pytest.mark.parametrize("address", ["/v1//images", f"{PICTURE}//file", "/v1/images/%2Ffile"])
def test_two_slashes_are_not_taken_for_one(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer.json["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("address", "says"),
    [
        (
            f"/v1/images?cursor={'x' * 16_001}",
            "cursor should be a text of at most 16000 letters, not a text of 16001 letters",
        ),
        (f"{PICTURE}/file?v={'x' * 65}", "v should be a text of at most 64 letters, not a text of 65 letters"),
        (f"{PICTURE}/similar?box=0,1", "box should be a list of 4 numbers, not [0, 1]"),
    ],
)
def test_a_limit_is_said_in_what_it_counts(client: FlaskClient, address: str, says: str) -> None:
    assert client.get(address).json["detail"] == says


def test_a_body_that_is_too_large_is_told_how_large_it_may_be(client: FlaskClient) -> None:
    for content_type, limit in (("application/json", "1,048,576"), ("multipart/form-data; boundary=x", "33,554,432")):
        answer = client.post("/v1/search", data=bytes(34_000_000), content_type=content_type)
        assert (answer.status_code, answer.json["detail"]) == (413, f"at most {limit} bytes are taken here")
