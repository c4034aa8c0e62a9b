"""Who may do what, with which key, sent how."""

from collections.abc import Callable

import pytest
from flask import Request, Response
from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder

from indexer.settings import Settings
from service.keys import KeyNeededError, Keys, Right
from service.sessions import Sessions
from tests.conftest import House, make_client
from tests.pictures import RED, draw

READ, WRITE = "r" * 16, "w" * 16

Client = Callable[..., FlaskClient]


@pytest.fixture
def keyed(house: House) -> Client:
    """Return clients of a service with some keys, each with one picture, `red.png`."""
    house.put("red.png", draw(RED))
    house.synchroniser.sync()
    house.index_all()

    def open_client(**keys: str) -> FlaskClient:
        return make_client(house, Settings(library=house.root, data=house.data, min_free_mb=0, **keys))

    return open_client


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


OPEN = [("GET", "/"), ("GET", "/static/js/page.js"), ("GET", "/health/live"), ("GET", "/health/ready")]
READING = [
    ("GET", "/v1/images"), ("HEAD", "/v1/images"), ("OPTIONS", "/v1/images"), ("GET", "/v1/images/1/file"),
    ("GET", "/v1/images/1/thumbnail"), ("GET", "/v1/images/1/similar"), ("GET", "/v1/status"),
    ("POST", "/v1/search"), ("POST", "/v1/images/check"), ("GET", "/metrics"), ("GET", "/openapi.json"),
    ("GET", "/docs"), ("GET", "/nothing"), ("GET", "/v1/images/static"),
]  # fmt: skip
WRITING = [
    ("POST", "/v1/images"), ("PATCH", "/v1/images/1"), ("DELETE", "/v1/images/1"), ("POST", "/v1/images/1/restore"),
    ("POST", "/v1/images/delete"), ("POST", "/v1/search/"), ("PUT", "/nothing"), ("DELETE", "/openapi.json"),
]  # fmt: skip


def outcomes(client: FlaskClient, requests: list[tuple[str, str]], key: str | None = None) -> set[str]:
    """Return how requests end: `let in`, or the code of the refusal for want of a key."""
    found = set()
    for method, path in requests:
        answer = client.open(path, method=method, headers=bearer(key) if key else {})
        refused = answer.status_code in (401, 403) and (method == "HEAD" or "key" in answer.get_json()["code"])
        code = "key_needed" if method == "HEAD" else (answer.get_json() or {}).get("code")
        found.add(code if refused else "let in")
    return found


@pytest.mark.parametrize(
    ("keys", "offered", "reading", "writing"),
    [
        ({}, None, "let in", "let in"),
        ({"write_key": WRITE}, None, "let in", "key_needed"),
        ({"write_key": WRITE}, WRITE, "let in", "let in"),
        ({"write_key": WRITE, "read_key": READ}, None, "key_needed", "key_needed"),
        ({"write_key": WRITE, "read_key": READ}, READ, "let in", "write_key_needed"),
        ({"write_key": WRITE, "read_key": READ}, WRITE, "let in", "let in"),
        ({"write_key": WRITE, "read_key": READ}, "x" * 16, "key_needed", "key_needed"),
        ({"write_key": WRITE}, "x" * 16, "key_needed", "key_needed"),
    ],
)
def test_each_key_opens_what_it_is_for(
    keyed: Client, keys: dict[str, str], offered: str | None, reading: str, writing: str
) -> None:
    client = keyed(**keys)
    assert outcomes(client, OPEN, offered) == {"let in"}
    assert outcomes(client, READING, offered) == {reading}
    assert outcomes(client, WRITING, offered) == {writing}


def test_a_refusal_says_what_kind_of_key_is_wanted(keyed: Client) -> None:
    answer = keyed(write_key=WRITE, read_key=READ).get("/v1/images")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="Lookalike"')


@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer ", f"Basic {WRITE}", WRITE, f"Bearer {WRITE}x", "Bearer é", f"Bearer {WRITE[1:]}"]
)
def test_nothing_but_the_whole_key_opens(keyed: Client, given: str) -> None:
    answer = keyed(write_key=WRITE, read_key=READ).get("/v1/images", headers={"Authorization": given})
    assert answer.status_code == 401


def test_a_key_is_nowhere_to_be_seen(keyed: Client) -> None:
    settings = Settings(write_key=WRITE, read_key=READ)
    answers = [keyed(write_key=WRITE, read_key=READ).get("/v1/images", headers=bearer("z" * 20))]
    answers.append(keyed(write_key=WRITE).post("/v1/session", json={"key": WRITE}))
    for text in (
        repr(settings),
        repr(vars(Keys(READ, WRITE))),
        *(f"{answer.headers}{answer.text}" for answer in answers),
    ):
        assert WRITE not in text
        assert READ not in text
        assert "z" * 20 not in text


