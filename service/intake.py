"""Reads requests: pictures, numbers, labels and filters, each checked before it is used."""

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID

from flask import request
from werkzeug.datastructures import FileStorage

from indexer.engine import Where
from indexer.keeper import UnknownPictureError
from indexer.record import STATES
from service.context import context
from service.errors import InvalidRequestError
from service.fetch import FetchDisabledError

MAX_LABEL_LETTERS = 200
MAX_TAGS = 50
MAX_URL_LETTERS = 4096

Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Upload:
    """Bytes that somebody sent or pointed at, and what they are called there."""

    data: bytes
    name: str


def read_fields() -> Fields:
    """Return the values of a request: its JSON object, or its form, over those of its address."""
    given: dict[str, Any] = dict(request.args.items())
    if request.is_json:
        body = request.get_json(silent=True)
        if not isinstance(body, dict):
            raise InvalidRequestError("the body is not a JSON object")
        return given | body
    form = dict(request.form.items())
    if tags := [*request.args.getlist("tags"), *request.form.getlist("tags")]:
        form["tags"] = [tag for given_tags in tags for tag in given_tags.split(",")]  # type: ignore[assignment]
    return given | form


def read_uploads(fields: Fields) -> list[Upload]:
    """Return the pictures that a request carries as parts `image`, or the one that it points at with `url`."""
    if "url" in fields:
        return [_fetch(fields["url"])]
    return [_read_part(part) for part in request.files.getlist("image")]


def read_number(fields: Fields, name: str, default: float, least: float, most: float) -> float:
    """Return a number from `least` to `most`. Raises `InvalidRequestError`."""
    value = fields.get(name, default)
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise InvalidRequestError(f"{name} is not a number") from None
    if isinstance(value, bool) or not least <= number <= most:
        raise InvalidRequestError(f"{name} is not between {least:g} and {most:g}")
    return number


def read_whole(fields: Fields, name: str, default: int, least: int, most: int) -> int:
    """Return a whole number from `least` to `most`. Raises `InvalidRequestError`."""
    number = read_number(fields, name, default, least, most)
    if number != int(number):
        raise InvalidRequestError(f"{name} is not a whole number")
    return int(number)


def read_flag(fields: Fields, name: str) -> bool:
    """Return whether a flag is set. Raises `InvalidRequestError` for anything but true and false."""
    text = str(fields.get(name, "false")).lower()
    if text not in ("true", "false", "1", "0"):
        raise InvalidRequestError(f"{name} is neither true nor false")
    return text in ("true", "1")


def read_text(fields: Fields, name: str, most: int = MAX_LABEL_LETTERS) -> str | None:
    """Return a line of text, trimmed, or None. Raises `InvalidRequestError`."""
    value = fields.get(name)
    if value is None or value == "":
        return None
    return _checked_text(value, name, most)


def read_tags(fields: Fields) -> tuple[str, ...]:
    """Return tags, each once, in the order given: a list, or a text with commas. Raises `InvalidRequestError`."""
    given = fields.get("tags", [])
    given = given.split(",") if isinstance(given, str) else given
    if not isinstance(given, list) or len(given) > MAX_TAGS:
        raise InvalidRequestError(f"tags is not a list of at most {MAX_TAGS} texts")
    tags = (_checked_text(tag, "tags", MAX_LABEL_LETTERS) for tag in given)
    return tuple(dict.fromkeys(tag for tag in tags if tag))


def read_filter(fields: Fields) -> Where:
    """Return the filter over label, tags and state that a request asks for, itself or in `filter`."""
    given = fields.get("filter", {})
    try:
        given = json.loads(given) if isinstance(given, str) else given
    except ValueError:
        raise InvalidRequestError("filter is not JSON") from None
    if not isinstance(given, dict):
        raise InvalidRequestError("filter is not an object")
    if unknown := given.keys() - {"label", "tags", "state"}:
        raise InvalidRequestError(f"there is no filter by {min(unknown)}")
    given = dict(fields) | given
    equal = {name: text for name in ("label", "state") if (text := read_text(given, name))}
    if equal.get("state", "pending") not in STATES:
        raise InvalidRequestError(f"state is not one of {', '.join(STATES)}")
    return Where(equal=equal, tags=read_tags(given))


def read_id(text: Any) -> str:
    """Return a picture's id in its one spelling. Raises `UnknownPictureError`: no picture has another kind of id."""
    try:
        return str(UUID(text))
    except (ValueError, AttributeError, TypeError):
        raise UnknownPictureError(str(text)[:80]) from None


def name_to_key(name: str, label: str | None) -> str:
    """Return a key for an upload that was given none: its file name without a path, in the label's folder."""
    base = _clean(re.split(r"[/\\]", name)[-1]) or "picture"
    folder = _clean(label.replace("/", "-")) if label else ""
    return f"{folder}/{base}" if folder else base


def _clean(name: str) -> str:
    """Return a name without what a key may not have, at most 200 bytes with its ending kept."""
    printable = "".join(letter for letter in name if unicodedata.category(letter) not in ("Cc", "Cs"))
    stem, dot, ending = printable.strip().lstrip(".").rpartition(".")
    stem, ending = (stem, dot + ending) if stem and len(ending) < 12 else (stem + dot + ending, "")
    return stem.encode()[: 200 - len(ending.encode())].decode(errors="ignore") + ending


def _read_part(part: FileStorage) -> Upload:
    with part.stream as stream:  # a large one lies in a temporary file
        return Upload(stream.read(), part.filename or "")


def _checked_text(value: Any, name: str, most: int) -> str:
    if not isinstance(value, str) or len(value) > most:
        raise InvalidRequestError(f"{name} is not a text of at most {most} letters")
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in value):
        raise InvalidRequestError(f"{name} has a control character or half of a surrogate pair")
    return value.strip()


def _fetch(url: Any) -> Upload:
    fetcher = context().fetcher
    if fetcher is None:
        raise FetchDisabledError("pictures by URL are turned off on this service")
    if not isinstance(url, str) or not 0 < len(url) <= MAX_URL_LETTERS:
        raise InvalidRequestError(f"url is not a text of at most {MAX_URL_LETTERS} letters")
    data = fetcher.fetch(url)
    return Upload(data, unquote(urlsplit(url).path, errors="ignore"))
