"""The benchmark measures what it says it does. How fast anything is stands in no test."""

import json
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from indexer.assembly import open_parts
from indexer.settings import Settings
from model.artifact import load_artifact
from model.preprocess import read_header
from model.runtime import Encoder
from tests.bench.corpus import Corpus
from tests.bench.crowd import Client, Crowd, measure_crowd
from tests.bench.indexing import Indexing, index_afresh, measure_indexing
from tests.bench.limit import Limit
from tests.bench.machine import Memory, describe_machine, measure_memory
from tests.bench.marks import Mark, judge
from tests.bench.old_way import OldWay, measure_old_way
from tests.bench.pictures import SIZES, draw_pictures
from tests.bench.plan import Figures, Plan, carry_out
from tests.bench.report import NO_SERVER, NO_TENSORFLOW, render
from tests.bench.searching import Latency, SearchClient, Spread, measure_stored, measure_uploads, spread
from tests.bench.starting import open_service
from tests.bench.workers import WorkersPace, measure_workers
from tests.fakes import ColourEncoder
from tests.pictures import RED, draw
from tests.qdrant import QdrantServer

TINY = Plan(
    pictures=16,
    limit_pictures=2,
    rounds=1,
    points=(40, 80),
    middle=80,
    searches=3,
    starts=1,
    old_points=(),
    workers=(1,),
)
LIMIT = Limit(decode_ms=4.0, model_ms=6.0, cores=2, together_per_s=150.0)

ANSWERING_DEMO = """
print("up", flush=True)
print('{"times_ms": [90.0, 100.0, 110.0], "memory": {"resident_bytes": 7, "peak_bytes": 9, "file_bytes": 2}}')
"""


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return draw_pictures(tmp_path_factory.mktemp("drawn") / "pictures", 4)


def even(milliseconds: float) -> Spread:
    return Spread(milliseconds, milliseconds)


def latency(points: int, outside_ms: float) -> Latency:
    """Return a latency of 10 ms in decode and model, and so much outside them."""
    outside = even(outside_ms)
    return Latency(points, even(10 + outside_ms), even(4), even(6), even(1), even(outside_ms - 1), outside)


def figures(outside_ms: float = 2.0) -> Figures:
    return Figures(
        machine=describe_machine(),
        middle=20_000,
        model="a-model",
        indexing=Indexing(1000, [LIMIT, LIMIT], [180.0]),
        uploads=[latency(2_500, 1.0), latency(20_000, outside_ms)],
        stored=[Latency(20_000, even(3), None, None, even(1), even(2), even(3))],
        start_s=1.25,
        memory=Memory(resident_bytes=200_000_000, peak_bytes=240_000_000, file_bytes=90_000_000),
        old_ways=[OldWay(2_564, even(110), 6.0, None)],
    )


def test_pictures_are_of_two_sizes_and_no_two_alike(pictures: list[Path]) -> None:
    headers = [read_header(path) for path in pictures]
    assert [(header.width, header.height) for header in headers] == [*SIZES, *SIZES]
    assert len({path.read_bytes() for path in pictures}) == len(pictures)


def test_pictures_are_the_same_every_time(pictures: list[Path], tmp_path: Path) -> None:
    again = draw_pictures(tmp_path / "again", len(pictures))
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in pictures]


def test_the_limit_is_what_one_thread_reaches_times_the_cores() -> None:
    assert LIMIT.per_s == pytest.approx(200)


def test_each_round_of_indexing_is_compared_with_the_limits_around_it() -> None:
    slow = replace(LIMIT, decode_ms=14.0)  # 100 per second
    indexing = Indexing(1000, [LIMIT, slow, slow, LIMIT], [120.0, 90.0, 150.0])
    assert indexing.share == pytest.approx(0.9)  # of 0.8, 0.9 and 1.0
    assert indexing.per_s == 120.0


