"""Adding, listing, looking at, removing and restoring over HTTP."""

import base64
import io
import json

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from indexer.record import id_of
from tests.conftest import House
from tests.pictures import BLUE, GREEN, RED, draw


def add(
    client: FlaskClient, picture: bytes, name: str = "a.png", query: str = "?wait=5", **fields: str
) -> TestResponse:
    return client.post(f"/v1/images{query}", data={"image": (io.BytesIO(picture), name), **fields})


def found(client: FlaskClient, picture: bytes) -> list[str]:
    answer = client.post("/v1/search", data={"image": (io.BytesIO(picture), "q.png")})
    return [hit["key"] for hit in answer.json["hits"]]


def test_an_added_picture_is_found_by_the_next_search(client: FlaskClient, house: House) -> None:
    answer = add(client, draw(RED), key="cars/red.png", tags="old,fast", label="vehicles")
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/v1/images/{id_of('cars/red.png')}"
    assert answer.json["state"] == "indexed"
    assert (answer.json["label"], answer.json["tags"]) == ("vehicles", ["old", "fast"])
    assert found(client, draw(RED)) == ["cars/red.png"]
    assert (house.root / "cars/red.png").read_bytes() == draw(RED)
    assert client.get(answer.headers["Location"]).json == answer.json


def test_without_waiting_an_added_picture_is_pending(client: FlaskClient) -> None:
    answer = add(client, draw(RED), query="")
    assert (answer.status_code, answer.json["state"], answer.json["sha256"] is None) == (202, "pending", False)


def test_the_same_bytes_under_the_same_key_are_no_news(client: FlaskClient) -> None:
    add(client, draw(RED))
    assert add(client, draw(RED)).status_code == 200


def test_other_bytes_under_a_key_are_refused_unless_they_are_to_replace_it(client: FlaskClient) -> None:
    add(client, draw(RED))
    refused = add(client, draw(BLUE))
    assert (refused.status_code, refused.json["code"]) == (409, "key_taken")
    assert add(client, draw(BLUE), query="?wait=5&replace=true").status_code == 201
    assert client.get(f"/v1/images/{id_of('a.png')}/file").data == draw(BLUE)


def test_what_was_said_of_a_picture_stays_when_its_bytes_are_replaced_unless_something_else_is_said(
    client: FlaskClient,
) -> None:
    add(client, draw(RED), key="cars/a.png", label="mine", tags="old")
    kept = add(client, draw(BLUE), query="?wait=5&replace=true", key="cars/a.png").json
    assert (kept["label"], kept["tags"]) == ("mine", ["old"])
    other = add(client, draw(GREEN), query="?replace=true", key="cars/a.png", label="yours", tags="new").json
    assert (other["label"], other["tags"]) == ("yours", ["new"])


def test_nothing_is_kept_of_a_picture_that_somebody_took_away_by_hand(client: FlaskClient, house: House) -> None:
    add(client, draw(RED), key="cars/a.png", label="mine", tags="old")
    (house.root / "cars/a.png").unlink()
    other = add(client, draw(BLUE), query="?replace=true", key="cars/a.png").json
    assert (other["label"], other["tags"]) == ("cars", [])


def test_several_pictures_have_one_outcome_each(client: FlaskClient) -> None:
    parts = [(io.BytesIO(draw(RED)), "a.png"), (io.BytesIO(b"text " * 9), "b.png"), (io.BytesIO(draw(BLUE)), "c.png")]
    answer = client.post("/v1/images?wait=5", data={"image": parts, "label": "new"})
    first, second, third = answer.json["results"]
    assert answer.status_code == 200
    assert (first["status"], first["image"]["key"], first["image"]["label"]) == (201, "new/a.png", "new")
    assert (second["status"], second["error"]["code"]) == (415, "unsupported_format")
    assert (third["status"], third["image"]["key"]) == (201, "new/c.png")


