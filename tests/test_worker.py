"""Pending pictures get their vectors; what goes wrong with one stays with that one."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from indexer.catalogue import Catalogue, Claim, Outcome
from indexer.engine import EngineUnavailableError, Query
from indexer.folder import Folder
from indexer.library import Entry, LibraryUnavailableError
from indexer.record import id_of
from indexer.worker import BATCH, MAX_ATTEMPTS, NICENESS, Worker, WorkerSettings
from tests.conftest import House
from tests.fakes import ColourEncoder
from tests.pictures import BLUE, GREEN, RED, draw


class Surprise(ColourEncoder):
    """An encoder that fails as nobody expected over pictures that are mostly blue."""

    def encode(self, pictures: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        if pictures[..., 2].mean() > 150:
            raise ZeroDivisionError("blue")
        return super().encode(pictures)


class Listener(ColourEncoder):
    """An encoder that notes how nice the threads are that it works for."""

    def __init__(self) -> None:
        super().__init__()
        self.heard = set[int]()

    def encode(self, pictures: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        self.heard.add(niceness())
        return super().encode(pictures)


def niceness() -> int:
    """Return how nice this thread is."""
    return os.getpriority(os.PRIO_PROCESS, 0)


@contextmanager
def worker_with(house: House, max_pixels: int = 10_000, encoder: ColourEncoder | None = None) -> Iterator[Worker]:
    settings = WorkerSettings(threads=2, max_pixels=max_pixels)
    with Worker(house.library, house.catalogue, encoder or ColourEncoder(), settings) as worker:
        yield worker


def test_a_step_says_whether_there_was_work(any_house: House) -> None:
    assert not any_house.worker.step()
    any_house.put("a.png", draw(RED))
    any_house.synchroniser.sync()
    assert any_house.worker.step()
    assert not any_house.worker.step()


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux: only there has a thread a priority of its own")
def test_threads_that_index_let_others_come_first(house: House) -> None:
    before, encoder = niceness(), Listener()
    house.put("a.png", draw(RED))
    house.synchroniser.sync()
    with worker_with(house, encoder=encoder) as worker:
        worker.step()
    assert encoder.heard == {min(before + NICENESS, 19)}
    assert niceness() == before


def test_an_indexed_picture_has_its_whole_record(any_house: House) -> None:
    picture_id = any_house.put("a.png", draw(RED, (30, 20)))
    any_house.synchroniser.sync()
    any_house.index_all()
    record = any_house.catalogue.get([picture_id])[picture_id]
    assert (record.state, record.width, record.height, record.format) == ("indexed", 30, 20, "PNG")
    assert (record.sha256, record.model) == (any_house.library.sha256("a.png"), "colours-1")
    assert (record.size, record.attempts) == (len(draw(RED, (30, 20))), 0)


def test_the_nearest_picture_is_the_one_of_the_same_colour(any_house: House) -> None:
    for name, colour in (("red", RED), ("green", GREEN), ("blue", BLUE), ("dark red", (180, 10, 10))):
        any_house.put(f"{name}.png", draw(colour))
    any_house.synchroniser.sync()
    any_house.index_all()
    vector = any_house.catalogue.vectors([id_of("red.png")])[id_of("red.png")]
    hits = any_house.catalogue.search(Query([vector]), limit=4)
    assert [hit.key for hit in hits][:2] == ["red.png", "dark red.png"]
    assert hits[0].score > 0.999


def test_a_corrupt_picture_fails_alone(any_house: House) -> None:
    any_house.put("good.png", draw(RED))
    bad = any_house.put("bad.png", draw(RED)[:60])
    any_house.synchroniser.sync()
    any_house.index_all()
    assert any_house.catalogue.counts() == {"pending": 0, "indexed": 1, "failed": 1}
    assert any_house.catalogue.get([bad])[bad].error


def test_a_picture_with_too_many_pixels_fails_with_both_numbers(house: House) -> None:
    picture_id = house.put("large.png", draw(RED, (200, 100)))
    house.synchroniser.sync()
    with worker_with(house) as worker:
        assert worker.step()
    error = house.catalogue.get([picture_id])[picture_id].error or ""
    assert "200" in error
    assert "10,000" in error


def test_an_unexpected_error_fails_one_picture_and_not_the_batch(house: House) -> None:
    house.put("red.png", draw(RED))
    bad = house.put("blue.png", draw(BLUE))
    house.synchroniser.sync()
    with worker_with(house, encoder=Surprise()) as worker:
        assert worker.step()
    assert house.catalogue.counts() == {"pending": 0, "indexed": 1, "failed": 1}
    assert house.catalogue.get([bad])[bad].error == "unexpected ZeroDivisionError: blue"


def test_a_file_that_vanished_before_its_turn_is_forgotten(any_house: House) -> None:
    for key in ("a.png", "b.png"):
        any_house.put(key, draw(RED))
    any_house.synchroniser.sync()
    (any_house.root / "a.png").unlink()
    any_house.index_all()
    assert any_house.known_keys() == {"b.png"}


def test_pictures_that_have_all_vanished_are_put_off_as_if_a_disk_were_not_mounted(any_house: House) -> None:
    for key in ("a.png", "cars/b.png"):
        any_house.put(key, draw(RED))
    any_house.synchroniser.sync()
    any_house.root.rename(any_house.data / "elsewhere")
    any_house.root.mkdir()
    with pytest.raises(LibraryUnavailableError, match="not mounted"):
        any_house.index_all()
    assert any_house.catalogue.counts()["pending"] == 2
    any_house.root.rmdir()
    (any_house.data / "elsewhere").rename(any_house.root)
    any_house.index_all()
    assert any_house.catalogue.counts() == {"pending": 0, "indexed": 2, "failed": 0}


class Unlisted(Folder):
    """A folder of which nobody can say what else is in it."""

    def walk(self, folder: str = "") -> Iterator[Entry]:
        raise LibraryUnavailableError(f"away: {folder}")


def test_a_picture_that_vanished_with_its_library_is_put_off_until_that_is_back(house: House) -> None:
    house.put("a.png", draw(RED))
    house.synchroniser.sync()
    house.library = Unlisted(house.root)
    with worker_with(house) as house.worker:
        (house.root / "a.png").rename(house.data / "a.png")
        with pytest.raises(LibraryUnavailableError):
            house.index_all()
        (house.data / "a.png").rename(house.root / "a.png")
        house.index_all()
    assert house.catalogue.counts() == {"pending": 0, "indexed": 1, "failed": 0}


def test_a_picture_that_keeps_interrupting_is_given_up(any_house: House) -> None:
    picture_id = any_house.put("poison.png", draw(RED))
    any_house.synchroniser.sync()
    for _ in range(MAX_ATTEMPTS):
        any_house.catalogue.claim(BATCH, lease_s=-1)
    any_house.index_all()
    record = any_house.catalogue.get([picture_id])[picture_id]
    assert (record.state, record.error) == ("failed", "given up: indexing it was interrupted 3 times")


def test_more_than_a_batch_is_indexed_in_several_steps(house: House) -> None:
    for number in range(BATCH + 3):
        house.put(f"{number}.png", draw((number, 0, 0)))
    house.synchroniser.sync()
    assert [house.worker.step() for _ in range(3)] == [True, True, False]
    assert house.catalogue.counts()["indexed"] == BATCH + 3


def test_a_suspicious_picture_is_worked_on_alone(house: House) -> None:
    for number in range(3):
        house.put(f"{number}.png", draw((number, 0, 0)))
    house.synchroniser.sync()
    house.catalogue.claim(BATCH, lease_s=-1)
    for done in range(1, 4):
        assert house.worker.step()
        assert house.catalogue.counts()["indexed"] == done


def test_a_worker_that_ends_writes_what_it_has_begun(house: House) -> None:
    house.put("a.png", draw(RED))
    house.synchroniser.sync()
    with worker_with(house) as worker:
        assert worker.step()
    assert house.catalogue.counts()["indexed"] == 1


def test_a_running_worker_wakes_up_for_new_pictures_and_stops_when_told(house: House) -> None:
    stop, wake = Event(), Event()
    thread = Thread(target=house.worker.run, args=(stop, wake))
    thread.start()
    house.put("a.png", draw(RED))
    house.synchroniser.sync()
    wake.set()
    while not house.catalogue.counts()["indexed"]:
        stop.wait(0.005)
    stop.set()
    wake.set()
    thread.join(5)
    assert not thread.is_alive()


class Renewing:
    """A catalogue that notes when a lease is renewed and what becomes durable, and whose next writes can be made to
    fail."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue, self.renewed, self.errors = catalogue, Event(), list[Exception]()
        self.done: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._catalogue, name)

    def renew(self, claim: Claim, lease_s: float) -> None:
        self._catalogue.renew(claim, lease_s)
        self.renewed.set()

    def finish(self, claim: Claim, outcomes: Sequence[Outcome]) -> None:
        if self.errors:
            raise self.errors.pop()
        self.done.append("written")
        self._catalogue.finish(claim, outcomes)

    def settle(self) -> None:
        self.done.append("durable")
        self._catalogue.settle()


