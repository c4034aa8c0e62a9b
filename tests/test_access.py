"""Every request has an id, is counted, and leaves one line in the log."""

import json
import logging
from typing import Any

import pytest
from flask.testing import FlaskClient

from indexer.logs import JsonLines, request_id
from tests.conftest import House


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """Return the fields of the lines that requests have left so far."""
    return [record.fields for record in caplog.records if record.name == "service.access"]  # type: ignore[attr-defined]


def test_a_request_leaves_one_line_that_says_what_became_of_it(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    answer = client.get("/v1/images/00000000-0000-0000-0000-000000000000")
    (line,) = lines(caplog)
    assert line.pop("duration_ms") > 0
    assert line == {
        "method": "GET", "path": "/v1/images/00000000-0000-0000-0000-000000000000", "route": "/v1/images/<picture_id>",
        "status": 404, "bytes": len(answer.data), "client": "127.0.0.1",
    }  # fmt: skip


def test_what_follows_the_path_is_left_out(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    client.get("/v1/images?cursor=s3cret", headers={"Authorization": "Bearer s3cret", "Cookie": "id=s3cret"})
    assert "/v1/images" in caplog.text
    assert "s3cret" not in caplog.text + str([vars(record) for record in caplog.records])


@pytest.mark.parametrize("sane", ["a", "0af7651916cd43dd8448eb211c80319c", "x" * 64, "A.b_c-d:e"])
def test_a_sane_id_is_kept(client: FlaskClient, sane: str) -> None:
    assert client.get("/health/live", headers={"X-Request-Id": sane}).headers["X-Request-Id"] == sane


@pytest.mark.parametrize("mad", ["", " ", "x" * 65, "a b", "ä", "<b>", "a;b", 'a"b', "a\tb"])
def test_any_other_id_is_replaced(client: FlaskClient, mad: str) -> None:
    given = client.get("/health/live", headers={"X-Request-Id": mad}).headers["X-Request-Id"]
    assert given != mad
    assert len(given) == 16


def test_each_request_without_an_id_gets_its_own(client: FlaskClient) -> None:
    given = {client.get("/health/live").headers["X-Request-Id"] for _ in range(5)}
    assert len(given) == 5
    assert request_id.get() is None


def test_a_problem_names_the_request(client: FlaskClient) -> None:
    for address in ("/nothing", "/v1/images/nobody", "/v1/images?limit=x"):
        answer = client.get(address, headers={"X-Request-Id": "mine"})
        assert (answer.json["request_id"], answer.headers["X-Request-Id"]) == ("mine", "mine")


def test_every_line_that_is_written_during_a_request_has_its_id(
    client: FlaskClient, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    caplog.handler.setFormatter(JsonLines())
    house.catalogue.close()
    answer = client.get("/v1/images", headers={"X-Request-Id": "mine"})
    assert answer.status_code == 500
    written = [json.loads(line) for line in caplog.text.splitlines()]
    assert {line["logger"] for line in written} >= {"service.errors", "service.access"}
    assert {line["request_id"] for line in written} == {"mine"}


def test_a_path_as_long_as_a_book_is_cut(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    client.get("/" + "x" * 5000)
    (line,) = lines(caplog)
    assert len(line["path"]) == 300