def test_one_key_for_several_pictures_is_refused(client: FlaskClient, house: House) -> None:
    parts = [(io.BytesIO(draw(RED)), "a.png"), (io.BytesIO(draw(BLUE)), "b.png")]
    assert client.post("/v1/images", data={"image": parts, "key": "x.png"}).status_code == 400
    assert not list(house.root.iterdir())


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("../../etc/passwd.png", "passwd.png"),
        (".hidden.png", "hidden.png"),
        ("tab\there.png", "tabhere.png"),
        ("é" * 300 + ".jpeg", "é" * 97 + ".jpeg"),
        ("", "picture"),
        ("no ending", "no ending"),
    ],
)
def test_a_file_name_becomes_a_harmless_key(client: FlaskClient, house: House, name: str, key: str) -> None:
    answer = client.post("/v1/images", data={"image": (io.BytesIO(draw(RED)), name, "image/png")})
    assert (answer.status_code, answer.json["key"]) == (202, key)
    assert [path.name for path in house.root.iterdir()] == [key]


@pytest.mark.parametrize("key", ["../a.png", "/a.png", "a/../../b.png", ".a.png", "x" * 300, "a//b.png"])
def test_a_key_that_leads_elsewhere_is_refused(client: FlaskClient, house: House, key: str) -> None:
    answer = add(client, draw(RED), key=key)
    assert (answer.status_code, answer.json["code"]) == (400, "invalid_key")
    assert not list(house.root.iterdir())


def test_a_key_that_is_a_folders_is_refused(client: FlaskClient, house: House) -> None:
    add(client, draw(RED), key="cars/a.png")
    for query in ("", "?replace=true"):
        answer = add(client, draw(BLUE), query=query, key="cars")
        assert (answer.status_code, answer.json["code"]) == (400, "invalid_key")
        assert answer.json["detail"].endswith("there is a folder of that name")
    assert [path.name for path in house.root.iterdir()] == ["cars"]


def test_a_picture_whose_place_a_folder_has_taken_stays_in_the_trash(client: FlaskClient, house: House) -> None:
    address = add(client, draw(RED), key="cars").headers["Location"]
    client.delete(address)
    add(client, draw(BLUE), key="cars/a.png")
    assert client.post(f"{address}/restore").json["code"] == "invalid_key"
    (house.root / "cars/a.png").unlink()
    (house.root / "cars").rmdir()
    assert client.post(f"{address}/restore").status_code == 200


@pytest.mark.parametrize(
    ("picture", "status", "code"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415, "unsupported_format"),
        (b"<html><script>alert(1)</script></html>", 415, "unsupported_format"),
        (draw(RED)[:60], 422, "undecodable"),
        (draw(RED, (70_000, 1), kind="PPM"), 413, "too_many_pixels"),
    ],
)
def test_what_is_no_good_picture_is_refused_and_not_stored(
    client: FlaskClient, house: House, picture: bytes, status: int, code: str
) -> None:
    answer = add(client, picture)
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert answer.mimetype == "application/problem+json"
    assert not list(house.root.iterdir())
    search = client.post("/v1/search", data={"image": (io.BytesIO(picture), "q.png")})
    assert (search.status_code, search.json["code"]) == (status, code)


def test_pictures_are_listed_newest_first_page_by_page(client: FlaskClient) -> None:
    for name, colour in (("a.png", RED), ("b.png", GREEN), ("c.png", BLUE)):
        add(client, draw(colour), name)
    first = client.get("/v1/images?limit=2").json
    second = client.get(f"/v1/images?limit=2&cursor={first['next_cursor']}").json
    assert [image["key"] for image in first["images"] + second["images"]] == ["c.png", "b.png", "a.png"]
    assert second["next_cursor"] is None
    assert client.get("/v1/images?cursor=nonsense").json["code"] == "invalid_cursor"


def test_the_largest_can_come_first(client: FlaskClient) -> None:
    for name, side in (("small.png", 8), ("large.png", 800), ("middle.png", 80)):
        add(client, draw(RED, (side, side)), name)
    listed = client.get("/v1/images?sort=largest").json["images"]
    assert [image["key"] for image in listed] == ["large.png", "middle.png", "small.png"]
    assert client.get("/v1/images?sort=best").json["code"] == "invalid_request"


