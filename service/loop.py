"""The server's loop: waits until something can be read or written, and lets whose socket it is do so.

Waitress' own asks every connection what it waits for whenever it wakes, three times a request: with two hundred of them
that costs more than all else that it does. This one asks only those on which something may have happened.
"""

import select
from typing import Any

from waitress import wasyncore

_READ, _WRITE = select.POLLIN | select.POLLPRI, select.POLLOUT


class Loop:
    """Waits for what the dispatchers in `sockets`, by file descriptor, say that they want.

    `served` are those that a thread is at work on, or was when the loop last looked: they change at any time, and wake
    the loop when that matters.
    """

    def __init__(self, sockets: dict[int, Any]) -> None:
        self._sockets, self._known, self._poll = sockets, dict[int, int](), select.poll()
        self.served: set[Any] = set()

    def ask_all(self) -> None:
        """Ask everybody what they wait for. To be called after changes that the loop cannot know of."""
        for place in self._sockets.keys() | self._known.keys():
            self._ask(place)

    def turn(self, timeout_s: float) -> None:
        """Wait for at most so long until something happens, and let those that it happens to deal with it."""
        self._ask_served()
        count, listens = len(self._sockets), False
        for place, events in self._poll.poll(timeout_s * 1000):
            if found := self._sockets.get(place):
                wasyncore.readwrite(found, events)
                listens |= found.accepting
            self._ask(place)
        if listens or len(self._sockets) != count:  # there are new connections, or may be again
            self.ask_all()

    def _ask_served(self) -> None:
        for channel in tuple(self.served):
            self.served.discard(channel)
            if channel.being_served:  # in this order, or one that begins just now would be lost
                self.served.add(channel)
            self._ask(channel.place)

    def _ask(self, place: int) -> None:
        wanted = _wanted(self._sockets.get(place))
        if wanted == self._known.get(place, 0):
            return
        if wanted:
            self._poll.register(place, wanted)
            self._known[place] = wanted
        else:
            self._poll.unregister(place)
            del self._known[place]


def _wanted(found: Any) -> int:
    """Return what a dispatcher waits for, nothing if there is none."""
    if found is None:
        return 0
    return (_READ if found.readable() else 0) | (_WRITE if found.writable() and not found.accepting else 0)
