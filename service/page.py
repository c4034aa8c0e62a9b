"""The page: one template, and whatever `webui/static` holds."""

from flask import Blueprint, render_template, request
from werkzeug.datastructures import MultiDict

from service.answers import Problem
from service.context import VERSION, context
from service.scheme import chosen_scheme
from service.values import MAX_EXAMPLES

page_routes = Blueprint("page", __name__)


@page_routes.get("/")
def show_page() -> str:
    here = context()
    return render_template(
        "index.html",
        scheme=chosen_scheme(),
        version=VERSION,
        max_upload_mb=here.settings.max_upload_mb,
        fetch_urls=here.fetcher is not None,
        read_only=here.library.read_only,
        asked=_kind_of(request.args),
        examples=min(len(request.args.getlist("more") + request.args.getlist("less")), 2 * MAX_EXAMPLES),
    )


def show_problem(problem: Problem) -> str:
    """Return a problem as whoever follows a link to it reads it: with a way back."""
    return render_template("astray.html", scheme=chosen_scheme(), problem=problem)


def _kind_of(asked: MultiDict[str, str]) -> str:
    """Return what kind of question an address holds: room is kept for it, so that nothing moves once it is shown."""
    kinds = {"id": "stored", "link": "link", "more": "examples", "less": "examples"}
    listed = "library" if asked.get("view") == "library" else "newest"
    return next((kind for name, kind in kinds.items() if asked.get(name)), listed)
