"""The picture behind a link, for the page: its policy lets it show no other host's pictures."""

from flask import Blueprint, Response

from model.header import read_header
from service.context import context
from service.errors import FETCHING, PICTURES
from service.files import MIMETYPES, UNKNOWN
from service.intake import fetch_upload
from service.operations import Answer, Operation, documented
from service.questions import EXAMPLE_URL, Linked

link_routes = Blueprint("links", __name__, url_prefix="/v1")

_ANSWERS = {200: Answer("The bytes.", media_types=(*MIMETYPES.values(), UNKNOWN))}


@link_routes.post("/fetch")
@documented(
    Operation(
        _ANSWERS, refuses=(*PICTURES, *FETCHING), tag="search", body=Linked, examples={"a link": {"url": EXAMPLE_URL}}
    )
)
def fetch(body: Linked) -> Response:
    """Get the picture behind a link.

    Nothing is kept of it. What is no picture is refused."""
    here = context()
    data = fetch_upload(body.url).data
    header = read_header(data, here.settings.max_pixels)
    response = Response(data, mimetype=MIMETYPES.get(header.format, UNKNOWN))
    # No picture can run as a page, whatever a browser makes of its bytes.
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
