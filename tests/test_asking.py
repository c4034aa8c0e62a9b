"""Searching in all the ways there are: by several pictures, by examples, by a part, with filters and diversity."""

import io
import json
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from indexer.record import id_of
from tests.conftest import House
from tests.pictures import BLUE, GREEN, RED, draw, draw_halves

pytestmark = pytest.mark.usefixtures("five_pictures")

RED_ID, BLUE_ID, GREEN_ID = id_of("warm/red.png"), id_of("cold/blue.png"), id_of("cold/green.png")
HALVES_ID = id_of("red and white.png")
SLOWLY_S = 0.03


def keys(client: FlaskClient, **question: object) -> list[str]:
    answer = client.post("/v1/search", json=question)
    assert answer.status_code == 200, answer.json
    return [hit["key"] for hit in answer.json["hits"]]


class SlowBody(io.BytesIO):
    """A body of which each piece takes a while to be read."""

    def readinto(self, buffer: Any) -> int:
        until = perf_counter() + SLOWLY_S
        while perf_counter() < until:
            pass
        return super().readinto(buffer)


def part(picture: bytes) -> tuple[io.BytesIO, str]:
    return io.BytesIO(picture), "query.png"


def test_several_uploaded_pictures_find_what_is_like_any_of_them(client: FlaskClient) -> None:
    answer = client.post("/v1/search", data={"image": [part(draw(RED)), part(draw(BLUE))], "limit": "2"})
    assert {hit["key"] for hit in answer.json["hits"]} == {"warm/red.png", "cold/blue.png"}
    assert all(hit["score"] == pytest.approx(1, abs=0.001) for hit in answer.json["hits"])


def test_stored_and_uploaded_pictures_are_examples_together(client: FlaskClient) -> None:
    answer = client.post("/v1/search", data={"image": part(draw(BLUE)), "positive": RED_ID, "limit": "2"})
    assert {hit["key"] for hit in answer.json["hits"]} == {"cold/blue.png", "warm/dark red.png"}


def test_what_is_like_a_negative_example_comes_last(client: FlaskClient) -> None:
    found = keys(client, positive=[RED_ID], negative=[GREEN_ID])
    assert found == ["warm/dark red.png", "red and white.png", "cold/blue.png"]
    assert keys(client, negative=[RED_ID])[-1] == "warm/dark red.png"


def test_examples_are_no_hits(client: FlaskClient) -> None:
    assert not {"warm/red.png", "cold/blue.png"} & set(keys(client, positive=[RED_ID], negative=[BLUE_ID]))


def test_examples_must_be_there_and_indexed(client: FlaskClient, house: House) -> None:
    pending = house.put("new.png", draw(RED))
    house.synchroniser.sync()
    unknown = client.post("/v1/search", json={"positive": [RED_ID, id_of("nothing")]})
    assert (unknown.status_code, unknown.json["code"]) == (404, "unknown_picture")
    waiting = client.post("/v1/search", json={"negative": [pending], "positive": [RED_ID]})
    assert (waiting.status_code, waiting.json["code"]) == (409, "not_indexed")


def test_no_more_than_twenty_examples_of_a_kind_are_taken(client: FlaskClient) -> None:
    ids = [id_of(str(number)) for number in range(21)]
    for way in ("positive", "negative"):
        assert (
            f"{way} should be a list of at most 20 pictures' ids"
            in client.post("/v1/search", json={way: ids}).json["detail"]
        )
    parts = [part(draw(RED)) for _ in range(21)]
    assert client.post("/v1/search", data={"image": parts}).json["code"] == "invalid_request"


def test_a_part_of_an_uploaded_picture_is_searched_with(client: FlaskClient) -> None:
    picture = draw_halves(BLUE, GREEN)
    for box, key in (("0,0,0.5,1", "cold/blue.png"), ("[0.5, 0, 1, 1]", "cold/green.png")):
        answer = client.post("/v1/search", data={"image": part(picture), "box": box, "limit": "1"})
        assert [hit["key"] for hit in answer.json["hits"]] == [key]
        assert answer.json["hits"][0]["score"] == pytest.approx(1, abs=0.001)


def test_a_part_of_a_stored_picture_is_searched_with(client: FlaskClient) -> None:
    by_body = client.post("/v1/search", json={"id": HALVES_ID, "box": [0, 0, 0.5, 1], "limit": 1}).json["hits"]
    by_address = client.get(f"/v1/images/{HALVES_ID}/similar?box=0,0,0.5,1&limit=1").json["hits"]
    assert by_body == by_address
    assert (by_body[0]["key"], by_body[0]["score"]) == ("warm/red.png", pytest.approx(1, abs=0.001))


def test_a_part_of_a_picture_whose_file_is_gone_is_not_found(client: FlaskClient, house: House) -> None:
    (house.root / "warm/red.png").unlink()
    answer = client.get(f"/v1/images/{RED_ID}/similar?box=0,0,0.5,1")
    assert (answer.status_code, answer.json["code"]) == (404, "file_gone")


