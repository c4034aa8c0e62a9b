"""What several examples, examples to avoid, and diversity find, compared with numpy on every engine."""

from collections.abc import Sequence
from typing import cast

import numpy as np
import numpy.typing as npt
import pytest

from indexer.catalogue import Catalogue
from indexer.engine import DIVERSE_CANDIDATES, EVERYTHING, Engine, Point, Query, QueryError, Vector, Where
from indexer.ranking import rank
from indexer.record import id_of
from tests.test_catalogue import record

Matrix = npt.NDArray[np.float32]

COUNT = 300
CLOSE = 1e-4  # the embedded engine keeps 16 bits of each number


def random_units(count: int, seed: int) -> Matrix:
    vectors = np.random.default_rng(seed).normal(size=(count, 64)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


STORED = random_units(COUNT, seed=1)
EVEN = Where(equal={"label": "even"})


@pytest.fixture
def catalogue(any_engine: Engine) -> Catalogue:
    """Pictures `a/0.jpg` and so on, each with its row of `STORED`, labelled `even` or `odd`."""
    records = (record(row, state="indexed", label="odd" if row % 2 else "even") for row in range(COUNT))
    any_engine.write([Point(each.id, each.to_payload(), STORED[row_of(each.key)]) for each in records])
    return Catalogue(any_engine)


def row_of(key: str) -> int:
    return int(key.removeprefix("a/").removesuffix(".jpg"))


def found(catalogue: Catalogue, query: Query, limit: int, **options: object) -> tuple[list[int], list[float]]:
    """Return the rows and the scores of the hits."""
    hits = catalogue.search(query, limit, **options)  # type: ignore[arg-type]
    return [row_of(hit.key) for hit in hits], [hit.score for hit in hits]


def expected_scores(positive: Matrix, negative: Matrix) -> Matrix:
    """Return the score that each stored row should have, float (COUNT,)."""
    near = np.max(STORED @ positive.T, axis=1, initial=-np.inf)
    far = np.max(STORED @ negative.T, axis=1, initial=-np.inf)
    return np.where(near > far, near, -2 - far)


def choose_diverse(query: Vector, diversity: float, limit: int, rows: npt.NDArray[np.intp]) -> list[int]:
    """Return what MMR chooses: each time the row that is near to the query and far from those chosen before."""
    cosines, chosen, left = STORED @ query, [], list(rows)
    while left and len(chosen) < limit:
        likeness = [max((STORED[row] @ STORED[other] for other in chosen), default=0) for row in left]
        worth = (1 - diversity) * cosines[left] - diversity * np.array(likeness)
        chosen.append(left.pop(int(np.argmax(worth if chosen else cosines[left]))))
    return [int(row) for row in chosen]


EXAMPLES = [(3, 0), (1, 1), (1, 4), (3, 2), (0, 1), (0, 3), (20, 20)]


@pytest.mark.parametrize(("positives", "negatives"), EXAMPLES)
def test_examples_rank_as_the_best_of_them_says(catalogue: Catalogue, positives: int, negatives: int) -> None:
    positive, negative = random_units(positives, seed=2), random_units(negatives, seed=3)
    expected = expected_scores(positive, negative)
    rows, scores = found(catalogue, Query(positive, negative), COUNT)
    assert len(set(rows)) == COUNT
    assert scores == sorted(scores, reverse=True)
    assert scores == pytest.approx(expected[rows], abs=CLOSE)


def test_examples_go_with_a_filter_an_offset_a_least_score_and_what_is_left_out(catalogue: Catalogue) -> None:
    positive, negative = random_units(3, seed=2), random_units(2, seed=3)
    expected = expected_scores(positive, negative)
    order = [int(row) for row in np.argsort(-expected)]
    even = [row for row in order if row % 2 == 0]
    query = Query(positive, negative)
    assert found(catalogue, query, 10, where=EVEN)[0] == even[:10]
    assert found(catalogue, query, 10, offset=7, where=EVEN)[0] == even[7:17]
    least = float(expected[order[20]]) - 1e-4
    assert found(catalogue, query, COUNT, min_score=least)[0] == order[:21]
    assert found(catalogue, query, COUNT, offset=15, min_score=least)[0] == order[15:21]
    rows, scores = found(catalogue, query, COUNT, min_score=-1)
    assert set(rows) == {row for row in order if expected[row] >= -1}
    assert scores == pytest.approx(np.sort(expected[rows])[::-1], abs=CLOSE)
    without = [id_of(f"a/{row}.jpg") for row in order[1:4]]
    assert found(catalogue, query, 5, offset=1, without_ids=without)[0] == order[4:9]


def test_a_stored_picture_as_an_example_is_found_first_and_as_one_to_avoid_last(catalogue: Catalogue) -> None:
    liked, disliked = STORED[5], STORED[9]
    rows, scores = found(catalogue, Query([liked, STORED[6]], [disliked]), COUNT)
    assert set(rows[:2]) == {5, 6}
    assert rows[-1] == 9
    assert (scores[0], scores[-1]) == pytest.approx((1, -3), abs=1e-4)


def test_pictures_without_a_vector_are_not_found_by_examples(catalogue: Catalogue) -> None:
    catalogue.insert([record(COUNT)])
    assert len(found(catalogue, Query([], STORED[:2]), 2 * COUNT)[0]) == COUNT


@pytest.mark.parametrize("without", [(), ("40", "170")])
@pytest.mark.parametrize("negatives", [0, 1])
def test_pages_show_every_copy_of_a_picture_once(any_engine: Engine, negatives: int, without: Sequence[str]) -> None:
    any_engine.write([Point(id_of(str(row)), {"key": str(row)}, STORED[row % 5]) for row in range(200)])
    query, ids = Query(random_units(1, seed=4), STORED[:negatives]), [id_of(row) for row in without]
    pages = [rank(any_engine, query, 7, start, EVERYTHING, None, ids) for start in range(0, 200, 7)]
    keys = [point.payload["key"] for page in pages for point, _ in page]
    assert sorted(keys) == sorted({str(row) for row in range(200)} - {*without})
    scores = [score for page in pages for _, score in page]
    assert scores == sorted(scores, reverse=True)
    assert (
        rank(any_engine, query, 30, 100, EVERYTHING, None, ids)
        == rank(any_engine, query, 200, 0, EVERYTHING, None, ids)[100:130]
    )


def test_no_diversity_is_plain_nearest(catalogue: Catalogue) -> None:
    query = random_units(1, seed=4)
    rows, scores = found(catalogue, Query(query, diversity=0.0), 50)
    assert rows == [int(row) for row in np.argsort(-(STORED @ query[0]))[:50]]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("diversity", [0.2, 0.5, 1.0])
def test_diversity_chooses_as_mmr_does_and_scores_stay_cosines(catalogue: Catalogue, diversity: float) -> None:
    query = random_units(1, seed=4)
    expected = choose_diverse(query[0], diversity, 20, np.argsort(-(STORED @ query[0])))
    rows, scores = found(catalogue, Query(query, diversity=diversity), 20)
    assert rows == expected
    assert scores == pytest.approx((STORED @ query[0])[rows], abs=CLOSE)


def test_diversity_goes_with_a_filter_an_offset_a_least_score_and_what_is_left_out(catalogue: Catalogue) -> None:
    query = random_units(1, seed=4)
    cosines = STORED @ query[0]
    order = np.argsort(-cosines)
    diverse = Query(query, diversity=0.5)
    even = choose_diverse(query[0], 0.5, 15, order[order % 2 == 0])
    assert found(catalogue, diverse, 10, offset=5, where=EVEN)[0] == even[5:15]
    near = order[cosines[order] >= 0.1]
    assert found(catalogue, diverse, COUNT, min_score=0.1)[0] == choose_diverse(query[0], 0.5, COUNT, near)
    without = [id_of(f"a/{row}.jpg") for row in order[:2]]
    assert found(catalogue, diverse, 10, without_ids=without)[0] == choose_diverse(query[0], 0.5, 10, order[2:])


def test_diversity_spreads_copies_apart(any_engine: Engine) -> None:
    near, other = STORED[0], STORED[1]
    query = (2 * near + other) / np.linalg.norm(2 * near + other)
    any_engine.write([Point(id_of(str(copy)), {"key": str(copy)}, near) for copy in range(5)])
    any_engine.write([Point(id_of("other"), {"key": "other"}, other)])
    plain, diverse = (
        [point.payload["key"] for point, _ in any_engine.query(Query([query], diversity=how), 2, 0, EVERYTHING, None)]
        for how in (None, 0.6)
    )
    assert "other" not in plain
    assert diverse[1] == "other"


class CountingEngine:
    """Stands for an engine whose points are numbered by nearness, and which turns the candidates of a diverse query
    round."""

    def __init__(self, count: int) -> None:
        self._points = [(Point(str(place), {}), -float(place)) for place in range(count)]

    def query(
        self, query: Query, limit: int, offset: int, where: Where, min_score: float | None
    ) -> list[tuple[Point, float]]:
        assert (where, min_score) == (EVERYTHING, None)
        points = self._points if query.diversity is None else self._points[:DIVERSE_CANDIDATES][::-1]
        return points[offset : offset + limit]


@pytest.mark.parametrize("count", [40, DIVERSE_CANDIDATES, DIVERSE_CANDIDATES + 150])
@pytest.mark.parametrize("size", [30, DIVERSE_CANDIDATES, 1000])
def test_pages_of_a_diverse_search_show_every_picture_once(count: int, size: int) -> None:
    engine, query = cast(Engine, CountingEngine(count)), Query(STORED[:1], diversity=0.5)
    pages = [rank(engine, query, size, start, EVERYTHING, None, ()) for start in range(0, count, size)]
    places = [int(point.id) for page in pages for point, _ in page]
    candidates = min(count, DIVERSE_CANDIDATES)
    assert places == [*reversed(range(candidates)), *range(candidates, count)]


@pytest.mark.parametrize("size", [90, 300])
def test_pages_of_a_diverse_search_show_each_of_many_copies_once(any_engine: Engine, size: int) -> None:
    vectors = np.concatenate([STORED[:250], np.tile(STORED[250], (600, 1)), STORED[251:]])
    any_engine.write([Point(id_of(str(row)), {"key": str(row)}, vector) for row, vector in enumerate(vectors)])
    query = Query(STORED[250:251], diversity=0.5)
    pages = [rank(any_engine, query, size, start, EVERYTHING, None, ()) for start in range(0, len(vectors), size)]
    ids = [point.id for page in pages for point, _ in page]
    assert len(ids) == len(set(ids)) == len(vectors)


@pytest.mark.parametrize(
    ("positives", "negatives", "diversity", "complaint"),
    [
        (0, 0, None, "at least one example"),
        (2, 0, 0.5, "one positive example"),
        (1, 1, 0.5, "one positive example"),
        (0, 1, 0.5, "one positive example"),
        (1, 0, 1.01, r"1\.01.*between 0 and 1"),
        (1, 0, -0.5, "between 0 and 1"),
        (1, 0, float("nan"), "between 0 and 1"),
    ],
)
def test_a_query_that_makes_no_sense_is_refused(
    positives: int, negatives: int, diversity: float | None, complaint: str
) -> None:
    with pytest.raises(QueryError, match=complaint):
        Query(STORED[:positives], STORED[:negatives], diversity)
