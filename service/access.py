"""Requests as they come and go: each gets an id, is counted and timed, and leaves one line in the log.

A line has the path and not what follows it: there may be secrets in a query.
"""

import logging
import re
import secrets
from collections.abc import Iterable
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

from flask import Flask, Response, request
from werkzeug.wsgi import ClosingIterator

from indexer.logs import request_id
from service.metrics import REQUEST_SECONDS, REQUESTS, REQUESTS_IN_FLIGHT

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ID_HEADER = "X-Request-Id"
MAX_PATH_LETTERS, MAX_METHOD_LETTERS = 300, 20
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
NO_ROUTE = "none"

_STARTED, _ANSWERED = "lookalike.started_s", "lookalike.answered"
_SANE_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")

log = logging.getLogger(__name__)


def choose_id(given: str | None) -> str:
    """Return the id that a client or proxy gave to its request, or a new one where there is none to be trusted."""
    return given if given and _SANE_ID.fullmatch(given) else secrets.token_hex(8)


def follow_requests(app: Flask) -> None:
    """Let every request to the app be followed. To be called before anything else hooks into it."""
    app.wsgi_app = _Followed(app.wsgi_app)  # type: ignore[method-assign]
    app.after_request(_remember)


def started_s() -> float:
    """Return when the request at hand came in, by `perf_counter`."""
    return float(request.environ[_STARTED])


class _Followed:
    """Looks after a request until its answer was handed over, so that its client need not wait for the log."""

    def __init__(self, app: "WSGIApplication") -> None:
        self._app = app

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
        environ[_STARTED] = perf_counter()
        token = request_id.set(choose_id(environ.get("HTTP_X_REQUEST_ID")))
        REQUESTS_IN_FLIGHT.inc()

        def finish() -> None:
            REQUESTS_IN_FLIGHT.dec()
            if _ANSWERED in environ:
                _note(environ)
            request_id.reset(token)

        try:
            body: Iterable[bytes] = self._app(environ, start_response)
        except BaseException:
            finish()
            raise
        sent_as_file = isinstance(body, environ.get("wsgi.file_wrapper", ()))
        if sent_as_file:
            finish()  # the server sends the file by itself, and tells nobody when it is done
            return body
        return ClosingIterator(body, finish)


class Answered(NamedTuple):
    """A request that was answered. `seconds` is the time until its answer was handed over, or a file's began to be."""

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


def _remember(response: Response) -> Response:
    response.headers[ID_HEADER] = request_id.get() or ""
    route = request.url_rule.rule if request.url_rule else NO_ROUTE
    request.environ[_ANSWERED] = (route, response.status_code, response.content_length or 0)
    return response


def _note(environ: "WSGIEnvironment") -> None:
    route, status, size_bytes = environ[_ANSWERED]
    path = environ["PATH_INFO"].encode("latin-1").decode(errors="replace")  # as WSGI has it
    seconds, client = perf_counter() - environ[_STARTED], environ.get("REMOTE_ADDR", "")
    note(Answered(environ["REQUEST_METHOD"], path, route, status, size_bytes, seconds, client))
