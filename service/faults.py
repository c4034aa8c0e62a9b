"""What is wrong with the values of a request, a sentence each: where it stands, what may stand there, and what does.

What may stand there is read from the model's schema, which `/openapi.json` is made of as well.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from difflib import get_close_matches
from functools import cache
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from service.values import SHA256, Fields, RequestSchema

MAX_FAULTS = 10
NAMELESS = '""'
MOST_SHOWN = 50  # letters of what stands there

Schema = dict[str, Any]
Place = Sequence[int | str]

_TEXTS = {
    "uuid": "a picture's id (a UUID with its dashes)",
    "date-time": "a time with its zone, such as 2026-01-31T12:00:00Z",
}
_LISTED = {"uuid": "pictures' ids (UUIDs)", SHA256: "SHA-256 sums", "number": "numbers", "string": "texts"}


def faults_of(error: ValidationError, model: type[Fields], others: Collection[str], elsewhere: str) -> Iterator[str]:
    """Yield what is wrong with values that were to be a model's; `others` are fields that stand `elsewhere`."""
    for fault in error.errors()[:MAX_FAULTS]:
        yield _sentence(fault, model, others, elsewhere)


def listed(names: Sequence[str], last: str = "and") -> str:
    """Return names as a sentence has them: "a, b and c"."""
    return f" {last} ".join([part for part in (", ".join(names[:-1]), names[-1]) if part])


def _sentence(fault: ErrorDetails, model: type[Fields], others: Collection[str], elsewhere: str) -> str:
    place, kind = fault["loc"], fault["type"]
    if kind == "extra_forbidden":
        return f"{place[0]} belongs in {elsewhere}" if place[0] in others else _unknown(place, model)
    if kind == "missing":
        return f"{_name(place)} is missing"
    if kind in ("box", "control"):
        return f"{_name(place)} {fault['msg']}"
    if kind == "order":
        return f"{_name([*place, 'added_until'])} {fault['msg']}"
    schema = _schema_at(place, model)
    given = "" if _is_secret(schema) else f", not {_shown(fault['input'])}"
    return f"{_name(place) or 'the body'} should be {_allowed(schema)}{given}"


def _is_secret(schema: Schema) -> bool:
    """Return whether a value is a secret, or should be an object that holds one."""
    fields = schema.get("properties", {}).values()
    return any(field.get("format") == "password" for field in (schema, *fields))


def _name(place: Place) -> str:
    """Return how a value is called: `filter.tags[3]`."""
    parts = [f"[{part}]" if isinstance(part, int) else f".{part[:80] or NAMELESS}" for part in place]
    return "".join(parts).removeprefix(".")


def _unknown(place: Place, model: type[Fields]) -> str:
    *before, name = place
    known = list(_schema_at(before, model).get("properties", ()))
    like = get_close_matches(str(name)[:80], known, 1)
    if like:
        return f"there is no field {_name(place)}; is {_name([*before, *like])} meant?"
    return f"there is no field {_name(place)}" + (f", but {listed(known)}" if known else "")


@cache
def _schema_of(model: type[Fields]) -> Schema:
    return model.model_json_schema(schema_generator=RequestSchema)


def _schema_at(place: Place, model: type[Fields]) -> Schema:
    whole = schema = _schema_of(model)
    for part in place:
        schema = schema["items"] if isinstance(part, int) else schema["properties"][part]
        schema = whole["$defs"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    return schema


def _allowed(schema: Schema) -> str:
    """Return what a value must be."""
    kind = schema.get("type", "object")
    if "enum" in schema:
        return listed(schema["enum"], "or")
    if isinstance(kind, list):
        return f"{_text(schema)}, or null"
    match kind:
        case "boolean":
            return "true or false"
        case "integer" | "number":
            word = "whole number" if kind == "integer" else "number"
            return f"a {word} from {schema['minimum']:g} to {schema['maximum']:g}"
        case "array":
            return f"a list of {_count(schema, 'Items')} {_LISTED[_kind(schema['items'])]}"
    return _text(schema) if kind == "string" else "an object"


def _text(schema: Schema) -> str:
    if schema.get("pattern") == SHA256:
        return "64 hex digits"
    return _TEXTS.get(schema.get("format", "")) or f"a text of {_count(schema, 'Length')} letters"


def _kind(schema: Schema) -> str:
    """Return what the items of a list are called by: their format, their pattern, or their type."""
    return next(str(found) for name in ("format", "pattern", "type") if (found := schema.get(name)) in _LISTED)


def _count(schema: Schema, of: str) -> str:
    least, most = schema.get(f"min{of}", 0), schema[f"max{of}"]
    if least == most:
        return str(most)
    return f"{least} to {most}" if least else f"at most {most}"


def _shown(value: Any) -> str:
    """Return what a value is, as it was written if that is short."""
    match value:
        case "":
            return "an empty text"
        case str():
            return f"the text {_written(value)}" if len(value) <= MOST_SHOWN else f"a text of {len(value)} letters"
        case list():
            written = _written(value) if len(value) <= MOST_SHOWN // 3 else ""
            return written if 0 < len(written) <= MOST_SHOWN else f"a list of {len(value)}"
        case dict():
            return "an object"
        case int() if abs(value) >= 10**MOST_SHOWN:  # Python writes only so many digits
            return "such a number"
    return _written(value)


def _written(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, default=str).encode(errors="backslashreplace").decode()
    except ValueError:  # a number within is too long
        return ""
