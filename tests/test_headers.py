"""What every answer tells browsers about itself."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from service.headers import HEADERS
from tests.conftest import House
from tests.pictures import RED, draw
from tests.running import RunningService


@pytest.mark.parametrize("path", ["/", "/static/js/page.js", "/v1/images", "/v1/nothing", "/v1/search", "/metrics"])
def test_every_answer_is_guarded(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    assert {name: headers.get(name) for name in HEADERS} == HEADERS


def test_the_policy_allows_scripts_from_here_alone_and_no_frame() -> None:
    policy = dict(part.split(" ", 1) for part in HEADERS["Content-Security-Policy"].split("; "))
    assert (policy["default-src"], policy["frame-ancestors"], policy["base-uri"]) == ("'none'",) * 3
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert not re.search("unsafe|https?:|\\*", HEADERS["Content-Security-Policy"])


def test_a_picture_keeps_its_own_stricter_policy(client: FlaskClient, house: House) -> None:
    picture = house.put("red.png", draw(RED))
    house.synchroniser.sync()
    headers = client.get(f"/v1/images/{picture}/file").headers
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert (headers["X-Content-Type-Options"], headers["Cross-Origin-Resource-Policy"]) == ("nosniff", "same-origin")
    assert "no-store" not in headers["Cache-Control"]


def test_what_is_said_of_pictures_is_kept_in_no_cache(client: FlaskClient) -> None:
    assert client.get("/v1/images").headers["Cache-Control"] == "no-store"


def test_nothing_says_which_program_answers(tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    with RunningService(tmp_path / "library", tmp_path / "data") as service:
        fine, broken = service.session.get(service.address), service.session.get(f"{service.address}/v1/nothing")
    for answer in (fine, broken):
        assert not {"Server", "Via", "X-Powered-By"} & set(answer.headers)
