"""Adding, removing and restoring, on each engine."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any, cast

import pytest

from indexer.catalogue import Catalogue
from indexer.keeper import NewPicture, UnknownPictureError
from indexer.library import KeyTakenError
from indexer.record import Record, id_of
from tests.conftest import House, count_calls
from tests.pictures import BLUE, RED, draw


def new(key: str, data: bytes, label: str | None = None, tags: tuple[str, ...] = ()) -> NewPicture:
    return NewPicture(key, data, 64, 48, "PNG", label, tags)


def stored(house: House, key: str) -> Record:
    return house.catalogue.get([id_of(key)])[id_of(key)]


def test_an_added_picture_is_in_the_library_and_pending(any_house: House) -> None:
    record, change = any_house.keeper.add(new("cars/a.png", draw(RED), tags=("old",)))
    assert change == "added"
    assert (any_house.root / "cars/a.png").read_bytes() == draw(RED)
    assert stored(any_house, "cars/a.png") == record
    assert (record.state, record.label, record.tags, record.width) == ("pending", "cars", ("old",), 64)


def test_a_label_that_was_given_wins_over_the_folder(any_house: House) -> None:
    record, _ = any_house.keeper.add(new("cars/a.png", draw(RED), label="vehicles"))
    assert record.label == "vehicles"


def test_adding_the_same_bytes_again_changes_nothing(any_house: House) -> None:
    any_house.keeper.add(new("a.png", draw(RED)))
    any_house.index_all()
    record, change = any_house.keeper.add(new("a.png", draw(RED)))
    assert (change, record.state) == ("unchanged", "indexed")


def test_adding_bytes_that_the_catalogue_forgot_catalogues_them(any_house: House) -> None:
    any_house.put("a.png", draw(RED))
    record, change = any_house.keeper.add(new("a.png", draw(RED)))
    assert (change, record.state) == ("unchanged", "pending")
    assert stored(any_house, "a.png") == record


def test_other_bytes_under_a_key_need_to_be_meant(any_house: House) -> None:
    any_house.keeper.add(new("a.png", draw(RED)))
    with pytest.raises(KeyTakenError):
        any_house.keeper.add(new("a.png", draw(BLUE)))
    record, change = any_house.keeper.add(new("a.png", draw(BLUE)), replace=True)
    assert change == "replaced"
    assert (any_house.root / "a.png").read_bytes() == draw(BLUE)
    assert stored(any_house, "a.png").sha256 == record.sha256


def test_an_edited_picture_stays_indexed(any_house: House) -> None:
    before, _ = any_house.keeper.add(new("cars/a.png", draw(RED), tags=("old",)))
    any_house.index_all()
    edited = any_house.keeper.edit(before.id, label="vehicles")
    assert (edited.label, edited.tags, edited.state) == ("vehicles", ("old",), "indexed")
    edited = any_house.keeper.edit(before.id, label=None, tags=("red", "new"))
    assert (edited.label, edited.tags) == (None, ("red", "new"))
    assert stored(any_house, "cars/a.png") == edited
    assert any_house.keeper.edit(before.id) == edited
    assert any_house.catalogue.vectors([before.id])


def test_an_edit_outlives_indexing_changed_bytes_and_the_trash(any_house: House) -> None:
    record, _ = any_house.keeper.add(new("cars/a.png", draw(RED)))
    any_house.keeper.edit(record.id, label="mine", tags=["best"])
    any_house.index_all()
    any_house.put("cars/a.png", draw(BLUE, (9, 9)))
    any_house.synchroniser.sync()
    any_house.keeper.remove(record.id)
    any_house.keeper.restore(record.id)
    any_house.index_all()
    after = stored(any_house, "cars/a.png")
    assert (after.label, after.tags, after.state, after.width) == ("mine", ("best",), "indexed", 9)


def test_a_removed_picture_lies_in_the_trash_and_nowhere_else(any_house: House) -> None:
    record, _ = any_house.keeper.add(new("a.png", draw(RED)))
    any_house.keeper.remove(record.id)
    assert not (any_house.root / "a.png").exists()
    assert any_house.catalogue.count() == 0
    assert [path.read_bytes() for path in any_house.data.rglob("picture")] == [draw(RED)]


def test_many_become_durable_together(house: House) -> None:
    ids = [id_of(f"{number}.png") for number in range(3)]
    for act in (
        lambda: [house.keeper.add(new(f"{number}.png", draw(RED)), durable=False) for number in range(3)],
        lambda: [house.keeper.remove(picture_id, durable=False) for picture_id in ids],
        lambda: [house.keeper.restore(picture_id, durable=False) for picture_id in ids],
        lambda: [house.keeper.remove(picture_id, purge=True, durable=False) for picture_id in ids],
    ):
        before = count_calls("flush")
        act()
        assert count_calls("flush") == before
        house.keeper.settle()
        assert count_calls("flush") == before + 1


def test_the_trash_keeps_what_is_known_of_a_picture_until_that_is_durable(any_house: House) -> None:
    record, _ = any_house.keeper.add(new("a.png", draw(RED), label="mine"))
    any_house.keeper.remove(record.id)
    any_house.keeper.restore(record.id, durable=False)
    assert [Record.from_json(path.read_bytes()).label for path in any_house.data.rglob("record.json")] == ["mine"]
    any_house.keeper.settle()
    assert not list(any_house.data.rglob("record.json"))


class Crowded:
    """A catalogue in which others get on while it settles for the first time."""

    def __init__(self, catalogue: Catalogue, meanwhile: list[Callable[[], object]]) -> None:
        self._catalogue, self._meanwhile = catalogue, meanwhile

    def __getattr__(self, name: str) -> Any:
        return getattr(self._catalogue, name)

    def settle(self) -> None:
        self._catalogue.settle()
        while self._meanwhile:
            self._meanwhile.pop(0)()


def test_what_is_brought_back_while_others_settle_stays_known_to_the_trash(house: House) -> None:
    keeper = house.keeper
    for key in ("a.png", "b.png"):
        record, _ = keeper.add(new(key, draw(RED), label=key))
        keeper.remove(record.id)
    meanwhile: list[Callable[[], object]] = [
        keeper.settle,
        partial(keeper.restore, id_of("b.png"), durable=False),
    ]
    keeper.restore(id_of("a.png"), durable=False)
    keeper._catalogue = cast(Any, Crowded(house.catalogue, meanwhile))
    keeper.settle()
    assert [Record.from_json(path.read_bytes()).label for path in house.data.rglob("record.json")] == ["b.png"]


def test_a_link_that_was_removed_comes_back_as_it_was(house: House) -> None:
    house.put("cars/a.png", draw(RED))
    (house.root / "b.png").symlink_to("cars/a.png")
    house.synchroniser.sync()
    house.keeper.remove(id_of("b.png"))
    assert house.keeper.restore(id_of("b.png")).key == "b.png"
    assert (house.root / "b.png").readlink() == Path("cars/a.png")
    assert house.library.entry("cars/a.png") is not None


def test_a_link_whose_picture_is_gone_by_then_stays_away(house: House) -> None:
    house.put("cars/a.png", draw(RED))
    (house.root / "b.png").symlink_to("cars/a.png")
    house.synchroniser.sync()
    for key in ("b.png", "cars/a.png"):
        house.keeper.remove(id_of(key))
    with pytest.raises(UnknownPictureError):
        house.keeper.restore(id_of("b.png"))
    assert house.known_keys() == set()


def test_a_restored_picture_is_as_it_was(any_house: House) -> None:
    before, _ = any_house.keeper.add(new("cars/a.png", draw(RED), label="red ones", tags=("old",)))
    any_house.index_all()
    any_house.keeper.remove(before.id)
    any_house.keeper.restore(before.id)
    any_house.index_all()
    after = stored(any_house, "cars/a.png")
    assert (any_house.root / "cars/a.png").read_bytes() == draw(RED)
    assert (after.label, after.tags, after.added_at) == (before.label, before.tags, before.added_at)
    assert (after.state, after.sha256) == ("indexed", before.sha256)
    assert not list(any_house.data.rglob("picture"))


def test_restoring_brings_back_what_was_removed_last(any_house: House) -> None:
    for colour in (RED, BLUE):
        record, _ = any_house.keeper.add(new("a.png", draw(colour)))
        any_house.keeper.remove(record.id)
    any_house.keeper.restore(record.id)
    assert (any_house.root / "a.png").read_bytes() == draw(BLUE)
    any_house.keeper.remove(record.id)
    assert len(list(any_house.data.rglob("picture"))) == 2


def test_restoring_never_overwrites_a_picture(any_house: House) -> None:
    record, _ = any_house.keeper.add(new("a.png", draw(RED)))
    any_house.keeper.remove(record.id)
    any_house.keeper.add(new("a.png", draw(BLUE)))
    with pytest.raises(KeyTakenError):
        any_house.keeper.restore(record.id)
    assert (any_house.root / "a.png").read_bytes() == draw(BLUE)
    assert [path.read_bytes() for path in any_house.data.rglob("picture")] == [draw(RED)]


def test_purging_destroys_the_picture_and_what_the_trash_has_of_it(any_house: House) -> None:
    record, _ = any_house.keeper.add(new("a.png", draw(RED)))
    any_house.keeper.remove(record.id)
    any_house.keeper.add(new("a.png", draw(BLUE)))
    any_house.keeper.remove(record.id, purge=True)
    assert not (any_house.root / "a.png").exists()
    assert not list(any_house.data.rglob("picture"))
    with pytest.raises(UnknownPictureError):
        any_house.keeper.restore(record.id)


def test_what_lies_in_the_trash_can_be_purged(any_house: House) -> None:
    record, _ = any_house.keeper.add(new("a.png", draw(RED)))
    any_house.keeper.remove(record.id)
    any_house.keeper.remove(record.id, purge=True)
    assert not list(any_house.data.rglob("picture"))


def test_an_unknown_picture_can_be_neither_edited_nor_removed_nor_restored(any_house: House) -> None:
    for changes in ({}, {"label": "mine"}):
        with pytest.raises(UnknownPictureError):
            any_house.keeper.edit(id_of("nothing"), **changes)
    with pytest.raises(UnknownPictureError):
        any_house.keeper.remove(id_of("nothing"))
    with pytest.raises(UnknownPictureError):
        any_house.keeper.restore(id_of("nothing"))


def test_a_picture_whose_file_was_taken_out_by_hand_can_be_removed(any_house: House) -> None:
    record, _ = any_house.keeper.add(new("a.png", draw(RED)))
    (any_house.root / "a.png").unlink()
    any_house.keeper.remove(record.id)
    assert any_house.catalogue.count() == 0


def test_of_many_who_add_one_key_at_once_one_wins(house: House) -> None:
    outcomes: list[str] = []

    def add(shade: int) -> None:
        try:
            outcomes.append(house.keeper.add(new("a.png", draw((shade, 0, 0))))[1])
        except KeyTakenError:
            outcomes.append("taken")

    threads = [Thread(target=add, args=(shade,)) for shade in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["added"] + ["taken"] * 7
