"""How much of a request is taken into memory, and how many may wait."""

import io
import threading
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from indexer.agreement import Agreement
from indexer.folder import Folder
from indexer.keeper import Keeper
from indexer.settings import Settings
from indexer.trash import FolderTrash
from service.context import BusyError, Gate
from service.forms import FIELD_BYTES
from service.sizes import LARGE_BYTES, TEXT_BYTES
from tests.conftest import House, make_client
from tests.fakes import ColourEncoder
from tests.pictures import GREEN, RED, draw


def test_json_that_is_too_large_is_refused_unread(client: FlaskClient) -> None:
    answer = client.post("/v1/search", data=b" " * (TEXT_BYTES + 1), content_type="application/json")
    assert (answer.status_code, answer.get_json()["code"]) == (413, "too_large")


def test_json_up_to_the_limit_is_read(client: FlaskClient) -> None:
    body = b'{"key": "%s"}' % (b"x" * (TEXT_BYTES - 100))
    assert client.post("/v1/session", data=body, content_type="application/json").status_code == 400


@pytest.mark.parametrize("announced", [True, False])
@pytest.mark.parametrize(("over", "status"), [(0, 400), (1, 413)])
def test_a_body_may_be_as_long_as_the_limit_says(client: FlaskClient, over: int, status: int, announced: bool) -> None:
    body = b'{"key": "%s"}' % (b"x" * (TEXT_BYTES - 11 + over))
    length = {"CONTENT_LENGTH": str(len(body))} if announced else {}
    of_a_server = {"wsgi.input_terminated": True, "wsgi.input": io.BytesIO(body)} | length
    answer = client.post("/v1/session", content_type="application/json", environ_overrides=of_a_server)
    assert answer.status_code == status


@pytest.mark.parametrize(("letters", "status"), [(FIELD_BYTES, 400), (FIELD_BYTES + 1, 413)])
def test_a_field_of_a_form_may_be_so_long_and_no_longer(client: FlaskClient, letters: int, status: int) -> None:
    picture = (io.BytesIO(draw(RED)), "red.png")
    answer = client.post("/v1/images", data={"image": picture, "label": "x" * letters})
    assert answer.status_code == status


def test_large_uploads_wait_for_each_other_and_give_their_places_back(house: House) -> None:
    client = make_client(house, Settings(library=house.root, data=house.data, min_free_mb=0, max_upload_mb=1024))
    for number in range(3):
        assert _send(client, "/v1/images", draw(RED, (64, 48 + number)) + bytes(LARGE_BYTES)) in (200, 201, 202)
    assert _send(client, "/v1/search", bytes(LARGE_BYTES)) == 415
    assert _send(client, "/v1/search", draw(RED) + bytes(LARGE_BYTES)) == 200


def _send(client: FlaskClient, path: str, picture: bytes) -> int:
    """Return the status of an upload. It is written out here: Werkzeug would leave a large one in an open file."""
    head = b'--x\r\nContent-Disposition: form-data; name="image"; filename="%d.png"\r\n\r\n' % len(picture)
    body = head + picture + b"\r\n--x--\r\n"
    return client.post(path, data=body, content_type="multipart/form-data; boundary=x").status_code


def test_a_gate_lets_no_more_through_than_it_has_places() -> None:
    gate = Gate(1, wait_s=0.01)
    with gate.passing():
        with pytest.raises(BusyError), gate.passing():
            raise AssertionError
        with gate.passing_at_once() as free:
            assert not free
    with gate.passing_at_once() as free:
        assert free
    with gate.passing():
        pass


def test_one_picture_has_all_cores_only_while_nobody_else_has_one(house: House) -> None:
    context = replace(make_client(house).application.extensions["lookalike"], side_by_side=ColourEncoder())
    with context.gate.passing():
        assert context.encoder_now is context.encoder
        with context.gate.passing():
            assert context.encoder_now is context.side_by_side


def test_when_too_many_wait_already_an_addition_is_answered_at_once(house: House) -> None:
    client = make_client(house)
    waits = client.application.extensions["lookalike"].waits
    with waits.passing_at_once() as free:
        assert free
        answers = _add_with_a_minute_to_wait(client, house)
    assert answers == [202]


def _add_with_a_minute_to_wait(client: FlaskClient, house: House) -> list[int]:
    """Return the status of an addition that nobody indexes while it is waited for; fail if it waits."""
    answers: list[int] = []

    def add() -> None:
        data = {"image": (io.BytesIO(draw(RED)), "red.png")}
        answers.append(client.post("/v1/images?wait=60", data=data).status_code)

    house.worker.step = lambda: False  # type: ignore[method-assign]
    thread = threading.Thread(target=add)
    thread.start()
    thread.join(20)
    assert not thread.is_alive()
    return answers


def test_nothing_is_written_onto_a_disk_without_room(house: House) -> None:
    picture = house.put("red.png", draw(RED))
    house.synchroniser.sync()
    house.library = Folder(house.root, min_free_bytes=1 << 60)
    trash = FolderTrash(house.data / "trash", house.library)
    agreement = Agreement(house.library, house.catalogue, trash)
    house.keeper = Keeper(house.library, house.catalogue, trash, agreement)
    client = make_client(house, Settings(library=house.root, data=house.data, min_free_mb=1 << 20))
    added = client.post("/v1/images", data={"image": (io.BytesIO(draw(GREEN)), "green.png")})
    drawn = client.get(f"/v1/images/{picture}/thumbnail")
    assert (added.status_code, added.json["code"], drawn.status_code) == (507, "no_room", 200)
    assert [path.name for path in house.root.rglob("*")] == ["red.png"]
    assert not list((house.data / "thumbnails").rglob("*.jpg"))
    assert client.get(f"/v1/images/{picture}/file").status_code == 200
