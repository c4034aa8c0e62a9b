"""What goes out compressed, and what does not."""

import gzip
from pathlib import Path

import pytest
from flask.testing import FlaskClient

SHEET = "/static/css/tokens.css"
FILE = Path(__file__).parent.parent / "webui" / SHEET.lstrip("/")
TAKES_GZIP = {"Accept-Encoding": "gzip, br"}


def test_a_style_sheet_travels_compressed(client: FlaskClient) -> None:
    answer = client.get(SHEET, headers=TAKES_GZIP)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert int(answer.headers["Content-Length"]) == len(answer.data) < FILE.stat().st_size / 2
    assert gzip.decompress(answer.data) == FILE.read_bytes()


def test_whoever_takes_no_gzip_gets_the_file_itself(client: FlaskClient) -> None:
    answer = client.get(SHEET, headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in answer.headers
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert answer.data == FILE.read_bytes()


def test_what_the_browser_has_already_is_not_sent_again(client: FlaskClient) -> None:
    first = client.get(SHEET, headers=TAKES_GZIP)
    again = client.get(SHEET, headers=TAKES_GZIP | {"If-None-Match": first.headers["ETag"]})
    assert first.headers["ETag"].startswith("W/")
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("address", ["/", "/docs", "/openapi.json"])
def test_what_is_the_same_for_everybody_is_a_quarter_as_long(client: FlaskClient, address: str) -> None:
    plain, short = client.get(address), client.get(address, headers=TAKES_GZIP)
    assert gzip.decompress(short.data) == plain.data
    assert len(short.data) < len(plain.data) / 4


def test_whatever_an_address_names_what_is_kept_of_the_page_is_small(client: FlaskClient) -> None:
    few, many = (client.get("/?" + "more=x&" * count) for count in (40, 4000))
    assert many.data == few.data
    assert len(many.data) < 40_000


def test_answers_are_not_compressed(client: FlaskClient) -> None:
    for address in ("/v1/status", "/v1/images", "/nowhere"):
        assert "Content-Encoding" not in client.get(address, headers=TAKES_GZIP).headers
