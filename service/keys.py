"""Who may do what: a read key lets one look, a write key lets one change things as well.

Without a write key everybody may do everything, without a read key everybody may look. Programs send a key with every
request (`Authorization: Bearer KEY`). A page cannot do that for pictures, so it trades the key once for a cookie: see
`sessions`.
"""

from collections.abc import Callable
from enum import IntEnum
from hashlib import sha256
from hmac import compare_digest

from flask import Request, Response, request

from indexer.settings import Settings
from service.origins import SAFE_METHODS
from service.sessions import Sessions

SESSION_PATH = "/v1/session"
# What everybody may have: the page is nothing but a shell, and without it nobody could enter a key.
_OPEN_PATHS = frozenset({"/", SESSION_PATH, "/health/live", "/health/ready"})
_READING_POSTS = frozenset({"/v1/search", "/v1/fetch", "/v1/images/check"})
_SCHEME = "bearer "


class Right(IntEnum):
    """What somebody may do; each right includes those before it."""

    NOTHING = 0
    READ = 1
    WRITE = 2


class KeyNeededError(Exception):
    """A request without a key, or with one that opens nothing."""


class WriteKeyNeededError(Exception):
    """A request that changes something, with a key that only lets one look."""


class Keys:
    """The keys of a service. They are kept as hashes, which are compared in constant time whatever is offered."""

    def __init__(self, read_key: str | None, write_key: str | None) -> None:
        self._rights = [(_hash(key), right) for key, right in ((write_key, Right.WRITE), (read_key, Right.READ)) if key]
        self.everybody = Right.WRITE if not write_key else Right.NOTHING if read_key else Right.READ
        self.sessions = Sessions(b"".join(digest for digest, _ in self._rights))

    def right_of(self, key: str) -> Right:
        """Return what a key allows. Raises `KeyNeededError` if it is not one of ours."""
        offered = _hash(key)
        rights = [right for digest, right in self._rights if compare_digest(digest, offered)]
        if not rights:
            raise KeyNeededError("this key opens nothing here")
        return max(rights)

    def granted(self, asked: Request) -> Right:
        """Return what the sender of a request may do. Raises `KeyNeededError` for a key that is not one of ours."""
        given = asked.headers.get("Authorization", "")
        if given.lower().startswith(_SCHEME):
            return max(self.everybody, self.right_of(given[len(_SCHEME) :].strip()))
        return max(self.everybody, Right(self.sessions.read(asked)))


def key_check(keys: Keys) -> Callable[[], None]:
    """Return a check of the request at hand. It raises `KeyNeededError` and `WriteKeyNeededError`."""

    def check() -> None:
        needed = needed_right(request)
        granted = keys.granted(request) if needed else needed
        if granted >= needed:
            return
        if granted is Right.READ and keys.everybody < granted:
            raise WriteKeyNeededError("to change something here, the write key is needed")
        kind = "change something here, the write" if needed is Right.WRITE else "look at anything here, a"
        raise KeyNeededError(f"to {kind} key is needed")

    return check


def needed_right(asked: Request) -> Right:
    """Return what one must be allowed to for a request."""
    if asked.path in _OPEN_PATHS or (asked.endpoint or "").rpartition(".")[2] == "static":
        return Right.NOTHING
    return Right.READ if asked.method in SAFE_METHODS or asked.path in _READING_POSTS else Right.WRITE


def ask_for_key(response: Response) -> Response:
    """Add to a refusal for want of a key what kind of key is wanted (RFC 6750)."""
    if response.status_code == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="Lookalike"'
    return response


def open_keys(settings: Settings) -> Keys:
    """Return the keys that the settings give."""
    return Keys(settings.read_key, settings.write_key)


def _hash(key: str) -> bytes:
    return sha256(key.encode(errors="surrogatepass")).digest()
