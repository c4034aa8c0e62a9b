"""The one table of what goes wrong: an exception, its HTTP status, its stable code (RFC 9457).

Layers below raise; only this module knows HTTP. The first row that an exception is an instance of counts.
"""

import logging
from dataclasses import dataclass

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import (
    BadRequest,
    HTTPException,
    MethodNotAllowed,
    NotFound,
    PreconditionFailed,
    RequestedRangeNotSatisfiable,
    RequestEntityTooLarge,
    TooManyRequests,
    UnsupportedMediaType,
)

from indexer.catalogue import ModelMismatchError
from indexer.engine import CatalogueFullError, EngineError, EngineUnavailableError, QueryError
from indexer.keeper import UnknownPictureError
from indexer.library import InvalidKeyError, KeyTakenError, LibraryUnavailableError, ReadOnlyLibraryError
from indexer.listing import CursorError
from indexer.logs import request_id
from indexer.room import NoRoomError, became_full
from model.errors import ImageError, TooManyPixelsError, UndecodableError, UnsupportedFormatError
from service.answers import Problem
from service.backlog import QueueFullError
from service.context import BusyError
from service.faults import listed
from service.fetch import (
    FetchDisabledError,
    FetchError,
    FetchTimeoutError,
    ForbiddenUrlError,
    TooLargeError,
    UpstreamError,
)
from service.keys import KeyNeededError, WriteKeyNeededError
from service.origins import SAFE_METHODS, ForeignPageError, UnknownHostError
from service.page import show_problem
from service.readiness import NotReadyError

PROBLEM = "application/problem+json"

log = logging.getLogger(__name__)


class InvalidRequestError(Exception):
    """A request whose form or values cannot be used; `faults` says what is wrong with each, a sentence each."""

    def __init__(self, *faults: str) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


