"""The server's loop: whom it asks what they wait for, and when."""

import socket
from collections.abc import Iterator

import pytest

from service.loop import Loop


class Endpoint:
    """One end of a connection, whose other end is `far`. It counts how often it was asked."""

    accepting = False

    def __init__(self) -> None:
        self.near, self.far = socket.socketpair()
        self.place = self.near.fileno()
        self.wants_to_write = self.being_served = False
        self.asked, self.seen = 0, b""

    def readable(self) -> bool:
        self.asked += 1
        return True

    def writable(self) -> bool:
        return self.wants_to_write

    def handle_read_event(self) -> None:
        self.seen += self.near.recv(100)

    def handle_write_event(self) -> None:
        self.wants_to_write = False
        self.near.send(b"written")


Pair = tuple[Endpoint, Endpoint]


@pytest.fixture
def pair() -> Iterator[Pair]:
    ends = Endpoint(), Endpoint()
    yield ends
    for end in ends:
        end.near.close()
        end.far.close()


@pytest.fixture
def sockets(pair: Pair) -> dict[int, Endpoint]:
    return {end.place: end for end in pair}


@pytest.fixture
def loop(sockets: dict[int, Endpoint]) -> Loop:
    loop = Loop(sockets)
    loop.ask_all()
    return loop


def test_only_the_one_on_which_something_happens_is_asked_again(loop: Loop, pair: Pair) -> None:
    quick, quiet = pair
    for _ in range(5):
        quick.far.send(b"x")
        loop.turn(0)
    assert quick.seen == b"xxxxx"
    assert (quick.asked, quiet.asked) == (6, 1)


def test_one_that_a_thread_is_at_work_on_is_asked_each_time_and_once_afterwards(loop: Loop, pair: Pair) -> None:
    served = pair[0]
    served.being_served = True
    loop.served.add(served)
    loop.turn(0)
    served.being_served, served.wants_to_write = False, True
    loop.turn(0)
    assert served.far.recv(100) == b"written"
    before = served.asked
    loop.turn(0)
    assert served.asked == before


def test_one_that_is_gone_is_no_longer_waited_for(loop: Loop, pair: Pair, sockets: dict[int, Endpoint]) -> None:
    gone = pair[0]
    del sockets[gone.place]
    gone.far.send(b"x")
    loop.turn(0)
    loop.turn(0)
    assert gone.seen == b""
    assert gone.asked == 1


def test_a_new_one_is_asked_when_all_are(loop: Loop, sockets: dict[int, Endpoint]) -> None:
    new = Endpoint()
    sockets[new.place] = new
    new.far.send(b"x")
    loop.ask_all()
    loop.turn(0)
    assert new.seen == b"x"
    new.near.close()
    new.far.close()
