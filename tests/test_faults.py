"""What is wrong with a request is said in plain words: where, what may stand there, and what does."""

import io
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from pydantic import ValidationError

from indexer.record import id_of
from service import questions
from service.faults import faults_of
from service.values import Fields
from tests.pictures import RED, draw

MODELS = [found for found in vars(questions).values() if isinstance(found, type) and issubclass(found, Fields)]
ID = id_of("a.png")


class Anything:
    """What no field takes."""


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_there_are_words_for_every_field(model: type[Fields]) -> None:
    for wrong in (Anything(), [Anything()], {"": Anything()}, "\ud800", 10**5000, [10**5000]):
        with pytest.raises(ValidationError) as refusal:
            model.model_validate(dict.fromkeys([*model.model_fields, "other"], wrong))
        found = list(faults_of(refusal.value, model, (), ""))
        assert all(re.search(" should be | is missing|^there is no field", fault) for fault in found)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"id": ID.replace("-", "")}, "id should be a picture's id (a UUID with its dashes), not the text"),
        ({"ids": [ID]}, "there is no field ids; is id meant?"),
        ({"filter": {"labels": "cars"}}, "there is no field filter.labels; is filter.label meant?"),
        ({"filter": {"tags": ["red", 7]}}, "filter.tags[1] should be a text of at most 200 letters, not 7"),
        ({"box": [10, 20, 30, 40]}, "box[0] should be a number from 0 to 1, not 10; box[1]"),
        ({"box": [0.8, 0, 0.2, 1]}, "box should be [left, top, right, bottom] with some room between them"),
        ({"positive": [ID], "box": [0, 0, 0.5, 1]}, "box is a part of a picture that is uploaded, linked or called"),
        ({"added_from": "2026-01-31"}, 'such as 2026-01-31T12:00:00Z, not the text "2026-01-31"'),
        ({"label": {"is": "cars"}}, "label should be a text of at most 200 letters, not an object"),
        ([ID], "the body should be an object, not ["),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_used_is_told_beside_what_can(client: FlaskClient, body: Any, says: str) -> None:
    answer = client.post("/v1/search", json=body)
    assert (answer.status_code, answer.json["code"]) == (400, "invalid_request")
    assert says in answer.json["detail"]


def test_a_number_that_is_too_long_to_be_told_is_refused_all_the_same(client: FlaskClient) -> None:
    for body in (b'{"limit": %s}', b'{"limit": [%s]}', b'{"limit": {"x": [%s]}}', b'{"min_score": -%s}', b'{"id": %s}'):
        answer = client.post("/v1/search", data=body % (b"9" * 6000), content_type="application/json")
        assert (answer.status_code, answer.json["code"]) == (400, "invalid_request")


def test_a_field_is_sent_where_it_belongs(client: FlaskClient) -> None:
    picture = {"image": (io.BytesIO(draw(RED)), "a.png")}
    assert client.post("/v1/images", data={**picture, "wait": "5"}).json["errors"] == ["wait belongs in the address"]
    assert client.post("/v1/images/check?sha256=x", json={}).json["errors"] == ["sha256 belongs in the body"]


def test_a_file_that_is_sent_otherwise_than_it_should_be_is_told_how(client: FlaskClient) -> None:
    file = client.post("/v1/search", data={"file": (io.BytesIO(draw(RED)), "a.png")})
    assert file.json["detail"] == "there is no file field file: pictures are called image"
    text = client.post("/v1/search", data={"image": "a.png"}, content_type="multipart/form-data")
    assert text.json["detail"] == "image is a text, and should be a file: with curl, image=@picture.jpg"
    empty = client.post(
        "/v1/search",
        data=b'--x\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n\r\n--x--\r\n',
        content_type="multipart/form-data; boundary=x",
    )
    assert (empty.json["code"], empty.json["detail"]) == ("unsupported_format", "The file is empty: it has no bytes.")


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({}, "is not there"),
        ({"data": b"{}"}, "is not called anything (Content-Type)"),
        ({"data": {"id": ID}}, "is called application/x-www-form-urlencoded"),
        ({"data": draw(RED), "content_type": "image/png"}, "is called image/png"),
    ],
)
def test_a_body_of_another_kind_is_told_which_are_taken(client: FlaskClient, sent: Any, says: str) -> None:
    answer = client.post("/v1/search", **sent)
    taken = "the body should be JSON (application/json) or a form with files (multipart/form-data), and "
    assert (answer.status_code, answer.json["detail"]) == (415, taken + says)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "the body is empty, and should be a JSON object"),
        (b'{"id": ', "the body is not JSON: it ends in the middle of a value at line 1 column 7"),
        (b"{'id': 1}", "the body is not JSON: key must be a string at line 1 column 2"),
    ],
)
def test_what_is_no_json_is_told_why(client: FlaskClient, body: bytes, says: str) -> None:
    assert client.post("/v1/search", data=body, content_type="application/json").json["detail"] == says


@pytest.mark.parametrize("body", [{"key": 271828}, {"key": ["271828"]}, {"key": ""}, "271828", ["271828"]], ids=str)
def test_a_key_is_not_told_again(client: FlaskClient, body: Any) -> None:
    should = "key should be a text of 1 to 256 letters" if isinstance(body, dict) else "the body should be an object"
    assert client.post("/v1/session", json=body).json["errors"] == [should]


def test_an_address_is_told_what_it_takes(client: FlaskClient) -> None:
    assert client.get("/nowhere").json["detail"] == "there is nothing at /nowhere"
    assert client.put(f"/v1/images/{ID}").json["detail"] == "PUT is not taken here, but DELETE, GET, HEAD and PATCH"
