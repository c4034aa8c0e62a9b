"""The catalogue's contract, on every engine alike."""

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
import qdrant_edge as qe

from indexer.catalogue import Catalogue, Hit, ModelMismatchError, Outcome
from indexer.edge import EdgeEngine
from indexer.engine import EVERYTHING, FOUND, VECTOR_NAME, Engine, Point, Query, Vector, Where
from indexer.listing import CursorError, Sort
from indexer.record import Record, id_of, now

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
LEASE_S = 60.0


@pytest.fixture
def catalogue(any_engine: Engine) -> Catalogue:
    return Catalogue(any_engine)


def record(number: int = 0, **fields: object) -> Record:
    return replace(Record(f"a/{number}.jpg", 100, 1, NEW_YEAR + timedelta(microseconds=number)), **fields)


def known(catalogue: Catalogue, number: int = 0) -> Record:
    """Return a record as the catalogue has it."""
    return catalogue.get([record(number).id])[record(number).id]


def axis(number: int) -> Vector:
    """A unit vector along one of the 64 axes."""
    return np.eye(64, dtype=np.float32)[number]


def normal(vector: Vector) -> Vector:
    return vector / np.linalg.norm(vector)


def index(catalogue: Catalogue, *records: Record, model: str = "m1") -> None:
    """Insert records and index each along the axis of its place."""
    catalogue.insert(records)
    claim = catalogue.claim(100, LEASE_S)
    places = {each.id: place for place, each in enumerate(records)}
    done = (replace(each, state="indexed", model=model) for each in claim.records)
    catalogue.finish(claim, [Outcome(each, axis(places[each.id])) for each in done])


def test_a_new_record_comes_back_as_it_was_written(catalogue: Catalogue) -> None:
    written = record(label="cars", tags=("red", "old"), sha256="ab", width=3, height=4, format="PNG", origin="added")
    catalogue.insert([written])
    assert catalogue.get([written.id]) == {written.id: written}


def test_inserting_leaves_a_record_that_exists_alone(catalogue: Catalogue) -> None:
    catalogue.insert([record(label="first")])
    catalogue.insert([record(label="second"), record(1)])
    assert catalogue.get([record().id])[record().id].label == "first"
    assert catalogue.count() == 2


def test_getting_passes_over_ids_that_do_not_exist(catalogue: Catalogue) -> None:
    assert catalogue.get([id_of("nothing")]) == {}
    assert catalogue.get([]) == {}


def test_a_pending_picture_has_no_vector_and_is_not_found(catalogue: Catalogue) -> None:
    catalogue.insert([record()])
    assert catalogue.vectors([record().id]) == {}
    assert catalogue.search(Query([axis(0)]), limit=10) == []


def test_an_indexed_picture_is_found_with_its_cosine(catalogue: Catalogue) -> None:
    index(catalogue, record(0), record(1))
    query = (3 * axis(0) + 4 * axis(1)) / 5
    hits = catalogue.search(Query([query]), limit=10)
    assert [hit.key for hit in hits] == ["a/1.jpg", "a/0.jpg"]
    assert [hit.score for hit in hits] == pytest.approx([0.8, 0.6], abs=1e-4)


@pytest.mark.parametrize("diversity", [None, 0.5])
def test_a_hit_tells_of_its_picture_what_is_told_of_hits(catalogue: Catalogue, diversity: float | None) -> None:
    described = record(label="cars", tags=("red", "old"), sha256="ab", width=3, height=4)
    index(catalogue, described, record(1, label=None))
    hit, other = catalogue.search(Query([axis(0)], diversity=diversity), limit=2)
    assert hit[2:] == ("a/0.jpg", "cars", ["red", "old"], "ab", 3, 4)
    assert other[2:] == ("a/1.jpg", None, [], None, None, None)
    assert Hit._fields[2:] == FOUND


