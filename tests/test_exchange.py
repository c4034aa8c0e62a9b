"""Records as lines, out of one catalogue and into another."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from indexer.catalogue import Catalogue, Outcome
from indexer.engine import Engine
from indexer.exchange import ImportReport, export_lines, import_lines
from indexer.record import Record, label_of

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
RED = Record("cars/red.jpg", 100, 1, NEW_YEAR, label="cars", tags=("red", "old"), sha256="aa")
BLUE = Record("blue.jpg", 100, 1, NEW_YEAR)
TOO_MUCH = "tags must be at most 50, of at most 200 letters each"


@pytest.fixture
def catalogue(any_engine: Engine) -> Catalogue:
    return Catalogue(any_engine)


def restore(catalogue: Catalogue, *lines: str) -> tuple[ImportReport, list[str]]:
    """Import lines; return the report and what was told."""
    told: list[str] = []
    return import_lines(catalogue, lines, told.append), told


def stored(catalogue: Catalogue, record: Record) -> Record:
    return catalogue.get([record.id])[record.id]


def test_a_line_says_what_is_known_of_a_picture(catalogue: Catalogue) -> None:
    catalogue.insert([RED])
    (line,) = export_lines(catalogue)
    assert json.loads(line) == {
        "key": "cars/red.jpg",
        "label": "cars",
        "tags": ["red", "old"],
        "added_at": "2026-01-01T00:00:00.000000+00:00",
        "state": "pending",
        "sha256": "aa",
    }


def test_what_was_exported_comes_back_onto_a_catalogue_that_was_made_anew(catalogue: Catalogue) -> None:
    catalogue.insert([RED, BLUE])
    lines = list(export_lines(catalogue))
    catalogue.delete(list(catalogue.get([RED.id, BLUE.id]).values()))
    catalogue.put([replace(each, label=None, tags=(), added_at=datetime.now(UTC)) for each in (RED, BLUE)])
    assert restore(catalogue, *lines) == (ImportReport(restored=2), [])
    assert (stored(catalogue, RED), stored(catalogue, BLUE)) == (RED, BLUE)
    assert restore(catalogue, *lines) == (ImportReport(unchanged=2), [])


def test_an_import_leaves_what_is_indexed_indexed(catalogue: Catalogue) -> None:
    catalogue.insert([RED])
    claim = catalogue.claim(1, 60)
    indexed = replace(claim.records[0], state="indexed", model="m")
    catalogue.finish(claim, [Outcome(indexed, np.eye(64, dtype=np.float32)[0])])
    restore(catalogue, '{"key": "cars/red.jpg", "label": null}')
    assert stored(catalogue, RED) == replace(RED, state="indexed", model="m", label=None)
    assert catalogue.vectors([RED.id])


def test_a_field_that_a_line_lacks_stays(catalogue: Catalogue) -> None:
    catalogue.insert([RED])
    restore(catalogue, '{"key": "cars/red.jpg", "tags": ["new"]}')
    assert stored(catalogue, RED) == replace(RED, tags=("new",))


def test_an_import_writes_labels_and_tags_as_they_are_kept(memory_catalogue: Catalogue) -> None:
    memory_catalogue.insert([BLUE])
    restore(memory_catalogue, '{"key": "blue.jpg", "label": " mo\u0308bel ", "tags": ["e\u0301", " \u00e9", ""]}')
    record = stored(memory_catalogue, BLUE)
    assert (record.label, record.tags) == ("m\u00f6bel", ("\u00e9",))


def test_a_label_that_is_too_long_is_cut_as_that_of_a_folder_is(memory_catalogue: Catalogue) -> None:
    long = Record(f"{'a' * 210}/red.jpg", 100, 1, NEW_YEAR)
    memory_catalogue.insert([long])
    restore(memory_catalogue, json.dumps({"key": long.key, "label": "a" * 210}))
    assert stored(memory_catalogue, long).label == label_of(long.key) == "a" * 200


def test_two_lines_for_one_picture_both_count_and_the_later_wins(catalogue: Catalogue) -> None:
    catalogue.insert([RED])
    restore(catalogue, '{"key": "cars/red.jpg", "label": "x"}', '{"key": "cars/red.jpg", "label": "cars"}')
    assert stored(catalogue, RED) == RED


def test_other_bytes_and_pictures_that_are_not_there_are_skipped_and_told(catalogue: Catalogue) -> None:
    catalogue.insert([RED])
    lines = ['{"key": "cars/red.jpg", "sha256": "bb", "label": "x"}', "", '{"key": "gone.jpg", "label": "x"}']
    report, told = restore(catalogue, *lines)
    assert report == ImportReport(skipped=2)
    assert told == ["line 1: 'cars/red.jpg' has other bytes now", "line 3: there is no picture 'gone.jpg'"]
    assert stored(catalogue, RED) == RED


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("not a line", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ('{"key": "\\ud800.jpg"}', "a text in it is not valid Unicode"),
        ('{"key": "blue.jpg", "tags": ["\\udfff"]}', "a text in it is not valid Unicode"),
        ("[1]", 'not an object with a "key"'),
        ('{"key": 5}', 'not an object with a "key"'),
        ('{"key": "blue.jpg", "sha256": 5}', "sha256 must be text"),
        ('{"key": "blue.jpg", "label": 5}', "label must be text or null"),
        ('{"key": "blue.jpg", "tags": "red"}', "tags must be a list of texts"),
        ('{"key": "blue.jpg", "tags": [1]}', "tags must be a list of texts"),
        (json.dumps({"key": "blue.jpg", "tags": ["a" * 201]}), TOO_MUCH),
        (json.dumps({"key": "blue.jpg", "tags": [f"{number}" for number in range(51)]}), TOO_MUCH),
        ('{"key": "blue.jpg", "added_at": "soon"}', "added_at must be a time with a time zone"),
        ('{"key": "blue.jpg", "added_at": "2026-01-01T00:00:00"}', "added_at must be a time with a time zone"),
    ],
)
def test_a_line_that_is_no_record_is_skipped_alone(memory_catalogue: Catalogue, line: str, reason: str) -> None:
    memory_catalogue.insert([BLUE])
    report, told = restore(memory_catalogue, line, '{"key": "blue.jpg", "label": "mine"}')
    assert (report, told) == (ImportReport(restored=1, skipped=1), [f"line 1: {reason}"])
    assert stored(memory_catalogue, BLUE).label == "mine"


def test_more_lines_than_a_page_are_imported_whole(memory_catalogue: Catalogue) -> None:
    records = [Record(f"{number}.jpg", 100, 1, NEW_YEAR) for number in range(502)]
    memory_catalogue.insert(records)
    lines = [json.dumps({"key": each.key, "label": f"label of {each.key}"}) for each in records]
    assert restore(memory_catalogue, *lines)[0] == ImportReport(restored=502)
    assert stored(memory_catalogue, records[-1]).label == "label of 501.jpg"