class NotIndexedError(Exception):
    def __init__(self, state: str) -> None:
        super().__init__(f"this picture has no vector to search with yet: it is {state}")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem. `retry_after_s` says when to try again, where that helps."""

    status: int
    code: str
    title: str
    retry_after_s: int | None = None


KINDS: dict[type[Exception], Kind] = {
    InvalidRequestError: Kind(400, "invalid_request", "The request cannot be understood"),
    InvalidKeyError: Kind(400, "invalid_key", "This key cannot be used"),
    QueryError: Kind(400, "invalid_request", "The request cannot be understood"),
    BadRequest: Kind(400, "invalid_request", "The request cannot be understood"),
    CursorError: Kind(400, "invalid_cursor", "Not a cursor of ours"),
    KeyNeededError: Kind(401, "key_needed", "A key is needed"),
    WriteKeyNeededError: Kind(403, "write_key_needed", "The write key is needed"),
    ForeignPageError: Kind(403, "foreign_page", "Another site's page may not do this"),
    UnknownHostError: Kind(421, "unknown_host", "Not a name of this service"),
    ReadOnlyLibraryError: Kind(403, "read_only", "The library is read-only"),
    FetchDisabledError: Kind(403, "urls_disabled", "Pictures by URL are turned off"),
    UnknownPictureError: Kind(404, "unknown_picture", "No such picture"),
    FileNotFoundError: Kind(404, "file_gone", "The picture's file is gone"),
    NotFound: Kind(404, "not_found", "There is nothing at this address"),
    MethodNotAllowed: Kind(405, "method_not_allowed", "This address is not asked this way"),
    KeyTakenError: Kind(409, "key_taken", "Another picture has this key"),
    NotIndexedError: Kind(409, "not_indexed", "This picture is not indexed"),
    PreconditionFailed: Kind(412, "precondition_failed", "It is not as the request demands"),
    TooManyPixelsError: Kind(413, "too_many_pixels", "The picture has too many pixels"),
    RequestEntityTooLarge: Kind(413, "too_large", "Too many bytes"),
    TooLargeError: Kind(413, "too_large", "Too many bytes"),
    UnsupportedFormatError: Kind(415, "unsupported_format", "Not a picture format that is taken"),
    UnsupportedMediaType: Kind(415, "unsupported_media_type", "Not a body that is taken"),
    RequestedRangeNotSatisfiable: Kind(416, "range_not_satisfiable", "There are no such bytes"),
    UndecodableError: Kind(422, "undecodable", "The picture does not decode"),
    ImageError: Kind(422, "undecodable", "The picture does not decode"),
    ForbiddenUrlError: Kind(422, "url_forbidden", "This address may not be fetched"),
    UpstreamError: Kind(422, "url_failed", "The picture cannot be fetched"),
    FetchTimeoutError: Kind(422, "url_timeout", "The picture takes too long to fetch"),
    FetchError: Kind(422, "url_failed", "The picture cannot be fetched"),
    TooManyRequests: Kind(429, "too_many_requests", "Too many requests from one address", retry_after_s=1),
    ModelMismatchError: Kind(503, "not_ready", "The service cannot take requests now", retry_after_s=5),
    QueueFullError: Kind(503, "queue_full", "Too many pictures wait to be indexed", retry_after_s=30),
    NotReadyError: Kind(503, "not_ready", "The service cannot take requests now", retry_after_s=5),
    BusyError: Kind(503, "busy", "Too much to do at the moment", retry_after_s=2),
    EngineUnavailableError: Kind(503, "engine_unavailable", "The catalogue does not answer", retry_after_s=5),
    PermissionError: Kind(503, "library_unavailable", "The library does not answer", retry_after_s=5),
    LibraryUnavailableError: Kind(503, "library_unavailable", "The library does not answer", retry_after_s=5),
    CatalogueFullError: Kind(507, "no_room", "The catalogue is full"),
    EngineError: Kind(500, "engine_error", "The catalogue failed"),
    NoRoomError: Kind(507, "no_room", "The disk is full"),
}
INTERNAL = Kind(500, "internal_error", "Something broke here")

# What can be wrong with a picture that is decoded, with a library that is written to, with a picture that is fetched.
PICTURES = (TooManyPixelsError, RequestEntityTooLarge, UnsupportedFormatError, UndecodableError, BusyError)
KEEPING = (ReadOnlyLibraryError, LibraryUnavailableError, NoRoomError)
FETCHING = (FetchDisabledError, TooLargeError, ForbiddenUrlError, UpstreamError, FetchTimeoutError)

# What is said of errors whose own words name places and addresses. These are for the log.
_DISCREET: dict[type[Exception], str] = {
    FileNotFoundError: "the picture's file is no longer in the library",
    PermissionError: "the picture's file cannot be read at the moment",
    LibraryUnavailableError: "the library cannot be reached at the moment",
    EngineUnavailableError: "the catalogue cannot be reached at the moment",
    CatalogueFullError: "the catalogue has as many pictures as it takes",
    EngineError: "the catalogue failed",
    NoRoomError: "the disk has too little room left",
}

# Headers that belong to an HTTP error whatever its body.
_KEPT_HEADERS = ("Allow", "Content-Range")


def problem_of(error: Exception) -> Problem:
    """Return the problem document (RFC 9457) of any exception. What is our fault the log says in full."""
    kind = kind_of(error)
    if kind.status >= 500:
        log.error("%s: %s", kind.code, error, exc_info=error if kind is INTERNAL else None)
    problem: Problem = {"type": "about:blank", "title": kind.title, "status": kind.status, "code": kind.code}
    if kind is not INTERNAL:
        problem["detail"] = _sentence(error)
    if isinstance(error, InvalidRequestError):
        problem["errors"] = list(error.faults)
    if isinstance(error, UpstreamError):
        problem["upstream_status"] = error.status
    if isinstance(error, NotReadyError):
        problem["checks"] = error.checks
    if (current := request_id.get()) is not None:
        problem["request_id"] = current
    return problem


def answer_error(error: Exception) -> Response:
    """Return an exception as an HTTP answer."""
    kind, problem = kind_of(error), problem_of(error)
    if _is_read_by_a_person():
        response = Response(show_problem(problem), mimetype="text/html")
    else:
        response = jsonify(problem)
        response.mimetype = PROBLEM
    response.status_code = kind.status
    response.vary.add("Accept")
    if kind.retry_after_s:
        response.headers["Retry-After"] = str(kind.retry_after_s)
    if isinstance(error, HTTPException) and error.response is None:
        response.headers.extend((name, value) for name, value in error.get_headers() if name in _KEPT_HEADERS)
    return response


def _is_read_by_a_person() -> bool:
    """Return whether somebody goes to an address with a browser. Who wants anything, as programs do, wants no page."""
    said = request.accept_mimetypes.best_match((PROBLEM, "application/json", "text/html"))
    return request.method in SAFE_METHODS and said == "text/html"


def register_errors(app: Flask) -> None:
    app.register_error_handler(Exception, answer_error)


def kind_of(error: Exception) -> Kind:
    """Return the row of the table that an exception falls under."""
    meant = _meant(error)
    for kind, meaning in KINDS.items():
        if issubclass(meant, kind):
            return meaning
    if isinstance(error, HTTPException) and error.code and error.code >= 400:
        return Kind(error.code, error.name.lower().replace(" ", "_"), error.name)
    return INTERNAL


def _meant(error: Exception) -> type[Exception]:
    """Return as what an exception is looked up."""
    return NoRoomError if became_full(error) else type(error)


def _sentence(error: Exception) -> str:
    if isinstance(error, NotFound):
        return f"there is nothing at {request.path[:200]}"
    if isinstance(error, MethodNotAllowed):
        taken = sorted({*(error.valid_methods or ())} - {"OPTIONS"})
        return f"{request.method[:20]} is not taken here, but {listed(taken)}"
    if type(error) is RequestEntityTooLarge and error.description == RequestEntityTooLarge.description:
        return f"at most {request.max_content_length:,} bytes are taken here"
    if isinstance(error, HTTPException):
        return error.description or error.name
    meant = _meant(error)
    return next((says for kind, says in _DISCREET.items() if issubclass(meant, kind)), str(error))