@pytest.mark.parametrize(
    "inside",
    [
        ["newest", "garbage", None],
        ["newest", "2026-01-01T00:00:00.000000+00:00", "x"],
        ["newest", "2026-01-01T00:00:00Z", None],
        ["newest", "9999-12-31T23:59:59.999999+00:00", None],
        ["newest", 5, None],
        ["oldest", "2026-01-01T00:00:00.000000+00:00", None],
        ["newest", "2026-01-01T00:00:00.000000+00:00"],
        {},
        "x",
        5,
    ],
)
def test_a_cursor_that_somebody_made_up_is_refused(client: FlaskClient, inside: object) -> None:
    add(client, draw(RED))
    cursor = base64.urlsafe_b64encode(json.dumps(inside).encode()).decode()
    answer = client.get("/v1/images", query_string={"cursor": cursor})
    assert (answer.status_code, answer.json["code"]) == (400, "invalid_cursor")


@pytest.mark.parametrize("size", [10**400, 1 << 63, -1, 1.5, "1", None])
def test_a_cursor_with_a_size_that_no_file_has_is_refused(client: FlaskClient, size: object) -> None:
    add(client, draw(RED))
    cursor = base64.urlsafe_b64encode(json.dumps(["largest", size, None]).encode()).decode()
    answer = client.get("/v1/images", query_string={"cursor": cursor, "sort": "largest"})
    assert (answer.status_code, answer.json["code"]) == (400, "invalid_cursor")


def test_a_list_can_be_filtered_by_label_tag_and_state(client: FlaskClient, house: House) -> None:
    add(client, draw(RED), "a.png", label="cars", tags="old")
    add(client, draw(BLUE), "b.png", label="bikes")
    house.put("c.jpg", b"text, no picture")
    house.synchroniser.sync()
    house.index_all()

    def listed(query: str) -> list[str]:
        return [image["key"] for image in client.get(f"/v1/images?{query}").json["images"]]

    assert listed("label=cars") == ["cars/a.png"]
    assert listed("tags=old") == ["cars/a.png"]
    assert listed("state=failed") == ["c.jpg"]
    assert client.get("/v1/images?state=lost").status_code == 400


def test_a_cursor_of_a_thousand_brackets_is_refused(client: FlaskClient) -> None:
    cursor = base64.urlsafe_b64encode(b"[" * 9000).decode()
    assert client.get("/v1/images", query_string={"cursor": cursor}).json["code"] == "invalid_cursor"


def test_a_removed_picture_is_gone_from_search_and_library_until_it_is_restored(
    client: FlaskClient, house: House
) -> None:
    address = add(client, draw(RED)).headers["Location"]
    assert client.delete(address).status_code == 204
    assert found(client, draw(RED)) == []
    assert not list(house.root.iterdir())
    assert client.get(address).status_code == client.delete(address).status_code == 404
    restored = client.post(f"{address}/restore?wait=5")
    assert (restored.status_code, restored.json["state"]) == (200, "indexed")
    assert found(client, draw(RED)) == ["a.png"]


def test_a_purged_picture_does_not_come_back(client: FlaskClient) -> None:
    address = add(client, draw(RED)).headers["Location"]
    assert client.delete(f"{address}?purge=true").status_code == 204
    assert client.post(f"{address}/restore").status_code == 404


def test_a_read_only_library_is_searched_and_refuses_changes(client: FlaskClient, house: House) -> None:
    address = add(client, draw(RED)).headers["Location"]
    house.root.chmod(0o555)
    try:
        assert found(client, draw(RED)) == ["a.png"]
        for refused in (add(client, draw(BLUE), "b.png"), client.delete(address)):
            assert (refused.status_code, refused.json["code"]) == (403, "read_only")
        assert client.get("/v1/status").json["read_only"] is True
    finally:
        house.root.chmod(0o755)
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("value", ["-1", "61", "soon", "nan", "inf"])
def test_a_wait_that_makes_no_sense_is_refused_before_anything_is_stored(
    client: FlaskClient, house: House, value: str
) -> None:
    assert add(client, draw(RED), query=f"?wait={value}").status_code == 400
    assert not list(house.root.iterdir())


def test_markup_in_a_label_is_stored_as_the_text_that_it_is(client: FlaskClient) -> None:
    label = "<img src=x onerror=alert(1)>"
    answer = add(client, draw(RED), key="a.png", label=label)
    assert answer.json["label"] == label
    assert answer.mimetype == "application/json"
