"""What is the same for everybody goes out compressed: the page, its styles and scripts, the interface's description.

Answers and pictures do not: these gain nothing, those tell secrets by size.
"""

import gzip
from functools import lru_cache

from flask import Response, request

_TEXTS = frozenset({"text/css", "text/javascript", "application/javascript"})
_PAGES = frozenset({"page.show_page", "docs.show_docs", "docs.show_document"})
_KEPT = 128  # there are fewer files than that


def compress(response: Response) -> Response:
    """Replace the body of a page, style sheet or script by its gzip form, where the browser takes that."""
    if response.mimetype not in _TEXTS and request.endpoint not in _PAGES:
        return response
    response.vary.add("Accept-Encoding")
    if response.status_code == 200 and request.method == "GET" and request.accept_encodings.quality("gzip"):
        response.direct_passthrough = False
        response.set_data(_compressed(response.get_data()))
        response.headers["Content-Encoding"] = "gzip"
        etag, _ = response.get_etag()
        if etag:  # weak: it names the text and not these very bytes
            response.set_etag(etag, weak=True)
    return response


@lru_cache(_KEPT)
def _compressed(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)
