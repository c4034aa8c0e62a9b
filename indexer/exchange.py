"""What people said of pictures, carried out of a catalogue and into one: a JSON object a line (JSONL), by key."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from indexer.catalogue import Catalogue
from indexer.engine import PAGE
from indexer.record import MAX_LABEL_LETTERS, MAX_TAGS, Record, as_label, as_tags, id_of

SAID = ("label", "tags", "added_at")


class LineError(ValueError):
    """A line that is no record; says why."""


@dataclass(frozen=True, slots=True)
class Saying:
    """One line: what is to be said of the picture under a key, and, where it is known, of which bytes."""

    number: int
    key: str
    sha256: str | None
    said: dict[str, Any]


@dataclass(slots=True)
class ImportReport:
    """How many records were changed, were so already, or were skipped."""

    restored: int = 0
    unchanged: int = 0
    skipped: int = 0

    def __str__(self) -> str:
        return f"{self.restored} restored, {self.unchanged} were so already, {self.skipped} skipped"


def export_lines(catalogue: Catalogue) -> Iterator[str]:
    """Yield a line for each record, in no order: `key`, `label`, `tags`, `added_at`, `state`, `sha256`."""
    for records in catalogue.scan():
        for record in records:
            entries = {
                "key": record.key,
                "label": record.label,
                "tags": list(record.tags),
                "added_at": record.added_at.isoformat(timespec="microseconds"),
                "state": record.state,
                "sha256": record.sha256,
            }
            yield json.dumps(entries, ensure_ascii=False)


def import_lines(catalogue: Catalogue, lines: Iterable[str | bytes], tell: Callable[[str], None]) -> ImportReport:
    """Set label, tags and time of adding as lines say, on pictures that exist; a field that a line lacks stays.

    Why a line was skipped is told. A page of lines is held at once, and what a page changes becomes durable together.
    """
    report = ImportReport()
    numbered = ((number, line) for number, line in enumerate(lines, 1) if line.strip())
    while page := list(islice(numbered, PAGE)):
        sayings = list(_read(page, report, tell))
        known = catalogue.get([id_of(each.key) for each in sayings])
        changes: dict[str, dict[str, Any]] = {}
        for saying in sayings:
            _consider(saying, known.get(id_of(saying.key)), changes, report, tell)
        catalogue.edit_all(changes)
    return report


def _read(page: list[tuple[int, str | bytes]], report: ImportReport, tell: Callable[[str], None]) -> Iterator[Saying]:
    for number, line in page:
        try:
            yield _saying(number, line)
        except LineError as error:
            report.skipped += 1
            tell(f"line {number}: {error}")


def _consider(
    saying: Saying,
    record: Record | None,
    changes: dict[str, dict[str, Any]],
    report: ImportReport,
    tell: Callable[[str], None],
) -> None:
    if record is None:
        report.skipped += 1
        tell(f"line {saying.number}: there is no picture {saying.key!r}")
    elif saying.sha256 and record.sha256 and saying.sha256 != record.sha256:
        report.skipped += 1
        tell(f"line {saying.number}: {saying.key!r} has other bytes now")
    elif _says_nothing_new(saying, record) and record.id not in changes:
        report.unchanged += 1
    else:
        report.restored += 1
        changes[record.id] = changes.get(record.id, {}) | saying.said


def _says_nothing_new(saying: Saying, record: Record) -> bool:
    payload = record.to_payload()
    return all(payload.get(name) == value for name, value in saying.said.items())


def _saying(number: int, line: str | bytes) -> Saying:
    try:
        entries = json.loads(line)
    except (ValueError, RecursionError):
        raise LineError("not JSON") from None
    if not isinstance(entries, dict) or not isinstance(entries.get("key"), str):
        raise LineError('not an object with a "key"')
    _check_text(entries)
    sha256 = entries.get("sha256")
    if not isinstance(sha256, str | None):
        raise LineError("sha256 must be text")
    said = {name: _CHECKS[name](entries[name]) for name in SAID if name in entries}
    return Saying(number, entries["key"], sha256, said)


def _check_text(value: Any) -> None:
    """Raise `LineError` where half a letter stands, which JSON can say and no catalogue can keep."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise LineError("a text in it is not valid Unicode") from None


def _label(value: Any) -> str | None:
    if not isinstance(value, str | None):
        raise LineError("label must be text or null")
    return as_label(value or "")


def _tags(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(tag, str) for tag in value):
        raise LineError("tags must be a list of texts")
    tags = as_tags(value)
    if len(tags) > MAX_TAGS or any(len(tag) > MAX_LABEL_LETTERS for tag in tags):
        raise LineError(f"tags must be at most {MAX_TAGS}, of at most {MAX_LABEL_LETTERS} letters each")
    return tags


def _time(value: Any) -> str:
    try:
        time = datetime.fromisoformat(value)
        if time.tzinfo is None:
            raise ValueError("no time zone")
        return time.astimezone(UTC).isoformat(timespec="microseconds")
    except (TypeError, ValueError, OverflowError):
        raise LineError("added_at must be a time with a time zone") from None


_CHECKS: dict[str, Callable[[Any], Any]] = {"label": _label, "tags": _tags, "added_at": _time}
