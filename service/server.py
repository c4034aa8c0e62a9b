"""Runs the app in this process with waitress, which reads a whole request before it takes a thread."""

import json
from typing import Any

from flask import Flask
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer, create_server
from waitress.task import ErrorTask

from indexer.settings import Settings

# The app itself refuses what is over its limit, in its own words; this is for what is not even worth reading.
SLACK_BYTES = 1 << 20
IDLE_TIMEOUT_S = 60
RECEIVE_BYTES = 1 << 16  # a typical upload in two or three pieces


class AddressError(Exception):
    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(f"{host}:{port} cannot be listened on: {reason}")


class ProblemTask(ErrorTask):  # type: ignore[misc]
    """Answers what is not acceptable as HTTP the way the app answers errors (RFC 9457)."""

    def execute(self) -> None:
        error = self.request.error
        title = error.reason
        problem = {
            "type": "about:blank",
            "title": title,
            "status": error.code,
            "code": "too_large" if error.code == 413 else title.lower().replace(" ", "_"),
            "detail": str(error.body),
        }
        body = json.dumps(problem).encode()
        self.status = f"{error.code} {title}"
        self.response_headers.append(("Content-Type", "application/problem+json"))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class ProblemChannel(HTTPChannel):  # type: ignore[misc]
    error_task_class = ProblemTask


def open_server(app: Flask, settings: Settings) -> Any:
    """Return a server that listens already; `run()` answers until `close()`. Raises `AddressError`."""
    sockets: dict[int, Any] = {}
    try:
        server = _create(app, settings, sockets)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise AddressError(settings.host, settings.port, reason) from None
    for listener in sockets.values():
        if isinstance(listener, BaseWSGIServer):
            listener.channel_class = ProblemChannel
    return server


def _create(app: Flask, settings: Settings, sockets: dict[int, Any]) -> Any:
    return create_server(
        app,
        map=sockets,
        host=settings.host,
        port=settings.port,
        threads=settings.threads,
        ident=None,
        channel_timeout=IDLE_TIMEOUT_S,
        recv_bytes=RECEIVE_BYTES,
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
