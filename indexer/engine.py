"""The seam between the catalogue and the engine below it.

An engine stores points and answers queries; it knows nothing of pictures, states or leases. Two implement it:
`edge.EdgeEngine` (Qdrant Edge, in this process) and `server.ServerEngine` (a Qdrant server or cluster).

    EngineError
    |- EngineUnavailableError      try again later
    |- CatalogueFullError          the server takes no more points
    |- CatalogueLockedError        another process holds the embedded catalogue
    |- CatalogueBrokenError        the embedded catalogue's files cannot be opened
    |- NoCatalogueError            there is none yet, and none is to be made

    QueryError                     this query asks for what cannot be asked for
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float32]
WriteMode = Literal["upsert", "insert", "update"]

VECTOR_NAME = "image"
PAGE = 500  # points that are read or written at once

# Fields that are filtered or ordered by, and the payload index that each has.
KEYWORDS = ("state", "origin", "label", "tags", "model", "lease", "sha256")
DATETIMES = ("added_at", "pending_since")
FLOATS = ("leased_until",)
INTEGERS = ("size",)

# What a query gives of a payload; the rest would cost more than what is wanted.
FOUND = ("key", "label", "tags", "sha256", "width", "height")

# So many of the nearest points a diverse query chooses from. A choice from 500 costs some milliseconds, and the cost
# grows with the square.
DIVERSE_CANDIDATES = 500


class EngineError(Exception):
    """The engine could not do what it was asked for."""


class EngineUnavailableError(EngineError):
    """The engine cannot be reached or does not answer in time."""


class CatalogueFullError(EngineError):
    def __init__(self) -> None:
        super().__init__(
            "the server has as many pictures as it takes (LOOKALIKE_QDRANT_MAX_POINTS): nothing is added, indexed or "
            "replaced until some are removed, or it is told to take more"
        )


class CatalogueLockedError(EngineError):
    def __init__(self, folder: Path) -> None:
        super().__init__(f"another process has the catalogue in {folder} open; only one can")


class NoCatalogueError(EngineError):
    def __init__(self, place: str | Path) -> None:
        super().__init__(f"there is no catalogue in {place} yet: `python -m indexer sync` makes one")


class CatalogueBrokenError(EngineError):
    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(
            f"the catalogue in {folder} cannot be opened ({reason}); move that folder away and start again: "
            "it is rebuilt from the library"
        )


class QueryError(ValueError):
    """A query without examples, or one whose diversity cannot be had."""


@dataclass(frozen=True, slots=True)
class Point:
    """One point: an id, a payload, and the vector `image` or None."""

    id: str
    payload: dict[str, Any]
    vector: Vector | None = None


@dataclass(frozen=True, slots=True)
class Where:
    """The points that meet every condition given; without any, all points.

    `tags` asks for all of them, `any_tags` for at least one, `labels` and `sha256s` for one of them. `added_from` is
    inclusive, `added_until` exclusive, both with a time zone; so are `size_from` and `size_until`, in bytes. `free_at`
    (seconds since the epoch) asks for points whose lease has run out by then. `revisions` asks for one of them, "" for
    having none; there is no index for it, so that it stands beside `ids` only.
    """

    ids: Collection[str] | None = None
    without_ids: Collection[str] = ()
    equal: dict[str, str] = field(default_factory=dict)
    differs: dict[str, str] = field(default_factory=dict)
    tags: Sequence[str] = ()
    any_tags: Sequence[str] = ()
    labels: Sequence[str] = ()
    sha256s: Sequence[str] = ()
    added_from: datetime | None = None
    added_until: datetime | None = None
    size_from: int | None = None
    size_until: int | None = None
    free_at: float | None = None
    revisions: Collection[str] = ()


EVERYTHING = Where()


@dataclass(frozen=True, slots=True)
class Order:
    """By a field of times or of whole numbers."""

    field: str
    descending: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """What to rank points by: unit vectors to be near to, and unit vectors to be far from.

    With one positive and no negative the score of a point is its cosine to it. With more (Qdrant's "best score") points
    that are nearer to a positive than to every negative come first, with their highest cosine to a positive; then come
    the others, the farthest from the negatives first, with -2 less their highest cosine to a negative: -1 to -3.

    `diversity` (0: plain nearest, to 1) lets points that resemble those before them come later (Qdrant's MMR); scores
    are cosines all the same, but no longer descend. It needs one positive and no negative.
    Raises `QueryError`.
    """

    positive: Sequence[Vector]
    negative: Sequence[Vector] = ()
    diversity: float | None = None

    def __post_init__(self) -> None:
        if not len(self.positive) + len(self.negative):
            raise QueryError("a search needs at least one example")
        if self.diversity is not None and not self.plain:
            raise QueryError("diversity needs one positive example and no negative one")
        if self.diversity is not None and not 0 <= self.diversity <= 1:
            raise QueryError(f"diversity is {self.diversity:g}, and it must be between 0 and 1")

    @property
    def plain(self) -> bool:
        """Whether there is one positive example and nothing else."""
        return len(self.positive) == 1 and not len(self.negative)


class Engine(Protocol):
    """What every engine does. A write that has returned is durable, unless it need not be: then it is from the next
    durable one or from `settle` on. Methods raise `EngineError` and may be called from any thread."""

    @property
    def name(self) -> str:
        """`edge` or `server`."""

    def write(
        self, points: Sequence[Point], mode: WriteMode = "upsert", where: Where = EVERYTHING, durable: bool = True
    ) -> None:
        """Write whole points. `insert` leaves points that exist alone, `update` those that do not; those that exist
        are written only where they meet `where`."""

    def set_payload(self, fields: dict[str, Any], where: Where, durable: bool = True) -> None:
        """Set some payload fields of the points that meet `where`, each tested and set at once. Leases need not be
        durable: they mean nothing after a crash."""

    def delete(self, where: Where, durable: bool = True) -> None:
        """Delete the points that meet `where`."""

    def settle(self) -> None:
        """Make durable what was written before."""

    def retrieve(self, ids: Sequence[str], with_vectors: bool = False) -> list[Point]:
        """Return those of the points that exist, in any order."""

    def scroll(self, where: Where, limit: int, start: str | None = None) -> tuple[list[Point], str | None]:
        """Return at most `limit` points by id, and the id to go on from, or None at the end."""

    def ordered(self, order: Order, where: Where, limit: int) -> list[Point]:
        """Return the first `limit` points in an order, of those that have its field. Which come first of points with
        the same value is not said."""

    def query(
        self, query: Query, limit: int, offset: int, where: Where, min_score: float | None
    ) -> list[tuple[Point, float]]:
        """Return the points that have a vector, with the `FOUND` fields, and their scores, in the order that `Query`
        describes. With diversity these are no more than the nearest `DIVERSE_CANDIDATES`."""

    def count(self, where: Where) -> int:
        """Return how many points meet `where`, exactly."""

    def close(self) -> None:
        """Give everything back. The engine cannot be used afterwards."""
