"""Two change one picture at once, each in a process of its own: as well one could have come after the other.

The first is interrupted before each of its calls to library, trash and engine in turn, and the second does all that it
does in between. Then the result is looked for among those of both orders.
"""

import itertools
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from indexer.agreement import Agreement
from indexer.catalogue import Catalogue
from indexer.engine import Engine
from indexer.folder import Folder
from indexer.keeper import Keeper, NewPicture, UnknownPictureError
from indexer.library import KeyTakenError
from indexer.record import id_of
from indexer.sync import Synchroniser
from indexer.trash import FolderTrash
from indexer.worker import Worker, WorkerSettings
from tests.conftest import quick_folder
from tests.fakes import ColourEncoder
from tests.pictures import BLUE, GREEN, RED, draw

ALL = os.environ.get("INTERLEAVINGS") == "all"
WAS, NEW, OTHER = draw(RED), draw(GREEN), draw(BLUE)  # of one size, so that only their times tell the files apart


class Watched:
    """Stands in front of an object, and tells of each call before it is made."""

    def __init__(self, inner: Any, tell: Callable[[], None]) -> None:
        self._inner, self._tell = inner, tell

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if not callable(found):
            return found

        def call(*arguments: Any, **named: Any) -> Any:
            self._tell()
            return found(*arguments, **named)

        return call


class Process:
    """All that one process has of its own. `interrupt` is called before each call that leaves it."""

    def __init__(self, folder: Path, engine: Engine, interrupt: Callable[[], None] = lambda: None) -> None:
        self.library: Any = Watched(Folder(folder / "library"), interrupt)
        self.trash: Any = Watched(FolderTrash(folder / "trash", self.library), interrupt)
        watched: Any = Watched(engine, interrupt)
        self.catalogue = Catalogue(watched)
        agreement = Agreement(self.library, self.catalogue, self.trash)
        self.keeper = Keeper(self.library, self.catalogue, self.trash, agreement)
        self.synchroniser = Synchroniser(self.library, self.catalogue, agreement)

    def index(self) -> None:
        settings = WorkerSettings(threads=1, max_pixels=10_000)
        with Worker(self.library, self.catalogue, ColourEncoder(), settings) as worker:
            while worker.step():
                pass


Act = Callable[[Process, str], None]


def add(data: bytes, replaces: bool = False) -> Act:
    new = NewPicture("", data, 64, 48, "PNG", f"added {sha256(data).hexdigest()[:4]}", ("new",))

    def act(process: Process, key: str) -> None:
        process.keeper.add(replace(new, key=key), replaces)

    return act


def edit(process: Process, key: str) -> None:
    process.keeper.edit(id_of(key), label="edited")


def retag(process: Process, key: str) -> None:
    process.keeper.edit(id_of(key), tags=["edited"])


def remove(process: Process, key: str) -> None:
    process.keeper.remove(id_of(key))


def purge(process: Process, key: str) -> None:
    process.keeper.remove(id_of(key), purge=True)


def restore(process: Process, key: str) -> None:
    process.keeper.restore(id_of(key))


def sync(process: Process, key: str) -> None:
    process.synchroniser.sync_keys([key])


def index(process: Process, _: str) -> None:
    process.index()


def reindex(process: Process, _: str) -> None:
    process.catalogue.reindex("another")


ACTS: dict[str, Act] = {
    "add": add(NEW),
    "add the same": add(WAS),
    "replace": add(NEW, replaces=True),
    "replace by another": add(OTHER, replaces=True),
    "edit": edit,
    "retag": retag,
    "remove": remove,
    "purge": purge,
    "restore": restore,
    "sync": sync,
    "index": index,
    "reindex": reindex,
}


def absent(_: Process, __: str) -> None: ...


def pending(process: Process, key: str) -> None:
    add(WAS)(process, key)


def indexed(process: Process, key: str) -> None:
    pending(process, key)
    process.index()


def removed(process: Process, key: str) -> None:
    indexed(process, key)
    remove(process, key)


def found(process: Process, key: str) -> None:
    (process.library.root / key).write_bytes(WAS)


def changed(process: Process, key: str) -> None:
    indexed(process, key)
    (process.library.root / key).write_bytes(draw(RED, (9, 9)))


def vanished(process: Process, key: str) -> None:
    indexed(process, key)
    (process.library.root / key).unlink()


BEGINNINGS = {each.__name__: each for each in (absent, pending, indexed, removed, found, changed, vanished)}


@dataclass(frozen=True)
class Outcome:
    """Which acts were acknowledged, and the state of everything afterwards."""

    done: dict[str, bool]
    state: Any

    def comes_of(self, order: "Outcome") -> bool:
        """Return whether it is like that of acts in some order, among them whatever is acknowledged here.

        That a picture is removed may be told to two; who was refused may as well not have asked.
        """
        twice = {"remove", "purge"} & order.done.keys()
        done = {name for name, was_done in order.done.items() if was_done} | twice
        return self.state == order.state and done >= {name for name, was_done in self.done.items() if was_done}


