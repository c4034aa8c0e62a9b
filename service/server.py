"""Runs the app in this process with waitress, which reads a whole request before it takes a thread."""

import logging
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import gettempdir
from threading import Event
from typing import Any

from flask import Flask
from waitress import wasyncore
from waitress.server import BaseWSGIServer, create_server

from indexer.room import require_room
from indexer.settings import CORES, Settings
from service.channel import GuardedChannel, Patience
from service.dispatcher import Dispatcher
from service.loop import Loop

# The app itself refuses what is over its limit, in its own words; this is for what is not even worth reading.
SLACK_BYTES = 1 << 20
RECEIVE_BYTES = 1 << 18  # a typical upload in one piece, if it is there already
HEAD_BYTES = 1 << 15
IN_MEMORY_BYTES = 1 << 18  # of each request; what is larger waits in a temporary file
CONNECTIONS = 400  # with a temporary file each they stay below the 1,024 open files that most systems allow
DRAIN_POLL_S = 0.05
THREADS_END_S = 0.5

log = logging.getLogger(__name__)


class AddressError(Exception):
    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(f"{host}:{port} cannot be listened on: {reason}")


class Server:
    """Listens already when it has been made, and answers from `run` on. Raises `AddressError`."""

    def __init__(
        self,
        app: Flask,
        settings: Settings,
        stopping: Event,
        patience: Patience = Patience(),  # noqa: B008 - it is frozen
    ) -> None:
        self._stopping, self._look_s, self._sockets = stopping, patience.look_s, dict[int, Any]()
        try:
            self._waitress = _create(app, settings, self._sockets)
        except (OSError, ValueError) as error:
            wasyncore.close_all(self._sockets, ignore_all=True)
            reason = getattr(error, "strerror", None) or str(error)
            raise AddressError(settings.host, settings.port, reason) from None
        self._listeners = [found for found in self._sockets.values() if isinstance(found, BaseWSGIServer)]
        self._loop = Loop(self._sockets)
        channel = partial(
            GuardedChannel,
            patience=patience,
            require_space=_space_for(settings),
            stopping=stopping,
            served=self._loop.served,
        )
        for listener in self._listeners:
            listener.channel_class = channel

    @property
    def address(self) -> str:
        """The address that it listens on, as one types it into a browser."""
        host, port = self._listeners[0].effective_host, self._listeners[0].effective_port
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def run(self) -> None:
        """Answer requests until `stopping` is set."""
        looked = 0.0
        while not self._stopping.is_set():
            if time.monotonic() >= looked + self._look_s:
                self._look()
                looked = time.monotonic()
            self._loop.turn(self._look_s)

    def wake(self) -> None:
        """Let `run` look at `stopping` now. May be called by a signal handler."""
        for listener in self._listeners:
            listener.pull_trigger()

    def finish(self, timeout_s: float) -> None:
        """Take no new connections, finish for at most so long what has begun, and let go of the address."""
        self._refuse_connections()
        self._drain(time.monotonic() + timeout_s)
        if cut_off := sum(channel.busy for channel in self._channels()):
            log.warning("%d requests were cut off: they took longer than %g s", cut_off, timeout_s)
        self._waitress.task_dispatcher.shutdown(timeout=THREADS_END_S)
        wasyncore.close_all(self._sockets, ignore_all=True)

    def _refuse_connections(self) -> None:
        """Take the connections that the system has accepted already, and close the door."""
        for listener in self._listeners:
            known = -1
            while known < len(self._sockets):
                known = len(self._sockets)
                listener.handle_accept()
            wasyncore.dispatcher.close(listener)

    def _drain(self, deadline: float) -> None:
        while (channels := self._channels()) and time.monotonic() < deadline:
            self._look()
            # What has arrived is read before an idle connection is told from one that has just been used.
            self._loop.turn(DRAIN_POLL_S)
            for channel in channels:
                channel.close_if_idle()

    def _look(self) -> None:
        """Look at every connection: whose time is up, and what has changed without the loop."""
        for channel in self._channels():
            channel.end_if_late()
        self._loop.ask_all()

    def _channels(self) -> list[GuardedChannel]:
        return [found for found in self._sockets.values() if isinstance(found, GuardedChannel)]


def _space_for(settings: Settings) -> Callable[[int], None]:
    """Return a check that there is room for so many bytes where requests wait. It raises `NoRoomError`."""
    folder = Path(gettempdir())
    return lambda needed_bytes: require_room(folder, settings.min_free_bytes + needed_bytes)


def _create(app: Flask, settings: Settings, sockets: dict[int, Any]) -> Any:
    return create_server(
        app,
        map=sockets,
        host=settings.host,
        port=settings.port,
        _dispatcher=Dispatcher(settings.threads, at_once=max(2, CORES)),
        ident=None,
        connection_limit=CONNECTIONS,
        recv_bytes=RECEIVE_BYTES,
        inbuf_overflow=IN_MEMORY_BYTES,
        max_request_header_size=HEAD_BYTES,
        max_request_body_size=settings.max_upload_bytes + SLACK_BYTES,
        clear_untrusted_proxy_headers=settings.proxies == 0,
    )
