"""Lets nginx send a file in the service's place: the answer names the file and has no body.

nginx has the folders under addresses that nobody can ask for from outside; see `deploy/nginx/lookalike.conf`.
"""

from pathlib import Path
from urllib.parse import quote

from flask import Response, request

Place = tuple[str, Path]  # an address of nginx's own, and the folder that it has there

LIBRARY_AT, THUMBNAILS_AT = "/_files/library/", "/_files/thumbnails/"


def hand_over(response: Response, path: Path, place: Place) -> Response:
    """Return the answer that lets nginx send the file at `path`, whole or the part of it that was asked for.

    What has no such body stays as it is, and so does an answer to `If-Match`: nginx would compare an ETag of its own.
    """
    if response.status_code not in (200, 206) or request.if_match:
        return response
    address, folder = place
    # Without the links on its way: nginx follows none.
    inside = path.resolve().relative_to(folder.resolve())
    response.close()
    handed = Response(status=200, headers=response.headers, direct_passthrough=False)
    for name in ("Accept-Ranges", "Content-Length", "Content-Range"):  # which nginx says itself
        handed.headers.pop(name, None)
    handed.headers["X-Accel-Redirect"] = address + quote(inside.as_posix())
    return handed