def test_indexing_is_measured_until_everything_is_searchable(pictures: list[Path]) -> None:
    indexing = measure_indexing(pictures[0].parent, pictures[:2], ColourEncoder(), rounds=2)
    assert indexing.pictures == len(pictures)
    assert (len(indexing.limits), len(indexing.rates_per_s)) == (3, 2)
    assert indexing.share > 0
    assert [path.name for path in pictures[0].parent.parent.iterdir()] == ["pictures"]


def test_a_picture_that_is_not_indexed_is_an_error_and_no_figure(tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    (tmp_path / "library/good.png").write_bytes(draw(RED))
    (tmp_path / "library/bad.jpg").write_bytes(b"no picture")
    with pytest.raises(RuntimeError, match="'failed': 1"):
        index_afresh(tmp_path / "library", ColourEncoder())


def test_a_corpus_is_a_library_and_a_catalogue_that_agree(pictures: list[Path], tmp_path: Path) -> None:
    corpus = Corpus(tmp_path, pictures, "a-model")
    corpus.grow(5)
    corpus.grow(50)
    parts = open_parts(Settings(library=corpus.library, data=corpus.data, min_free_mb=0))
    report, counts = parts.synchroniser.sync(), parts.catalogue.counts()
    parts.catalogue.require_model("a-model")
    parts.catalogue.close()
    assert (report.unchanged, report.added, report.changed, report.vanished) == (50, 0, 0, 0)
    assert counts == {"pending": 0, "indexed": 50, "failed": 0}


def test_the_stages_of_a_search_add_up_to_the_whole(pictures: list[Path], tmp_path: Path) -> None:
    corpus = Corpus(tmp_path, pictures, load_artifact().card.version)
    corpus.grow(40)
    with open_service(corpus) as service:
        client = SearchClient(service.port)
        uploaded = measure_uploads(client, 40, pictures[:1])
        stored = measure_stored(client, 40, corpus.keys[:1])
        client.close()
        memory = measure_memory(service.process.pid)
    assert uploaded.decode is not None
    assert uploaded.model is not None
    stages = (uploaded.decode, uploaded.model, uploaded.engine, uploaded.rest)
    assert sum(stage.p50 for stage in stages) == pytest.approx(uploaded.whole.p50)
    assert min(stage.p50 for stage in stages) > 0
    assert uploaded.outside.p50 == pytest.approx(uploaded.engine.p50 + uploaded.rest.p50)
    assert (stored.decode, stored.model, stored.outside) == (None, None, stored.whole)
    assert memory is None or 0 < memory.resident_bytes <= memory.peak_bytes


def test_a_search_that_finds_too_little_is_an_error_and_no_figure(pictures: list[Path], tmp_path: Path) -> None:
    corpus = Corpus(tmp_path, pictures, load_artifact().card.version)
    corpus.grow(20)
    with open_service(corpus) as service:
        client = SearchClient(service.port)
        with pytest.raises(RuntimeError, match="found 20 pictures, not 30"):
            client.search_upload(pictures[0].read_bytes())
        with pytest.raises(RuntimeError, match="answered with 422"):
            client.search_upload(pictures[0].read_bytes()[:2000])
        client.close()


def test_a_crowd_is_answered_and_what_it_was_told_is_so(pictures: list[Path], tmp_path: Path) -> None:
    artifact = load_artifact()
    corpus = Corpus(tmp_path, pictures, artifact.card.version)
    corpus.grow(40)
    # In a thread of its own: the browser tests leave an event loop running in this one.
    with open_service(corpus) as service, ThreadPoolExecutor(1) as thread:
        crowd = thread.submit(measure_crowd, service, pictures, Encoder(artifact, 1), seconds=1.0, size=8).result()
    assert (crowd.odd, crowd.lost) == ([], [])
    assert crowd.statuses["search", 200] > 0
    assert crowd.searches_per_s > 0
    assert any(line.startswith("search: median") for line in crowd.lines())


def test_a_crowd_notes_what_must_not_be() -> None:
    crowd = Crowd(size=1, seconds=1.0)
    client = Client(0, 1, [], crowd)
    client.note("add", (503, {"retry-after": "2"}, b""))
    assert crowd.odd == []
    client.note("add", (503, {}, b"busy"))
    client.note("list", (500, {"retry-after": "2"}, b"broken"))
    assert crowd.odd == ["add: 503 b'busy'", "list: 500 b'broken'"]


def test_a_spread_is_the_median_and_the_95th_percentile() -> None:
    assert spread(range(101)) == Spread(50.0, 95.0)


def test_the_whole_course_is_run_and_reported(tmp_path: Path) -> None:
    said = list[str]()
    found = carry_out(TINY, tmp_path, said.append)
    assert [latency.points for latency in found.uploads] == [40, 80]
    assert [latency.points for latency in found.stored] == [40, 80]
    assert found.indexing.pictures == 16
    assert found.start_s > 0
    assert NO_TENSORFLOW in render(found)
    assert json.loads(json.dumps(asdict(found)))["uploads"][1]["points"] == 80
    assert said


def test_a_report_shows_each_figure_in_its_row() -> None:
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in render(figures()).splitlines()]
    assert ["indexing, from file to searchable", "", "", "180", "90 %"] in rows
    assert ["id", "20,000", "3.0 / 3.0", "", "", "1.0 / 1.0", "2.0 / 2.0", "3.0 / 3.0"] in rows
    assert ["the old demo, without HTTP", "2,564", "110.0 / 110.0", "6.00", "?", "?", "?"] in rows
    assert ["Lookalike, over HTTP", "20,000", "12.0 / 12.0", "1.25", "200", "90", "240"] in rows
    assert ["old latency / ours, at 2,500 points", "at least 6 times", "10 times", "reached"] in rows


