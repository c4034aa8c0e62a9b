"""How often one address may ask."""

import os
from importlib.util import find_spec

import pytest
from flask.testing import FlaskClient

from indexer.settings import SettingError, Settings, read_settings
from tests.conftest import House, make_client

REDIS_URL = os.environ.get("REDIS_URL")
WRITE = "w" * 16


def limited(house: House, **settings: object) -> FlaskClient:
    return make_client(house, Settings(library=house.root, data=house.data, min_free_mb=0, **settings))  # type: ignore[arg-type]


def ask(client: FlaskClient, times: int, method: str = "GET", path: str = "/v1/images", **options: object) -> list[int]:
    return [client.open(path, method=method, **options).status_code for _ in range(times)]  # type: ignore[arg-type]


def test_whoever_asks_too_often_is_told_when_to_come_again(house: House) -> None:
    client = limited(house, rate_read="3/day")
    assert ask(client, 3) == [200, 200, 200]
    refused = client.get("/v1/images")
    assert (refused.status_code, refused.get_json()["code"]) == (429, "too_many_requests")
    assert refused.content_type == "application/problem+json"
    assert 0 < int(refused.headers["Retry-After"]) <= 86_400


def test_looking_and_changing_are_counted_apart(house: House) -> None:
    client = limited(house, rate_read="2/day", rate_write="1/day")
    assert ask(client, 3) == [200, 200, 429]
    assert ask(client, 2, "POST") == [415, 429]
    assert ask(client, 1, "POST", "/v1/search") == [429]


def test_without_a_rate_for_it_a_request_is_not_counted(house: House) -> None:
    client = limited(house, rate_write="1/day")
    assert ask(client, 5) == [200] * 5


def test_the_page_and_health_are_never_counted(house: House) -> None:
    client = limited(house, rate_read="1/day", rate_write="1/day")
    for path in ("/", "/static/mark.svg", "/health/live", "/health/ready"):
        assert ask(client, 3, path=path) == [200] * 3


def test_keys_cannot_be_tried_out_faster_than_that(house: House) -> None:
    client = limited(house, rate_write="2/day", write_key=WRITE)
    wrong = {"Authorization": "Bearer " + "x" * 16}
    assert ask(client, 3, "POST", headers=wrong) == [401, 401, 429]
    elsewhere = {"REMOTE_ADDR": "10.9.9.9"}
    traded = ask(client, 3, "POST", "/v1/session", json={"key": "x" * 16}, environ_overrides=elsewhere)
    assert traded == [401, 401, 429]


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("10.0.0.1", "10.0.0.2", False),
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
        ("::ffff:10.0.0.1", "::ffff:10.0.0.2", False),
    ],
)
def test_each_address_counts_for_itself_and_with_ipv6_each_network(
    house: House, one: str, other: str, together: bool
) -> None:
    client = limited(house, rate_read="1/day")
    first = ask(client, 2, environ_overrides={"REMOTE_ADDR": one})
    second = ask(client, 1, environ_overrides={"REMOTE_ADDR": other})
    assert (first, second) == ([200, 429], [429 if together else 200])


@pytest.mark.parametrize(("proxies", "statuses"), [(0, [200, 429]), (1, [200, 200])])
def test_behind_trusted_proxies_it_is_the_client_that_counts(house: House, proxies: int, statuses: list[int]) -> None:
    client = limited(house, rate_read="1/day", proxies=proxies)
    found = [ask(client, 1, headers={"X-Forwarded-For": f"spoofed, 10.0.0.{last}"})[0] for last in (1, 2)]
    assert found == statuses


@pytest.mark.skipif(REDIS_URL is None, reason="no Redis: set REDIS_URL to test on one")
def test_processes_that_share_a_store_count_together(house: House) -> None:
    apps = [limited(house, rate_read="2/day", rate_store=REDIS_URL) for _ in range(2)]
    address = {"REMOTE_ADDR": f"fd00:{os.getpid():x}::1"}
    assert [ask(client, 1, environ_overrides=address) for client in (*apps, *apps)] == [[200], [200], [429], [429]]
    for client in apps:
        for limiter in client.application.extensions["limiter"]:
            limiter.storage.storage.close()


@pytest.mark.skipif(find_spec("redis") is not None, reason="needs a machine without the `redis` extra")
def test_a_store_that_cannot_be_used_is_one_clear_line(house: House) -> None:
    with pytest.raises(SettingError, match=r"LOOKALIKE_RATE_STORE .* pip install '\.\[redis\]'"):
        limited(house, rate_read="1/day", rate_store="redis://127.0.0.1:1")


@pytest.mark.parametrize("rate", ["0/minute", "fast", "10", "10/fortnight", "-1/second", "10 per minute"])
def test_a_rate_that_is_none_is_refused(rate: str) -> None:
    with pytest.raises(SettingError, match="LOOKALIKE_RATE_READ"):
        read_settings({}, {"LOOKALIKE_RATE_READ": rate})
