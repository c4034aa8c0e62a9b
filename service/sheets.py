"""Style sheets that import others, each sent as one: nothing is painted before the last of them is there.

Of Bootstrap only the rules come along whose classes our templates and scripts name. Nine of ten are for what the page
has not, and a browser goes through all of them before it paints anything.

What is dark by choice (`data-bs-theme`) is dark also where nothing is chosen and the system is dark. Bootstrap
leaves that to a script, and the first paint would wait for it.
"""

import re
from collections.abc import Collection, Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Blueprint, Response, current_app, request

BOOTSTRAP = "/bootstrap/static/"
_IMPORT = re.compile(r'^@import "([^"]+)";$', re.MULTILINE)
_RULE = re.compile(r"([^{}]+)\{((?:[^{}]|\{[^{}]*\})*)\}")
_GROUP = ("@media", "@supports")
_COMMENT = re.compile(r"/\*[^!].*?\*/\s*", re.DOTALL)  # but for a licence: /*!
_DARK = re.compile(r'\[data-bs-theme="?dark"?\]')
_UNCHOSEN = ":root:where(:not([data-bs-theme]))"  # weighs as much as what it stands for
_CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
_EXCEPTION = re.compile(r":not\([^)]*\)")
_WORD = re.compile(r"[\w-]+")

sheet_routes = Blueprint("sheets", __name__)


# It is one of the static files, and as free to all as those are.
@sheet_routes.get("/static/css/<any(page, docs):name>.css", endpoint="static")
def show_sheet(name: str) -> Response:
    static, templates = str(current_app.static_folder), str(current_app.template_folder)
    sheet, etag = _made(name, static, templates, str(current_app.blueprints["bootstrap"].static_folder))
    response = Response(sheet, mimetype="text/css")
    response.cache_control.no_cache = True
    response.set_etag(etag)
    response.make_conditional(request)
    return response


@cache
def _made(name: str, static: str, templates: str, bootstrap: str) -> tuple[bytes, str]:
    """Return a sheet and its tag. They are made once: the files are the same as long as the service runs."""
    named = {word for folder in (static, templates) for word in _words(Path(folder))}
    sheet = follow_system(join(Path(static, "css", f"{name}.css"), Path(bootstrap), named)).encode()
    return sheet, sha256(sheet).hexdigest()


def join(sheet: Path, bootstrap: Path, named: Collection[str]) -> str:
    """Return the text of a sheet with what it imports in its place: from beside it, or from Bootstrap's folder what
    needs no class but those `named`."""

    def imported(found: re.Match[str]) -> str:
        if found[1].startswith(BOOTSTRAP):
            text = (bootstrap / found[1].removeprefix(BOOTSTRAP)).read_text("utf-8")
            return "".join(_fitting(text, named))
        return (sheet.parent / found[1]).read_text("utf-8")

    return _IMPORT.sub(imported, sheet.read_text("utf-8"))


def follow_system(sheet: str) -> str:
    """Return a sheet without its comments, and with each rule for what is dark by choice for a dark system as well."""

    def doubled(found: re.Match[str]) -> str:
        head, body = found.groups()
        chosen = [each.strip() for each in head.split(",") if _DARK.search(each)]
        if not chosen or head.lstrip().startswith("@"):
            return found[0]
        return f"{found[0]}@media (prefers-color-scheme:dark){{{_DARK.sub(_UNCHOSEN, ','.join(chosen))}{{{body}}}}}"

    return _RULE.sub(doubled, _COMMENT.sub("", sheet))


def _fitting(sheet: str, named: Collection[str]) -> Iterator[str]:
    """Yield the rules of a sheet that may apply where all classes are `named`."""
    for head, body in _RULE.findall(sheet):
        if head.startswith(_GROUP):
            body = "".join(_fitting(body, named))
        elif not head.startswith("@"):
            head = ",".join(each for each in head.split(",") if _classes(each).issubset(named))
        if head and body:
            yield f"{head}{{{body}}}"


def _classes(selector: str) -> set[str]:
    """Return the classes that an element must have, or be within, for a selector to mean it."""
    return set(_CLASS.findall(_EXCEPTION.sub("", selector)))


def _words(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*"):
        if path.suffix in {".html", ".js", ".svg"}:
            yield from _WORD.findall(path.read_text("utf-8"))
