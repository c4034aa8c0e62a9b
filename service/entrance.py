"""`/v1/session`: trades a key for a cookie, and takes it back."""

from flask import Blueprint, Response, current_app, jsonify, request

from service.answers import Rights
from service.keys import KeyNeededError, Keys, Right
from service.operations import Answer, Operation, documented
from service.questions import Entrance

_MAY = Answer("What one may do.", Rights, {"may": "read"})

entrance_routes = Blueprint("entrance", __name__, url_prefix="/v1")


@entrance_routes.get("/session")
@documented(Operation({200: _MAY}, (KeyNeededError,), tag="service"))
def show_rights() -> dict[str, str]:
    """Ask what one may do."""
    return _describe(_keys().granted(request))


@entrance_routes.post("/session")
@documented(
    Operation({200: _MAY}, (KeyNeededError,), "service", body=Entrance, examples={"a key": {"key": "correct horse"}})
)
def enter(body: Entrance) -> Response:
    """Trade a key for a cookie, which a page's pictures need."""
    right = _keys().right_of(body.key)
    response = jsonify(_describe(max(right, _keys().everybody)))
    _keys().sessions.start(response, right, secure=request.is_secure)
    return response


@entrance_routes.delete("/session")
@documented(Operation({204: Answer("The cookie is gone.")}, tag="service"))
def leave() -> Response:
    """Give the cookie back."""
    response = Response(status=204)
    _keys().sessions.end(response, secure=request.is_secure)
    return response


def _keys() -> Keys:
    found: Keys = current_app.extensions["lookalike-keys"]
    return found


def _describe(right: Right) -> dict[str, str]:
    return {"may": right.name.lower()}
