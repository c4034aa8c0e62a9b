"""`/openapi.json` (OpenAPI 3.1), made of what the views declare and of the models that read their requests."""

import re
from collections.abc import Iterator, Sequence
from inspect import cleandoc
from typing import Any

from flask import Flask
from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema
from werkzeug.exceptions import RequestEntityTooLarge, TooManyRequests, UnsupportedMediaType
from werkzeug.routing import Rule

from indexer.engine import EngineError, EngineUnavailableError
from indexer.room import NoRoomError
from service.answers import Problem
from service.errors import INTERNAL, KINDS, PROBLEM, InvalidRequestError, Kind
from service.keys import KeyNeededError, WriteKeyNeededError
from service.operations import Answer, Operation
from service.origins import ForeignPageError, UnknownHostError
from service.values import Fields, RequestSchema

Json = dict[str, Any]

REFERENCE = "#/components/schemas/{model}"

# What every operation may refuse with, and what those may that change something.
ALWAYS: tuple[type[Exception], ...] = (
    UnknownHostError,
    KeyNeededError,
    ForeignPageError,
    TooManyRequests,
    EngineUnavailableError,
    EngineError,
)
CHANGING = (WriteKeyNeededError,)
KEY = {"type": "http", "scheme": "bearer", "description": "A read or a write key, where the service has keys."}
TAGS = {
    "search": "Find pictures that look alike.",
    "pictures": "The library's pictures.",
    "service": "How the service is.",
}
ABOUT = (
    "Finds the pictures that look like this one. Bodies are JSON in UTF-8 or forms with files; errors are problem "
    "documents (RFC 9457) with a stable `code`, or pages for browsers. What is not described here is refused."
)


def build_document(app: Flask, version: str) -> Json:
    """Return the OpenAPI document of all operations of an app."""
    found = sorted(_operations(app), key=lambda place: place[0])
    paths: dict[str, Json] = {}
    for path, method, endpoint, operation in found:
        view = app.view_functions[endpoint]
        paths.setdefault(path, {})[method] = _describe(operation, endpoint, method, cleandoc(view.__doc__ or ""), path)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Lookalike", "version": version, "summary": "Visual search", "description": ABOUT},
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": says} for name, says in TAGS.items()],
        "security": [{"key": []}, {}],
        "paths": paths,
        "components": {"securitySchemes": {"key": KEY}, "schemas": _components([operation for *_, operation in found])},
    }


def _operations(app: Flask) -> Iterator[tuple[str, str, str, Operation]]:
    for rule in app.url_map.iter_rules():
        operation: Operation | None = getattr(app.view_functions[rule.endpoint], "operation", None)
        if operation is None:
            continue
        for method in sorted((rule.methods or set()) - {"OPTIONS"}):
            yield _path(rule), method.lower(), rule.endpoint, operation


def _path(rule: Rule) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)


def _describe(operation: Operation, endpoint: str, method: str, says: str, path: str) -> Json:
    summary, _, more = says.partition("\n\n")
    name = endpoint.rpartition(".")[2]
    described: Json = {
        "operationId": name if method != "head" else f"{name}_head",
        "tags": [operation.tag],
        "summary": summary.rstrip("."),
        "parameters": [*_path_parameters(path), *_query_parameters(operation.query)],
        "responses": _responses(operation, method),
    }
    if more:
        described["description"] = more
    if operation.body is not None:
        described["requestBody"] = {"required": True, "content": _contents(operation)}
    return described


def _path_parameters(path: str) -> list[Json]:
    schema = {"type": "string", "format": "uuid"}
    return [
        {"name": name, "in": "path", "required": True, "schema": schema, "description": "The picture's id."}
        for name in re.findall(r"{(\w+)}", path)
    ]


def _query_parameters(model: type[Fields] | None) -> list[Json]:
    schema = _schema_of(model) if model else {"properties": {}}
    return [_parameter(name, dict(field)) for name, field in schema["properties"].items()]


def _parameter(name: str, schema: Json) -> Json:
    parameter = {"name": name, "in": "query", "description": schema.pop("description", ""), "schema": schema}
    return parameter | ({"style": "form", "explode": False} if schema.get("type") == "array" else {})


def _contents(operation: Operation) -> Json:
    examples = {name: {"value": value} for name, value in operation.examples.items()}
    body = REFERENCE.format(model=operation.body.__name__) if operation.body else ""
    contents: Json = {"application/json": {"schema": {"$ref": body}, "examples": examples}}
    if operation.form is not None:
        contents["multipart/form-data"] = {"schema": _form_schema(operation)}
    return contents