@dataclass
class World:
    """One library, catalogue and trash, in which every try has a key of its own."""

    folder: Path
    engine: Engine
    numbers: Iterator[int]

    def process(self, interrupt: Callable[[], None] = lambda: None) -> Process:
        return Process(self.folder, self.engine, interrupt)

    def begin(self, beginning: str) -> str:
        key = f"{next(self.numbers)}.png"
        BEGINNINGS[beginning](self.process(), key)
        return key

    def in_turn(self, beginning: str, *names: str) -> Outcome:
        """Return what comes of two acts, one after the other."""
        key = self.begin(beginning)
        done = [(name, was_done(ACTS[name], self.process(), key)) for name in names]
        return outcome_of(done, self.end(key))

    def interrupted(self, beginning: str, first: str, second: str) -> Iterator[Outcome]:
        """Yield what comes of the first act with the second in its midst, once for each place where that can be."""
        for place in itertools.count():
            calls, done = itertools.count(), list[tuple[str, bool]]()
            key = self.begin(beginning)

            def interrupt() -> None:
                if next(calls) == place:  # noqa: B023
                    done.append((second, was_done(ACTS[second], self.process(), key)))  # noqa: B023

            done.append((first, was_done(ACTS[first], self.process(interrupt), key)))
            state = self.end(key)
            if len(done) < 2:
                return
            yield outcome_of(done, state)

    def end(self, key: str) -> Any:
        """Return the state of everything under a key: the bytes, the record, what the trash has. Take it all away."""
        process = self.process()
        process.index()
        state = bytes_of(process, key), said_of(process, key), thrown_away(process, key)
        process.library.path(key).unlink(missing_ok=True)
        process.catalogue.delete(list(process.catalogue.get([id_of(key)]).values()))
        return state


def outcome_of(done: list[tuple[str, bool]], state: Any) -> Outcome:
    """Of an act that was done twice it is enough that one was acknowledged."""
    return Outcome({name: any(was for each, was in done if each == name) for name, _ in done}, state)


def was_done(act: Act, process: Process, key: str) -> bool:
    try:
        act(process, key)
    except (UnknownPictureError, KeyTakenError):
        return False
    return True


def bytes_of(process: Process, key: str) -> bytes | None:
    return process.library.path(key).read_bytes() if process.library.entry(key) else None


def said_of(process: Process, key: str) -> Any:
    """Return what the record says, whether it is of the file that there is, and how many vectors it has."""
    record, entry = process.catalogue.find(id_of(key)), process.library.entry(key)
    if record is None:
        return None
    data = bytes_of(process, key)
    of_the_file = entry is not None and (record.size, record.mtime_ns) == (entry.size, entry.mtime_ns)
    of_the_bytes = data is not None and record.sha256 == sha256(data).hexdigest()
    vectors = process.catalogue.vectors([record.id])
    return record.label, record.tags, record.state, of_the_file, of_the_bytes, len(vectors)


def thrown_away(process: Process, key: str) -> list[Any]:
    """Return what the trash has, last first: the bytes, the label, the tags. Empty it."""
    kept = list[Any]()
    while trashed := process.trash.latest(id_of(key)):
        kept.append(((Path(trashed.place) / "picture").read_bytes(), trashed.record.label, trashed.record.tags))
        process.trash.drop(trashed)
    return kept


@pytest.fixture
def world(any_engine: Engine) -> Iterator[World]:
    with quick_folder() as folder:
        (folder / "library").mkdir()
        (folder / "library/another").touch()  # as long as there is a file, one that is missing has been taken away
        yield World(folder, any_engine, itertools.count())


def choose(first: str) -> Iterator[tuple[str, str]]:
    """Yield a second act and how everything begins: each act with one beginning, or with all if that was asked for."""
    place = list(ACTS).index(first)
    for number, second in enumerate(ACTS):
        chosen = list(BEGINNINGS)[(5 * place + number) % len(BEGINNINGS)]
        for beginning in BEGINNINGS if ALL else [chosen]:
            yield second, beginning


@pytest.mark.parametrize("first", ACTS)
def test_two_at_once_come_out_as_if_one_had_come_after_the_other(world: World, first: str) -> None:
    for second, beginning in choose(first):
        orders = [world.in_turn(beginning, *names) for names in ((first, second), (second, first), (first,), (second,))]
        for place, outcome in enumerate(world.interrupted(beginning, first, second)):
            fits = any(map(outcome.comes_of, orders))
            assert fits, f"{beginning}: {first}, at {place} interrupted by {second}: {outcome}, not {orders}"
