"""How much of a request is taken into memory: little that is no picture, and few large uploads at a time."""

from contextlib import ExitStack

from flask import Flask, g, request

from service.context import Gate

TEXT_BYTES = 1 << 20  # of JSON or a plain form; as objects in memory it may be thirty times that
LARGE_BYTES = 1 << 20
LARGE_TOGETHER_BYTES = 128 << 20


def limit_sizes(app: Flask, max_upload_bytes: int) -> None:
    """Refuse texts that are too large, and let large uploads wait for each other. Both end with the request."""
    large = Gate(max(1, LARGE_TOGETHER_BYTES // max(max_upload_bytes, LARGE_BYTES)))

    def check() -> None:
        if request.mimetype != "multipart/form-data":
            request.max_content_length = min(TEXT_BYTES, max_upload_bytes)
        elif (request.content_length or 0) > LARGE_BYTES:
            g.places = ExitStack()
            g.places.enter_context(large.passing())

    def leave(_: BaseException | None) -> None:
        if places := g.pop("places", None):
            places.close()

    app.before_request(check)
    app.teardown_request(leave)
