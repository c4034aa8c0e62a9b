"""A key traded for a cookie, so that a browser can show pictures, which it asks for without a key.

The cookie says what its bearer may do and since when, and is signed: nothing is kept here, every process that knows the
keys can read it, and new keys end all sessions. No script can read it and no other site's page can send it; pages of
other ports of the same host could, and are refused by `origins`.
"""

from hashlib import scrypt, sha256

from flask import Request, Response
from itsdangerous import BadSignature, URLSafeTimedSerializer

SESSION_S = 30 * 24 * 3600


class Sessions:
    """The sessions under one secret, which also gives the cookie its name: ports of a host share their cookies."""

    def __init__(self, secret: bytes, lasts_s: int = SESSION_S) -> None:
        self._lasts_s = lasts_s
        # Slow on purpose: a cookie must not let its bearer try out keys by the million.
        slow = scrypt(secret, salt=b"lookalike session", n=1 << 14, r=8, p=1) if secret else b""
        self._cookie = f"lookalike-{sha256(b'name' + slow).hexdigest()[:8]}"
        self._signer = URLSafeTimedSerializer(sha256(b"signature" + slow).digest(), salt="lookalike")

    def start(self, response: Response, right: int, secure: bool) -> None:
        """Let whoever gets this response do what `right` says, for as long as sessions last."""
        token = self._signer.dumps(right)
        self._set(response, str(token), self._lasts_s, secure)

    def end(self, response: Response, secure: bool) -> None:
        self._set(response, "", 0, secure)

    def read(self, asked: Request) -> int:
        """Return what the sender of a request may do: 0, nothing, without a session that still lasts."""
        token = asked.cookies.get(self._cookie)
        if not token:
            return 0
        try:
            return int(self._signer.loads(token, max_age=self._lasts_s))
        except BadSignature:
            return 0

    def _set(self, response: Response, value: str, lasts_s: int, secure: bool) -> None:
        response.set_cookie(self._cookie, value, max_age=lasts_s, secure=secure, httponly=True, samesite="Strict")
