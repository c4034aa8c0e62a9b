"""The seam between the catalogue and the engine below it.

An engine stores points and answers queries; it knows nothing of pictures, states or leases. Two implement it:
`edge.EdgeEngine` (Qdrant Edge, in this process) and `server.ServerEngine` (a Qdrant server or cluster).

    EngineError
    |- EngineUnavailableError      try again later
    |- CatalogueLockedError        another process holds the embedded catalogue
    |- CatalogueBrokenError        the embedded catalogue's files cannot be opened
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float32]
WriteMode = Literal["upsert", "insert", "update"]

VECTOR_NAME = "image"

# Fields that are filtered or ordered by, and the payload index that each has.
KEYWORDS = ("state", "origin", "label", "tags", "model", "lease")
DATETIMES = ("added_at",)
FLOATS = ("leased_until",)


class EngineError(Exception):
    """The engine could not do what it was asked for."""


class EngineUnavailableError(EngineError):
    """The engine cannot be reached or does not answer in time."""


class CatalogueLockedError(EngineError):
    def __init__(self, folder: Path) -> None:
        super().__init__(f"another process has the catalogue in {folder} open; only one can")


class CatalogueBrokenError(EngineError):
    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(
            f"the catalogue in {folder} cannot be opened ({reason}); move that folder away and start again: "
            "it is rebuilt from the library"
        )


@dataclass(frozen=True, slots=True)
class Point:
    """One point: an id, a payload, and the vector `image` or None."""

    id: str
    payload: dict[str, Any]
    vector: Vector | None = None


@dataclass(frozen=True, slots=True)
class Where:
    """The points that meet every condition given; without any, all points.

    `tags` asks for all of them. `free_at` (seconds since the epoch) asks for points whose lease has run out by then.
    """

    ids: Collection[str] | None = None
    without_ids: Collection[str] = ()
    equal: dict[str, str] = field(default_factory=dict)
    differs: dict[str, str] = field(default_factory=dict)
    tags: Sequence[str] = ()
    free_at: float | None = None


EVERYTHING = Where()


class Engine(Protocol):
    """What every engine does. A write that has returned is durable. Methods raise `EngineError` and may be called
    from any thread."""

    @property
    def name(self) -> str:
        """`edge` or `server`."""

    def write(self, points: Sequence[Point], mode: WriteMode = "upsert", where: Where = EVERYTHING) -> None:
        """Write whole points. `insert` leaves points that exist alone, `update` those that do not; those that exist
        are written only where they meet `where`."""

    def set_payload(self, fields: dict[str, Any], where: Where) -> None:
        """Set some payload fields of the points that meet `where`, each tested and set at once. This alone need not
        be durable: it is for leases, and they mean nothing after a crash."""

    def delete(self, where: Where) -> None:
        """Delete the points that meet `where`."""

    def retrieve(self, ids: Sequence[str], with_vectors: bool = False) -> list[Point]:
        """Return those of the points that exist, in any order."""

    def scroll(self, where: Where, limit: int, start: str | None = None) -> tuple[list[Point], str | None]:
        """Return at most `limit` points by id, and the id to go on from, or None at the end."""

    def newest(self, where: Where, limit: int, start: str | None = None) -> list[Point]:
        """Return at most `limit` points, latest `added_at` first, none later than `start`."""

    def query(
        self, vector: Vector, limit: int, offset: int, where: Where, min_score: float | None
    ) -> list[tuple[Point, float]]:
        """Return the points with the highest cosine to a unit vector, and that cosine, best first."""

    def count(self, where: Where) -> int:
        """Return how many points meet `where`, exactly."""

    def close(self) -> None:
        """Give everything back. The engine cannot be used afterwards."""
