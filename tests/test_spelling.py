"""Disks that find one file under several names, of which only one is its own."""

import os
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.agreement import Agreement
from indexer.folder import Folder
from indexer.keeper import Keeper, NewPicture
from indexer.library import Entry, KeyTakenError
from indexer.spelling import true_name
from indexer.sync import Synchroniser, SyncReport
from indexer.trash import FolderTrash
from tests.conftest import House
from tests.pictures import BLUE, RED, draw

COMPOSED, DECOMPOSED = unicodedata.normalize("NFC", "é.jpg"), unicodedata.normalize("NFD", "é.jpg")


def called(folder: Path, own: str, asked: str) -> str:
    """Return the true name of what is found under one that is asked for, on a disk to which case and form are one."""
    file = folder / own
    file.touch()

    def find(name: str) -> os.stat_result | None:
        return file.lstat() if _seen(name) == _seen(own) else None

    return true_name(asked, find, lambda: ["other.jpg", own])


def _seen(name: str) -> str:
    return unicodedata.normalize("NFD", name).lower()


@pytest.mark.parametrize(
    ("own", "asked"),
    [("Red.jpg", "RED.JPG"), ("straße.JPG", "straße.jpg"), (DECOMPOSED, COMPOSED), (COMPOSED, DECOMPOSED.upper())],
)
def test_what_is_found_under_another_name_keeps_its_own(tmp_path: Path, own: str, asked: str) -> None:
    assert (called(tmp_path, own, asked), called(tmp_path, own, own)) == (own, own)
    assert called(tmp_path, own, "new.jpg") == "new.jpg"


def test_a_disk_that_is_particular_is_not_looked_through(library: Folder) -> None:
    library.write("Red.jpg", b"1")
    os.link(library.root / "Red.jpg", library.root / "RED.JPG")
    for key in ("Red.jpg", "RED.JPG", "red.jpg", "cars/new.jpg", DECOMPOSED):
        assert library.spelt(key) == key


@pytest.fixture
def library(tmp_path: Path) -> Folder:
    (tmp_path / "library").mkdir()
    return Folder(tmp_path / "library")


class CarelessFolder(Folder):
    """A folder on a disk that finds `Red.jpg` under `RED.JPG`: by a link that nobody sees."""

    def spelt(self, key: str) -> str:
        return "Red.jpg" if key == "RED.JPG" else key

    def walk(self, folder: str = "") -> Iterator[Entry]:
        return (entry for entry in super().walk(folder) if entry.key != "RED.JPG")


@pytest.fixture
def careless(house: House) -> House:
    """A house on such a disk, with one picture that is indexed."""
    house.put("Red.jpg", draw(RED))
    os.link(house.root / "Red.jpg", house.root / "RED.JPG")
    library = CarelessFolder(house.root)
    trash = FolderTrash(house.data / "trash", library)
    agreement = Agreement(library, house.catalogue, trash)
    house.keeper = Keeper(library, house.catalogue, trash, agreement)
    house.library, house.synchroniser = library, Synchroniser(library, house.catalogue, agreement)
    house.synchroniser.sync()
    return house


def test_a_picture_that_is_added_under_another_spelling_is_the_one_that_is_there(careless: House) -> None:
    picture = NewPicture("RED.JPG", draw(RED), 32, 32, "PNG")
    record, change = careless.keeper.add(picture)
    assert (record.key, change) == ("Red.jpg", "unchanged")
    with pytest.raises(KeyTakenError, match="under the key 'Red"):
        careless.keeper.add(NewPicture("RED.JPG", draw(BLUE), 32, 32, "PNG"))
    record, change = careless.keeper.add(NewPicture("RED.JPG", draw(BLUE), 32, 32, "PNG"), replace=True)
    assert (record.key, change, careless.known_keys()) == ("Red.jpg", "replaced", {"Red.jpg"})


def test_a_picture_that_is_spelt_otherwise_by_now_leaves_no_ghost(careless: House) -> None:
    Synchroniser(Folder(careless.root), careless.catalogue, careless.keeper._agreement).sync()
    assert careless.known_keys() == {"Red.jpg", "RED.JPG"}
    assert careless.synchroniser.preview(lambda *_: None) == SyncReport(unchanged=1, vanished=1)
    assert careless.synchroniser.sync() == SyncReport(unchanged=1, vanished=1)
    assert careless.known_keys() == {"Red.jpg"}


def test_a_change_of_case_that_is_told_leaves_no_ghost(careless: House) -> None:
    Synchroniser(Folder(careless.root), careless.catalogue, careless.keeper._agreement).sync()
    told = {"Red.jpg", "RED.JPG"}
    assert careless.synchroniser.sync_keys(told, {"RED.JPG"}) == SyncReport(unchanged=1, vanished=1)
    assert careless.known_keys() == {"Red.jpg"}
