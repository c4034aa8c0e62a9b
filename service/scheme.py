"""Light or dark, where somebody has chosen: the page comes as its reader wants it, and waits for no script."""

from flask import request

COOKIE = "lookalike-scheme"
SCHEMES = ("light", "dark")


def chosen_scheme() -> str:
    """Return what was chosen in the browser that asks: one of `SCHEMES`, or an empty word where the system decides."""
    chosen = request.cookies.get(COOKIE, "")
    return chosen if chosen in SCHEMES else ""
