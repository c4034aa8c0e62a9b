"""Reads URLs as strangers write them, in the very form in which they are sent: nobody reads them a second way later."""

from dataclasses import dataclass
from urllib.parse import urljoin

import requests
from requests import PreparedRequest
from urllib3.connection import port_by_scheme
from urllib3.util import parse_url

from service.fetch_errors import ForbiddenUrlError

HEADERS = {
    "User-Agent": "Lookalike (self-hosted visual search)",
    "Accept": "image/*",
    "Accept-Encoding": "identity",  # what inflates here could be a bomb
    "Connection": "close",
}


@dataclass(frozen=True)
class Target:
    """A URL that is ready to be sent, and where it leads."""

    request: PreparedRequest
    url: str
    host: str
    port: int


def aim(url: str, base: str = "") -> Target:
    """Return where a URL leads, or a redirect from `base`. Raises `ForbiddenUrlError` for what is no web address."""
    try:
        url = urljoin(base, url.strip())
        _check_form(url)
        request = requests.Request("GET", url, headers=HEADERS).prepare()
        parts = parse_url(request.url or "")
    except (requests.RequestException, ValueError):
        raise ForbiddenUrlError("this is not a web address") from None
    host = (parts.host or "").strip("[]").rstrip(".").lower()
    if parts.auth is not None or not host or "%" in host:
        raise ForbiddenUrlError("addresses with a name, a password or a zone in them are not fetched")
    port = port_by_scheme[parts.scheme or ""] if parts.port is None else parts.port
    return Target(request, request.url or "", host, port)


def _check_form(url: str) -> None:
    if not url.lower().startswith(("http://", "https://")):
        raise ForbiddenUrlError("only addresses that begin with http:// or https:// are fetched")
    if any(letter < " " or letter == "\x7f" for letter in url):
        raise ForbiddenUrlError("addresses with control characters in them are not fetched")