def _form_schema(operation: Operation) -> Json:
    assert operation.form is not None  # noqa: S101 - for mypy: the one caller has looked
    schema = _schema_of(operation.form)
    picture = {"type": "string", "contentMediaType": "application/octet-stream", "format": "binary"}
    pictures = {
        "type": "array",
        "items": picture,
        "minItems": 1,
        "maxItems": operation.pictures,
        "description": f"Picture files, {operation.pictures} at most.",
    }
    schema["properties"] = {"image": pictures, **schema["properties"]}
    if "allOf" not in schema:  # of which one says what else may be there instead
        schema["required"] = ["image"]
    return schema


def _responses(operation: Operation, method: str) -> Json:
    answers = {str(status): _response(answer, method) for status, answer in operation.answers.items()}
    return answers | _refusals(operation, method)


def _response(answer: Answer, method: str) -> Json:
    response: Json = {"description": answer.says}
    if answer.headers:
        text = {"type": "string"}
        response["headers"] = {name: {"description": says, "schema": text} for name, says in answer.headers.items()}
    if method == "head":
        return response
    if answer.kind is not None:
        response["content"] = {"application/json": {"schema": _reference(answer.kind), "example": answer.example}}
    elif answer.media_types:
        response["content"] = {media_type: {} for media_type in answer.media_types}
    return response


def _reference(kind: Any) -> Json:
    kinds = getattr(kind, "__args__", None)
    if kinds:
        return {"anyOf": [_reference(each) for each in kinds]}
    return {"$ref": REFERENCE.format(model=kind.__name__)}


def _refusals(operation: Operation, method: str) -> Json:
    """Return the problems that an operation may answer with, by status."""
    refusals: dict[str, Json] = {}
    by_status: dict[int, dict[str, Kind]] = {}
    for kind in _kinds(operation, method):
        by_status.setdefault(kind.status, {})[kind.code] = kind
    for status, kinds in sorted(by_status.items()):
        refusals[str(status)] = {"description": "; ".join(f"`{kind.code}`: {kind.title}" for kind in kinds.values())}
        if any(kind.retry_after_s for kind in kinds.values()):
            seconds = {"description": "Seconds until it may go better.", "schema": {"type": "integer"}}
            refusals[str(status)]["headers"] = {"Retry-After": seconds}
        if method != "head":
            refusals[str(status)]["content"] = {PROBLEM: _problem(kinds)}
    return refusals


def _problem(kinds: dict[str, Kind]) -> Json:
    codes = {"properties": {"code": {"enum": list(kinds)}}}
    examples = {
        code: {"value": {"type": "about:blank", "title": kind.title, "status": kind.status, "code": code}}
        for code, kind in kinds.items()
    }
    return {"schema": {"allOf": [_reference(Problem), codes]}, "examples": examples}


def _kinds(operation: Operation, method: str) -> list[Kind]:
    refuses = [*operation.refuses, *ALWAYS, *(() if method in ("get", "head") else CHANGING)]
    if not operation.lenient:
        refuses.append(InvalidRequestError)
    if operation.body:
        refuses += [UnsupportedMediaType, RequestEntityTooLarge, NoRoomError]
    return [*(KINDS[error] for error in refuses), INTERNAL]


def _components(operations: Sequence[Operation]) -> Json:
    bodies = {operation.body for operation in operations if operation.body}
    answers = {kind for operation in operations for answer in operation.answers.values() for kind in _types(answer)}
    return _schemas(bodies, RequestSchema) | _schemas({*answers, Problem}, GenerateJsonSchema)


def _types(answer: Answer) -> Sequence[Any]:
    return () if answer.kind is None else getattr(answer.kind, "__args__", (answer.kind,))


def _schemas(kinds: set[Any], generator: type[GenerateJsonSchema]) -> Json:
    named = sorted(kinds, key=lambda kind: str(kind.__name__))
    wanted = [(kind.__name__, "validation", TypeAdapter(kind)) for kind in named]
    tops, shared = TypeAdapter.json_schemas(wanted, ref_template=REFERENCE, schema_generator=generator)  # type: ignore[arg-type]
    inner: Json = shared.get("$defs", {})
    return inner | {name: schema for (name, _), schema in tops.items() if name not in inner}


def _schema_of(model: type[Fields]) -> Json:
    schema: Json = model.model_json_schema(ref_template=REFERENCE, schema_generator=RequestSchema)
    return schema
