"""Status, health and metrics over HTTP."""

from flask.testing import FlaskClient

from indexer.settings import Settings
from tests.conftest import House, make_client
from tests.pictures import RED, draw


def test_status_counts_the_pictures_and_names_engine_and_model(client: FlaskClient, house: House) -> None:
    house.put("a.png", draw(RED))
    house.put("b.jpg", b"text, no picture")
    house.synchroniser.sync()
    house.index_all()
    house.put("c.png", draw(RED))
    house.synchroniser.sync()
    status = client.get("/v1/status").json
    assert status["counts"] == {"pending": 1, "indexed": 1, "failed": 1, "total": 3}
    assert (status["engine"], status["model"], status["read_only"]) == ("edge", "colours-1", False)


def test_a_live_service_says_so(client: FlaskClient) -> None:
    assert client.get("/health/live").status_code == 200


def test_a_service_without_room_is_live_but_not_ready(house: House) -> None:
    full = make_client(house, Settings(library=house.root, data=house.data, min_free_mb=1 << 30))
    assert full.get("/health/live").status_code == 200
    answer = full.get("/health/ready")
    assert (answer.status_code, answer.json["code"]) == (503, "not_ready")
    assert answer.json["checks"] == {
        "accepting": "ok", "model": "ok", "engine": "ok", "disk": "has less than 1073741824 MiB left",
    }  # fmt: skip
    assert answer.headers["Retry-After"]


def test_a_service_that_can_work_is_ready(client: FlaskClient) -> None:
    checks = dict.fromkeys(("accepting", "model", "engine", "disk"), "ok")
    assert client.get("/health/ready").json == {"status": "ready", "checks": checks}


def test_what_does_not_exist_is_a_problem_with_a_code(client: FlaskClient) -> None:
    missing, wrong = client.get("/nothing"), client.put("/v1/search")
    assert (missing.status_code, missing.json["code"], missing.mimetype) == (
        404,
        "not_found",
        "application/problem+json",
    )
    assert (wrong.status_code, wrong.json["code"]) == (405, "method_not_allowed")
    assert "POST" in wrong.headers["Allow"]


def test_an_upload_over_the_limit_is_refused(house: House) -> None:
    small = make_client(house, Settings(library=house.root, data=house.data, max_upload_mb=1, min_free_mb=0))
    answer = small.post("/v1/images", data=b"x" * (2 << 20), content_type="multipart/form-data; boundary=x")
    assert (answer.status_code, answer.json["code"]) == (413, "too_large")


def test_every_answer_carries_the_security_headers(client: FlaskClient) -> None:
    for address in ("/", "/v1/status", "/nothing"):
        headers = client.get(address).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src" in headers["Content-Security-Policy"]
