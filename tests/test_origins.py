"""Names that the service goes by, and pages that may talk to it."""

from dataclasses import replace

import pytest
from flask import Request
from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder

from indexer.settings import Settings
from service.origins import is_foreign, is_own_name
from tests.conftest import House, make_client
from tests.pictures import RED, draw


@pytest.mark.parametrize(
    "host",
    [
        "localhost", "localhost:8000", "LOCALHOST:1", "localhost.", "tractors.localhost:8000", "127.0.0.1:8000",
        "[::1]:8000", "127.8.9.10", "192.168.1.20:8000", "10.0.0.1", "[fe80::1]:8000", "[2001:db8::1]",
        "nas", "nas:8000", "nas.", "NAS.home.arpa",
    ],
)  # fmt: skip
def test_addresses_local_names_and_names_that_were_given_are_its_own(host: str) -> None:
    assert is_own_name(host, {"nas", "nas.home.arpa"})


@pytest.mark.parametrize(
    "host",
    [
        "", "evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.1.evil.example", "nas.evil.example",
        "notlocalhost", "127.1", "2130706433", "0x7f000001", "127.0.0.1@evil.example", "evil.example#localhost", "[::1",
        "[::1].evil.example", "localhost evil.example", "localhost,evil.example", "%6c%6fcalhost", "*", "xnas",
    ],
)  # fmt: skip
def test_other_names_are_not(host: str) -> None:
    assert not is_own_name(host, {"nas"})


@pytest.mark.parametrize(
    ("method", "headers", "foreign"),
    [
        ("GET", {}, False),
        ("POST", {}, False),
        ("DELETE", {"Sec-Fetch-Site": "same-origin"}, False),
        ("GET", {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"}, False),
        ("POST", {"Origin": "http://here:8000"}, False),
        ("POST", {"Origin": "https://here:8000"}, False),
        ("POST", {"Origin": "http://HERE:8000"}, False),
        ("POST", {"Origin": "https://public.example", "Sec-Fetch-Site": "same-origin"}, False),
        ("GET", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, False),
        ("GET", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}, True),
        ("POST", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, True),
        ("GET", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}, True),
        ("GET", {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}, True),
        ("GET", {"Sec-Fetch-Site": "SAME-ORIGIN"}, True),
        ("GET", {"Sec-Fetch-Site": ""}, True),
        ("POST", {"Sec-Fetch-Site": "cross-site", "Origin": "http://here:8000"}, True),
        ("POST", {"Origin": "http://here:8001"}, True),
        ("POST", {"Origin": "http://here"}, True),
        ("POST", {"Origin": "http://there:8000"}, True),
        ("POST", {"Origin": "http://here:8000.there"}, True),
        ("POST", {"Origin": "null"}, True),
        ("POST", {"Origin": "file://"}, True),
        ("POST", {"Origin": ""}, True),
        ("GET", {"Origin": "chrome-extension://here:8000"}, True),
        ("OPTIONS", {"Origin": "http://there", "Access-Control-Request-Method": "DELETE"}, True),
    ],
)
def test_a_request_is_foreign_by_where_it_comes_from(method: str, headers: dict[str, str], foreign: bool) -> None:
    asked = Request(EnvironBuilder(method=method, headers=headers).get_environ())
    assert is_foreign(asked, "here:8000") == foreign


@pytest.mark.parametrize(("origin", "host"), [("https://here", "here:443"), ("http://here:80", "here")])
def test_the_usual_port_need_not_be_named(origin: str, host: str) -> None:
    assert not is_foreign(Request(EnvironBuilder(headers={"Origin": origin}).get_environ()), host)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/"), ("GET", "/v1/images"), ("POST", "/v1/images"), ("GET", "/metrics"), ("GET", "/static/mark.svg")],
)
def test_nothing_is_answered_under_a_strange_name(client: FlaskClient, method: str, path: str) -> None:
    answer = client.open(path, method=method, headers={"Host": "evil.example"})
    assert (answer.status_code, answer.get_json()["code"]) == (421, "unknown_host")
    assert "evil.example" in answer.get_json()["detail"]


def test_a_name_that_was_given_and_the_one_listened_on_are_answered(house: House) -> None:
    settings = Settings(library=house.root, data=house.data, min_free_mb=0, host="box.lan", hosts=frozenset({"nas"}))
    client = make_client(house, settings)
    assert [client.get("/v1/images", base_url=f"http://{host}:8000").status_code for host in ("nas", "box.lan")] == [
        200
    ] * 2
    unnamed = make_client(house, replace(settings, hosts=frozenset()))
    assert unnamed.get("/v1/images", base_url="http://nas:8000").status_code == 421


def test_a_request_that_names_no_host_is_answered(client: FlaskClient) -> None:
    assert client.get("/v1/images", environ_overrides={"HTTP_HOST": None}).status_code == 200


def test_a_page_that_is_not_ours_changes_nothing(client: FlaskClient, house: House) -> None:
    picture = house.put("red.png", draw(RED))
    house.synchroniser.sync()
    foreign = {"Origin": "http://127.0.0.1:9"}
    added = client.post("/v1/images", data={"image": (house.root / "red.png").open("rb")}, headers=foreign)
    removed = client.delete(f"/v1/images/{picture}", headers=foreign)
    assert [answer.get_json()["code"] for answer in (added, removed)] == ["foreign_page"] * 2
    assert house.known_keys() == {"red.png"}


def test_no_other_origin_is_ever_let_in(client: FlaskClient) -> None:
    asked = {"Origin": "http://there", "Access-Control-Request-Method": "DELETE"}
    for answer in (client.options("/v1/images", headers=asked), client.get("/v1/images"), client.options("/v1/images")):
        assert not [name for name in dict(answer.headers) if name.lower().startswith("access-control-")]
