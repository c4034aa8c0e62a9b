"""Reads requests into the models of `questions`, and the pictures that they carry or point at."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar
from urllib.parse import unquote, unquote_to_bytes, urlsplit
from uuid import UUID

from flask import request
from pydantic import ValidationError
from pydantic_core import from_json
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.exceptions import UnsupportedMediaType

from indexer.keeper import UnknownPictureError
from service.context import BusyError, context
from service.errors import InvalidRequestError
from service.faults import NAMELESS, faults_of
from service.fetch import FetchDisabledError
from service.values import Fields, RequestSchema

Model = TypeVar("Model", bound=Fields)
Read = Callable[[list[str]], Any]

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_TRUTHS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Upload:
    """Bytes that somebody sent or pointed at, and what they are called there."""

    data: bytes
    name: str


def read_query(model: type[Model], of_body: type[Fields] | None = None) -> Model:
    """Return what a request's address says; what stands there `of_body` is told so. Raises `InvalidRequestError`."""
    try:
        unquote_to_bytes(request.query_string).decode()
    except UnicodeDecodeError:
        raise InvalidRequestError("the address is not in UTF-8") from None
    return _checked(model, _from_texts(model, request.args), of_body, "the body")


def read_body(in_json: type[Model], in_form: type[Model] | None = None, of_query: type[Fields] | None = None) -> Model:
    """Return what a request's JSON object or form says; what stands there `of_query` is told so.

    Raises `InvalidRequestError`, `UnsupportedMediaType`.
    """
    if (coding := request.headers.get("Content-Encoding", "identity")).lower() != "identity":
        raise UnsupportedMediaType(f"a body is taken as it is, and not in {coding[:80]}")
    if request.is_json:
        return _checked(in_json, _read_json(), of_query, "the address")
    if in_form is not None and request.mimetype == "multipart/form-data":
        _require_files()
        return _checked(in_form, _from_texts(in_form, request.form), of_query, "the address")
    taken = "JSON (application/json)" + (" or a form with files (multipart/form-data)" if in_form else "")
    raise UnsupportedMediaType(f"the body should be {taken}, and is {_called()}")


def refuse_body() -> None:
    """Raise `InvalidRequestError` if a request has a body."""
    if request.content_length or request.stream.read(1):
        raise InvalidRequestError("no body is taken here: what it says belongs in the address")


def read_uploads() -> list[Upload]:
    """Return the pictures that a request carries as parts `image`. Raises `InvalidRequestError` for other files."""
    if others := request.files.keys() - {"image"}:
        raise InvalidRequestError(f"there is no file field {min(others)[:80] or NAMELESS}: pictures are called image")
    return [_read_part(part) for part in request.files.getlist("image")] if request.files else []


def fetch_upload(url: str) -> Upload:
    """Return the picture that an address leads to. Raises `FetchError`, and `BusyError` where too many requests wait
    already: whoever asks for nothing from elsewhere must be answered too."""
    fetcher = context().fetcher
    if fetcher is None:
        raise FetchDisabledError("pictures by URL are turned off on this service")
    with context().waits.passing_at_once() as may_wait:
        if not may_wait:
            raise BusyError("too many pictures are being fetched at once; try again in a moment")
        data = fetcher.fetch(url)
    return Upload(data, unquote(urlsplit(url).path, errors="ignore"))


def read_id(text: str) -> str:
    """Return a picture's id in its one spelling. Raises `UnknownPictureError`: no picture has another kind of id."""
    try:
        return str(UUID(text))
    except ValueError:
        raise UnknownPictureError(text[:80]) from None


def _require_files() -> None:
    if "image" in request.form:
        raise InvalidRequestError("image is a text, and should be a file: with curl, image=@picture.jpg")


def _called() -> str:
    """Return what a request calls its body."""
    if request.mimetype:
        return f"called {request.mimetype[:80]}"
    return "not called anything (Content-Type)" if request.content_length else "not there"


def _checked(model: type[Model], values: Any, other: type[Fields] | None, elsewhere: str) -> Model:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        others = other.model_fields if other else ()
        raise InvalidRequestError(*faults_of(error, model, others, elsewhere)) from None


def _read_json() -> Any:
    if not (body := request.get_data()):
        raise InvalidRequestError("the body is empty, and should be a JSON object")
    try:
        return from_json(body)
    except ValueError as error:
        says = str(error).replace("EOF while parsing a", "it ends in the middle of a")
        raise InvalidRequestError(f"the body is not JSON: {says}") from None


def _from_texts(model: type[Fields], given: MultiDict[str, str]) -> dict[str, Any]:
    """Return the values that the texts of an address or a form stand for, as JSON would have brought them."""
    readers = _readers(model)
    return {name: readers.get(name, _read_text)(texts) for name, texts in given.lists()}


@cache
def _readers(model: type[Fields]) -> dict[str, Read]:
    kinds = model.model_json_schema(schema_generator=RequestSchema)["properties"]
    return {name: _READERS[_kind(schema)] for name, schema in kinds.items()}


def _kind(schema: dict[str, Any]) -> str:
    kind = schema.get("type", "object")
    return f"{schema['items']['type']}s" if kind == "array" else str(kind)


def _read_text(texts: list[str]) -> Any:
    return texts[0] if len(texts) == 1 else texts


def _read_number(texts: list[str]) -> Any:
    text = _read_text(texts)
    return from_json(text) if isinstance(text, str) and len(text) < 40 and _NUMBER.fullmatch(text) else text


def _read_truth(texts: list[str]) -> Any:
    text = _read_text(texts)
    return _TRUTHS.get(text, text) if isinstance(text, str) else text


def _read_texts(texts: list[str]) -> Any:
    """Return a list that is given with commas, or as several fields."""
    return [part for text in texts for part in text.split(",")]


def _read_numbers(texts: list[str]) -> Any:
    """Return a list that is given as JSON, with commas, or as several fields."""
    bare = [text.strip().removeprefix("[").removesuffix("]") for text in texts]
    return [_read_number([part.strip()]) for part in _read_texts(bare)]


def _read_object(texts: list[str]) -> Any:
    text = _read_text(texts)
    try:
        return from_json(text) if isinstance(text, str) else text
    except ValueError:
        return text


_READERS: dict[str, Read] = {
    "string": _read_text,
    "integer": _read_number,
    "number": _read_number,
    "boolean": _read_truth,
    "strings": _read_texts,
    "numbers": _read_numbers,
    "object": _read_object,
}


def _read_part(part: FileStorage) -> Upload:
    with part.stream as stream:  # a large one lies in a temporary file
        return Upload(stream.read(), part.filename or "")
