"""Names and texts meant to hurt: kept as the text that they are or refused, and nothing else is touched."""

import io
import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.names import name_to_key
from tests.conftest import House
from tests.pictures import BLUE, RED, draw

RIGHT_TO_LEFT = "\u202egpj.exe"
HARMLESS = [
    "a b.png",
    "\u202e gnp.a",
    "🚗.png",
    "a'\"<b>&.png",
    "C:\\a.png",
    "%2e%2e%2fa.png",
    "$(id).png",
    "é.png",
    "a..png",
]
HARMFUL = [
    "../a.png", "..", "a/../../b.png", "/etc/passwd", "a\0b.png", "a\r\nSet-Cookie: x.png", "a\x7f.png", "x" * 4000,
    "./a.png", "a//b.png", ".hidden", "a/.hidden/b.png", "a/", "", " ",
]  # fmt: skip
MARKUP = "<img src=x onerror=alert(1)>{{7*7}}"


@pytest.fixture(autouse=True)
def outside(house: House) -> Path:
    """A file beside the library, which nothing may reach."""
    beside = house.root.parent / "b.png"
    beside.write_bytes(draw(BLUE))
    return beside


def add(client: FlaskClient, **fields: object) -> TestResponse:
    """Add as JSON would say it, where a form cannot: over the form's own parser, byte for byte."""
    parts = [f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n' for name, text in fields.items()]
    head = '--x\r\nContent-Disposition: form-data; name="image"; filename="q.png"\r\n\r\n'
    body = "".join(parts).encode() + head.encode() + draw(RED) + b"\r\n--x--\r\n"
    return client.post("/v1/images?wait=5", data=body, content_type="multipart/form-data; boundary=x")


def everything_below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("key", HARMLESS)
def test_a_strange_key_is_a_file_of_that_name(client: FlaskClient, house: House, key: str) -> None:
    answer = add(client, key=key)
    assert (answer.status_code, answer.json["key"]) == (201, key)
    assert everything_below(house.root) == {key}
    assert client.get(answer.json["file"]).data == draw(RED)
    assert client.get(answer.json["thumbnail"]).status_code == 200
    assert client.delete(answer.headers["Location"]).status_code == 204
    assert client.post(f"{answer.headers['Location']}/restore").json["key"] == key


@pytest.mark.parametrize("key", HARMFUL)
def test_a_key_that_could_hurt_is_refused_or_not_used(
    client: FlaskClient, house: House, outside: Path, key: str
) -> None:
    answer = add(client, key=key)
    if key.strip():
        assert answer.status_code == 400, answer.json
        assert everything_below(house.root) == set()
    else:
        assert answer.json["key"] == "q.png"
    assert outside.read_bytes() == draw(BLUE)
    assert {path.name for path in house.root.parent.iterdir()} == {"library", "data", "catalogue", "b.png"}


@pytest.mark.parametrize(
    "name", [*HARMFUL, "a\ud800.png", "\ud800", "....//....//b.png", "..\\..\\b.png", "con\x85.png"]
)
def test_a_file_name_that_could_hurt_becomes_one_that_cannot(house: House, name: str) -> None:
    key = name_to_key(name, label=None)
    path = house.library.path(key)
    assert path.parent == house.root
    assert key.encode().isascii() or key.isprintable() or "\u202e" in key


@pytest.mark.parametrize("label", ["../..", "..", "a/b", ".", RIGHT_TO_LEFT, "x" * 200, "🚗"])
def test_a_label_never_leads_out_of_the_library(client: FlaskClient, house: House, label: str) -> None:
    answer = add(client, label=label)
    assert (answer.status_code, answer.json["label"]) == (201, label)
    assert everything_below(house.root) == {answer.json["key"]}


@pytest.mark.parametrize("text", [MARKUP, RIGHT_TO_LEFT, "🚗", "'; DROP TABLE--", "\u2028", "${jndi:ldap://x}"])
def test_texts_are_kept_as_they_are(client: FlaskClient, text: str) -> None:
    answer = add(client, label=text, tags=text.replace(",", ""), key="a.png")
    assert (answer.json["label"], answer.json["tags"]) == (text.strip() or None, [text.strip()] if text.strip() else [])
    assert answer.mimetype == "application/json"
    listed = client.get("/v1/images", query_string={"label": text}).json["images"]
    assert [image["key"] for image in listed] == ["a.png"]
    assert client.patch(answer.headers["Location"], json={"label": text}).json["label"] == (text.strip() or None)


@pytest.mark.parametrize("text", ["a\0b", "a\nb", "a\r\nX: y", "\x1b[31m", "a\x7f", "a\x85b", "x" * 201, "\\ud800"])
def test_texts_that_no_label_has_are_refused_in_every_place(client: FlaskClient, text: str) -> None:
    text = json.loads(f'"{text}"') if text.startswith("\\u") else text
    address = add(client, key="a.png").headers["Location"]
    body = json.dumps({"label": text})
    refused = [
        client.patch(address, data=body, content_type="application/json"),
        client.post("/v1/search", data=body, content_type="application/json"),
        client.patch(address, data=json.dumps({"tags": [text]}), content_type="application/json"),
    ]
    if "\ud800" not in text:
        refused += [client.get("/v1/images", query_string={"label": text}), add(client, label=text, key="b.png")]
    for answer in refused:
        assert (answer.status_code, answer.json["code"]) == (400, "invalid_request")
    assert client.get(address).json["label"] is None


@pytest.mark.parametrize("text", ["%ED%A0%80", "%ff", "%c3"])
def test_an_address_that_is_no_text_is_refused(client: FlaskClient, text: str) -> None:
    answer = client.get(f"/v1/images?label={text}")
    assert (answer.status_code, answer.json["detail"]) == (400, "the address is not in UTF-8")


@pytest.mark.parametrize("picture_id", ["..", "%2e%2e", "..%2f..%2fetc", "%00", "a" * 4000, "x%0d%0aSet-Cookie:y", "é"])
def test_an_id_that_is_none_is_unknown_and_leads_nowhere(client: FlaskClient, outside: Path, picture_id: str) -> None:
    for what in ("", "/file", "/thumbnail", "/similar"):
        answer = client.get(f"/v1/images/{picture_id}{what}")
        assert answer.status_code in (308, 404)
        assert "Set-Cookie" not in answer.headers
    assert client.delete(f"/v1/images/{picture_id}").status_code in (404, 405)
    assert outside.is_file()


def test_an_uploaded_file_name_is_taken_without_its_path(client: FlaskClient, house: House) -> None:
    for name in ("../../b.png", "..\\..\\b.png", "/b.png"):
        client.post("/v1/images", data={"image": (io.BytesIO(draw(RED)), name)})
    assert everything_below(house.root) == {"b.png"}
