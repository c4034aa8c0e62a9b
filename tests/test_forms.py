"""Forms that are broken, large or odd, as they come over the wire."""

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.pictures import RED, draw

PART = b'--x\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n'


def post(client: FlaskClient, body: bytes, content_type: str = "multipart/form-data; boundary=x") -> TestResponse:
    return client.post("/v1/images", data=body, content_type=content_type)


def test_a_plain_form_is_read(client: FlaskClient) -> None:
    field = '\r\n--x\r\nContent-Disposition: form-data; name="key"\r\n\r\ncars/ä.png\r\n--x--\r\n'.encode()
    answer = post(client, PART + draw(RED) + field)
    assert (answer.status_code, answer.json["key"]) == (202, "cars/ä.png")


def test_a_picture_of_any_size_arrives_whole(client: FlaskClient) -> None:
    picture = draw(RED, (1500, 1500), "BMP")
    assert post(client, PART + picture + b"\r\n--x--\r\n").json["size"] == len(picture)


def test_many_files_may_come_at_once_that_are_small_each(client: FlaskClient) -> None:
    answer = post(client, b"".join(PART + bytes(400_000) + b"\r\n" for _ in range(40)) + b"--x--\r\n")
    assert [each["status"] for each in answer.json["results"]] == [415] * 40


def test_an_empty_file_is_no_picture(client: FlaskClient) -> None:
    answer = post(client, PART + b"\r\n--x--\r\n")
    assert (answer.status_code, answer.json["code"]) == (415, "unsupported_format")


@pytest.mark.parametrize(
    "body",
    [b"", b"nonsense", b"--x", PART, PART + draw(RED), b"--x\r\nContent-Type: a\r\n\r\nb\r\n--x--\r\n"],
)
def test_a_form_that_breaks_off_is_refused(client: FlaskClient, body: bytes) -> None:
    answer = post(client, body)
    assert (answer.status_code, answer.json["code"]) == (400, "invalid_request")


@pytest.mark.parametrize("content_type", ["multipart/form-data", "multipart/form-data; boundary="])
def test_a_form_without_a_boundary_is_refused(client: FlaskClient, content_type: str) -> None:
    answer = post(client, PART + draw(RED) + b"\r\n--x--\r\n", content_type)
    assert (answer.status_code, answer.json["code"]) == (400, "invalid_request")


@pytest.mark.parametrize("content_type", ["text/plain", "", "image/png", "application/x-www-form-urlencoded"])
def test_a_body_that_is_no_form_is_refused(client: FlaskClient, content_type: str) -> None:
    answer = post(client, PART + draw(RED) + b"\r\n--x--\r\n", content_type)
    assert (answer.status_code, answer.json["code"]) == (415, "unsupported_media_type")


def test_a_file_under_another_name_is_refused_by_its_name(client: FlaskClient) -> None:
    answer = post(client, PART.replace(b'"image"', b'"photo"') + draw(RED) + b"\r\n--x--\r\n")
    assert (answer.status_code, answer.json["detail"]) == (
        400,
        "there is no file field photo: pictures are called image",
    )


def test_a_file_without_a_name_of_its_field_is_refused(client: FlaskClient) -> None:
    answer = post(client, PART.replace(b' name="image";', b"") + draw(RED) + b"\r\n--x--\r\n")
    assert (answer.status_code, answer.json["detail"]) == (400, 'there is no file field "": pictures are called image')


def test_a_field_given_twice_is_refused(client: FlaskClient) -> None:
    field = b'--x\r\nContent-Disposition: form-data; name="key"\r\n\r\na\r\n'
    assert (
        "key should be a text of at most 1024 letters, not [" in post(client, field * 2 + b"--x--\r\n").json["detail"]
    )


def test_a_field_that_is_no_utf8_is_refused(client: FlaskClient) -> None:
    field = b'\r\n--x\r\nContent-Disposition: form-data; name="key"\r\n\r\n\xff\xfe\r\n--x--\r\n'
    assert post(client, PART + draw(RED) + field).status_code == 400


@pytest.mark.parametrize("charset", ["idna", "punycode", "utf-16", "zip", "nonsense"])
def test_a_field_is_read_as_utf8_whatever_it_claims_to_be(client: FlaskClient, charset: str) -> None:
    kind = f'Content-Disposition: form-data; name="label"\r\nContent-Type: text/plain; charset={charset}'
    field = f"\r\n--x\r\n{kind}\r\n\r\nä-a\r\n--x--\r\n".encode()
    assert post(client, PART + draw(RED) + field).json["label"] == "ä-a"


@pytest.mark.parametrize(
    ("told", "key"),
    [
        ("filename*=UTF-8''%e2%82%ac%20rates.png", "€ rates.png"),
        ("filename=\"=?utf-8?B?w6k=?=\"; filename*=utf-8''%C3%A9.png", "é.png"),
        ("filename*0*=UTF-8''a%20; filename*1=b.png", "a b.png"),
        ("filename*=UTF-8'en'..%2F..%2Fa%00.png", "a.png"),
    ],
)
def test_a_file_name_may_be_told_in_the_way_of_mail(client: FlaskClient, told: str, key: str) -> None:
    head = f'--x\r\nContent-Disposition: form-data; name="image"; {told}\r\n\r\n'.encode()
    assert post(client, head + draw(RED) + b"\r\n--x--\r\n").json["key"] == key


@pytest.mark.parametrize("letters", ["%ED%A0%80", "%ff%fe"])
def test_a_file_name_that_is_no_text_loses_what_is_none(client: FlaskClient, letters: str) -> None:
    head = f"--x\r\nContent-Disposition: form-data; name=\"image\"; filename*=UTF-8''{letters}a.png\r\n\r\n".encode()
    answer = post(client, head + draw(RED) + b"\r\n--x--\r\n")
    assert answer.status_code == 202
    assert answer.json["key"].endswith("a.png")


@pytest.mark.parametrize("kind", ["image/pn\rg", "\0", "text/html", "a" * 500, "multipart/form-data; boundary=x"])
def test_what_a_file_claims_to_be_counts_for_nothing(client: FlaskClient, kind: str) -> None:
    head = PART.replace(b"\r\n\r\n", f"\r\nContent-Type: {kind}\r\n\r\n".encode())
    assert post(client, head + draw(RED) + b"\r\n--x--\r\n").json["format"] == "PNG"


def test_what_is_wrong_with_a_form_is_said_in_a_sentence(client: FlaskClient) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="image"; filename="\xff.png"\r\n\r\n'
    answer = post(client, head + draw(RED) + b"\r\n--x--\r\n")
    assert answer.json["detail"] == "the form cannot be read: Segment header failed to decode"


def test_too_many_parts_are_refused(client: FlaskClient) -> None:
    field = b'--x\r\nContent-Disposition: form-data; name="tags"\r\n\r\na\r\n'
    answer = post(client, field * 500 + b"--x--\r\n")
    assert (answer.status_code, answer.json["code"]) == (413, "too_large")
