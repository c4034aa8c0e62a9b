"""A picture's bytes and its thumbnail."""

from flask import Blueprint, Response, request, send_file

from indexer.record import Record
from service.context import context
from service.images import find
from service.metrics import THUMBNAILS

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
FOR_EVER_S = 365 * 24 * 3600

file_routes = Blueprint("files", __name__, url_prefix="/v1/images")


@file_routes.get("/<picture_id>/file")
def send_picture(picture_id: str) -> Response:
    record = find(picture_id)
    path = context().library.path(record.key)
    response = send_file(
        path,
        mimetype=MIMETYPES.get(record.format or "", "application/octet-stream"),
        download_name=path.name,
        etag=False,
        conditional=False,
    )
    return _cacheable(response, _current_sha256(record))


@file_routes.get("/<picture_id>/thumbnail")
def send_thumbnail(picture_id: str) -> Response:
    here, record = context(), find(picture_id)
    sha256 = _current_sha256(record)
    thumbnail = here.thumbnails.find(sha256)
    THUMBNAILS.labels("miss" if thumbnail is None else "hit").inc()
    if thumbnail is None:
        with here.gate.passing():
            thumbnail = here.thumbnails.draw(sha256, here.library.path(record.key))
    return _cacheable(Response(thumbnail, mimetype="image/jpeg"), f"{sha256}-thumbnail")


def _current_sha256(record: Record) -> str:
    """Return the hash of the bytes that are there now, which the catalogue may not have heard of yet."""
    library = context().library
    status = library.path(record.key).stat()
    if record.sha256 and (status.st_size, status.st_mtime_ns) == (record.size, record.mtime_ns):
        return record.sha256
    return library.sha256(record.key)


def _cacheable(response: Response, etag: str) -> Response:
    """Let an address that names the bytes (`?v=`) be kept for ever, and any other be asked for again."""
    response.set_etag(etag)
    response.cache_control.private = True
    if "v" in request.args:
        response.cache_control.max_age, response.cache_control.immutable = FOR_EVER_S, True
    else:
        response.cache_control.no_cache = True
    # No picture can run as a page, whatever a browser makes of its bytes.
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.make_conditional(request.environ, accept_ranges=True, complete_length=response.content_length)
    return response
