"""Style sheets that import others, each sent as one: nothing is painted before the last of them is there."""

import re
from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Blueprint, Response, current_app, request

BOOTSTRAP = "/bootstrap/static/"
_IMPORT = re.compile(r'^@import "([^"]+)";$', re.MULTILINE)
_SOURCE_MAP = re.compile(r"/\*# sourceMappingURL=\S+ \*/")

sheet_routes = Blueprint("sheets", __name__)


# It is one of the static files, and as free to all as those are.
@sheet_routes.get("/static/css/<any(page, docs):name>.css", endpoint="static")
def show_sheet(name: str) -> Response:
    sheet, etag = _made(
        f"{current_app.static_folder}/css/{name}.css", str(current_app.blueprints["bootstrap"].static_folder)
    )
    response = Response(sheet, mimetype="text/css")
    response.cache_control.no_cache = True
    response.set_etag(etag)
    response.make_conditional(request)
    return response


@cache
def _made(path: str, bootstrap: str) -> tuple[bytes, str]:
    """Return a sheet and its tag. They are made once: the files are the same as long as the service runs."""
    sheet = join(Path(path), Path(bootstrap)).encode()
    return sheet, sha256(sheet).hexdigest()


def join(sheet: Path, bootstrap: Path) -> str:
    """Return the text of a sheet with what it imports, from beside it or from Bootstrap's folder, in its place."""

    def imported(found: re.Match[str]) -> str:
        name = found[1]
        path = bootstrap / name.removeprefix(BOOTSTRAP) if name.startswith(BOOTSTRAP) else sheet.parent / name
        return _SOURCE_MAP.sub("", path.read_text("utf-8"))

    return _IMPORT.sub(imported, sheet.read_text("utf-8"))
