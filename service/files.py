"""A picture's bytes and its thumbnail."""

import time
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException, PreconditionFailed, RequestedRangeNotSatisfiable
from werkzeug.utils import send_file

from indexer.keeper import UnknownPictureError
from indexer.library import Entry, LibraryUnavailableError
from indexer.record import Record
from service.answers import VERSION_DIGITS
from service.conditions import answer_as_asked
from service.context import context
from service.errors import PICTURES
from service.handing import LIBRARY_AT, THUMBNAILS_AT, Place, hand_over
from service.images import find
from service.metrics import THUMBNAILS
from service.operations import Answer, Operation, documented
from service.pieces import begin
from service.questions import Version

MIMETYPES = {
    "AVIF": "image/avif",
    "BMP": "image/bmp",
    "GIF": "image/gif",
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "PPM": "image/x-portable-anymap",
    "TIFF": "image/tiff",
    "WEBP": "image/webp",
}
UNKNOWN = "application/octet-stream"
FOR_EVER_S = 365 * 24 * 3600

file_routes = Blueprint("files", __name__, url_prefix="/v1/images")

_HEADERS = {
    "ETag": "Names the bytes: send it back as `If-None-Match`.",
    "Accept-Ranges": "`bytes`: a part can be asked for with `Range`.",
    "Cache-Control": "For ever, where the address names the bytes (`v`).",
}
_REFUSES = (
    UnknownPictureError,
    FileNotFoundError,
    PreconditionFailed,
    RequestedRangeNotSatisfiable,
    LibraryUnavailableError,
)


def _answers(*media_types: str) -> dict[int, Answer]:
    return {
        200: Answer("The bytes.", media_types=media_types, headers=_HEADERS),
        206: Answer("Some of the bytes.", media_types=media_types, headers=_HEADERS),
        304: Answer("The bytes are those that the client has."),
    }


@file_routes.get("/<picture_id>/file")
@documented(Operation(_answers(*MIMETYPES.values(), UNKNOWN), _REFUSES, query=Version))
def send_picture(picture_id: str, query: Version) -> Response:  # noqa: ARG001 - makes the address another
    """Get a picture's bytes, as they are in the library."""
    here, record = context(), find(picture_id)
    entry, file = here.library.open(record.key)
    response: Response = send_file(  # type: ignore[assignment]
        file,
        _environ(),
        response_class=Response,
        mimetype=MIMETYPES.get(record.format or "", UNKNOWN),
        download_name=record.key.rpartition("/")[2],
        etag=False,
        conditional=False,
        last_modified=min(entry.mtime_ns / 1e9, time.time()),  # none that is yet to come, says RFC 9110
    )
    response.content_length = entry.size
    response = _cacheable(response, _sha256(record, entry))
    folder = here.library.folder
    return _handed_over(response, folder / record.key, (LIBRARY_AT, folder)) if folder else begin(response)


@file_routes.get("/<picture_id>/thumbnail")
@documented(Operation(_answers("image/jpeg"), (*_REFUSES, *PICTURES), query=Version))
def send_thumbnail(picture_id: str, query: Version) -> Response:  # noqa: ARG001 - makes the address another
    """Get a picture's thumbnail, a JPEG of at most 320 pixels a side."""
    here, record = context(), find(picture_id)
    entry = here.library.entry(record.key)
    if entry is None:
        raise FileNotFoundError(record.key)
    sha256 = _sha256(record, entry)
    thumbnail = here.thumbnails.find(sha256)
    THUMBNAILS.labels("miss" if thumbnail is None else "hit").inc()
    if thumbnail is None:
        with here.gate.passing(), here.library.reading(record.key) as (_, source):
            thumbnail = here.thumbnails.draw(sha256, source)
    response = _cacheable(Response(thumbnail, mimetype="image/jpeg"), f"{sha256}-thumbnail")
    return _handed_over(response, here.thumbnails.path(sha256), (THUMBNAILS_AT, here.thumbnails.folder))


def _environ() -> dict[str, Any]:
    """Return what the server says of the request. Its own way to send a file reads in the thread that all connections
    share: it is for files on a disk."""
    own_way = {"wsgi.file_wrapper"} if context().library.folder is None else set()
    return {name: value for name, value in request.environ.items() if name not in own_way}


def _sha256(record: Record, entry: Entry) -> str:
    """Return the hash of the bytes that are there now, which the catalogue may not have heard of yet."""
    if record.sha256 and (entry.size, entry.mtime_ns) == (record.size, record.mtime_ns):
        return record.sha256
    return context().library.sha256(record.key)


def _handed_over(response: Response, path: Path, place: Place) -> Response:
    return hand_over(response, path, place) if context().settings.x_accel and path.exists() else response


def _cacheable(response: Response, etag: str) -> Response:
    """Let an address that names these bytes (`?v=`) be kept for ever, and any other be asked for again."""
    response.set_etag(etag)
    named = request.args.get("v") == etag[:VERSION_DIGITS]
    response.cache_control.private, response.cache_control.no_cache = True, None if named else True
    if named:
        response.cache_control.max_age, response.cache_control.immutable = FOR_EVER_S, True
    # No picture can run as a page, whatever a browser makes of its bytes.
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    try:
        answer_as_asked(response, etag)
    except HTTPException:
        response.close()
        raise
    return response