class Patient(ColourEncoder):
    """An encoder that is not done before something has happened."""

    def __init__(self, happened: Event) -> None:
        self._happened = happened

    def encode(self, pictures: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        assert self._happened.wait(30)
        return super().encode(pictures)


def test_a_worker_that_takes_long_renews_its_lease(house: House) -> None:
    house.put("a.png", draw(RED))
    house.synchroniser.sync()
    catalogue: Any = Renewing(house.catalogue)
    settings = WorkerSettings(threads=1, max_pixels=10_000, lease_s=0.03)
    with Worker(house.library, catalogue, Patient(catalogue.renewed), settings) as worker:
        while worker.step():
            pass
    assert house.catalogue.counts()["indexed"] == 1


def test_what_could_not_be_written_is_written_later(house: House) -> None:
    house.put("a.png", draw(RED))
    house.synchroniser.sync()
    catalogue: Any = Renewing(house.catalogue)
    with Worker(house.library, catalogue, ColourEncoder(), WorkerSettings(threads=1, max_pixels=10_000)) as worker:
        assert worker.step()
        catalogue.errors = [EngineUnavailableError("away")]
        with pytest.raises(EngineUnavailableError):
            worker.step()
        assert not worker.step()
        assert house.catalogue.counts()["indexed"] == 1


@pytest.mark.parametrize(
    ("durable_every_s", "done"),
    [(1000.0, ["written"] * 3 + ["durable"]), (-1.0, ["written", "durable"] * 3)],
)
def test_what_was_done_is_durable_at_the_end_and_now_and_then(
    house: House, durable_every_s: float, done: list[str]
) -> None:
    for number in range(2 * BATCH + 1):
        house.put(f"{number}.png", draw((number, 0, 0)))
    house.synchroniser.sync()
    catalogue: Any = Renewing(house.catalogue)
    settings = WorkerSettings(threads=1, max_pixels=10_000, durable_every_s=durable_every_s)
    with Worker(house.library, catalogue, ColourEncoder(), settings) as worker:
        while worker.step():
            pass
        assert catalogue.done == done
        assert not worker.step()
    assert catalogue.done == done


def test_pictures_that_come_alone_become_durable_together(house: House) -> None:
    for number in range(3):
        house.put(f"{number}.png", draw((number, 0, 0)))
    house.synchroniser.sync()
    house.catalogue.claim(BATCH, lease_s=-1)  # by one who died of it
    catalogue: Any = Renewing(house.catalogue)
    with Worker(house.library, catalogue, ColourEncoder(), WorkerSettings(threads=1, max_pixels=10_000)) as worker:
        while worker.step():
            pass
    assert catalogue.done == ["written"] * 3 + ["durable"]
