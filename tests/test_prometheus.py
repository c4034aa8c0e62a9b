"""What Prometheus is told."""

import io
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from indexer.engine import EngineUnavailableError
from tests.conftest import House, make_client
from tests.pictures import BLUE, RED, draw

README = Path(__file__).parent.parent / "README.md"
OWN = "lookalike_"


def metrics(client: FlaskClient) -> dict[str, Metric]:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    return {family.name: family for family in text_string_to_metric_families(answer.text)}


def value(client: FlaskClient, name: str, **labels: str) -> float:
    """Return the value of one series, 0 if there is none."""
    samples = [sample for family in metrics(client).values() for sample in family.samples]
    found = [s.value for s in samples if s.name == name and labels.items() <= s.labels.items()]
    return sum(found)


def use_everything(client: FlaskClient, house: House) -> None:
    """Do what makes every series appear that appears at all."""
    picture_id = house.put("a.png", draw(RED))
    house.synchroniser.sync()
    house.index_all()
    client.post("/v1/search", data={"image": (io.BytesIO(draw(RED)), "q.png")})
    client.get(f"/v1/images/{picture_id}/thumbnail")


def test_the_readme_lists_every_metric_with_its_labels(client: FlaskClient, house: House) -> None:
    use_everything(client, house)
    listed = {
        name: set(re.findall(r"`(\w+)`", labels))
        for name, labels in re.findall(rf"^\| `({OWN}\w+)` \| (.*?) \|", README.read_text(), re.MULTILINE)
    }
    found = dict[str, set[str]]()
    for family in metrics(client).values():
        if family.name.startswith(OWN):
            name = family.name + ("_total" if family.type == "counter" else "")
            found[name] = set().union(*(sample.labels for sample in family.samples)) - {"le"}
    found.setdefault("lookalike_fetches_total", {"outcome"})
    found.setdefault("lookalike_engine_errors_total", {"call"})
    assert {name: labels or listed.get(name) for name, labels in found.items()} == listed


def test_every_metric_is_named_as_prometheus_wants_it(client: FlaskClient, house: House) -> None:
    use_everything(client, house)
    for name, family in metrics(client).items():
        assert family.documentation, name
        assert not re.search(r"_(ms|mb|count|bucket)$", name)
        if family.type == "histogram":
            assert name.endswith("_seconds")


def test_requests_are_counted_and_timed_by_route(client: FlaskClient) -> None:
    labels = {"method": "GET", "route": "/v1/images/<picture_id>", "status": "404"}
    before = value(client, "lookalike_requests_total", **labels)
    for _ in range(3):
        client.get("/v1/images/nobody")
    assert value(client, "lookalike_requests_total", **labels) == before + 3
    assert value(client, "lookalike_request_duration_seconds_count", route="/v1/images/<picture_id>") >= 3
    assert value(client, "lookalike_requests_in_flight") == 1  # this very one


def test_strangers_cannot_make_series_without_end(client: FlaskClient) -> None:
    def series() -> int:
        return len(metrics(client)["lookalike_requests"].samples)

    client.open("/nothing/0", method="MAKE0")
    before = series()
    for number in range(1, 20):
        client.open(f"/nothing/{number}", method=f"MAKE{number}")
    assert series() <= before + 1  # that of /metrics itself


def test_what_the_worker_did_is_counted(client: FlaskClient, house: House) -> None:
    before = {
        kind: value(client, "lookalike_pictures_done_total", outcome=kind) for kind in ("indexed", "failed", "gone")
    }
    house.put("a.png", draw(RED))
    house.put("b.png", draw(BLUE))
    house.put("c.jpg", b"no picture")
    house.put("d.png", draw(BLUE))
    house.synchroniser.sync()
    (house.root / "d.png").unlink()
    assert value(client, "lookalike_pictures", state="pending") == 4
    assert 0 < value(client, "lookalike_queue_oldest_seconds") < 60
    house.index_all()
    assert value(client, "lookalike_queue_oldest_seconds") == 0
    after = {kind: value(client, "lookalike_pictures_done_total", outcome=kind) - before[kind] for kind in before}
    assert after == {"indexed": 2, "failed": 1, "gone": 1}
    assert value(client, "lookalike_pictures", state="indexed") == 2


def test_a_thumbnail_is_drawn_once_and_then_a_hit(client: FlaskClient, house: House) -> None:
    picture_id = house.put("a.png", draw(RED))
    house.synchroniser.sync()
    house.index_all()
    before = {kind: value(client, "lookalike_thumbnails_total", cache=kind) for kind in ("hit", "miss")}
    for _ in range(3):
        client.get(f"/v1/images/{picture_id}/thumbnail")
    after = {kind: value(client, "lookalike_thumbnails_total", cache=kind) - before[kind] for kind in before}
    assert after == {"miss": 1, "hit": 2}


def test_an_engine_that_fails_is_counted_and_the_rest_still_told(
    client: FlaskClient, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise EngineUnavailableError("gone")

    monkeypatch.setattr(house.catalogue, "counts", away)
    found = metrics(client)
    assert "lookalike_pictures" not in found
    assert {"lookalike_disk_free_bytes", "lookalike_gate_busy", "process_resident_memory_bytes"} <= found.keys()


def test_calls_to_the_engine_are_timed_and_their_errors_counted(client: FlaskClient, house: House) -> None:
    before = value(client, "lookalike_engine_errors_total", call="retrieve")
    answer = client.get("/v1/images/00000000-0000-0000-0000-000000000000")
    assert answer.status_code == 404
    assert value(client, "lookalike_engine_call_duration_seconds_count", call="retrieve") > 0
    house.catalogue.close()
    assert client.get("/v1/images/00000000-0000-0000-0000-000000000000").status_code == 500
    assert value(client, "lookalike_engine_errors_total", call="retrieve") == before + 1


def test_the_free_space_of_both_folders_is_told(house: House) -> None:
    client = make_client(house)
    assert value(client, "lookalike_disk_free_bytes", folder="library") > 1 << 20
    assert value(client, "lookalike_disk_free_bytes", folder="data") > 1 << 20
