"""`Where` as a filter of either engine: Qdrant Edge and qdrant-client name their filter types alike."""

from collections.abc import Callable, Collection
from types import ModuleType
from typing import Any

from indexer.engine import Where


def build_filter(where: Where, types: ModuleType, number_range: type, has_id: Callable[[Collection[str]], Any]) -> Any:
    """Return the engine's own filter for `where`, made of the classes in `types`.

    `number_range` and `has_id` make a range over numbers and a condition on ids: the two that the engines name
    differently.
    """

    def matches(name: str, value: str) -> Any:
        return types.FieldCondition(key=name, match=types.MatchValue(value=value))

    must = [matches(name, value) for name, value in where.equal.items()]
    must += [matches("tags", tag) for tag in where.tags]
    must_not = [matches(name, value) for name, value in where.differs.items()]
    if where.ids is not None:
        must.append(has_id(where.ids))
    if where.without_ids:
        must_not.append(has_id(where.without_ids))
    if where.free_at is not None:
        must_not.append(types.FieldCondition(key="leased_until", range=number_range(gte=where.free_at)))
    return types.Filter(must=must or None, must_not=must_not or None)
