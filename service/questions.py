"""What requests may say, one model a body or an address. They check, and `/openapi.json` is made of them."""

from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic.config import JsonDict, JsonValue
from pydantic_core import PydanticCustomError

from indexer.engine import Where
from indexer.keeper import UNCHANGED, Unchanged
from indexer.record import Record
from service.values import (
    MAX_EXAMPLES,
    Box,
    Fields,
    KeptTags,
    Key,
    Label,
    LabelOrNone,
    NotNull,
    PictureId,
    Sha256,
    SortName,
    StateName,
    Tags,
    Time,
    Url,
    Whole,
)

DEFAULT_LIMIT = 30
MAX_HITS = 100
MAX_OFFSET = 10_000
MAX_PAGE = 500
MAX_CURSOR_LETTERS = 16_000
MAX_WAIT_S = 60.0
MAX_CHECKED = 1000
MAX_SEVERAL = 500
MAX_KEY_LETTERS = 256
MAX_VERSION_LETTERS = 64
WHOLE = [0.0, 0.0, 1.0, 1.0]

EXAMPLE_ID = "4a3c8f0e-2f1d-5b0a-9c55-6e0f6d1c2b3a"
EXAMPLE_SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
EXAMPLE_URL = "https://example.org/car.jpg"


class Filter(Fields):
    """Which pictures: those that meet every condition that is given."""

    label: Annotated[Label | None, NotNull, Field(description="Has this label.", examples=["cars"])] = None
    tags: Annotated[Tags, Field(description="Has all of these tags.", examples=[["red", "old"]])] = Field(
        default_factory=list
    )
    any_tags: Annotated[Tags, Field(description="Has at least one of these tags.", examples=[["red", "blue"]])] = Field(
        default_factory=list
    )
    added_from: Annotated[Time | None, NotNull, Field(description="Added at this time or later (RFC 3339).")] = None
    added_until: Annotated[
        Time | None, NotNull, Field(description="Added before this time (RFC 3339), not before `added_from`.")
    ] = None
    state: Annotated[StateName | None, NotNull, Field(description="Is in this state. Only indexed ones are found.")] = (
        None
    )

    @model_validator(mode="after")
    def _can_be_met(self) -> Self:
        where = self.where()
        if where.added_from and where.added_until and where.added_from > where.added_until:
            raise PydanticCustomError("order", "should not be before added_from")
        return self

    def where(self) -> Where:
        """Return the conditions as the catalogue takes them."""
        equal = {name: value for name in ("label", "state") if (value := getattr(self, name))}
        return Where(
            equal=equal,
            tags=self.tags,
            any_tags=self.any_tags,
            added_from=self.added_from,
            added_until=self.added_until,
        )


class Ranking(Filter):
    """Which part of the ranked pictures, and what of them."""

    limit: Annotated[int, Field(ge=1, le=MAX_HITS), Whole, Field(description="How many hits.")] = DEFAULT_LIMIT
    offset: Annotated[
        int, Field(ge=0, le=MAX_OFFSET), Whole, Field(description="How many of the best hits to pass over.")
    ] = 0
    min_score: Annotated[float, Field(ge=-1, le=1, description="The least score that is a hit.")] = -1.0
    diversity: Annotated[
        float,
        Field(ge=0, le=1, description="0: the nearest; 1: as different from each other as can be. For one picture."),
    ] = 0.0
    box: Annotated[
        Box,
        Field(
            description="The part of the picture to search with: left, top, right, bottom as parts of the upright "
            "picture's width and height. Of pictures that are uploaded or linked, and of `id`.",
            examples=[[0.25, 0.1, 0.75, 0.9]],
        ),
    ] = Field(default_factory=lambda: list(WHOLE))


def _one_of(*ways: str) -> ConfigDict:
    """Return a model's schema's condition that at least one of these is there, and not empty.

    It stands within `allOf`: programs that write clients take a bare `anyOf` for that many types without our fields.
    """
    choices: list[JsonValue] = [{"required": [way], "properties": _NOT_EMPTY.get(way, {})} for way in ways]
    return ConfigDict(json_schema_extra={"allOf": [{"anyOf": choices}]})


_NOT_EMPTY: dict[str, JsonDict] = {
    name: {name: {"type": "array", "items": {"type": "string"}, "minItems": 1}} for name in ("positive", "negative")
}


class Question(Ranking):
    """A search: by a picture, by several, or by examples."""

    model_config = _one_of("url", "id", "positive", "negative")

    url: Annotated[
        Url | None, NotNull, Field(description="The address of a picture to search with.", examples=[EXAMPLE_URL])
    ] = None
    id: Annotated[
        PictureId | None,
        NotNull,
        Field(description="A stored picture to search with; it is no hit itself.", examples=[EXAMPLE_ID]),
    ] = None
    positive: Annotated[
        list[PictureId],
        Field(max_length=MAX_EXAMPLES, description="Stored pictures that hits should look like; no hits themselves."),
    ] = Field(default_factory=list)
    negative: Annotated[
        list[PictureId],
        Field(max_length=MAX_EXAMPLES, description="Stored pictures that hits should not look like; no hits."),
    ] = Field(default_factory=list)
    filter: Annotated[Filter | None, NotNull, Field(description="Conditions; they win over those beside it.")] = None

    def where(self) -> Where:
        if self.filter is None:
            return super().where()
        inner = {name: getattr(self.filter, name) for name in self.filter.model_fields_set}
        return self.model_copy(update={**inner, "filter": None}).where()


