"""One connection of the server: what is sent too slowly, too large or for too long is refused, and told so.

All runs in the server's own loop, but `service`, which a thread runs for each request.
"""

import logging
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from threading import Event
from typing import Any, cast

from waitress.channel import HTTPChannel
from waitress.utilities import Error

from indexer.room import NoRoomError, became_full
from service.parser import RequestParser
from service.tasks import AppTask, InsufficientStorageError, ProblemTask, RequestTimeoutError

IDLE_S = 0.2  # a connection on which nothing happened for so long carries no request that is on its way

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Patience:
    """How long the server waits for what. A body may take `body_s`, and longer while it keeps up the least rate; so may
    an answer.

    Every `look_s` it is looked at whose time is up.
    """

    head_s: float = 15.0
    body_s: float = 30.0
    least_bytes_per_s: int = 16 << 10
    lingers_s: float = 5.0
    idle_s: float = 60.0
    crowded_idle_s: float = 2.0
    look_s: float = 1.0

    def allows_s(self, moved_bytes: int) -> float:
        """Return how long a body may take of which so much has come through."""
        return self.body_s + moved_bytes / self.least_bytes_per_s


class GuardedChannel(HTTPChannel):  # type: ignore[misc]
    """A connection that ends in an orderly way even where its client is refused in the middle of a body.

    To close it there and then would reset it, and the answer be lost with what the client has sent and nobody has read:
    so only our half is closed, and the rest is read and forgotten for a while.
    """

    parser_class, task_class, error_task_class = RequestParser, AppTask, ProblemTask
    request: Any
    will_close: bool
    lingers = False  # the client may still be sending what nobody will read
    being_served = False  # a thread is at work on it

    def __init__(
        self,
        *args: Any,
        patience: Patience,
        require_space: Callable[[int], None],
        stopping: Event,
        served: set["GuardedChannel"],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._patience, self._require_space, self.stopping = patience, require_space, stopping
        self._served = served
        self._began: float | None = self.creation_time  # of what is being received; None between requests
        self._lingers_until: float | None = None
        self._head_seen = False
        self._sending_since: float | None = None  # at the first look that saw something to be sent
        self._sent_bytes = 0  # since then

    @property
    def place(self) -> int | None:
        """The file descriptor of its socket, None if it is closed."""
        return cast(int | None, self._fileno)

    @property
    def busy(self) -> bool:
        """Whether a request is coming in, being answered, or its answer still going out.

        Asked in this order: a request leaves `requests` only after its answer is in the buffers.
        """
        return bool(self.requests or self.request is not None or self.total_outbufs_len)

    def close_if_idle(self) -> None:
        """Close the connection unless something is going on, or may be on its way."""
        if not self.busy and self._lingers_until is None and time.time() > self.last_activity + IDLE_S:
            self.will_close = True

    def end_if_late(self) -> None:
        """Refuse what has taken too long to arrive, and close what has waited or been read for too long."""
        now = time.time()
        if self._is_read_too_slowly(now):
            super().handle_close()  # now: it may never be writable again
        elif self._lingers_until is not None:
            self.will_close = self.will_close or now > self._lingers_until
        elif self._began is not None and now > self._began + self._allowed_s():
            self._give_up()
        elif self._is_idle() and now > self.last_activity + self._idle_s():
            self.will_close = True

    def _is_read_too_slowly(self, now: float) -> bool:
        if not self.total_outbufs_len:
            self._sending_since = None
        elif self._sending_since is None:
            self._sending_since, self._sent_bytes = now, 0
        else:
            return now > self._sending_since + self._patience.allows_s(self._sent_bytes)
        return False

    def send(self, data: bytes, do_close: bool = True) -> int:
        sent = int(super().send(data, do_close))
        self._sent_bytes += sent
        return sent

    def readable(self) -> bool:
        if self._lingers_until is not None:
            return not self.will_close
        return bool(super().readable())

    def writable(self) -> bool:
        if self._lingers_until is not None:
            return self.will_close
        return bool(super().writable()) and not self._is_being_written()

    def _is_being_written(self) -> bool:
        """Whether a thread is writing its answer this moment. It wakes the loop if it leaves something to be sent.

        The loop could send nothing meanwhile, and would ask thousands of times a second, for which that thread waits.
        """
        if not self.requests or not self.outbuf_lock.acquire(blocking=False):
            return bool(self.requests)
        self.outbuf_lock.release()
        return False

    def send_continue(self) -> None:
        """Ask for the body that a client holds back, unless there is none or its head is refused already."""
        if not self.request.completed:
            super().send_continue()

    def received(self, data: bytes) -> bool:
        if self._lingers_until is not None:
            return False
        before = self.request
        try:
            taken = bool(super().received(data))
        except OSError as error:  # of the temporary file that a large body waits in
            if not became_full(error):
                raise
            self._refuse_for_room(error)
            return True
        if self.request is None:
            self._began, self._head_seen = None, False
        elif self.request is not before:
            self._began, self._head_seen = time.time(), False
        if self.request is not None and self.request.headers_finished and not self._head_seen:
            self._head_seen = True
            self._find_space()
        return taken

    def service(self) -> None:
        self.being_served = True
        self._served.add(self)
        try:
            super().service()
        finally:
            self.being_served = False

    def handle_close(self) -> None:
        if self.lingers and self._lingers_until is None and self._close_half():
            self._lingers_until = time.time() + self._patience.lingers_s
            self.will_close = self.close_when_flushed = False
        else:
            super().handle_close()

    def _close_half(self) -> bool:
        with suppress(OSError, AttributeError):  # closed already, and then there is no socket any more
            self.socket.shutdown(socket.SHUT_WR)
            return True
        return False

    def _allowed_s(self) -> float:
        if self.request is None or not self.request.headers_finished:
            return self._patience.head_s
        return self._patience.allows_s(self.request.body_bytes_received)

    def _is_idle(self) -> bool:
        return self._began is None and not self.requests and not self.total_outbufs_len

    def _idle_s(self) -> float:
        """Return how long a connection may wait for its next request: only a moment where others want its place."""
        crowded = len(self._map) > self.adj.connection_limit * 4 // 5
        return self._patience.crowded_idle_s if crowded else self._patience.idle_s

    def _give_up(self) -> None:
        if self.request is None:
            self.will_close = True
        elif not self.requests:
            self._refuse(RequestTimeoutError("the request took too long to arrive"))

    def _find_space(self) -> None:
        announced_bytes = self.request.content_length or self.adj.max_request_body_size
        if announced_bytes <= self.adj.inbuf_overflow or self.requests:
            return
        try:
            self._require_space(announced_bytes)
        except NoRoomError as error:
            self._refuse_for_room(error)

    def _refuse_for_room(self, error: Exception) -> None:
        log.error("a request was refused: %s", error)
        self._refuse(InsufficientStorageError("there is no room for so large a request"))

    def _refuse(self, error: Error) -> None:
        """Answer the request that is being received with an error, whatever of it has come."""
        with self.requests_lock:
            request, self.request, self._began = self.request, None, None
            if not request.headers_finished:
                request.parse_header(b"GET / HTTP/1.0\r\n")  # as the server itself does for what it cannot read
            request.error, request.completed = error, True
            self.requests.append(request)
        self.server.add_task(self)
