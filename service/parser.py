"""Reads the heads of requests as waitress does, and refuses what it would stumble over or what can be read two ways."""

from contextlib import suppress

from waitress.parser import HTTPRequestParser, ParsingError


class RequestParser(HTTPRequestParser):  # type: ignore[misc]
    """One request as it comes in. What it refuses is answered with 400, and the connection ends."""

    def parse_header(self, header_plus: bytes) -> None:
        """Take in a request's line and headers. Raises `ParsingError`."""
        try:
            super().parse_header(header_plus)
        except ValueError:  # an address with half a bracket, a length of thousands of digits
            raise ParsingError("The address or a length cannot be read") from None
        # Whoever stands before could see another end of the body, and the next request somewhere else (RFC 9112, 6.1).
        if "TRANSFER_ENCODING" in self.headers or (self.chunked and "CONTENT_LENGTH" in self.headers):
            raise ParsingError("It is not clear where the body ends")

    def close(self) -> None:
        """Let go of the body. On a full disk its file may be closed without having been written to the end."""
        with suppress(OSError):
            super().close()
