"""`/v1/session`: trades a key for a cookie, and takes it back."""

from flask import Blueprint, Response, current_app, jsonify, request

from service.errors import InvalidRequestError
from service.keys import Keys, Right

MAX_KEY_LETTERS = 256

entrance_routes = Blueprint("entrance", __name__, url_prefix="/v1")


@entrance_routes.get("/session")
def show_rights() -> dict[str, str]:
    return _describe(_keys().granted(request))


@entrance_routes.post("/session")
def enter() -> Response:
    body = request.get_json(silent=True)
    key = body.get("key") if isinstance(body, dict) else None
    if not isinstance(key, str) or not 0 < len(key) <= MAX_KEY_LETTERS:
        raise InvalidRequestError(f"key is not a text of at most {MAX_KEY_LETTERS} letters")
    right = _keys().right_of(key)
    response = jsonify(_describe(max(right, _keys().everybody)))
    _keys().sessions.start(response, right, secure=request.is_secure)
    return response


@entrance_routes.delete("/session")
def leave() -> Response:
    response = Response(status=204)
    _keys().sessions.end(response, secure=request.is_secure)
    return response


def _keys() -> Keys:
    found: Keys = current_app.extensions["lookalike-keys"]
    return found


def _describe(right: Right) -> dict[str, str]:
    return {"may": right.name.lower()}
