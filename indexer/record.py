"""The record of one picture, as the catalogue keeps it."""

import json
import re
import unicodedata
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Literal

State = Literal["pending", "indexed", "failed"]
Origin = Literal["added", "found"]

STATES: tuple[State, ...] = ("pending", "indexed", "failed")

MAX_LABEL_LETTERS = 200  # and of a tag
MAX_TAGS = 50

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_NAMESPACE = uuid.UUID("8c2f6a4e-6f0b-5c57-9d6a-5d1b7b1f0a64")


@lru_cache(2048)  # each is asked for several times while a library is walked
def id_of(key: str) -> str:
    """Return the id of the picture with this key: a UUIDv5, the same on every machine."""
    return str(uuid.uuid5(_NAMESPACE, key))


def label_of(key: str) -> str | None:
    """Return the name of the folder that a key lies in, as people would write it, or None at the library's root."""
    folder = key.rpartition("/")[0]
    return as_label(folder.rpartition("/")[2])


def as_label(text: str) -> str | None:
    """Return a text as the label that is kept of it: without control characters, a long one cut; None for nothing."""
    return normal(_CONTROL.sub(" ", text))[:MAX_LABEL_LETTERS].strip() or None


def as_tags(texts: Iterable[str]) -> list[str]:
    """Return texts as the tags that are kept of them, each once, in their order, without empty ones."""
    return list(dict.fromkeys(tag for tag in map(normal, texts) if tag))


def normal(text: str) -> str:
    """Return a label or a tag as it is kept: é, as a Mac and as others write it, is the same, and no space around."""
    return unicodedata.normalize("NFC", text).strip()


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of one picture.

    `size` is in bytes, `width` and `height` in pixels of the upright picture. `sha256`, `width`, `height` and `format`
    are None until the bytes have been read. `origin` says who waits for it: somebody who `added` it, or nobody,
    because it was `found` in the folder. `attempts` counts the leases that did not end in an outcome.

    `revision` names the state that the record was read in: every change renews it, except indexing. It is None for a
    record that was not read but made, and "" where the catalogue is from a time before there were revisions.
    """

    key: str
    size: int
    mtime_ns: int
    added_at: datetime
    origin: Origin = "found"
    label: str | None = None
    tags: tuple[str, ...] = ()
    state: State = "pending"
    sha256: str | None = None
    width: int | None = None
    height: int | None = None
    format: str | None = None
    error: str | None = None
    model: str | None = None
    attempts: int = 0
    revision: str | None = field(default=None, compare=False)

    @property
    def id(self) -> str:
        return id_of(self.key)

    @property
    def is_described(self) -> bool:
        """Whether somebody gave it a label or tags that its key does not tell."""
        return bool(self.tags) or self.label != label_of(self.key)

    def afresh(self, size: int, mtime_ns: int, origin: Origin) -> "Record":
        """Return the record of the same picture with its file as it is now, pending: what people said of it stays, what
        was read from it goes."""
        said = self.added_at, origin, self.label, self.tags
        return Record(self.key, size, mtime_ns, *said, revision=self.revision)

    def to_payload(self) -> dict[str, Any]:
        """Return the record as a payload; what is None is left out."""
        fields = {name: value for name in self.__slots__ if (value := getattr(self, name)) is not None}
        return fields | {
            "tags": list(self.tags),
            "added_at": self.added_at.isoformat(timespec="microseconds"),
        }

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> "Record":
        """Return the record that a payload holds; fields that are not the record's are passed over."""
        fields = {name: payload[name] for name in cls.__slots__ if name in payload}
        fields["tags"] = tuple(fields.get("tags", ()))
        fields["added_at"] = datetime.fromisoformat(fields["added_at"])
        fields.setdefault("revision", "")
        return cls(**fields)

    def to_json(self) -> bytes:
        return json.dumps(self.to_payload()).encode()

    @classmethod
    def from_json(cls, data: bytes) -> "Record":
        return cls.from_payload(json.loads(data))


def count_pictures(count: int) -> str:
    """Return how many pictures that is, in words for people."""
    return f"{count:,} picture" if count == 1 else f"{count:,} pictures"


def now() -> datetime:
    """Return the time in UTC, to the microsecond: as fine as the catalogue orders by."""
    return datetime.now(UTC)
