"""The kinds of value that requests are made of, each with its limits, for the checks and for `/openapi.json` alike."""

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import PydanticCustomError, core_schema

from indexer.record import MAX_LABEL_LETTERS, MAX_TAGS, as_tags

MAX_KEY_LETTERS = 1024
MAX_URL_LETTERS = 4096
MAX_EXAMPLES = 20
MIN_BOX_SIDE = 0.001

PRINTABLE = r"^[^\x00-\x1f\x7f-\x9f]*$"
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
_ID = r"^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$"
SHA256 = r"^[0-9a-fA-F]{64}$"


class Fields(BaseModel):
    """Values that a request may have: no others, each of its own type, and none of them null."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class RequestSchema(GenerateJsonSchema):
    """The schema of requests: what may be left out need not be null."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return {name: value for name, value in super().default_schema(schema).items() if (name, value) != _NO_DEFAULT}


_NO_DEFAULT = ("default", None)


def _not_null(value: Any) -> Any:
    if value is None:
        raise PydanticCustomError("null", "null")
    return value


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _composed(value: Any) -> Any:
    """Return a text as it is kept: its letters are counted so, for one may become two, or two one."""
    return unicodedata.normalize("NFC", value) if isinstance(value, str) else value


def _printable(text: str) -> str:
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in text):
        raise PydanticCustomError("control", "should have no control character and no half of a surrogate pair")
    return text.strip()


def _split(value: Any) -> Any:
    """Return the tags that texts with commas name."""
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        return value
    return as_tags(part for text in value for part in text.split(","))


def _time(value: Any) -> Any:
    """Return the time in UTC that a text in RFC 3339 names. Times before the year 1 and after 9999 become those."""
    if isinstance(value, datetime):
        return value
    try:
        if not isinstance(value, str) or not _TIME.fullmatch(value):
            raise ValueError
        return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except OverflowError:
        return (datetime.min if value.startswith("0") else datetime.max).replace(tzinfo=UTC)
    except ValueError:
        raise PydanticCustomError("time", "not a time") from None


def _box(box: list[float]) -> list[float]:
    left, top, right, bottom = box
    if right - left < MIN_BOX_SIDE or bottom - top < MIN_BOX_SIDE:
        raise PydanticCustomError("box", "should be [left, top, right, bottom] with some room between them")
    return box


def _like(pattern: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if not re.fullmatch(pattern, text) or text.endswith("\n"):
            raise PydanticCustomError("pattern", "not like the pattern")
        return text.lower()

    return check


NotNull = BeforeValidator(_not_null)
Whole = BeforeValidator(_whole)
Label = Annotated[
    str,
    Field(max_length=MAX_LABEL_LETTERS, json_schema_extra={"pattern": PRINTABLE}),
    BeforeValidator(_composed),
    AfterValidator(_printable),
]
LabelOrNone = Annotated[
    Label | None, WithJsonSchema({"type": ["string", "null"], "maxLength": MAX_LABEL_LETTERS, "pattern": PRINTABLE})
]
Key = Annotated[
    str,
    Field(max_length=MAX_KEY_LETTERS, json_schema_extra={"pattern": PRINTABLE}),
    AfterValidator(_printable),
]
Url = Annotated[str, Field(min_length=1, max_length=MAX_URL_LETTERS)]
Tags = Annotated[list[Label], Field(max_length=MAX_TAGS), BeforeValidator(_split)]
KeptTags = Annotated[list[Label], Field(max_length=MAX_TAGS)]  # as they are, which may be with commas
Time = Annotated[datetime, BeforeValidator(_time), WithJsonSchema({"type": "string", "format": "date-time"})]
Fraction = Annotated[float, Field(ge=0, le=1)]
Box = Annotated[list[Fraction], Field(min_length=4, max_length=4), AfterValidator(_box)]
PictureId = Annotated[str, Field(json_schema_extra={"format": "uuid", "pattern": _ID}), AfterValidator(_like(_ID))]
Sha256 = Annotated[str, Field(json_schema_extra={"pattern": SHA256}), AfterValidator(_like(SHA256))]
StateName = Literal["pending", "indexed", "failed"]
SortName = Literal["newest", "oldest", "largest", "smallest"]
