"""Search over HTTP."""

import io
import json

import pytest
from flask.testing import FlaskClient

from indexer.record import id_of
from tests.conftest import House
from tests.pictures import BLUE, RED, draw

pytestmark = pytest.mark.usefixtures("five_pictures")


def search(client: FlaskClient, picture: bytes, **fields: str) -> list[str]:
    answer = client.post("/v1/search", data={"image": (io.BytesIO(picture), "query.png"), **fields})
    assert answer.status_code == 200, answer.json
    return [hit["key"] for hit in answer.json["hits"]]


def test_an_uploaded_picture_finds_what_looks_like_it_best_first(client: FlaskClient) -> None:
    answer = client.post("/v1/search", data={"image": (io.BytesIO(draw(RED)), "query.png")})
    hits = answer.json["hits"]
    assert [hit["key"] for hit in hits[:3]] == ["warm/red.png", "warm/dark red.png", "red and white.png"]
    assert hits[0]["score"] == pytest.approx(1, abs=0.001)
    assert [hit["score"] for hit in hits] == sorted((hit["score"] for hit in hits), reverse=True)
    assert len(hits) == 5


def test_a_hit_says_what_it_is_and_where_its_bytes_are(client: FlaskClient) -> None:
    answer = client.post("/v1/search", data={"image": (io.BytesIO(draw(RED)), "query.png"), "limit": "1"})
    (hit,) = answer.json["hits"]
    assert hit["id"] == id_of("warm/red.png")
    assert (hit["width"], hit["height"], hit["label"], hit["tags"]) == (64, 48, "warm", [])
    assert client.get(hit["file"]).data == draw(RED)
    assert client.get(hit["thumbnail"]).mimetype == "image/jpeg"


def test_an_answer_names_the_model_and_the_time_each_stage_took(client: FlaskClient) -> None:
    answer = client.post("/v1/search", data={"image": (io.BytesIO(draw(RED)), "query.png")})
    assert answer.json["model"] == "colours-1"
    assert {"decode", "embed", "search"} <= answer.json["took_ms"].keys()
    assert all(time >= 0 for time in answer.json["took_ms"].values())


def test_a_stored_picture_finds_the_others_and_not_itself(client: FlaskClient) -> None:
    picture_id = id_of("warm/red.png")
    by_address = client.get(f"/v1/images/{picture_id}/similar?limit=2").json["hits"]
    by_body = client.post("/v1/search", json={"id": picture_id, "limit": 2}).json["hits"]
    assert [hit["key"] for hit in by_address] == ["warm/dark red.png", "red and white.png"]
    assert by_body == by_address


def test_limit_and_offset_cut_a_window_out_of_the_hits(client: FlaskClient) -> None:
    everything = search(client, draw(RED))
    assert search(client, draw(RED), limit="2", offset="1") == everything[1:3]


def test_hits_below_the_least_score_are_left_out(client: FlaskClient) -> None:
    assert search(client, draw(RED), min_score="0.99") == ["warm/red.png", "warm/dark red.png"]


def test_hits_can_be_filtered(client: FlaskClient) -> None:
    assert set(search(client, draw(RED), label="cold")) == {"cold/blue.png", "cold/green.png"}
    assert search(client, draw(RED), filter=json.dumps({"label": "warm"}), limit="1") == ["warm/red.png"]
    assert search(client, draw(RED), tags="nothing") == []


def test_a_picture_that_vanished_from_the_folder_is_no_hit(client: FlaskClient, house: House) -> None:
    (house.root / "warm/red.png").unlink()
    assert "warm/red.png" not in search(client, draw(RED))


