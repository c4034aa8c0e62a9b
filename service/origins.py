"""Answers only under names of its own, and only to pages of its own.

A browser runs the pages of strangers with access to whatever its user can reach. Such a page must not read or change
anything here: not as itself (it says where it comes from), and not under a name of its own that suddenly leads to this
machine (DNS rebinding: the name is then in `Host`). Programs that are no browsers send neither header and pass.
"""

import re
from collections.abc import Callable, Collection
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Request, request

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_HOST = re.compile(r"(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::[0-9]{1,5})?")
_DEFAULT_PORTS = {"http": 80, "https": 443}


class UnknownHostError(Exception):
    """A request for a name that is none of this service's."""

    def __init__(self, host: str) -> None:
        super().__init__(
            f"this service does not go by the name {host[:100]!r}; LOOKALIKE_HOSTS can give it further names"
        )


class ForeignPageError(Exception):
    """A request that the page of another origin had the browser send."""


def origin_check(hosts: Collection[str]) -> Callable[[], None]:
    """Return a check of the request at hand, where the service goes by `hosts` beside addresses and local names.

    It raises `UnknownHostError` and `ForeignPageError`.
    """

    def check() -> None:
        host = request.environ.get("HTTP_HOST")
        if host is not None and not is_own_name(host, hosts):
            raise UnknownHostError(host)
        if is_foreign(request, host or ""):
            raise ForeignPageError("pages of other origins may neither read nor change anything here")

    return check


def is_own_name(host: str, hosts: Collection[str]) -> bool:
    """Return whether a `Host` is an address, a local name, or one of `hosts`.

    An address is as good as our own name: nobody can make another machine's lead here.
    """
    written = _HOST.fullmatch(host.lower())
    name = (written[1] or written[2]).rstrip(".") if written else ""
    if name == "localhost" or name.endswith(".localhost") or name in hosts:
        return True
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def is_foreign(asked: Request, host: str) -> bool:
    """Return whether another origin's page is behind a request.

    `Sec-Fetch-Site` decides where the browser sends it, which it does to https and to the machine that it runs on; else
    `Origin`, which comes with everything that changes something. Another port is another origin, though the same site.
    """
    site = asked.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in ("same-origin", "none") and not _is_opened(asked)
    origin = asked.headers.get("Origin")
    return origin is not None and not _is_same(origin, host)


def _is_opened(asked: Request) -> bool:
    """Return whether somebody follows a link to here: the answer is shown to them, and not to where it stood."""
    wanted = (asked.headers.get("Sec-Fetch-Mode"), asked.headers.get("Sec-Fetch-Dest"))
    return asked.method in SAFE_METHODS and wanted == ("navigate", "document")


def _is_same(origin: str, host: str) -> bool:
    """Return whether an origin is where the request went. The scheme may differ: a proxy may have taken off TLS."""
    try:
        theirs, ours = urlsplit(origin), urlsplit(f"//{host}")
        default = _DEFAULT_PORTS.get(theirs.scheme)
        return bool(default) and (theirs.hostname, theirs.port or default) == (ours.hostname, ours.port or default)
    except ValueError:
        return False
