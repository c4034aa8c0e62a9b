"""`Where` as a filter of either engine: Qdrant Edge and qdrant-client name their filter types alike."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from types import ModuleType
from typing import Any

from indexer.engine import Where


@dataclass(frozen=True)
class Dialect:
    """The classes of an engine's filters, and what makes those that the engines name or fill in differently: ranges
    over numbers and over times, inclusive to exclusive, conditions on ids and on having none."""

    types: ModuleType
    between_numbers: Callable[[float | None, float | None], Any]
    between_times: Callable[[datetime | None, datetime | None], Any]
    has_id: Callable[[Collection[str]], Any]
    lacks: Callable[[str], Any]


def build_filter(where: Where, dialect: Dialect) -> Any:
    """Return the engine's own filter for `where`."""
    must, must_not = _required(where, dialect), _forbidden(where, dialect)
    return dialect.types.Filter(must=must or None, must_not=must_not or None)


def _required(where: Where, dialect: Dialect) -> list[Any]:
    types = dialect.types
    any_of = {"tags": where.any_tags, "label": where.labels, "sha256": where.sha256s}
    conditions = [_matches(types, name, value) for name, value in where.equal.items()]
    conditions += [_matches(types, "tags", tag) for tag in where.tags]
    for name, values in any_of.items():
        if values:
            conditions.append(types.FieldCondition(key=name, match=types.MatchAny(any=list(values))))
    if where.added_from or where.added_until:
        times = dialect.between_times(where.added_from, where.added_until)
        conditions.append(types.FieldCondition(key="added_at", range=times))
    if where.size_from is not None or where.size_until is not None:
        sizes = dialect.between_numbers(where.size_from, where.size_until)
        conditions.append(types.FieldCondition(key="size", range=sizes))
    if where.ids is not None:
        conditions.append(dialect.has_id(where.ids))
    if where.revisions:
        conditions.append(_of_revisions(where.revisions, dialect))
    return conditions


def _of_revisions(revisions: Collection[str], dialect: Dialect) -> Any:
    types, known = dialect.types, [revision for revision in revisions if revision]
    matches = types.FieldCondition(key="revision", match=types.MatchAny(any=known))
    return matches if len(known) == len(revisions) else types.Filter(should=[dialect.lacks("revision"), matches])


def _forbidden(where: Where, dialect: Dialect) -> list[Any]:
    conditions = [_matches(dialect.types, name, value) for name, value in where.differs.items()]
    if where.without_ids:
        conditions.append(dialect.has_id(where.without_ids))
    if where.free_at is not None:
        leased = dialect.between_numbers(where.free_at, None)
        conditions.append(dialect.types.FieldCondition(key="leased_until", range=leased))
    return conditions


def _matches(types: ModuleType, name: str, value: str) -> Any:
    return types.FieldCondition(key=name, match=types.MatchValue(value=value))
