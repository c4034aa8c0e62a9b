"""The interface's description: for programs at `/openapi.json`, for people at `/docs`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, current_app, render_template

from service.context import VERSION
from service.document import Json, build_document
from service.operations import Answer, Operation, documented
from service.scheme import SCHEMES, chosen_scheme

JSON = "application/json"

# The words of a schema that say what a value must be.
_LIMITS = {
    "minimum": "from {}",
    "maximum": "to {}",
    "minLength": "at least {} letters",
    "maxLength": "at most {} letters",
    "minItems": "at least {}",
    "maxItems": "at most {}",
    "default": "default {}",
}

docs_routes = Blueprint("docs", __name__)


@dataclass(frozen=True, slots=True)
class Row:
    """One value as a line of a table."""

    name: str
    kind: str
    limits: str
    says: str


@docs_routes.get("/openapi.json")
@documented(Operation({200: Answer("This document.", media_types=(JSON,))}, tag="service", lenient=True))
def show_document() -> Response:
    """Read the description of this interface (OpenAPI 3.1)."""
    return Response(_made()[0], mimetype=JSON)


@docs_routes.get("/docs")
@documented(Operation({200: Answer("A page.", media_types=("text/html",))}, tag="service", lenient=True))
def show_docs() -> Response:
    """Read the description of this interface as a page."""
    return Response(_made()[1][chosen_scheme()], mimetype="text/html")


def _made() -> tuple[str, dict[str, str]]:
    """Return the document and the page by its scheme, made once: they stay the same while the app runs."""
    made: tuple[str, dict[str, str]] | None = current_app.extensions.get("lookalike-docs")
    if made is None:
        document = build_document(current_app, VERSION)
        said = {"document": document, "operations": list(_operations(document)), "rows_of": rows_of}
        pages = {scheme: render_template("docs.html", scheme=scheme, **said) for scheme in ("", *SCHEMES)}
        made = current_app.extensions["lookalike-docs"] = (current_app.json.dumps(document), pages)
    return made


def _operations(document: Json) -> Iterator[Json]:
    """Yield every operation with its path and method, except HEAD, which is GET without a body."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method != "head":
                bodies = operation.get("requestBody", {}).get("content", {})
                fields = {kind: rows_of(_resolved(body["schema"], document)) for kind, body in bodies.items()}
                yield operation | {"path": path, "method": method.upper(), "fields": fields}


def rows_of(schema: Json) -> list[Row]:
    """Return the values of an object's schema as lines of a table."""
    required = schema.get("required", ())
    return [
        Row(name, _kind(field), _limits(field, name in required), field.get("description", ""))
        for name, field in schema.get("properties", {}).items()
    ]


def _resolved(schema: Json, document: Json) -> Json:
    name = schema.get("$ref", "").rpartition("/")[2]
    found: Json = document["components"]["schemas"][name] if name else schema
    return found


def _kind(schema: Json) -> str:
    """Return what type a value has, in a word or two."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return " or ".join(_kind(each) for each in schema["anyOf"])
    kind: Any = schema.get("type", "object")
    if kind == "array":
        return f"list of {_kind(schema['items'])}"
    words = kind if isinstance(kind, str) else " or ".join(kind)
    return str(schema.get("format", words)) if "null" not in kind else words


def _limits(schema: Json, required: bool) -> str:
    found = [words.format(schema[name]) for name, words in _LIMITS.items() if schema.get(name) not in (None, [])]
    choices = [", ".join(schema["enum"])] if "enum" in schema else []
    return ", ".join((["required"] if required else []) + choices + found)
