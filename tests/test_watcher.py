"""The catalogue follows a folder that changes under it."""

import shutil
from collections.abc import Iterator
from threading import Event, Thread

import pytest

from indexer.watcher import Watcher
from tests.conftest import House
from tests.pictures import BLUE, RED, draw
from tests.running import wait_until


@pytest.fixture
def watched(house: House) -> Iterator[House]:
    """A house whose library has one picture, is in agreement, and is being watched."""
    house.put("cars/old.png", draw(RED))
    stop, woken = Event(), Event()
    thread = Thread(target=Watcher(house.library, house.synchroniser, woken.set).run, args=(stop,))
    thread.start()
    assert woken.wait(30)
    yield house
    stop.set()
    thread.join(30)
    assert not thread.is_alive()


def test_a_file_that_comes_is_catalogued(watched: House) -> None:
    watched.put("new.png", draw(BLUE))
    wait_until(lambda: watched.known_keys() == {"cars/old.png", "new.png"})


def test_a_file_that_goes_is_forgotten_even_if_it_was_the_last(watched: House) -> None:
    (watched.root / "cars/old.png").unlink()
    wait_until(lambda: watched.known_keys() == set())


def test_a_folder_that_is_moved_in_and_out_is_followed(watched: House) -> None:
    outside = watched.data / "holiday"
    (outside / "deep").mkdir(parents=True)
    (outside / "deep" / "a.png").write_bytes(draw(BLUE))
    outside.rename(watched.root / "holiday")
    wait_until(lambda: watched.known_keys() == {"cars/old.png", "holiday/deep/a.png"})
    shutil.move(watched.root / "holiday", watched.data / "gone")
    wait_until(lambda: watched.known_keys() == {"cars/old.png"})


def test_a_renamed_file_is_the_same_picture_under_another_key(watched: House) -> None:
    (watched.root / "cars/old.png").rename(watched.root / "cars/new.png")
    wait_until(lambda: watched.known_keys() == {"cars/new.png"})


def test_hidden_files_are_left_alone(watched: House) -> None:
    watched.put(".hidden/a.png", draw(BLUE))
    watched.put("seen.png", draw(BLUE))
    wait_until(lambda: "seen.png" in watched.known_keys())
    assert watched.known_keys() == {"cars/old.png", "seen.png"}
