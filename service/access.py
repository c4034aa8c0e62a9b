"""Requests as they come and go: each gets an id, is counted and timed, and leaves one line in the log.

A line has the path and not what follows it: there may be secrets in a query.
"""

import logging
import re
import secrets
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

from flask import Flask, Response, request

from indexer.logs import request_id
from service.metrics import REQUEST_SECONDS, REQUESTS, REQUESTS_IN_FLIGHT

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ID_HEADER = "X-Request-Id"
MAX_PATH_LETTERS, MAX_METHOD_LETTERS = 300, 20
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
NO_ROUTE = "none"

_STARTED = "lookalike.started_s"
_SANE_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")

log = logging.getLogger(__name__)


def choose_id(given: str | None) -> str:
    """Return the id that a client or proxy gave to its request, or a new one where there is none to be trusted."""
    return given if given and _SANE_ID.fullmatch(given) else secrets.token_hex(8)


def follow_requests(app: Flask) -> None:
    """Let every request to the app be followed. To be called before anything else hooks into it."""
    app.wsgi_app = _Followed(app.wsgi_app)  # type: ignore[method-assign]
    app.after_request(_note)


class _Followed:
    def __init__(self, app: "WSGIApplication") -> None:
        self._app = app

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Any:
        environ[_STARTED] = perf_counter()
        token = request_id.set(choose_id(environ.get("HTTP_X_REQUEST_ID")))
        REQUESTS_IN_FLIGHT.inc()
        try:
            return self._app(environ, start_response)
        finally:
            REQUESTS_IN_FLIGHT.dec()
            request_id.reset(token)


class Answered(NamedTuple):
    """A request that was answered. `seconds` is the time until its answer began to be sent."""

    method: str
    path: str
    route: str
    status: int
    size_bytes: int
    seconds: float
    client: str


def note(answered: Answered) -> None:
    """Count, time and log a request."""
    known = answered.method if answered.method in METHODS else "other"  # each new value is a series for ever
    REQUESTS.labels(known, answered.route, answered.status).inc()
    REQUEST_SECONDS.labels(answered.route).observe(answered.seconds)
    if log.isEnabledFor(logging.INFO):
        path = answered.path[:MAX_PATH_LETTERS]
        fields = {
            "method": answered.method[:MAX_METHOD_LETTERS],
            "path": path,
            "route": answered.route,
            "status": answered.status,
            "duration_ms": round(answered.seconds * 1000, 2),
            "bytes": answered.size_bytes,
            "client": answered.client,
        }
        log.info("%s %s %d", fields["method"], path, answered.status, extra={"fields": fields})


def _note(response: Response) -> Response:
    response.headers[ID_HEADER] = request_id.get() or ""
    note(
        Answered(
            method=request.method,
            path=request.path,
            route=request.url_rule.rule if request.url_rule else NO_ROUTE,
            status=response.status_code,
            size_bytes=response.content_length or 0,
            seconds=perf_counter() - request.environ[_STARTED],
            client=request.remote_addr or "",
        )
    )
    return response
