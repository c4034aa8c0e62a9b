"""The page's own files, under addresses that name their edition: a browser that has been here asks for none of them.

The edition is a digest of all. Whoever asks for another one, with a page from before an update, gets what is there now.
"""

import re
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask, Response, request

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

YEAR_S = 365 * 24 * 3600
_NAMED = re.compile(r"(/static)/([0-9a-f]{16})(/.*)")
_ASKED = "lookalike.edition"


def name_editions(app: Flask) -> None:
    """Let templates say `static(name)` for a file's address, and browsers keep what that gives for a year."""
    static, templates = Path(str(app.static_folder)), Path(str(app.template_folder))
    bootstrap = Path(str(app.blueprints["bootstrap"].static_folder), "css/bootstrap.min.css")
    edition, answer = edition_of([*static.rglob("*"), *templates.iterdir(), bootstrap]), app.wsgi_app

    def take_out(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if found := _NAMED.fullmatch(environ["PATH_INFO"]):
            environ |= {"PATH_INFO": found[1] + found[3], _ASKED: found[2]}
        return answer(environ, start_response)

    def keep(response: Response) -> Response:
        if request.environ.get(_ASKED) == edition and response.status_code in {200, 304}:
            response.headers["Cache-Control"] = f"public, max-age={YEAR_S}, immutable"
        return response

    app.wsgi_app = take_out  # type: ignore[method-assign]
    app.after_request(keep)
    app.jinja_env.globals["static"] = lambda name: f"/static/{edition}/{name}"


def edition_of(paths: Iterable[Path]) -> str:
    """Return 16 hexadecimal digits that change with any of the files among the paths."""
    files = sorted(path for path in paths if path.is_file())
    return sha256(b"".join(sha256(path.read_bytes()).digest() for path in files)).hexdigest()[:16]