class QuestionForm(Question):
    """A search whose pictures may be uploaded."""

    model_config = _one_of("image", "url", "id", "positive", "negative")


class Listing(Filter):
    """Which stored pictures to list, and in what order."""

    sort: Annotated[SortName, Field(description="In what order. A cursor goes on in its own.")] = "newest"
    limit: Annotated[int, Field(ge=1, le=MAX_PAGE), Whole, Field(description="How many pictures.")] = DEFAULT_LIMIT
    cursor: Annotated[
        Annotated[str, Field(max_length=MAX_CURSOR_LETTERS)] | None,
        NotNull,
        Field(description="`next_cursor` of the page before."),
    ] = None


class Description(Fields):
    """What somebody says of a picture that is added."""

    key: Annotated[
        Key | None,
        NotNull,
        Field(
            description="Its path in the library. Without one: the file's name, in the label's folder.",
            examples=["cars/red-ferrari.jpg"],
        ),
    ] = None
    label: Annotated[
        Label | None, NotNull, Field(description="Its label. Without one: the name of its folder.", examples=["cars"])
    ] = None
    tags: Annotated[Tags, Field(description="Its tags.", examples=[["red", "old"]])] = Field(default_factory=list)


class Link(Description):
    """A picture to add by its address."""

    url: Annotated[Url, Field(description="Where the service gets the picture.", examples=[EXAMPLE_URL])]


class Linked(Fields):
    """A picture that is somewhere else."""

    url: Annotated[Url, Field(description="Where the service gets the picture.", examples=[EXAMPLE_URL])]


class Waiting(Fields):
    """How long to wait for indexing."""

    wait: Annotated[
        float, Field(ge=0, le=MAX_WAIT_S, description="Answer when indexed, or after this many seconds.")
    ] = 0.0


class Adding(Waiting):
    """How to add."""

    replace: Annotated[
        bool,
        Field(description="Whether to replace other bytes under the key. Label and tags stay that are not given."),
    ] = False


class Said(Fields):
    """What is said of a picture."""

    label: Annotated[LabelOrNone, Field(description="Its label; null for none.", examples=["cars"])]
    tags: Annotated[KeptTags, Field(description="Its tags, in their order.", examples=[["red"]])]


class Relabelling(Fields):
    """A new label, if it is named."""

    label: Annotated[LabelOrNone, Field(description="The new label; null or empty for none.", examples=["cars"])] = None
    expect: Annotated[
        Said | None,
        NotNull,
        Field(description="Change only what has just these so far; else it is refused (412)."),
    ] = None

    @property
    def new_label(self) -> str | Unchanged | None:
        return (self.label or None) if "label" in self.model_fields_set else UNCHANGED

    def is_for(self, record: Record) -> bool:
        """Return whether a record is as expected."""
        expected = self.expect
        return expected is None or (record.label, list(record.tags)) == (expected.label or None, expected.tags)


class Edit(Relabelling):
    """What to change of a picture; what is not named stays."""

    tags: Annotated[Tags, Field(description="The new tags, in place of all old ones.", examples=[["red"]])] = Field(
        default_factory=list
    )


class Removing(Fields):
    """How to remove."""

    purge: Annotated[bool, Field(description="Whether to destroy, instead of moving to the trash.")] = False


class Several(Fields):
    """Several pictures."""

    ids: Annotated[
        list[PictureId],
        Field(min_length=1, max_length=MAX_SEVERAL, description="Stored pictures.", examples=[[EXAMPLE_ID]]),
    ]


class Removal(Removing, Several):
    """Several pictures to remove."""


class Revision(Relabelling, Several):
    """What to change of several pictures; what is not named stays."""

    add_tags: Annotated[Tags, Field(description="Tags to add.", examples=[["red"]])] = Field(default_factory=list)
    remove_tags: Annotated[Tags, Field(description="Tags to take away.", examples=[["old"]])] = Field(
        default_factory=list
    )


class Check(Fields):
    """Bytes that may be in the library already."""

    sha256: Annotated[
        list[Sha256],
        Field(
            min_length=1,
            max_length=MAX_CHECKED,
            description="SHA-256 of files, in hex.",
            examples=[[EXAMPLE_SHA256]],
        ),
    ]


class Entrance(Fields):
    """A key to come in with."""

    key: Annotated[
        str,
        Field(
            min_length=1,
            max_length=MAX_KEY_LETTERS,
            description="A read key or a write key.",
            json_schema_extra={"format": "password"},
        ),
    ]


class Version(Fields):
    """Which version of the bytes."""

    v: Annotated[
        Annotated[str, Field(max_length=MAX_VERSION_LETTERS)] | None,
        NotNull,
        Field(description="Names the bytes, so that the answer can be kept for ever; as records give it."),
    ] = None
