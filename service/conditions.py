"""What a request for bytes demands of them, as RFC 9110 means it. Werkzeug alone reads some of it otherwise."""

from typing import Any

from flask import Response, request
from werkzeug.exceptions import PreconditionFailed

NOT_AS_EXPECTED = "its label or its tags are not as expected"


def answer_as_asked(response: Response, etag: str) -> None:
    """Make of an answer with all of the bytes what was asked for: a part (206), word that they are known (304), or all.

    Raises `PreconditionFailed`, `RequestedRangeNotSatisfiable`.
    """
    _require_match(response, etag)
    size_bytes = response.content_length or 0
    response.make_conditional(_judged(etag, size_bytes), accept_ranges=True, complete_length=size_bytes)


def refuse_etags() -> None:
    """Raise `PreconditionFailed` if a picture is to change only while its ETag is one of those that `If-Match` names.

    Records have none, and what was meant to be done with care must not be done without.
    """
    if request.if_match and not request.if_match.star_tag:
        raise PreconditionFailed("records have no ETag, so that none can match")


def _require_match(response: Response, etag: str) -> None:
    tags, changed, latest = request.if_match, response.last_modified, request.if_unmodified_since
    if tags.star_tag or tags.is_strong(etag):
        return
    if tags or (changed and latest and changed > latest):
        raise PreconditionFailed("these are other bytes than the request is about")


def _judged(etag: str, size_bytes: int) -> dict[str, Any]:
    """Return what Werkzeug is to know of the request: nothing that is judged already, and a range only if it counts."""
    environ = request.environ
    if "HTTP_RANGE" not in environ and "HTTP_IF_MATCH" not in environ:
        return environ
    left_out = {"HTTP_IF_MATCH"} if _wants_part(etag) else {"HTTP_IF_MATCH", "HTTP_RANGE"}
    judged = {name: value for name, value in environ.items() if name not in left_out}
    if "HTTP_RANGE" in judged and request.range and request.range.ranges[0][0] < -size_bytes:
        judged["HTTP_RANGE"] = "bytes=0-"  # more than there is from the end on is all
    return judged


def _wants_part(etag: str) -> bool:
    """Return whether a `Range` counts. One of several ranges need not, and with HEAD or another unit it must not."""
    given = request.headers.get("Range", "")
    return (
        request.method == "GET"
        and given.partition("=")[0].strip().lower() == "bytes"
        and "," not in given
        and not request.headers.get("If-Range", "").startswith("W/")  # names the picture, and not its bytes
        and not request.if_none_match.contains_weak(etag)  # which comes first
    )
