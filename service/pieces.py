"""An answer whose bytes are read while it is sent, from a library that may go away meanwhile."""

import errno
import logging
from collections.abc import Iterator
from itertools import chain
from typing import Any

from flask import Response, request
from werkzeug.wsgi import ClosingIterator

from indexer.library import LibraryError

log = logging.getLogger(__name__)


class CutShortError(BrokenPipeError):
    """What has begun to be sent cannot be finished: the connection is to end, so that its client notices.

    To a server it is as if the client had gone, which is nothing to wonder at. The log knows why.
    """

    def __init__(self) -> None:
        super().__init__(errno.EPIPE, "the answer ends in the middle")


def begin(response: Response) -> Response:
    """Return an answer with its first piece read ahead: what goes wrong until then can still be told."""
    if request.method == "HEAD" or response.status_code not in (200, 206):
        return response
    body: Any = response.response
    pieces = iter(body)
    try:
        first = next(pieces, b"")
    except BaseException:
        response.close()
        raise
    response.response = ClosingIterator(chain([first], _following(pieces)), body.close)
    return response


def _following(pieces: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield from pieces
    except (LibraryError, OSError) as error:
        log.error("an answer ends in the middle: %s", error)
        raise CutShortError from error
