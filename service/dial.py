"""Connects to hosts that strangers name: looks a name up once, checks every address, connects to a checked one.

Between the check and the connection no name is looked up again, so an answer that changes in between (DNS rebinding)
changes nothing.
"""

import socket
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from ipaddress import ip_address
from threading import BoundedSemaphore, Thread
from time import monotonic

from service.addresses import Address, is_public
from service.fetch_errors import FetchTimeoutError, ForbiddenUrlError, TooLargeError, UnreachableError

LOOKUP_THREADS = 32

Resolve = Callable[[str, int], Sequence[str]]
Connect = Callable[[str, int, float], socket.socket]


@dataclass(frozen=True)
class Errand:
    """One download, and its limits: the host that was asked for is the only one that errors name."""

    host: str
    timeout_s: float
    max_bytes: int
    started_s: float = field(default_factory=monotonic)

    def left_s(self) -> float:
        """Return the seconds left, more than 0. Raises `FetchTimeoutError` when there are none."""
        left_s = self.started_s + self.timeout_s - monotonic()
        if left_s <= 0:
            raise self.timeout()
        return left_s

    def timeout(self) -> FetchTimeoutError:
        return FetchTimeoutError(self.host, self.timeout_s)

    def too_large(self) -> TooLargeError:
        return TooLargeError(self.host, self.max_bytes)


def look_up(host: str, port: int) -> list[str]:
    """Return the addresses of a host as the system knows them. Raises `OSError` or `ValueError`."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def connect_to(address: str, port: int, timeout_s: float) -> socket.socket:
    """Return a connection to an address. Raises `OSError`."""
    return socket.create_connection((address, port), timeout=timeout_s)


class Dialler:
    """Opens connections to public hosts, and to those that need not be public. May be used by many threads."""

    def __init__(self, resolve: Resolve = look_up, connect: Connect = connect_to) -> None:
        self._resolve, self._connect = resolve, connect
        self._places = BoundedSemaphore(LOOKUP_THREADS)

    def dial(self, host: str, port: int, errand: Errand, private: bool = False) -> socket.socket:
        """Return a connection to a public host, or to any host if `private`; its timeout ends with the errand.

        Raises `ForbiddenUrlError` if one of the addresses is not public, `UnreachableError`, `FetchTimeoutError`.
        """
        addresses = self._addresses(host, port, errand)
        if not private and not all(map(is_public, addresses)):
            raise ForbiddenUrlError(f"{errand.host} leads to an address that is not on the public internet")
        for tries_left in range(len(addresses), 0, -1):
            try:
                # A silent address must leave time for the others.
                connection = self._connect(str(addresses[-tries_left]), port, errand.left_s() / tries_left)
            except OSError:
                continue
            return _hurried(connection, errand)
        errand.left_s()
        raise UnreachableError(f"{errand.host} cannot be connected to")

    def _addresses(self, host: str, port: int, errand: Errand) -> list[Address]:
        try:
            found = self._look_up(host, port, errand).result(timeout=errand.left_s())
            addresses = [ip_address(address) for address in found]
        except TimeoutError:
            raise errand.timeout() from None
        except (OSError, ValueError):
            raise UnreachableError(f"{errand.host} cannot be found") from None
        if not addresses:
            raise UnreachableError(f"{errand.host} cannot be found")
        return addresses

    def _look_up(self, host: str, port: int, errand: Errand) -> "Future[Sequence[str]]":
        """Begin to look a name up in a thread that nobody waits for in the end: the system cannot be interrupted."""
        if not self._places.acquire(timeout=errand.left_s()):
            raise errand.timeout()
        found: Future[Sequence[str]] = Future()
        try:
            Thread(target=self._answer, args=(found, host, port), name="look-up", daemon=True).start()
        except RuntimeError:
            self._places.release()
            raise UnreachableError(f"{errand.host} cannot be looked up now") from None
        return found

    def _answer(self, found: "Future[Sequence[str]]", host: str, port: int) -> None:
        try:
            found.set_result(self._resolve(host, port))
        except (OSError, ValueError) as error:
            found.set_exception(error)
        finally:
            self._places.release()


def _hurried(connection: socket.socket, errand: Errand) -> socket.socket:
    try:
        connection.settimeout(errand.left_s())
    except FetchTimeoutError:
        connection.close()
        raise
    return connection
