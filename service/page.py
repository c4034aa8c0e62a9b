"""The page: one template, and whatever `webui/static` holds."""

from flask import Blueprint, render_template

from service.context import VERSION, context

page_routes = Blueprint("page", __name__)


@page_routes.get("/")
def show_page() -> str:
    here = context()
    return render_template(
        "index.html",
        version=VERSION,
        max_upload_mb=here.settings.max_upload_mb,
        fetch_urls=here.fetcher is not None,
        read_only=here.library.read_only,
    )
