"""What goes out for an answer, piece by piece."""

from threading import Event
from types import SimpleNamespace

import pytest

from service.tasks import AppTask


class Channel:
    """Keeps what is to be sent, a piece for each time that it is told to send something."""

    def __init__(self) -> None:
        self.stopping, self.pieces = Event(), list[bytes]()
        self.server = SimpleNamespace(adj=SimpleNamespace(ident=None))

    def write_soon(self, data: bytes) -> None:
        self.pieces.append(data)


def send(*parts: bytes, status: str = "200 OK", length: int | None = None) -> list[bytes]:
    """Return the pieces in which an answer goes out that the app gives in these parts."""
    channel = Channel()
    task = AppTask(channel, SimpleNamespace(version="1.1", headers={}))
    task.complete, task.status, task.content_length = True, status, length
    for part in parts:
        task.write(part)
    task.finish()
    return channel.pieces


def test_an_answer_of_one_part_is_sent_in_one_piece() -> None:
    (piece,) = send(b"hello", length=5)
    head, _, body = piece.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"Content-Length: 5" in head
    assert body == b"hello"


@pytest.mark.parametrize("length", [10, None])
def test_an_answer_of_several_parts_is_sent_part_by_part(length: int | None) -> None:
    pieces = send(b"hello", b"world", length=length)
    assert pieces[0].endswith(b"\r\n\r\n")
    assert b"hello" in pieces[1]
    assert b"world" in pieces[2]


def test_a_large_body_is_not_copied_to_go_with_its_head() -> None:
    large = bytes(1 << 20)
    _, piece = send(large, length=len(large))
    assert piece is large


def test_no_more_is_sent_than_was_announced() -> None:
    assert b"".join(send(b"hello, world", length=5)).endswith(b"\r\n\r\nhello")


def test_an_answer_that_may_have_no_body_has_none() -> None:
    (piece,) = send(b"hello", status="304 Not Modified", length=5)
    assert piece.endswith(b"\r\n\r\n")
