"""A transport for `requests` that goes only where the dialler lets it, and never longer than the errand lasts.

Timeouts of sockets start anew with every byte, so that a server which drips keeps its reader for ever. Here every wait
gets what is left of the whole. What comes in is counted before it is understood: no header, no chunk and no
trailer can grow past the limit either.
"""

import io
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection, port_by_scheme
from urllib3.util import parse_url

from service.dial import Errand

Dial = Callable[[str, int, Errand], socket.socket]

FRAMING_BYTES = 1 << 20  # for headers and trailers; the framing of chunks may take as much again as the picture


class TimedReader(io.RawIOBase):
    """Reads from a connection until the errand is over or too much has come."""

    def __init__(self, connection: socket.socket, errand: Errand) -> None:
        self._connection, self._errand = connection, errand
        self._stream = connection.makefile("rb", buffering=0)
        self._left_bytes = 2 * errand.max_bytes + FRAMING_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Return how many bytes came. Raises `FetchTimeoutError`, `TooLargeError`, `OSError`."""
        self._connection.settimeout(self._errand.left_s())
        try:
            count = self._stream.readinto(buffer)
        except TimeoutError:
            raise self._errand.timeout() from None
        self._left_bytes -= count or 0
        if self._left_bytes < 0:
            raise self._errand.too_large()
        return count

    def close(self) -> None:
        self._stream.close()
        super().close()


class TimedSocket:
    """A connection whose reading and writing end with the errand; all else is the connection's own."""

    def __init__(self, connection: socket.socket, errand: Errand) -> None:
        self._connection, self._errand = connection, errand

    def makefile(self, *_: Any, **__: Any) -> io.BufferedReader:
        return io.BufferedReader(TimedReader(self._connection, self._errand))

    def sendall(self, data: bytes) -> None:
        self._connection.settimeout(self._errand.left_s())
        try:
            self._connection.sendall(data)
        except TimeoutError:
            raise self._errand.timeout() from None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


class GuardedConnection(HTTPConnection):
    """A connection that is dialled for it, with the name of the URL in its Host header."""

    def __init__(self, *args: Any, dial: Dial, errand: Errand, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._dial, self._errand = dial, errand

    def _new_conn(self) -> socket.socket:
        return self._dial(self._dns_host.strip("[]"), self.port, self._errand)

    def connect(self) -> None:
        super().connect()
        self.sock = TimedSocket(self.sock, self._errand)


class GuardedTlsConnection(GuardedConnection, HTTPSConnection):
    """The same over TLS; the certificate must be for the name of the URL, which is sent along (SNI)."""


class GuardedPool(HTTPConnectionPool):
    ConnectionCls = GuardedConnection


class GuardedTlsPool(HTTPSConnectionPool):
    ConnectionCls = GuardedTlsConnection


class GuardedAdapter(HTTPAdapter):
    """Sends through one pool. No proxy, cookie or password of the environment gets in: these are a session's."""

    def __init__(self, pool: HTTPConnectionPool) -> None:
        super().__init__()
        self._pool = pool

    def init_poolmanager(self, *_: Any, **__: Any) -> None:
        """Make no other pool: what could go around ours would go unguarded."""

    def get_connection_with_tls_context(self, *_: Any, **__: Any) -> HTTPConnectionPool:
        return self._pool

    def cert_verify(self, *_: Any) -> None:
        """Leave the pool as it is: its context knows whom to trust, and to read that again for each takes long."""


@contextmanager
def send(request: PreparedRequest, errand: Errand, dial: Dial, tls: ssl.SSLContext) -> Iterator[Response]:
    """Give the answer to a request, its body unread; the connection is closed in the end.

    Raises what `requests` and `urllib3` raise, and what `dial` and the errand do.
    """
    with _pool(request, errand, dial, tls) as pool:
        response = GuardedAdapter(pool).send(request, stream=True, timeout=errand.left_s())
        try:
            yield response
        finally:
            response.raw.close()


def _pool(request: PreparedRequest, errand: Errand, dial: Dial, tls: ssl.SSLContext) -> HTTPConnectionPool:
    parts = parse_url(request.url or "")
    scheme, host = parts.scheme or "", parts.host or ""
    port = parts.port or port_by_scheme[scheme]  # without one, `http.client` looks for it behind an IPv6 host's colons
    if scheme == "https":
        return GuardedTlsPool(host, port, ssl_context=tls, dial=dial, errand=errand)
    return GuardedPool(host, port, dial=dial, errand=errand)
