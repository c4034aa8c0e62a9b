"""The catalogue follows a folder that changes under it."""

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any, cast

import pytest

from indexer.engine import EngineUnavailableError
from indexer.library import LibraryUnavailableError
from indexer.sync import SyncReport
from indexer.watcher import Watcher
from model.naming import ONLY_HIDDEN, Ignored
from tests.conftest import House
from tests.pictures import BLUE, RED, draw
from tests.running import wait_until


@pytest.fixture
def watched(house: House) -> Iterator[House]:
    """A house whose library has one picture, is in agreement, and is being watched."""
    house.put("cars/old.png", draw(RED))
    stop, woken = Event(), Event()
    thread = Thread(target=Watcher(house.root, house.synchroniser, woken.set).run, args=(stop,))
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


def test_a_folder_whose_place_another_takes_leaves_no_ghosts(watched: House) -> None:
    (watched.data / "other").mkdir()
    (watched.data / "other/new.png").write_bytes(draw(BLUE))
    (watched.root / "cars").rename(watched.data / "gone")
    (watched.data / "other").rename(watched.root / "cars")
    wait_until(lambda: watched.known_keys() == {"cars/new.png"})


def test_a_renamed_file_is_the_same_picture_under_another_key(watched: House) -> None:
    (watched.root / "cars/old.png").rename(watched.root / "cars/new.png")
    wait_until(lambda: watched.known_keys() == {"cars/new.png"})


def test_hidden_files_are_left_alone(watched: House) -> None:
    watched.put(".hidden/a.png", draw(BLUE))
    watched.put("seen.png", draw(BLUE))
    wait_until(lambda: "seen.png" in watched.known_keys())
    assert watched.known_keys() == {"cars/old.png", "seen.png"}


class Attentive:
    """A synchroniser that has nothing to do, and notes which keys it was told."""

    def __init__(self) -> None:
        self.started, self.told = Event(), set[str]()

    def sync(self, **_: Any) -> SyncReport:
        self.started.set()
        return SyncReport()

    def sync_keys(self, keys: set[str], _: set[str]) -> SyncReport:
        self.told |= keys
        return SyncReport()


@contextmanager
def watching(folder: Path, ignored: Ignored = ONLY_HIDDEN) -> Iterator[Attentive]:
    """Give what is told of a folder by a watcher that has begun, and look at the end whether it still is told."""
    synchroniser, stop = Attentive(), Event()
    watcher = Watcher(folder, cast(Any, synchroniser), lambda: None, retry_s=0.01, ignored=ignored)
    thread = Thread(target=watcher.run, args=(stop,))
    thread.start()
    assert synchroniser.started.wait(30)
    synchroniser.started.clear()
    yield synchroniser

    def comes_up() -> bool:
        (folder / "new.png").touch()
        return "new.png" in synchroniser.told

    wait_until(comes_up)
    stop.set()
    thread.join(30)


def test_the_folder_that_takes_the_place_of_the_whole_library_is_watched(tmp_path: Path) -> None:
    (library := tmp_path / "library").mkdir()
    with watching(library) as told:
        library.rename(tmp_path / "gone")
        library.mkdir()
        assert told.started.wait(30), "the whole is synced"


def test_a_name_that_cannot_be_followed_ends_a_watch_and_not_the_watching(tmp_path: Path) -> None:
    with watching(tmp_path) as told:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.png")).touch()
        assert told.started.wait(30), "the whole is synced, as something was missed"


def test_nobody_is_told_of_what_is_ignored(tmp_path: Path) -> None:
    (tmp_path / "thumbs").mkdir()
    with watching(tmp_path, Ignored(("thumbs", "*-small.png"))) as told:
        (tmp_path / "thumbs/a.png").touch()
        (tmp_path / "a-small.png").touch()
    assert told.told == {"new.png"}


class Countdown:
    """A synchroniser that fails once, and sets `stop` when it has been asked a number of times."""

    def __init__(self, times: int, stop: Event) -> None:
        self.times, self._stop, self._fails = times, stop, [LibraryUnavailableError("away")]

    def sync(self, **_: Any) -> SyncReport:
        self.times -= 1
        if not self.times:
            self._stop.set()
        if self._fails:
            raise self._fails.pop()
        return SyncReport(added=1)


class Pauses:
    """A stop signal that is set after some waits, and notes how long they would have been."""

    def __init__(self, pauses: list[float], waits: int) -> None:
        self._pauses, self._waits = pauses, waits

    def wait(self, timeout: float) -> bool:
        self._pauses.append(timeout)
        return len(self._pauses) == self._waits


@pytest.mark.parametrize("in_a_folder", [True, False])
def test_the_whole_library_is_looked_through_again_and_again(tmp_path: Path, in_a_folder: bool) -> None:
    stop, woken = Event(), Event()
    synchroniser = Countdown(3, stop)
    Watcher(tmp_path if in_a_folder else None, cast(Any, synchroniser), woken.set, every_s=0.001).run(stop)
    assert (synchroniser.times, woken.is_set()) == (0, True)


def test_a_library_that_was_away_is_looked_through_soon_after_and_then_never_again() -> None:
    pauses: list[float] = []
    watcher = Watcher(None, cast(Any, Countdown(2, Event())), Event().set)
    watcher.run(cast(Any, Pauses(pauses, 2)))
    assert pauses[0] == 60
    assert pauses[1] > 1e6


class Forgetful:
    """A synchroniser that cannot sync single files, and notes when it has been asked to sync everything."""

    def __init__(self) -> None:
        self.started, self.again = Event(), Event()

    def sync(self, **_: Any) -> SyncReport:
        (self.again if self.started.is_set() else self.started).set()
        return SyncReport()

    def sync_keys(self, *_: Iterable[str]) -> SyncReport:
        raise EngineUnavailableError("away")


def test_changes_that_could_not_be_followed_are_found_later(tmp_path: Path) -> None:
    synchroniser, stop = Forgetful(), Event()
    watcher = Watcher(tmp_path, synchroniser, lambda: None, retry_s=0)  # type: ignore[arg-type]
    thread = Thread(target=watcher.run, args=(stop,))
    thread.start()
    assert synchroniser.started.wait(30)
    (tmp_path / "a.png").write_bytes(draw(RED))
    assert synchroniser.again.wait(30)
    stop.set()
    thread.join(30)
