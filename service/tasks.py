"""What the server does with a request: lets the app answer it, or answers itself what the app shall never see."""

import json
import time
from contextlib import suppress
from typing import Any

from waitress.task import ErrorTask, WSGITask
from waitress.utilities import Error

from indexer.logs import request_id
from service.access import ID_HEADER, NO_ROUTE, Answered, choose_id, note
from service.headers import HEADERS
from service.pieces import CutShortError

JOINED_BYTES = 1 << 16  # of a body; to copy a larger one would cost more than it brings


class RequestTimeoutError(Error):  # type: ignore[misc]
    code = 408
    reason = "Request Timeout"


class InsufficientStorageError(Error):  # type: ignore[misc]
    code = 507
    reason = "Insufficient Storage"


_CODES = {413: "too_large", 507: "no_room"}
_DETAILS = {413: "there are more bytes than LOOKALIKE_MAX_UPLOAD_MB allows"}  # waitress tells a limit that is not ours


class AppTask(WSGITask):  # type: ignore[misc]
    """Lets the app answer, and tells clients to come back on a new connection once the service was told to stop."""

    wrote_header: bool

    def start(self) -> None:
        super().start()
        if self.channel.stopping.is_set():
            self.set_close_on_finish()

    def service(self) -> None:
        with suppress(CutShortError):  # after which the connection ends
            super().service()

    def write(self, data: bytes) -> None:
        """Send a part of the body. What is the whole of it goes with the head, for each piece wakes the client anew."""
        if self.wrote_header or not self.has_body or self.content_length != len(data) or len(data) > JOINED_BYTES:
            super().write(data)
            return
        self.channel.write_soon(self.build_response_header() + data)
        self.wrote_header, self.content_bytes_written = True, len(data)

    def set_close_on_finish(self) -> None:
        """End the connection after this answer.

        Waitress wants that for each answer without a length. One that has no body (204, 304) needs none, and whoever
        asks next on that connection would be reset.
        """
        asked = self.version == "1.0" or self.request.headers.get("CONNECTION", "").lower() == "close"
        if self.has_body or asked or self.channel.stopping.is_set():
            super().set_close_on_finish()


class ProblemTask(ErrorTask):  # type: ignore[misc]
    """Answers what is not acceptable as HTTP the way the app answers errors (RFC 9457)."""

    def execute(self) -> None:
        error = self.request.error
        own_id = choose_id(self.request.headers.get("X_REQUEST_ID"))
        body = json.dumps(_problem_of(error, own_id)).encode()
        self.status = f"{error.code} {error.reason}"
        self.response_headers += [("Content-Type", "application/problem+json"), (ID_HEADER, own_id), *HEADERS.items()]
        self.set_close_on_finish()
        self.content_length = len(body)
        self.channel.lingers = True
        self.write(body)
        self._note(error.code, len(body), own_id)

    def _note(self, status: int, size_bytes: int, own_id: str) -> None:
        method, path = getattr(self.request, "command", ""), getattr(self.request, "path", "")
        seconds, client = time.time() - self.start_time, self.channel.addr[0]
        token = request_id.set(own_id)
        note(Answered(method, path, NO_ROUTE, status, size_bytes, seconds, client))
        request_id.reset(token)


def _problem_of(error: Error, own_id: str) -> dict[str, Any]:
    return {
        "type": "about:blank",
        "title": error.reason,
        "status": error.code,
        "code": _CODES.get(error.code, error.reason.lower().replace(" ", "_")),
        "detail": _DETAILS.get(error.code, str(error.body)),
        "request_id": own_id,
    }
