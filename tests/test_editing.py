"""Editing and checking over HTTP."""

import io
from hashlib import sha256

import pytest
from flask.testing import FlaskClient

from indexer.record import id_of
from tests.pictures import BLUE, RED, draw

A, B = id_of("a.png"), id_of("b.png")


def add(client: FlaskClient, picture: bytes, name: str, **fields: str) -> None:
    answer = client.post("/v1/images?wait=5", data={"image": (io.BytesIO(picture), name), **fields})
    assert answer.status_code == 201, answer.json


def test_what_an_edit_names_changes_and_the_rest_stays(client: FlaskClient) -> None:
    add(client, draw(RED), "a.png", key="a.png", label="cars", tags="red")
    before = client.get(f"/v1/images/{A}").json
    answer = client.patch(f"/v1/images/{A}", json={"tags": ["old", "red", "old"]})
    assert (answer.status_code, answer.json) == (200, before | {"tags": ["old", "red"]})
    assert client.patch(f"/v1/images/{A}", json={"label": "bikes"}).json["tags"] == ["old", "red"]
    assert client.get(f"/v1/images/{A}").json == before | {"tags": ["old", "red"], "label": "bikes"}
    assert [image["id"] for image in client.get("/v1/images?label=bikes&tags=old").json["images"]] == [A]


def test_a_tag_written_in_two_ways_is_one(client: FlaskClient) -> None:
    add(client, draw(RED), "a.png", tags="e\u0301, \u00e9")
    assert client.get(f"/v1/images/{A}").json["tags"] == ["\u00e9"]
    assert client.patch(f"/v1/images/{A}", json={"tags": ["\u00e9", "e\u0301 "]}).json["tags"] == ["\u00e9"]


@pytest.mark.parametrize(("said", "kept"), [("e\u0301" * 200, "\u00e9" * 200), ("\u0958" * 101, None)])
def test_the_letters_of_a_label_are_counted_as_they_are_kept(client: FlaskClient, said: str, kept: str | None) -> None:
    add(client, draw(RED), "a.png")
    answer = client.patch(f"/v1/images/{A}", json={"label": said})
    assert (answer.status_code, answer.json.get("label")) == ((200, kept) if kept else (400, None))


def test_the_label_of_a_folder_with_a_long_name_can_be_searched_for_and_said_again(client: FlaskClient) -> None:
    add(client, draw(RED), "a.png", key=f"{'a' * 199} {'b' * 40}/a.png")
    (image,) = client.get("/v1/images").json["images"]
    assert image["label"] == "a" * 199
    assert client.get("/v1/images", query_string={"label": image["label"]}).json["images"] == [image]
    assert client.patch(f"/v1/images/{image['id']}", json={"label": image["label"]}).json == image


def test_an_edit_of_what_is_expected_overwrites_nobody_s(client: FlaskClient) -> None:
    add(client, draw(RED), "a.png", key="a.png", label="cars", tags="red,old")
    edit = {"tags": ["new"], "expect": {"label": "cars", "tags": ["red", "old"]}}
    assert client.patch(f"/v1/images/{A}", json=edit).json["tags"] == ["new"]
    refused = client.patch(f"/v1/images/{A}", json=edit)
    assert (refused.status_code, refused.json["code"]) == (412, "precondition_failed")
    assert client.get(f"/v1/images/{A}").json["tags"] == ["new"]
    assert client.patch(f"/v1/images/{B}", json=edit).status_code == 404


def test_null_takes_the_label_away_and_an_empty_list_the_tags(client: FlaskClient) -> None:
    add(client, draw(RED), "a.png", key="a.png", label="cars", tags="red")
    answer = client.patch(f"/v1/images/{A}", json={"label": None, "tags": []})
    assert (answer.json["label"], answer.json["tags"]) == (None, [])
    assert client.patch(f"/v1/images/{A}", json={}).json == answer.json


def test_an_edited_picture_is_still_found(client: FlaskClient) -> None:
    add(client, draw(RED), "a.png")
    client.patch(f"/v1/images/{A}", json={"label": "new"})
    (hit,) = client.post("/v1/search", data={"image": (io.BytesIO(draw(RED)), "q.png")}).json["hits"]
    assert (hit["id"], hit["label"]) == (A, "new")


def test_an_edit_that_makes_no_sense_changes_nothing(client: FlaskClient) -> None:
    add(client, draw(RED), "a.png")
    before = client.get(f"/v1/images/{A}").json
    for body in ({"label": 5}, {"tags": "red"}, {"tags": None}, {"key": "b.png"}, [], {"label": "a\0b"}):
        assert client.patch(f"/v1/images/{A}", json=body).json["code"] == "invalid_request", body
    assert client.patch(f"/v1/images/{B}", json={"label": "x"}).json["code"] == "unknown_picture"
    assert client.get(f"/v1/images/{A}").json == before


def test_checking_says_which_bytes_are_there_and_where(client: FlaskClient) -> None:
    add(client, draw(RED), "a.png")
    add(client, draw(RED), "b.png")
    there, missing = sha256(draw(RED)).hexdigest(), sha256(draw(BLUE)).hexdigest()
    known = client.post("/v1/images/check", json={"sha256": [there.upper(), missing, there]}).json["known"]
    assert {digest: sorted(ids) for digest, ids in known.items()} == {there: sorted([A, B])}


def test_a_thousand_sums_can_be_checked_at_once_and_no_more(client: FlaskClient) -> None:
    sums = [sha256(str(number).encode()).hexdigest() for number in range(1001)]
    assert client.post("/v1/images/check", json={"sha256": sums[:1000]}).json == {"known": {}}
    for wrong in (sums, [], ["x"], "x", [sums[0] + "\n"]):
        assert client.post("/v1/images/check", json={"sha256": wrong}).json["code"] == "invalid_request"