def test_a_hit_tells_of_its_picture_as_it_is_now(any_engine: Engine) -> None:
    catalogue, written = Catalogue(any_engine), record(0, label="cars", state="indexed")
    index(catalogue, record(0), record(1))

    def found() -> list[tuple[str, str | None]]:
        return [(hit.key, hit.label) for hit in catalogue.search(Query([normal(2 * axis(0) + axis(1))]), 9)]

    assert found() == [("a/0.jpg", None), ("a/1.jpg", None)]
    any_engine.set_payload({"label": "bikes"}, Where(ids=[record(1).id]))
    assert found() == [("a/0.jpg", None), ("a/1.jpg", "bikes")]
    any_engine.write([Point(written.id, written.to_payload(), axis(0))])
    assert found() == [("a/0.jpg", "cars"), ("a/1.jpg", "bikes")]
    any_engine.delete(Where(ids=[written.id]))
    assert found() == [("a/1.jpg", "bikes")]


def test_searching_knows_limit_offset_and_least_score(catalogue: Catalogue) -> None:
    index(catalogue, record(0), record(1), record(2))
    query = normal(3 * axis(0) + 2 * axis(1) + axis(2))
    assert [hit.key for hit in catalogue.search(Query([query]), limit=1, offset=1)] == ["a/1.jpg"]
    assert [hit.key for hit in catalogue.search(Query([query]), limit=9, min_score=0.5)] == [
        "a/0.jpg",
        "a/1.jpg",
    ]


def test_searching_filters_by_label_and_by_all_tags(catalogue: Catalogue) -> None:
    index(
        catalogue,
        record(0, label="cars", tags=("red",)),
        record(1, label="cars", tags=("red", "old")),
        record(2, label="bikes", tags=("red", "old")),
    )
    where = Where(equal={"label": "cars"}, tags=("red", "old"))
    assert [hit.key for hit in catalogue.search(Query([axis(0)]), 9, where=where)] == ["a/1.jpg"]


def test_pictures_can_be_left_out_of_a_search(catalogue: Catalogue) -> None:
    index(catalogue, *(record(number) for number in range(4)))
    query = Query([normal(4 * axis(0) + 3 * axis(1) + 2 * axis(2) + axis(3))])

    def keys(limit: int, offset: int) -> list[str]:
        hits = catalogue.search(query, limit, offset, without_ids=(record(0).id, record(2).id, id_of("nothing")))
        return [hit.key for hit in hits]

    assert keys(limit=9, offset=0) == ["a/1.jpg", "a/3.jpg"]
    assert keys(limit=1, offset=0) == ["a/1.jpg"]
    assert keys(limit=1, offset=1) == ["a/3.jpg"]


def test_vectors_come_back_as_they_were_written(catalogue: Catalogue) -> None:
    index(catalogue, record(0), record(1))
    catalogue.insert([record(2)])
    found = catalogue.vectors([record(1).id, record(2).id, id_of("nothing")])
    assert found.keys() == {record(1).id}
    assert found[record(1).id].dtype == np.float32
    np.testing.assert_allclose(found[record(1).id], axis(1), atol=1e-4)
    assert catalogue.vectors([]) == {}


def test_putting_a_record_anew_drops_its_vector(catalogue: Catalogue) -> None:
    index(catalogue, record())
    catalogue.put([replace(known(catalogue), state="pending", size=7)])
    assert catalogue.search(Query([axis(0)]), limit=10) == []
    assert catalogue.get([record().id])[record().id].size == 7


def test_a_deleted_picture_is_gone_from_everything(catalogue: Catalogue) -> None:
    index(catalogue, record(0), record(1))
    catalogue.delete([known(catalogue)])
    assert [hit.key for hit in catalogue.search(Query([axis(0)]), limit=10)] == ["a/1.jpg"]
    assert catalogue.count() == 1
    assert catalogue.browse(10)[0] == list(catalogue.get([record(1).id]).values())


def test_counts_tell_the_states_apart(catalogue: Catalogue) -> None:
    index(catalogue, record(0), record(1))
    catalogue.insert([record(2), record(3, state="failed", error="broken"), record(4)])
    assert catalogue.counts() == {"pending": 2, "indexed": 2, "failed": 1}


