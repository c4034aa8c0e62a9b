"""The picture behind a link, given to the page."""

from dataclasses import replace

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.pictures import RED, draw

LINK = "https://pictures.example/car"


class FakeFetcher:
    """Finds the same bytes behind every link."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def fetch(self, url: str) -> bytes:
        assert url == LINK
        return self.data


def fetch(client: FlaskClient, data: bytes) -> TestResponse:
    extensions = client.application.extensions
    extensions["lookalike"] = replace(extensions["lookalike"], fetcher=FakeFetcher(data))
    return client.post("/v1/fetch", json={"url": LINK})


def test_the_picture_behind_a_link_is_answered_as_what_it_is_and_cannot_run(client: FlaskClient) -> None:
    picture = draw(RED, kind="WEBP")
    answer = fetch(client, picture)
    assert (answer.status_code, answer.mimetype, answer.data) == (200, "image/webp", picture)
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Cache-Control"] == "no-store"


def test_what_is_no_picture_is_not_passed_on(client: FlaskClient) -> None:
    answer = fetch(client, b"<svg onload='alert(1)'/>")
    assert (answer.status_code, answer.json["code"]) == (415, "unsupported_format")


def test_where_too_many_wait_for_other_servers_a_link_is_refused_at_once(client: FlaskClient) -> None:
    with client.application.extensions["lookalike"].waits.passing_at_once():
        answer = fetch(client, draw(RED))
    assert (answer.status_code, answer.json["code"]) == (503, "busy")
    assert int(answer.headers["Retry-After"]) > 0
    assert fetch(client, draw(RED)).status_code == 200


def test_links_can_be_turned_off(client: FlaskClient) -> None:
    answer = client.post("/v1/fetch", json={"url": LINK})
    assert (answer.status_code, answer.json["code"]) == (403, "urls_disabled")
