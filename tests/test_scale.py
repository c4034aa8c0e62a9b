"""The scale part of the benchmark measures what it says it does."""

from pathlib import Path

import numpy as np
import pytest

from indexer.record import id_of
from tests.bench.machine import describe_machine
from tests.bench.report import render_scale
from tests.bench.scale import LIMIT, Place, Scale, Searched, list_questions, measure_scale
from tests.bench.searching import Spread
from tests.bench.vectors import BATCH, Cloud, draw_cloud, find_nearest, key_of
from tests.qdrant import QdrantServer

POINTS = BATCH + 500


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Cloud:
    return draw_cloud(tmp_path_factory.mktemp("cloud") / "vectors", POINTS, queries=5)


def all_vectors(cloud: Cloud) -> np.ndarray:
    return np.concatenate([vectors for _, vectors in cloud.batches()])


def test_a_cloud_is_unit_vectors_in_clusters_and_the_same_every_time(cloud: Cloud, tmp_path: Path) -> None:
    vectors = all_vectors(cloud)
    assert vectors.shape == (POINTS, 64)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    largest = vectors[cloud.clusters == 0]
    assert 0.68 < np.median(largest @ largest.T) < 0.8
    assert abs(np.median(largest @ vectors[cloud.clusters > 0].T)) < 0.2
    assert np.array_equal(vectors, all_vectors(draw_cloud(tmp_path / "again", POINTS, queries=5)))


def test_the_nearest_are_those_with_the_highest_cosines(cloud: Cloud) -> None:
    odd = np.arange(POINTS) % 2 == 1
    scores = cloud.queries @ all_vectors(cloud).T
    for allowed in (odd | True, odd):
        expected = [set(np.argsort(np.where(allowed, -row, 9))[:LIMIT]) for row in scores]
        assert find_nearest(cloud, LIMIT, allowed) == [{id_of(key_of(number)) for number in row} for row in expected]


def test_each_filter_lets_through_what_its_nearest_were_chosen_from(cloud: Cloud) -> None:
    everything, label, tag = list_questions(cloud)
    records = {record.id: record for record in map(cloud.record, range(POINTS))}
    assert all(records[each].label == "folder-07" for found in label.nearest for each in found)
    assert {each for found in tag.nearest for each in found} == {id_of(key_of(number)) for number in (0, 1000, 2000)}
    assert (everything.says, tag.says) == ("all (100.0%)", "a rare tag (0.1%)")


def test_the_embedded_engine_is_loaded_opened_and_finds_everything(tmp_path: Path) -> None:
    (found,) = measure_scale([Place(tmp_path / "engine")], POINTS, tmp_path, lambda _: None)
    assert [asked.recall for asked in found.searched] == pytest.approx([1, 1, 1], abs=0.001)
    assert (found.engine, found.points, found.settle_s < 1) == ("embedded", POINTS, True)
    assert min(found.load_s, found.open_s, found.disk_bytes or 0) > 0
    assert f"{POINTS:,}" in render_scale(describe_machine(), [found])


def test_a_server_is_loaded_until_it_has_settled_and_is_left_as_it_was(
    qdrant_server: QdrantServer, tmp_path: Path
) -> None:
    place = Place(None, qdrant_server.url, qdrant_server.key, collection=f"scale-{tmp_path.name}")
    (found,) = measure_scale([place], POINTS, tmp_path, lambda _: None)
    assert min(asked.recall for asked in found.searched) > 0.9
    assert (found.engine, found.disk_bytes) == ("server", None)


def test_a_report_shows_what_is_not_known_as_such() -> None:
    asked = [Searched("all (100.0%)", Spread(4.0, 6.0), 0.987)]
    text = render_scale(describe_machine(), [Scale("server", 10_000, 5, 7, 0.1, asked, (None, 500_000_000), None)])
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines()]
    assert ["server", "10,000", "5", "2,000", "7", "0.1", "?", "500", "?"] in rows
    assert ["server", "all (100.0%)", "4.0 / 6.0", "0.987"] in rows
