"""Many at once over HTTP: removing, restoring, editing, trying again, with an outcome each."""

import io

import pytest
from flask.testing import FlaskClient

from indexer.record import id_of
from tests.conftest import House
from tests.pictures import BLUE, RED, draw

A, B, NOBODY = id_of("a.png"), id_of("b.png"), id_of("nothing")


def add(client: FlaskClient, picture: bytes, name: str, **fields: str) -> None:
    answer = client.post("/v1/images?wait=5", data={"image": (io.BytesIO(picture), name), "key": name, **fields})
    assert answer.status_code == 201, answer.json


def test_several_are_removed_with_an_outcome_each(client: FlaskClient, house: House) -> None:
    add(client, draw(RED), "a.png")
    add(client, draw(BLUE), "b.png")
    answer = client.post("/v1/images/delete", json={"ids": [A, NOBODY, B, A]})
    assert [(one["id"], one["status"]) for one in answer.json["results"]] == [
        (A, 204),
        (NOBODY, 404),
        (B, 204),
        (A, 404),
    ]
    assert answer.json["results"][1]["error"]["code"] == "unknown_picture"
    assert not list(house.root.iterdir())
    assert client.post(f"/v1/images/{A}/restore").status_code == 200


def test_several_can_be_destroyed(client: FlaskClient) -> None:
    add(client, draw(RED), "a.png")
    client.post("/v1/images/delete", json={"ids": [A], "purge": True})
    assert client.post(f"/v1/images/{A}/restore").status_code == 404


def test_five_hundred_can_be_removed_at_once_and_no_more(client: FlaskClient) -> None:
    ids = [id_of(str(number)) for number in range(501)]
    assert len(client.post("/v1/images/delete", json={"ids": ids[:500]}).json["results"]) == 500
    assert client.post("/v1/images/delete", json={"ids": ids}).json["code"] == "invalid_request"
    assert client.post("/v1/images/delete", json={"ids": []}).json["code"] == "invalid_request"


def test_several_come_back_together(client: FlaskClient, house: House) -> None:
    add(client, draw(RED), "a.png", label="cars")
    add(client, draw(BLUE), "b.png")
    client.post("/v1/images/delete", json={"ids": [A, B]})
    results = client.post("/v1/images/restore", json={"ids": [A, NOBODY, B]}).json["results"]
    assert [(one["id"], one["status"]) for one in results] == [(A, 200), (NOBODY, 404), (B, 200)]
    assert results[0]["image"]["label"] == "cars"
    assert sorted(path.name for path in house.root.iterdir()) == ["a.png", "b.png"]


def test_several_get_a_label_and_tags_and_keep_their_others(client: FlaskClient) -> None:
    add(client, draw(RED), "a.png", label="cars", tags="old,red")
    add(client, draw(BLUE), "b.png", tags="blue")
    change = {"ids": [A, NOBODY, B], "label": "vehicles", "add_tags": ["new", "blue"], "remove_tags": ["old"]}
    first, second, third = client.post("/v1/images/edit", json=change).json["results"]
    assert (first["status"], first["image"]["label"], first["image"]["tags"]) == (
        200,
        "vehicles",
        ["red", "new", "blue"],
    )
    assert (second["status"], second["error"]["code"]) == (404, "unknown_picture")
    assert third["image"]["tags"] == ["blue", "new"]
    assert client.get(f"/v1/images/{A}").json == first["image"]


def test_what_is_not_named_stays_in_all_of_them(client: FlaskClient) -> None:
    add(client, draw(RED), "a.png", label="cars", tags="old")
    client.post("/v1/images/edit", json={"ids": [A], "add_tags": ["red"]})
    assert client.get(f"/v1/images/{A}").json["label"] == "cars"
    client.post("/v1/images/edit", json={"ids": [A], "label": None})
    record = client.get(f"/v1/images/{A}").json
    assert (record["label"], record["tags"]) == (None, ["old", "red"])


def test_what_is_said_otherwise_by_now_is_not_changed_where_something_is_expected(client: FlaskClient) -> None:
    add(client, draw(RED), "a.png", label="cars", tags="red,old")
    add(client, draw(BLUE), "b.png", label="cars", tags="old,red")
    said = {"label": "cars", "tags": ["red", "old"]}
    answer = client.post("/v1/images/edit", json={"ids": [A, NOBODY, B], "label": None, "expect": said})
    first, second, third = answer.json["results"]
    assert (first["status"], first["image"]["label"]) == (200, None)
    assert second["error"]["code"] == "unknown_picture"
    assert (third["status"], third["error"]["code"]) == (412, "precondition_failed")
    assert client.get(f"/v1/images/{B}").json["label"] == "cars"
    none = {"ids": [A], "add_tags": ["new"], "expect": {"label": None, "tags": ["red", "old"]}}
    assert client.post("/v1/images/edit", json=none).json["results"][0]["image"]["tags"] == ["red", "old", "new"]
    assert client.post("/v1/images/edit", json=none).json["results"][0]["status"] == 412


def test_who_would_have_too_many_tags_keeps_those_that_it_has(client: FlaskClient) -> None:
    add(client, draw(RED), "a.png", tags=",".join(f"old {number}" for number in range(30)))
    add(client, draw(BLUE), "b.png")
    change = {"ids": [A, B], "label": "x", "add_tags": [f"new {number}" for number in range(30)]}
    first, second = client.post("/v1/images/edit", json=change).json["results"]
    assert (first["status"], first["error"]["code"]) == (400, "invalid_request")
    assert (second["status"], len(second["image"]["tags"])) == (200, 30)
    record = client.get(f"/v1/images/{A}").json
    assert (record["label"], len(record["tags"])) == (None, 30)


def test_what_failed_is_tried_again_and_the_rest_left_alone(client: FlaskClient, house: House) -> None:
    add(client, draw(RED), "a.png")
    house.put("b.png", b"text, no picture")
    house.synchroniser.sync()
    house.index_all()
    assert client.get(f"/v1/images/{B}").json["state"] == "failed"
    first, second, third = client.post("/v1/images/retry", json={"ids": [A, B, NOBODY]}).json["results"]
    assert (first["status"], first["image"]["state"]) == (200, "indexed")
    assert (second["status"], second["image"]["error"]) == (202, None)
    assert third["error"]["code"] == "unknown_picture"


@pytest.mark.parametrize("way", ["edit", "restore", "retry"])
def test_a_batch_has_between_one_and_five_hundred(client: FlaskClient, way: str) -> None:
    ids = [id_of(str(number)) for number in range(501)]
    assert len(client.post(f"/v1/images/{way}", json={"ids": ids[:500]}).json["results"]) == 500
    for wrong in (ids, [], ["x"], None):
        assert client.post(f"/v1/images/{way}", json={"ids": wrong}).json["code"] == "invalid_request"