@pytest.mark.parametrize(("outside_ms", "reached"), [(2.9, True), (3.1, False)])
def test_a_mark_is_judged_by_its_figure(outside_ms: float, reached: bool) -> None:
    marks = {mark.name: mark for mark in judge(figures(outside_ms))}
    assert marks["a search outside decode and model, at 20,000 points"].reached is reached
    assert marks["indexing, of the limit"].reached


def test_a_mark_may_ask_for_more_or_for_less() -> None:
    assert Mark("speed", 6, 5, "times", less_is_better=False).cells()[-1] == "missed"
    assert Mark("memory", 6, 5, "MB").cells() == ("memory", "at most 6 MB", "5 MB", "reached")


def test_the_old_demo_is_timed_from_its_start_to_its_first_answer(tmp_path: Path) -> None:
    old = measure_old_way(10, [tmp_path], [sys.executable, "-c", ANSWERING_DEMO])
    assert old.whole.p50 == 100.0
    assert old.start_s > 0
    assert old.memory == Memory(resident_bytes=7, peak_bytes=9, file_bytes=2)


def test_an_old_demo_that_breaks_says_why(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="no such network"):
        measure_old_way(10, [tmp_path], [sys.executable, "-c", "raise OSError('no such network')"])


@pytest.mark.train
def test_the_old_demo_runs(pictures: list[Path]) -> None:
    pytest.importorskip("tensorflow", reason="needs TensorFlow: pip install .[train]")
    old = measure_old_way(200, pictures[:2])
    assert old.whole.p50 > 0
    assert old.start_s > 0


def test_the_report_has_the_pace_of_workers_or_says_why_not() -> None:
    with_workers = replace(figures(), workers=[WorkersPace(1, 50.0), WorkersPace(2, 95.0)])
    assert re.search(r"\| 1 +\| +50 \|\n\| 2 +\| +95 \|", render(with_workers))
    assert NO_SERVER in render(figures())


def test_workers_are_measured_until_everything_is_searchable(pictures: list[Path], qdrant_server: QdrantServer) -> None:
    found = measure_workers(pictures[0].parent, qdrant_server.url, qdrant_server.key, (1, 2))
    assert [pace.workers for pace in found] == [1, 2]