def pages(catalogue: Catalogue, limit: int, sort: Sort, where: Where = EVERYTHING) -> list[list[str]]:
    """Return the keys of every page of a list."""
    page, cursor = catalogue.browse(limit, where=where, sort=sort)
    found = [[each.key for each in page]]
    while cursor:
        page, cursor = catalogue.browse(limit, cursor, where, sort)
        found.append([each.key for each in page])
    return found


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("newest", [4, 3, 2, 1, 0]),
        ("oldest", [0, 1, 2, 3, 4]),
        ("largest", [2, 0, 4, 1, 3]),
        ("smallest", [3, 1, 4, 0, 2]),
    ],
)
def test_a_list_comes_in_its_order_page_by_page(catalogue: Catalogue, sort: Sort, order: list[int]) -> None:
    sizes = {0: 400, 1: 200, 2: 500, 3: 100, 4: 300}
    catalogue.insert([record(number, size=sizes[number]) for number in (2, 0, 4, 1, 3)])
    keys = [f"a/{number}.jpg" for number in order]
    assert pages(catalogue, 2, sort) == [keys[:2], keys[2:4], keys[4:]]
    assert pages(catalogue, 5, sort) == [keys]


@pytest.mark.parametrize("sort", ["newest", "oldest", "largest", "smallest"])
def test_pictures_that_are_alike_in_the_order_are_listed_once_each(catalogue: Catalogue, sort: Sort) -> None:
    same = [
        replace(record(number), added_at=NEW_YEAR + timedelta(number // 4), size=number // 4) for number in range(9)
    ]
    catalogue.insert(same)
    for limit in (1, 2, 3, 8):
        found = pages(catalogue, limit, sort)
        assert [len(page) for page in found[:-1]] == [limit] * (len(found) - 1)
        seen = [int(key[2:-4]) // 4 for page in found for key in page]
        assert seen == sorted(seen, reverse=sort in ("newest", "largest"))
        assert sorted(key for page in found for key in page) == [each.key for each in same]


def test_a_list_keeps_to_the_times_that_are_asked_for(catalogue: Catalogue) -> None:
    catalogue.insert([record(number) for number in range(6)])
    times = [NEW_YEAR + timedelta(microseconds=number) for number in range(6)]
    found = pages(catalogue, 1, "newest", Where(added_from=times[2], added_until=times[4]))
    assert found == [["a/3.jpg"], ["a/2.jpg"]]


def test_a_list_can_be_filtered(catalogue: Catalogue) -> None:
    catalogue.insert([record(0, label="cars"), record(1, label="bikes"), record(2, label="cars")])
    found, cursor = catalogue.browse(10, where=Where(equal={"label": "cars"}))
    assert [each.key for each in found] == ["a/2.jpg", "a/0.jpg"]
    assert cursor is None


@pytest.mark.parametrize("cursor", ["", "x", "bm9uc2Vuc2U=", "WzEsIDJd", "e30=", "é"])
def test_a_made_up_cursor_is_refused(catalogue: Catalogue, cursor: str) -> None:
    with pytest.raises(CursorError):
        catalogue.browse(2, cursor)


def test_a_cursor_of_another_order_is_refused(catalogue: Catalogue) -> None:
    catalogue.insert([record(number) for number in range(3)])
    _, cursor = catalogue.browse(2, sort="oldest")
    with pytest.raises(CursorError):
        catalogue.browse(2, cursor, sort="newest")


def keys_where(catalogue: Catalogue, where: Where) -> list[str]:
    """Return what a list, a search and a count agree on, in order."""
    listed = sorted(each.key for each in catalogue.browse(100, where=where)[0])
    assert sorted(hit.key for hit in catalogue.search(Query([axis(0)]), 100, where=where)) == listed
    assert catalogue.count(where) == len(listed)
    return listed


def test_any_of_some_tags_or_labels_is_enough(catalogue: Catalogue) -> None:
    index(
        catalogue,
        record(0, label="cars", tags=("red", "old")),
        record(1, label="bikes", tags=("blue",)),
        record(2, label="buses", tags=("old", "green")),
        record(3),
    )
    assert keys_where(catalogue, Where(any_tags=("red", "blue"))) == ["a/0.jpg", "a/1.jpg"]
    assert keys_where(catalogue, Where(any_tags=("red", "green"), tags=("old",), labels=("buses",))) == ["a/2.jpg"]
    assert keys_where(catalogue, Where(labels=("bikes", "buses", "planes"))) == ["a/1.jpg", "a/2.jpg"]
    assert keys_where(catalogue, Where(any_tags=("yellow",))) == []


def test_the_time_of_adding_is_from_inclusive_until_exclusive(catalogue: Catalogue) -> None:
    index(catalogue, *(record(number) for number in range(5)))
    times = [NEW_YEAR + timedelta(microseconds=number) for number in range(5)]
    assert keys_where(catalogue, Where(added_from=times[3])) == ["a/3.jpg", "a/4.jpg"]
    assert keys_where(catalogue, Where(added_until=times[1])) == ["a/0.jpg"]
    elsewhere = times[1].astimezone(timezone(timedelta(hours=9)))
    assert keys_where(catalogue, Where(added_from=elsewhere, added_until=times[3])) == ["a/1.jpg", "a/2.jpg"]


def test_pictures_are_found_by_their_bytes(catalogue: Catalogue) -> None:
    records = [record(0, sha256="aa"), record(1, sha256="bb"), record(2, sha256="aa"), record(3)]
    catalogue.insert(records)
    found = catalogue.find_bytes(["aa", "cc"])
    assert {sha256: sorted(each.key for each in group) for sha256, group in found.items()} == {
        "aa": ["a/0.jpg", "a/2.jpg"]
    }
    assert catalogue.find_bytes([]) == {}


def test_more_copies_than_a_page_are_all_found(catalogue: Catalogue) -> None:
    catalogue.insert([record(number, sha256="aa") for number in range(501)])
    assert len(catalogue.find_bytes(["aa"])["aa"]) == 501


def test_a_scan_meets_every_picture_once(catalogue: Catalogue) -> None:
    catalogue.insert([record(number) for number in range(1203)])
    keys = [each.key for page in catalogue.scan() for each in page]
    assert len(keys) == len(set(keys)) == 1203


def test_two_claims_never_share_a_picture(catalogue: Catalogue) -> None:
    catalogue.insert([record(number) for number in range(5)])
    first, second = catalogue.claim(3, LEASE_S), catalogue.claim(3, LEASE_S)
    assert len(first.records) == 3
    assert len(second.records) == 2
    assert not {each.id for each in first.records} & {each.id for each in second.records}
    assert catalogue.claim(3, LEASE_S).records == ()


def test_what_somebody_added_is_claimed_before_what_was_found(catalogue: Catalogue) -> None:
    catalogue.insert([record(number) for number in range(20)])
    catalogue.insert([record(20, origin="added")])
    assert [each.key for each in catalogue.claim(5, LEASE_S).records] == ["a/20.jpg"]


def test_a_lease_that_ran_out_is_claimed_again_one_picture_at_a_time(catalogue: Catalogue) -> None:
    catalogue.insert([record(0), record(1)])
    catalogue.claim(5, lease_s=-1)
    again = catalogue.claim(5, lease_s=-1)
    assert [each.attempts for each in again.records] == [2]


def test_a_lease_that_is_renewed_does_not_run_out(catalogue: Catalogue) -> None:
    catalogue.insert([record()])
    claim = catalogue.claim(5, lease_s=-1)
    catalogue.renew(claim, LEASE_S)
    assert catalogue.claim(5, LEASE_S).records == ()


def test_a_lease_that_was_lost_is_not_renewed(catalogue: Catalogue) -> None:
    catalogue.insert([record()])
    lost = catalogue.claim(5, lease_s=-1)
    catalogue.claim(5, lease_s=-1)
    catalogue.renew(lost, LEASE_S)
    assert len(catalogue.claim(5, LEASE_S).records) == 1


def test_released_leases_can_be_claimed_at_once(catalogue: Catalogue) -> None:
    catalogue.insert([record()])
    catalogue.claim(5, LEASE_S)
    catalogue.release_leases()
    assert len(catalogue.claim(5, LEASE_S).records) == 1


def test_a_result_for_a_picture_that_was_removed_meanwhile_is_dropped(catalogue: Catalogue) -> None:
    catalogue.insert([record()])
    claim = catalogue.claim(5, LEASE_S)
    catalogue.delete([known(catalogue)])
    catalogue.finish(claim, [Outcome(replace(claim.records[0], state="indexed"), axis(0))])
    assert catalogue.count() == 0


def test_a_result_for_a_picture_that_was_changed_meanwhile_is_dropped(catalogue: Catalogue) -> None:
    catalogue.insert([record()])
    claim = catalogue.claim(5, LEASE_S)
    catalogue.put([replace(known(catalogue), state="pending", size=7)])
    catalogue.finish(claim, [Outcome(replace(claim.records[0], state="indexed"), axis(0))])
    assert known(catalogue) == record(size=7, attempts=1)
    assert len(catalogue.claim(5, LEASE_S).records) == 1


def test_a_picture_that_is_gone_is_forgotten_unless_it_was_changed(catalogue: Catalogue) -> None:
    catalogue.insert([record(0), record(1)])
    claim = catalogue.claim(5, LEASE_S)
    catalogue.put([replace(known(catalogue, 1), size=7)])
    catalogue.finish(claim, [Outcome(each, gone=True) for each in claim.records])
    assert [each.key for page in catalogue.scan() for each in page] == ["a/1.jpg"]


def test_a_failed_picture_says_why_and_is_not_claimed_again(catalogue: Catalogue) -> None:
    catalogue.insert([record()])
    claim = catalogue.claim(5, LEASE_S)
    catalogue.finish(claim, [Outcome(replace(claim.records[0], state="failed", error="broken"))])
    assert catalogue.claim(5, LEASE_S).records == ()
    assert catalogue.get([record().id])[record().id].error == "broken"


def test_the_queue_is_as_old_as_what_waits_longest_in_it(catalogue: Catalogue) -> None:
    assert catalogue.oldest_pending() is None
    before = now()
    catalogue.insert([record(0)])
    between = now()
    catalogue.insert([record(1)])
    oldest = catalogue.oldest_pending()
    assert oldest is not None
    assert before <= oldest <= between


def test_a_claimed_picture_still_waits_and_a_finished_one_does_not(catalogue: Catalogue) -> None:
    catalogue.insert([record(0), record(1)])
    claim = catalogue.claim(5, LEASE_S)
    assert catalogue.oldest_pending() is not None
    indexed, other = claim.records
    done = Outcome(replace(indexed, state="indexed"), axis(0)), Outcome(replace(other, state="failed", error="broken"))
    catalogue.finish(claim, done)
    assert catalogue.oldest_pending() is None


def test_a_picture_that_is_indexed_again_waits_from_then_on(catalogue: Catalogue) -> None:
    index(catalogue, record(0), model="old")
    before = now()
    catalogue.reindex("new")
    oldest = catalogue.oldest_pending()
    assert oldest is not None
    assert oldest >= before > record(0).added_at


def test_an_edit_keeps_the_vector_and_all_else(catalogue: Catalogue) -> None:
    index(catalogue, record(0, label="cars", tags=("old",)))
    before = catalogue.get([record(0).id])[record(0).id]
    catalogue.edit_all({record(0).id: {"label": None, "tags": ["red"]}})
    assert catalogue.get([record(0).id])[record(0).id] == replace(before, label=None, tags=("red",))
    assert keys_where(catalogue, Where(tags=("red",))) == ["a/0.jpg"]
    assert keys_where(catalogue, Where(any_tags=("old",))) == []
    assert keys_where(catalogue, Where(labels=("cars",))) == []


def test_an_edit_during_indexing_is_not_lost(catalogue: Catalogue) -> None:
    catalogue.insert([record(0), record(1)])
    claim = catalogue.claim(5, LEASE_S)
    catalogue.edit_all({record(0).id: {"label": "mine"}})
    catalogue.finish(claim, [Outcome(replace(each, state="indexed"), axis(0)) for each in claim.records])
    assert catalogue.get([record(0).id])[record(0).id].label == "mine"
    assert catalogue.counts() == {"pending": 1, "indexed": 1, "failed": 0}
    again = catalogue.claim(5, LEASE_S)
    assert [(each.key, each.label, each.attempts) for each in again.records] == [("a/0.jpg", "mine", 1)]


def fail(catalogue: Catalogue, *records: Record) -> None:
    """Insert records, and let all that is pending fail with its key as the reason."""
    catalogue.insert(records)
    claim = catalogue.claim(100, LEASE_S)
    catalogue.finish(claim, [Outcome(replace(each, state="failed", error=each.key)) for each in claim.records])


def test_failed_pictures_wait_again_when_they_are_to_be_tried_again(catalogue: Catalogue) -> None:
    index(catalogue, record(0))
    fail(catalogue, record(1), record(2))
    before = now()
    assert catalogue.retry() == 2
    assert catalogue.counts() == {"pending": 2, "indexed": 1, "failed": 0}
    oldest = catalogue.oldest_pending()
    assert oldest is not None
    assert oldest >= before
    claim = catalogue.claim(100, LEASE_S)
    assert sorted((each.key, each.error, each.attempts) for each in claim.records) == [
        ("a/1.jpg", None, 1),
        ("a/2.jpg", None, 1),
    ]


def test_only_those_that_are_meant_and_have_failed_are_tried_again(catalogue: Catalogue) -> None:
    index(catalogue, record(0))
    fail(catalogue, record(1), record(2))
    assert catalogue.retry([record(0).id, record(2).id]) == 1
    states = [catalogue.get([record(number).id])[record(number).id].state for number in range(3)]
    assert states == ["indexed", "failed", "pending"]


def test_editing_what_does_not_exist_makes_nothing(catalogue: Catalogue) -> None:
    catalogue.edit_all({id_of("nothing"): {"label": "x"}})
    assert catalogue.count() == 0


def test_vectors_of_another_model_are_refused_until_they_are_indexed_again(catalogue: Catalogue) -> None:
    index(catalogue, record(0), record(1), model="old")
    catalogue.require_model("old")
    with pytest.raises(ModelMismatchError, match=r"2 pictures .* reindex"):
        catalogue.require_model("new")
    assert catalogue.reindex("new") == 2
    catalogue.require_model("new")
    assert catalogue.counts() == {"pending": 2, "indexed": 0, "failed": 0}
    assert catalogue.search(Query([axis(0)]), 5) == []


def test_a_record_that_was_changed_since_it_was_read_is_neither_written_nor_deleted(catalogue: Catalogue) -> None:
    index(catalogue, record())
    read = known(catalogue)
    catalogue.edit_all({read.id: {"label": "newer"}})
    catalogue.put([replace(read, size=7)])
    catalogue.delete([read])
    catalogue.edit_all({read.id: {"label": "older"}}, {read.id: read})
    assert (known(catalogue).label, known(catalogue).size) == ("newer", 100)
    catalogue.put([replace(known(catalogue), size=7)])
    assert known(catalogue).size == 7
    catalogue.delete([known(catalogue)])
    assert catalogue.count() == 0


def test_a_new_record_is_not_put_over_another(catalogue: Catalogue) -> None:
    catalogue.put([record(label="first")])
    catalogue.put([record(label="second")])
    assert known(catalogue).label == "first"


def test_indexing_is_no_change_of_a_record(catalogue: Catalogue) -> None:
    catalogue.insert([record()])
    read = known(catalogue)
    claim = catalogue.claim(5, LEASE_S)
    catalogue.finish(claim, [Outcome(replace(each, state="indexed"), axis(0)) for each in claim.records])
    catalogue.delete([read])
    assert catalogue.count() == 0


def test_records_from_before_there_were_revisions_can_be_changed(any_engine: Engine) -> None:
    catalogue, old = Catalogue(any_engine), record().to_payload()
    any_engine.write([Point(record().id, old), Point(record(1).id, record(1).to_payload())])
    catalogue.put([replace(known(catalogue), size=7)])
    assert known(catalogue).size == 7
    claim = catalogue.claim(5, LEASE_S)
    catalogue.finish(claim, [Outcome(replace(each, state="indexed"), axis(0)) for each in claim.records])
    catalogue.delete([known(catalogue), known(catalogue, 1)])
    assert catalogue.count() == 0


def test_a_catalogue_from_before_keeps_all_bits_of_its_vectors(tmp_path: Path) -> None:
    whole = qe.EdgeConfig(vectors={VECTOR_NAME: qe.EdgeVectorParams(size=64, distance=qe.Distance.Cosine)})
    (tmp_path / "edge").mkdir()
    qe.EdgeShard.create(str(tmp_path / "edge"), whole).close()
    with closing(EdgeEngine(tmp_path, 64, min_free_bytes=0)) as engine:
        index(Catalogue(engine), record())
        (point,) = engine.retrieve([record().id], with_vectors=True)
    np.testing.assert_array_equal(point.vector, axis(0))
