"""What goes out as JSON: the types are what `/openapi.json` says, the functions make them."""

from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict  # pydantic takes the one of `typing` from Python 3.12 on

from indexer.catalogue import Hit
from indexer.record import Record, State

VERSION_DIGITS = 16  # of the hash of the bytes, enough to tell them from what was there before

Score = Annotated[float, Field(ge=-1, le=1)]
Uuid = Annotated[str, Field(json_schema_extra={"format": "uuid"})]
Timestamp = Annotated[str, Field(json_schema_extra={"format": "date-time"})]


class Picture(TypedDict):
    """A stored picture."""

    id: Annotated[Uuid, Field(description="A UUIDv5 of the key.")]
    key: Annotated[str, Field(description="The path in the library.")]
    state: Annotated[State, Field(description="`pending` until indexed; `failed` if it cannot be.")]
    error: Annotated[str | None, Field(description="Why it failed.")]
    label: str | None
    tags: list[str]
    added_at: Timestamp
    sha256: Annotated[str | None, Field(description="Of the bytes, in hex; null until they have been read.")]
    size: Annotated[int, Field(ge=0, description="In bytes.")]
    width: Annotated[int | None, Field(description="In pixels, upright.")]
    height: Annotated[int | None, Field(description="In pixels, upright.")]
    format: Annotated[str | None, Field(description="As the content says, whatever the name says.")]
    model: Annotated[str | None, Field(description="The model that made the vector.")]
    file: Annotated[str, Field(description="The address of the bytes.")]
    thumbnail: Annotated[str, Field(description="The address of a JPEG of at most 320 pixels a side.")]


class FoundPicture(TypedDict):
    """A picture that was found."""

    id: Uuid
    key: str
    score: Annotated[
        Score,
        Field(description="The cosine to the nearest picture that was searched with; -1 if a negative is nearer."),
    ]
    verdict: Annotated[
        str | None,
        Field(description="duplicate, very close, related, weak, unrelated; null if the model cannot say."),
    ]
    width: int | None
    height: int | None
    label: str | None
    tags: list[str]
    file: str
    thumbnail: str


class Found(TypedDict):
    """What a search found."""

    hits: Annotated[list[FoundPicture], Field(description="Best first.")]
    anything_similar: Annotated[
        bool | None, Field(description="Whether a hit is more than `unrelated`; null if the model cannot say.")
    ]
    model: str
    took_ms: Annotated[dict[str, float], Field(description="Milliseconds by stage; also in `Server-Timing`.")]


class Page(TypedDict):
    """Some of the stored pictures."""

    images: list[Picture]
    next_cursor: Annotated[str | None, Field(description="Asks for the page that follows; null on the last.")]


class Problem(TypedDict):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    code: Annotated[str, Field(description="Stable: to be told apart by programs.")]
    detail: NotRequired[Annotated[str, Field(description="One sentence for a person.")]]
    errors: NotRequired[Annotated[list[str], Field(description="What is wrong with each value, a sentence each.")]]
    upstream_status: NotRequired[Annotated[int, Field(description="What the address answered with.")]]
    checks: NotRequired[Annotated[dict[str, str], Field(description="What is ready, and what is wrong with the rest.")]]
    request_id: NotRequired[Annotated[str, Field(description="As in `X-Request-Id` and in the service's log.")]]


class OneAdded(TypedDict):
    """What became of one of several files."""

    status: Annotated[int, Field(description="What it would have been answered with alone.")]
    image: NotRequired[Picture]
    error: NotRequired[Problem]


class SeveralAdded(TypedDict):
    """What became of several files, in their order."""

    results: list[OneAdded]


class OneOutcome(TypedDict):
    """What became of one of several pictures."""

    id: Uuid
    status: Annotated[int, Field(description="What it would have been answered with alone.")]
    image: NotRequired[Annotated[Picture, Field(description="Its record, unless it was removed.")]]
    error: NotRequired[Problem]


class Outcomes(TypedDict):
    """What became of several pictures, in their order."""

    results: list[OneOutcome]


class Known(TypedDict):
    """Which bytes are in the library."""

    known: Annotated[dict[str, list[Uuid]], Field(description="The ids of the pictures with those bytes, by SHA-256.")]


class Counts(TypedDict):
    """How many pictures are in each state."""

    pending: int
    indexed: int
    failed: int
    total: int


class Status(TypedDict):
    """How the service is."""

    counts: Counts
    rate_per_s: Annotated[float | None, Field(description="Pictures indexed a second.")]
    time_left_s: Annotated[float | None, Field(description="Until everything is indexed, at that rate.")]
    model: str
    engine: Annotated[str, Field(description="`edge` (embedded) or `server`.")]
    version: str
    read_only: Annotated[bool, Field(description="Whether the library cannot be written to.")]


class Health(TypedDict):
    """That the service is alive, or ready."""

    status: str
    checks: NotRequired[Annotated[dict[str, str], Field(description="What was tried: each `ok`.")]]


class Rights(TypedDict):
    """What somebody may do."""

    may: Literal["nothing", "read", "write"]


def links(picture_id: str, sha256: str | None) -> dict[str, str]:
    """Return the addresses of a picture's bytes; they change with the bytes, so that they can be cached for ever."""
    base = f"/v1/images/{picture_id}"
    version = f"?v={sha256[:VERSION_DIGITS]}" if sha256 else ""
    return {"file": f"{base}/file{version}", "thumbnail": f"{base}/thumbnail{version}"}


def describe(record: Record) -> Picture:
    """Return all that clients are told of a picture."""
    return {
        "id": record.id,
        "key": record.key,
        "state": record.state,
        "error": record.error,
        "label": record.label,
        "tags": list(record.tags),
        "added_at": record.added_at.isoformat(timespec="microseconds"),
        "sha256": record.sha256,
        "size": record.size,
        "width": record.width,
        "height": record.height,
        "format": record.format,
        "model": record.model,
        **links(record.id, record.sha256),  # type: ignore[typeddict-item]
    }


def describe_hit(hit: Hit, verdict: str | None) -> FoundPicture:
    """Return what clients are told of a picture that was found."""
    return {
        "id": hit.id,
        "key": hit.key,
        "score": round(max(-1.0, min(1.0, hit.score)), 4),
        "verdict": verdict,
        "width": hit.width,
        "height": hit.height,
        "label": hit.label,
        "tags": list(hit.tags),
        **links(hit.id, hit.sha256),  # type: ignore[typeddict-item]
    }
