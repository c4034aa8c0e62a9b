"""Gets pictures by URL and trusts nobody: not the URL, not the names, not where an answer leads, not the answer.

`target` reads URLs, `addresses` says what is public, `dial` connects, `transport` keeps time and size, `fetch_errors`
says what went wrong.
"""

import logging
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path

import requests
from requests import Response
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.exceptions import HTTPError

from service.dial import Connect, Dialler, Errand, Resolve, connect_to, look_up
from service.fetch_errors import (
    FetchDisabledError,
    FetchError,
    FetchTimeoutError,
    ForbiddenUrlError,
    TooLargeError,
    UnreachableError,
    UnusableAnswerError,
    UpstreamError,
)
from service.metrics import FETCHES
from service.target import Target, aim
from service.transport import send

__all__ = [
    "FetchDisabledError", "FetchError", "FetchLimits", "FetchTimeoutError", "Fetcher", "ForbiddenUrlError",
    "TooLargeError", "UnreachableError", "UnusableAnswerError", "UpstreamError",
]  # fmt: skip

STANDARD_PORTS = frozenset({80, 443})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
CHUNK_BYTES = 1 << 16

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class FetchLimits:
    """What a download may take. `allowed_hosts` need not be public: `name`, or `name:port` for another port too."""

    max_bytes: int
    timeout_s: float
    ports: frozenset[int] = STANDARD_PORTS
    allowed_hosts: frozenset[str] = frozenset()
    max_redirects: int = 3


class Fetcher:
    """Downloads pictures from the public internet. May be used by many threads.

    `ca_file` holds the certificates to trust, in PEM; without it, those that come with `requests` are trusted.
    """

    def __init__(
        self,
        limits: FetchLimits,
        resolve: Resolve = look_up,
        connect: Connect = connect_to,
        ca_file: Path | None = None,
    ) -> None:
        self._limits = limits
        self._dialler = Dialler(resolve, connect)
        self._tls = ssl.create_default_context(cafile=ca_file or DEFAULT_CA_BUNDLE_PATH)

    def fetch(self, url: str) -> bytes:
        """Return the bytes that a URL leads to, at most `max_bytes`, whatever they are.

        Redirects are followed, each checked like the first. Raises a `FetchError` for all that can go wrong.
        """
        try:
            target = aim(url)
            data = self._fetch(target)
        except FetchError as error:
            FETCHES.labels(error.outcome).inc()
            log.info("a picture was not fetched: %s", error)
            raise
        FETCHES.labels("fetched").inc()
        log.info("a picture was fetched", extra={"fields": {"url": target.url, "bytes": len(data)}})
        return data

    def _fetch(self, target: Target) -> bytes:
        errand = Errand(target.host, self._limits.timeout_s, self._limits.max_bytes)
        for _ in range(self._limits.max_redirects + 1):
            with self._answer(target, errand) as answer:
                location = _location(answer)
                if location is None:
                    return self._read(answer, errand)
            target = aim(location, base=target.url)
        raise UnusableAnswerError(f"{errand.host} redirects more than {self._limits.max_redirects} times")

    @contextmanager
    def _answer(self, target: Target, errand: Errand) -> Iterator[Response]:
        dial = partial(self._dialler.dial, private=self._private(target, errand))
        try:
            with send(target.request, errand, dial, self._tls) as answer:
                yield answer
        except (requests.Timeout, TimeoutError):
            raise errand.timeout() from None
        except requests.exceptions.SSLError:
            raise UnreachableError(f"{errand.host} shows no certificate that can be trusted") from None
        except (requests.RequestException, HTTPError, OSError, ValueError):
            raise UnusableAnswerError(f"{errand.host} breaks off or does not speak HTTP") from None

    def _private(self, target: Target, errand: Errand) -> bool:
        """Return whether the target need not be public. Raises `ForbiddenUrlError` if its port is none to ask."""
        ports, hosts = self._limits.ports, self._limits.allowed_hosts
        named = f"{target.host}:{target.port}" in hosts
        if target.port not in ports and not named:
            raise ForbiddenUrlError(f"{errand.host} leads to a port that pictures are not fetched from")
        return named or target.host in hosts

    def _read(self, answer: Response, errand: Errand) -> bytes:
        self._check(answer, errand)
        data = BytesIO()
        for chunk in answer.raw.stream(CHUNK_BYTES, decode_content=False):
            data.write(chunk)
            if data.tell() > errand.max_bytes:
                raise errand.too_large()
        return data.getvalue()

    def _check(self, answer: Response, errand: Errand) -> None:
        if answer.status_code != requests.codes.ok:
            raise UpstreamError(errand.host, answer.status_code)
        if answer.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
            raise UnusableAnswerError(f"{errand.host} sends the picture in an encoding that was not asked for")
        length = answer.headers.get("Content-Length", "")
        if length.isdecimal() and int(length) > errand.max_bytes:
            raise errand.too_large()


def _location(answer: Response) -> str | None:
    """Return where a redirect leads, or None. Headers come as Latin-1, and many servers send UTF-8."""
    location = answer.headers.get("Location")
    if answer.status_code not in REDIRECTS or not location:
        return None
    try:
        return location.encode("latin-1").decode()
    except UnicodeError:
        return location
