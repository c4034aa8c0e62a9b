"""The Flask app: routes, errors, headers."""

from pathlib import Path

from flask import Flask
from flask_bootstrap import Bootstrap5
from werkzeug.routing import BaseConverter

from service.access import follow_requests
from service.adding import adding_routes
from service.compression import compress
from service.context import Context
from service.docs import docs_routes
from service.editions import name_editions
from service.entrance import entrance_routes
from service.errors import register_errors
from service.files import file_routes
from service.forms import FormRequest
from service.guard import guard
from service.images import image_routes
from service.links import link_routes
from service.page import page_routes
from service.quick_json import QuickJson
from service.search import search_routes
from service.several import several_routes
from service.sheets import sheet_routes
from service.status import status_routes

WEBUI = Path(__file__).parent.parent / "webui"

ROUTES = (
    search_routes,
    link_routes,
    adding_routes,
    image_routes,
    several_routes,
    file_routes,
    status_routes,
    entrance_routes,
    docs_routes,
    page_routes,
    sheet_routes,
)


class PictureConverter(BaseConverter):
    """An id in an address: whatever is not another address there, so that those refuse other methods than theirs."""

    regex = r"(?!(check|delete|edit|restore|retry)\Z)[^/]+"
    part_isolating = True


def create_app(context: Context) -> Flask:
    """Return the app that answers with what the context holds."""
    app = Flask(__name__, template_folder=str(WEBUI / "templates"), static_folder=str(WEBUI / "static"))
    app.request_class = FormRequest
    app.config.update(
        BOOTSTRAP_SERVE_LOCAL=True,
        MAX_CONTENT_LENGTH=context.settings.max_upload_bytes,
        MAX_FORM_PARTS=200,
    )
    app.json = QuickJson(app)
    app.extensions["lookalike"] = context
    follow_requests(app)
    app.url_map.merge_slashes = False  # else what is asked for under two slashes is sent elsewhere, in HTML
    app.url_map.converters["default"] = PictureConverter
    Bootstrap5(app)
    for routes in ROUTES:
        app.register_blueprint(routes)
    register_errors(app)
    guard(app, context.settings)
    app.after_request(compress)
    name_editions(app)
    return app