def test_all_formats_of_a_picture_find_it(client: FlaskClient) -> None:
    for kind in ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "PPM"):
        assert search(client, draw(BLUE, kind=kind), limit="1") == ["cold/blue.png"], kind


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"limit": "0"}, "limit should be a whole number from 1 to 100, not 0"),
        ({"limit": "101"}, "limit should be a whole number from 1 to 100, not 101"),
        ({"limit": "many"}, 'limit should be a whole number from 1 to 100, not the text "many"'),
        ({"limit": "1.5"}, "limit should be a whole number from 1 to 100, not 1.5"),
        ({"offset": "-1"}, "offset should be a whole number from 0 to 10000, not -1"),
        ({"offset": "10001"}, "offset should be a whole number from 0 to 10000, not 10001"),
        ({"min_score": "2"}, "min_score should be a number from -1 to 1, not 2"),
        ({"min_score": "nan"}, 'min_score should be a number from -1 to 1, not the text "nan"'),
        ({"min_score": "1e400"}, "min_score should be a number from -1 to 1, not Infinity"),
        ({"diversity": "1.1"}, "diversity should be a number from 0 to 1, not 1.1"),
        ({"box": "0,0,1"}, "box should be a list of 4 numbers, not [0, 0, 1]"),
        ({"box": "[0, 0, 1, 2]"}, "box[3] should be a number from 0 to 1, not 2"),
        ({"box": "0.5,0,0.5,1"}, "box should be [left, top, right, bottom]"),
        ({"id": "x"}, 'id should be a picture\'s id (a UUID with its dashes), not the text "x"'),
        ({"positive": "x"}, "positive[0] should be a picture's id"),
        ({"filter": "[]"}, "filter should be an object, not []"),
        ({"filter": "{"}, 'filter should be an object, not the text "{"'),
        ({"filter": '{"size": 3}'}, "there is no field filter.size, but label, tags, any_tags"),
        ({"filter": '{"state": "lost"}'}, "filter.state should be pending, indexed or failed, not"),
        ({"label": "a\nb"}, "label should have no control character"),
        ({"label": "a" * 201}, "label should be a text of at most 200 letters, not a text of 201"),
        ({"tags": ",".join(map(str, range(51)))}, "tags should be a list of at most 50 texts, not a list of 51"),
        ({"added_from": "yesterday"}, "added_from should be a time with its zone, such as 2026-01-31T12:00:00Z, not"),
        (
            {"added_until": "2026-01-01T00:00:00"},
            "added_until should be a time with its zone, such as 2026-01-31T12:00:00Z, not",
        ),
        ({"lable": "cars"}, "there is no field lable; is label meant?"),
    ],
)
def test_a_value_that_makes_no_sense_is_named(client: FlaskClient, fields: dict[str, str], says: str) -> None:
    answer = client.post("/v1/search", data={"image": (io.BytesIO(draw(RED)), "q.png"), **fields})
    assert (answer.status_code, answer.json["code"]) == (400, "invalid_request")
    assert says in answer.json["detail"]


def test_what_stands_in_the_address_and_not_in_the_body_is_refused_by_name(client: FlaskClient) -> None:
    answer = client.post("/v1/search?limit=2", json={"id": id_of("a.png")})
    assert (answer.status_code, answer.json["errors"]) == (400, ["limit belongs in the body"])


@pytest.mark.parametrize("body", [b"", b"[1]", b"{", b'"x"', b"\xff"])
def test_a_body_that_is_no_json_object_is_refused(client: FlaskClient, body: bytes) -> None:
    answer = client.post("/v1/search", data=body, content_type="application/json")
    assert (answer.status_code, answer.json["code"]) == (400, "invalid_request")


def test_all_that_is_wrong_is_named_at_once(client: FlaskClient) -> None:
    answer = client.post("/v1/search", json={"limit": 0, "offset": "3", "label": None})
    assert answer.json["errors"] == [
        "label should be a text of at most 200 letters, not null",
        "limit should be a whole number from 1 to 100, not 0",
        'offset should be a whole number from 0 to 10000, not the text "3"',
    ]
    assert client.post("/v1/search", json={"url": ""}).json["detail"].startswith("url should be a text of 1 to")


def test_a_picture_is_needed(client: FlaskClient) -> None:
    for answer in (
        client.post("/v1/search", data={"limit": "3"}, content_type="multipart/form-data"),
        client.post("/v1/search", json={"limit": 3}),
        client.post("/v1/search", json={"positive": []}),
    ):
        assert (answer.status_code, answer.json["code"]) == (400, "invalid_request")
        assert "a picture is needed" in answer.json["detail"]


def test_an_unknown_id_is_not_found_and_a_pending_one_not_ready(client: FlaskClient, house: House) -> None:
    pending = house.put("new.png", draw(RED))
    house.synchroniser.sync()
    assert client.post("/v1/search", json={"id": id_of("nothing")}).json["code"] == "unknown_picture"
    assert client.get("/v1/images/no-id/similar").status_code == 404
    answer = client.get(f"/v1/images/{pending}/similar")
    assert (answer.status_code, answer.json["code"]) == (409, "not_indexed")


def test_urls_can_be_turned_off(client: FlaskClient) -> None:
    answer = client.post("/v1/search", json={"url": "http://example.org/a.jpg"})
    assert (answer.status_code, answer.json["code"]) == (403, "urls_disabled")
