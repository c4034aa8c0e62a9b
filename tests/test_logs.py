"""The log: what a line shows, and what it never does."""

import io
import json
import logging
import sys

import pytest

from indexer.logs import JsonLines, Lines, TextLines, in_json, request_id


def record(message: str, *arguments: object, **fields: object) -> logging.LogRecord:
    made = logging.LogRecord("some.module", logging.WARNING, "", 0, message, arguments, None)
    made.fields = fields
    return made


def failed(message: str) -> logging.LogRecord:
    made = record("it broke")
    try:
        raise ValueError(message)
    except ValueError:
        made.exc_info = sys.exc_info()
    return made


def test_a_json_line_has_time_level_place_message_and_fields() -> None:
    line = json.loads(JsonLines().format(record("%d pictures", 3, size=7)))
    assert line.pop("time").endswith("+00:00")
    assert line == {"level": "warning", "logger": "some.module", "message": "3 pictures", "size": 7}


def test_an_exception_is_one_line_of_json_with_its_trace() -> None:
    text = JsonLines().format(failed("of course"))
    assert "\n" not in text
    assert "ValueError: of course" in json.loads(text)["exception"]


@pytest.mark.parametrize("lines", [JsonLines(), TextLines()])
def test_the_id_of_the_request_is_in_its_lines_and_in_no_other(lines: Lines) -> None:
    token = request_id.set("abc-123")
    during = lines.format(record("hello"))
    request_id.reset(token)
    assert "abc-123" in during
    assert "request_id" not in lines.format(record("hello"))


@pytest.mark.parametrize("lines", [JsonLines(["hunter2"]), TextLines(["hunter2", "", "hunter"])])
@pytest.mark.parametrize(
    "made",
    [record("key is %s", "hunter2"), record("x", header="Bearer hunter2"), failed("hunter2 was refused"),
     record("GET http://qdrant:6333/?key=hunter2"), record("x", url="HTTPS://me:hunter2@example.org/a.jpg")],
)  # fmt: skip
def test_a_key_is_blanked_out_wherever_it_stands(lines: Lines, made: logging.LogRecord) -> None:
    assert "hunter2" not in lines.format(made)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://example.org/a.jpg?token=s3cret#s3cret", "https://example.org/a.jpg"),
        ("http://me:s3cret@example.org:81/a/b", "http://example.org:81/a/b"),
        ("http://s3cret@s3cret@example.org?s3cret", "http://example.org"),
        ("redis://:s3cret@cache/0", "redis://cache/0"),
        ("'https://example.org/?s3cret' and \"https://example.org/#s3cret\"", "'https://example.org/' and"),
    ],
)
def test_of_an_address_only_scheme_host_and_path_are_shown(address: str, shown: str) -> None:
    text = JsonLines().format(record("it was %s, they say", address))
    assert "s3cret" not in text
    assert shown in text
    assert "they say" in text


def test_text_from_outside_cannot_forge_a_line_or_move_the_cursor() -> None:
    text = TextLines().format(record("a\nERROR b\r\x1b[2J\x9b", name="c\x1b]0;x\x07\ud800"))
    assert text.isprintable()
    assert text.splitlines() == [text]


def test_a_field_that_the_message_shows_already_is_not_repeated_in_text() -> None:
    assert TextLines().format(record("GET /a", path="/a", bytes=5)).endswith("GET /a  bytes=5")


def test_it_is_json_unless_a_person_reads_it() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    assert in_json(io.StringIO(), "auto")
    assert not in_json(Terminal(), "auto")
    assert in_json(Terminal(), "json")
    assert not in_json(io.StringIO(), "text")
