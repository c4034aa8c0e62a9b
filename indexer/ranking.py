"""Ranks pictures by a query: what the engines leave to be done above and beside them."""

from collections.abc import Callable, Collection
from dataclasses import replace
from functools import partial

from indexer.engine import DIVERSE_CANDIDATES, Engine, Point, Query, Where

Ranked = list[tuple[Point, float]]
Ask = Callable[[int, int], Ranked]

# How far beyond a page on both sides is looked for pictures with the same score as its first and last: copies. Which of
# them an engine takes, and in what order, changes with how many are asked for. Where there are more it may be any.
_MARGINS = (1, 32, 1024)


def rank(
    engine: Engine,
    query: Query,
    limit: int,
    offset: int,
    where: Where,
    min_score: float | None,
    without_ids: Collection[str],
) -> Ranked:
    """Return at most `limit` points from place `offset` on, with their scores, in the order that `Query` describes.

    Those with the same score come by id, so that pages show each once. `without_ids` are left out before `offset`
    counts: without a filter, which would double the time.
    """
    if query.diversity:  # what is left out must not push away what resembles it
        return _rank_diverse(engine, query, limit, offset, replace(where, without_ids=without_ids), min_score)
    return _rank_plain(_asking(engine, query, where, min_score), limit, offset, without_ids)


def _asking(engine: Engine, query: Query, where: Where, min_score: float | None) -> Ask:
    """Return what asks for so many points from some place on, whatever diversity the query wants."""
    plain = query if query.diversity is None else replace(query, diversity=None)
    return partial(engine.query, plain, where=where, min_score=min_score)


def _rank_plain(ask: Ask, limit: int, offset: int, without_ids: Collection[str]) -> Ranked:
    page: Ranked = []
    for margin in _MARGINS:
        start = 0 if without_ids else max(0, offset - margin)
        wanted = offset + limit + margin + len(without_ids) - start
        found = ask(wanted, start)
        kept = sorted((hit for hit in found if hit[0].id not in without_ids), key=_place_of)
        page = kept[offset - start : offset - start + limit]
        if not page or _is_settled(page, found, begins=start == 0, ends=len(found) < wanted):
            break
    return page


def _place_of(hit: tuple[Point, float]) -> tuple[float, str]:
    point, score = hit
    return -score, point.id


def _is_settled(page: Ranked, found: Ranked, begins: bool, ends: bool) -> bool:
    """Return whether all with the scores of a page's first and last are among those that were found."""
    first, last = page[0][1], page[-1][1]
    return (begins or found[0][1] > first) and (ends or found[-1][1] < last)


def _rank_diverse(
    engine: Engine, query: Query, limit: int, offset: int, where: Where, min_score: float | None
) -> Ranked:
    """Rank the nearest with diversity and whatever follows them plainly, so that every page shows something new.

    Which of many copies are among the nearest is the engine's choice: those that follow are told by their ids.
    """
    if offset + limit <= DIVERSE_CANDIDATES:
        return engine.query(query, limit, offset, where, min_score)
    chosen = engine.query(query, DIVERSE_CANDIDATES, 0, where, min_score)
    page = chosen[offset : offset + limit]
    return page + _rank_plain(
        _asking(engine, query, where, min_score),
        limit - len(page),
        max(0, offset - len(chosen)),
        {point.id for point, _ in chosen},
    )


def rescore(hits: Ranked, min_score: float | None) -> Ranked:
    """Return hits that have Qdrant's "best score" with the scores that `Query` describes, down to the least."""
    found = [(point, _score_of(best_score)) for point, best_score in hits]
    return [hit for hit in found if min_score is None or hit[1] >= min_score]


def _score_of(best_score: float) -> float:
    """Return what Qdrant's "best score" was made of.

    It is f(p) if the highest cosine to a positive, p, is above the one to a negative, n, and else -f(n), with
    f(x) = (x / (1 + |x|) + 1) / 2, which is between 1/4 and 3/4.
    """
    slope = 2 * abs(best_score) - 1
    cosine = slope / (1 - abs(slope))
    return cosine if best_score > 0 else -2 - cosine