def test_diversity_brings_what_differs_forward_and_is_for_one_picture(client: FlaskClient) -> None:
    assert keys(client, id=RED_ID, limit=2) == ["warm/dark red.png", "red and white.png"]
    assert keys(client, id=RED_ID, limit=2, diversity=1)[1] != "red and white.png"
    several = client.post("/v1/search", json={"positive": [RED_ID, BLUE_ID], "diversity": 0.5})
    assert (several.status_code, several.json["code"]) == (400, "invalid_request")


def test_hits_are_judged_and_so_is_the_whole(client: FlaskClient) -> None:
    answer = client.post("/v1/search", json={"id": RED_ID})
    verdicts = {hit["key"]: hit["verdict"] for hit in answer.json["hits"]}
    assert (verdicts["warm/dark red.png"], verdicts["cold/green.png"]) == ("very close", "unrelated")
    assert answer.json["anything_similar"] is True
    assert client.post("/v1/search", json={"id": RED_ID, "label": "cold"}).json["anything_similar"] is False


def test_the_stages_are_in_the_answer_and_in_its_header(client: FlaskClient) -> None:
    answer = client.post("/v1/search", data={"image": part(draw(RED))})
    timing = dict(stage.split(";dur=") for stage in answer.headers["Server-Timing"].split(", "))
    assert list(timing) == ["receive", "wait", "decode", "embed", "search", "describe"]
    assert {stage: float(took_ms) for stage, took_ms in timing.items()} == answer.json["took_ms"]


def test_the_stages_begin_with_the_request_and_not_where_its_form_is_read(client: FlaskClient) -> None:
    form = (
        b'--x\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n' + draw(RED) + b"\r\n--x--\r\n"
    )
    began = perf_counter()
    answer = client.post(
        "/v1/search",
        input_stream=SlowBody(form),
        content_length=len(form),
        content_type="multipart/form-data; boundary=x",
    )
    assert SLOWLY_S * 1000 <= answer.json["took_ms"]["receive"] <= (perf_counter() - began) * 1000


def test_filters_mean_the_same_beside_and_inside_filter(client: FlaskClient) -> None:
    client.patch(f"/v1/images/{RED_ID}", json={"tags": ["round", "old"]})
    client.patch(f"/v1/images/{BLUE_ID}", json={"tags": ["old"]})
    for given, wanted in (
        ({"tags": ["old", "round"]}, {"warm/red.png"}),
        ({"any_tags": ["round", "old"]}, {"warm/red.png", "cold/blue.png"}),
        ({"tags": ["old"], "label": "cold"}, {"cold/blue.png"}),
        ({"label": "cold", "state": "indexed"}, {"cold/blue.png", "cold/green.png"}),
        ({"state": "failed"}, set()),
    ):
        assert set(keys(client, negative=[HALVES_ID], **given)) == wanted
        assert set(keys(client, negative=[HALVES_ID], filter=given)) == wanted
        fields = {"negative": HALVES_ID, "filter": json.dumps(given)}
        in_form = client.post("/v1/search", data=fields, content_type="multipart/form-data").json["hits"]
        assert {hit["key"] for hit in in_form} == wanted


def test_what_filter_says_wins_over_what_stands_beside_it(client: FlaskClient) -> None:
    assert keys(client, id=RED_ID, label="cold", filter={"label": "warm"}) == ["warm/dark red.png"]


def test_the_time_of_adding_is_a_filter(client: FlaskClient) -> None:
    moment = (datetime.now(UTC) + timedelta(hours=1)).isoformat().replace("+00:00", "Z")
    assert len(keys(client, id=RED_ID, added_until=moment)) == 4
    assert keys(client, id=RED_ID, added_from=moment) == []
    listed = client.get("/v1/images", query_string={"added_from": moment}).json["images"]
    assert listed == []


@pytest.mark.parametrize("given", ["search", "search with a filter", "search with a part of a filter", "listing"])
def test_times_of_adding_between_which_nothing_can_lie_are_refused(client: FlaskClient, given: str) -> None:
    def ask(start: str, end: str) -> TestResponse:
        start, end = f"2026-01-{start}T12:00:00Z", f"2026-01-{end}T12:00:00Z"
        match given:
            case "search":
                return client.post("/v1/search", json={"id": RED_ID, "added_from": start, "added_until": end})
            case "search with a filter":
                within = {"added_from": start, "added_until": end}
                return client.post("/v1/search", json={"id": RED_ID, "added_from": end, "filter": within})
            case "search with a part of a filter":
                fields = {"added_from": start, "filter": {"added_until": end}}
                return client.post("/v1/search", json={"id": RED_ID, "added_until": start, **fields})
            case _:
                return client.get("/v1/images", query_string={"added_from": start, "added_until": end})

    refused = ask("31", "30")
    place = "filter." if given == "search with a filter" else ""
    assert (refused.status_code, refused.json["code"]) == (400, "invalid_request")
    assert refused.json["errors"] == [f"{place}added_until should not be before added_from"]
    assert ask("30", "31").status_code == ask("31", "31").status_code == 200
