"""Runs the app in this process with waitress, which reads a whole request before it takes a thread."""

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from flask import Flask
from waitress.server import BaseWSGIServer, create_server

from indexer.room import require_room
from indexer.settings import Settings
from service.channel import GuardedChannel, Patience

# The app itself refuses what is over its limit, in its own words; this is for what is not even worth reading.
SLACK_BYTES = 1 << 20
RECEIVE_BYTES = 1 << 16  # a typical upload in two or three pieces
HEAD_BYTES = 1 << 15
IN_MEMORY_BYTES = 1 << 18  # of each request; what is larger waits in a temporary file
CONNECTIONS = 400  # with a temporary file each they stay below the 1,024 open files that most systems allow


class AddressError(Exception):
    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(f"{host}:{port} cannot be listened on: {reason}")


def open_server(app: Flask, settings: Settings, patience: Patience = Patience()) -> Any:  # noqa: B008 - it is frozen
    """Return a server that listens already; `run()` answers until `close()`. Raises `AddressError`."""
    sockets: dict[int, Any] = {}
    try:
        server = _create(app, settings, sockets)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise AddressError(settings.host, settings.port, reason) from None
    # A queue is no news: what waits in it is bounded by the number of connections.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    channel = partial(GuardedChannel, patience=patience, require_space=_space_for(settings))
    for listener in sockets.values():
        if isinstance(listener, BaseWSGIServer):
            listener.channel_class = channel
    return server


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
        threads=settings.threads,
        ident=None,
        connection_limit=CONNECTIONS,
        asyncore_use_poll=True,  # `select` knows no more than 1,024 files
        recv_bytes=RECEIVE_BYTES,
        inbuf_overflow=IN_MEMORY_BYTES,
        max_request_header_size=HEAD_BYTES,
        max_request_body_size=settings.max_upload_bytes + SLACK_BYTES,
        clear_untrusted_proxy_headers=settings.proxies == 0,
    )


def address_of(server: Any) -> str:
    """Return the address that a server listens on, as one types it into a browser."""
    host, port = (
        server.effective_listen[0]
        if hasattr(server, "effective_listen")
        else (
            server.effective_host,
            server.effective_port,
        )
    )
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
