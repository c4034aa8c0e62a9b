"""Whoever comes to an address with a browser, and finds nothing, reads a page with a way back; programs do not."""

import pytest
from flask.testing import FlaskClient

from indexer.record import id_of
from indexer.settings import Settings
from service.headers import HEADERS
from tests.conftest import House, make_client
from tests.test_page import Tags

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"}
GONE = f"/v1/images/{id_of('gone.png')}"


@pytest.mark.parametrize(
    ("address", "status", "says"),
    [
        ("/nowhere", 404, "There is nothing at /nowhere."),
        (f"{GONE}/file", 404, "There is no picture with the id"),
        (GONE, 404, "There is no picture with the id"),
        ("/v1/images?limit=0", 400, "Limit should be a whole number from 1 to 500, not 0."),
        ("/v1/search", 405, "GET is not taken here, but POST."),
    ],
)
def test_a_browser_gets_a_page_with_a_way_back(client: FlaskClient, address: str, status: int, says: str) -> None:
    answer = client.get(address, headers=BROWSER)
    assert (answer.status_code, answer.mimetype, answer.headers["Vary"]) == (status, "text/html", "Accept")
    assert says in answer.text
    page = Tags(answer.text)
    links = [attributes["href"] or "" for tag, attributes in page.found if tag == "a"]
    assert set(links) == {"/", "/?view=library", "/docs"}
    assert all(client.get(link).status_code == 200 for link in links)
    assert page.inline == ""
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


@pytest.mark.parametrize(
    "accept", ["*/*", "application/json", "application/json, text/html", "image/avif,*/*;q=0.8", ""]
)
def test_a_program_gets_a_problem(client: FlaskClient, accept: str) -> None:
    answer = client.get("/nowhere", headers={"Accept": accept})
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


def test_what_was_not_gone_to_is_a_problem_whoever_asks(client: FlaskClient) -> None:
    assert client.post("/v1/search", headers=BROWSER).mimetype == "application/problem+json"


def test_an_address_makes_no_markup(client: FlaskClient) -> None:
    answer = client.get("/<script>alert(1)</script>", headers=BROWSER)
    assert "There is nothing at /&lt;script&gt;" in answer.text
    assert "script" not in [tag for tag, _ in Tags(answer.text).found]


def test_whoever_needs_a_key_is_led_to_where_it_is_asked_for(house: House) -> None:
    client = make_client(house, Settings(library=house.root, data=house.data, read_key="r" * 20, write_key="w" * 20))
    answer = client.get("/docs", headers=BROWSER)
    assert (answer.status_code, answer.mimetype) == (401, "text/html")
    assert "A key is needed" in answer.text


def test_the_page_is_in_the_chosen_scheme(client: FlaskClient) -> None:
    client.set_cookie("lookalike-scheme", "dark")
    assert '<html lang="en" data-bs-theme="dark">' in client.get("/nowhere", headers=BROWSER).text