def test_a_key_traded_for_a_cookie_lets_a_browser_show_pictures(keyed: Client) -> None:
    client = keyed(write_key=WRITE, read_key=READ)
    picture = client.get("/v1/images", headers=bearer(READ)).get_json()["images"][0]
    assert client.get(picture["thumbnail"]).status_code == 401
    traded = client.post("/v1/session", json={"key": READ})
    assert traded.get_json() == {"may": "read"}
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(traded.headers["Set-Cookie"].split("; "))
    assert client.get(picture["thumbnail"]).status_code == 200
    assert client.get("/v1/session").get_json() == {"may": "read"}
    assert client.delete(f"/v1/images/{picture['id']}").get_json()["code"] == "write_key_needed"
    assert client.post("/v1/session", json={"key": WRITE}).get_json() == {"may": "write"}
    assert client.delete(f"/v1/images/{picture['id']}").status_code == 204


def test_a_session_can_be_left(keyed: Client) -> None:
    client = keyed(write_key=WRITE, read_key=READ)
    client.post("/v1/session", json={"key": READ})
    assert client.get("/v1/images").status_code == 200
    assert client.delete("/v1/session").status_code == 204
    assert client.get("/v1/images").status_code == 401


@pytest.mark.parametrize(("lasts_s", "right"), [(60, Right.WRITE), (-1, Right.NOTHING)])
def test_a_session_runs_out(lasts_s: int, right: Right) -> None:
    sessions, response = Sessions(b"secret", lasts_s), Response()
    sessions.start(response, Right.WRITE, secure=False)
    cookie = response.headers["Set-Cookie"].split(";")[0]
    asked = Request(EnvironBuilder(headers={"Cookie": cookie}).get_environ())
    assert sessions.read(asked) == right


def test_a_session_is_only_for_the_keys_that_it_was_made_with(keyed: Client) -> None:
    client, other = (
        keyed(write_key=WRITE, read_key=READ),
        keyed(write_key=WRITE, read_key="other key of 16 and more".replace(" ", "-")),
    )
    cookie = client.post("/v1/session", json={"key": WRITE}).headers["Set-Cookie"].split(";")[0]
    assert client.get("/v1/images").status_code == 200
    name, value = cookie.split("=", 1)
    name_of_other = other.post("/v1/session", json={"key": WRITE}).headers["Set-Cookie"].split("=", 1)[0]
    assert name != name_of_other
    other.delete("/v1/session")
    other.set_cookie(name_of_other, value)
    assert other.get("/v1/images").status_code == 401


@pytest.mark.parametrize("key", ["x" * 16, "é" * 20])
def test_a_wrong_key_is_not_traded(keyed: Client, key: str) -> None:
    answer = keyed(write_key=WRITE).post("/v1/session", json={"key": key})
    assert (answer.status_code, answer.get_json()["code"]) == (401, "key_needed")
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("body", [{}, [], {"key": 5}, {"key": ""}, {"key": "x" * 257}, {"key": "\ud800"}, "key"])
def test_what_is_no_key_at_all_is_said_to_be_none(keyed: Client, body: object) -> None:
    answer = keyed(write_key=WRITE).post("/v1/session", json=body)
    assert (answer.status_code, answer.get_json()["code"]) == (400, "invalid_request")


def test_the_cookie_goes_over_tls_alone_where_a_trusted_proxy_says_that_it_does(house: House) -> None:
    behind = make_client(house, Settings(library=house.root, data=house.data, write_key=WRITE, proxies=1))
    bare = make_client(house, Settings(library=house.root, data=house.data, write_key=WRITE))
    answers = [
        client.post("/v1/session", json={"key": WRITE}, headers={"X-Forwarded-Proto": "https"})
        for client in (behind, bare)
    ]
    assert ["Secure" in answer.headers["Set-Cookie"] for answer in answers] == [True, False]


def test_a_proxy_does_not_say_which_name_was_asked_for(house: House) -> None:
    client = make_client(house, Settings(library=house.root, data=house.data, proxies=1))
    answer = client.get("/v1/images", headers={"Host": "evil.example", "X-Forwarded-Host": "localhost"})
    assert answer.status_code == 421


def test_of_two_like_keys_the_right_is_the_greater() -> None:
    keys = Keys(WRITE, WRITE)
    assert keys.right_of(WRITE) is Right.WRITE
    with pytest.raises(KeyNeededError):
        keys.right_of("")
