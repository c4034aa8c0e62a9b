"""The catalogue follows the library, on each engine."""

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from indexer.agreement import Agreement
from indexer.engine import PAGE
from indexer.folder import Folder
from indexer.library import Entry
from indexer.record import Record, id_of
from indexer.sync import FEW, FIRST_PAGE, OtherLibraryError, Synchroniser, SyncReport
from indexer.trash import FolderTrash
from tests.conftest import House, count_calls
from tests.pictures import BLUE, GREEN, RED, draw

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def report(house: House, **options: bool) -> dict[str, int]:
    """Sync, and return what was not zero."""
    found = house.synchroniser.sync(**options)
    return {name: value for name in found.__slots__ if (value := getattr(found, name))}


def test_new_files_become_pending_with_their_folder_as_label(any_house: House) -> None:
    any_house.put("cars/red/a.png", draw(RED))
    any_house.put("b.png", draw(BLUE))
    assert report(any_house) == {"added": 2}
    records = any_house.catalogue.get([id_of("cars/red/a.png"), id_of("b.png")])
    assert {r.key: (r.label, r.state, r.origin) for r in records.values()} == {
        "cars/red/a.png": ("red", "pending", "found"),
        "b.png": (None, "pending", "found"),
    }


def test_a_second_sync_finds_nothing_to_do(any_house: House) -> None:
    any_house.put("a.png", draw(RED))
    report(any_house)
    any_house.index_all()
    assert report(any_house) == {"unchanged": 1}
    assert any_house.catalogue.counts()["pending"] == 0


def test_a_changed_file_is_indexed_again_and_keeps_what_people_said_of_it(any_house: House) -> None:
    picture_id = any_house.put("cars/a.png", draw(RED))
    report(any_house)
    any_house.index_all()
    before = any_house.catalogue.get([picture_id])[picture_id]
    any_house.put("cars/a.png", draw(BLUE, (10, 10)))
    assert report(any_house) == {"changed": 1}
    any_house.index_all()
    after = any_house.catalogue.get([picture_id])[picture_id]
    assert (after.state, after.width, after.label) == ("indexed", 10, "cars")
    assert (after.sha256 != before.sha256, after.added_at) == (True, before.added_at)


def test_a_file_from_another_age_is_indexed_once(any_house: House) -> None:
    for key, time_s in (("far.png", 2e10), ("old.png", -3e10)):  # the years 2603 and 1019, or as far as the disk goes
        any_house.put(key, draw(RED))
        os.utime(any_house.root / key, (time_s, time_s))
    assert report(any_house) == {"added": 2}
    any_house.index_all()
    assert report(any_house) == {"unchanged": 2}


def test_folders_are_labels_as_people_write_them(any_house: House) -> None:
    picture_id = any_house.put("mo\u0308bel /a.png", draw(RED))  # as a Mac writes it
    report(any_house)
    assert any_house.catalogue.get([picture_id])[picture_id].label == "m\u00f6bel"


def test_a_vanished_file_is_forgotten(any_house: House) -> None:
    any_house.put("a.png", draw(RED))
    any_house.put("b.png", draw(BLUE))
    report(any_house)
    (any_house.root / "a.png").unlink()
    assert report(any_house) == {"unchanged": 1, "vanished": 1}
    assert any_house.known_keys() == {"b.png"}


def test_a_picture_is_told_by_its_content_when_its_name_says_nothing(any_house: House) -> None:
    any_house.put("photo", draw(RED))
    any_house.put("photo.dat", draw(BLUE))
    any_house.put("notes.txt", b"not a picture at all, whatever one does")
    any_house.put("empty", b"")
    assert report(any_house) == {"added": 2, "ignored": 2}


def test_a_file_that_only_calls_itself_a_picture_fails_with_a_reason(any_house: House) -> None:
    broken = any_house.put("broken.jpg", b"this is text and no picture")
    any_house.put("good.png", draw(RED))
    report(any_house)
    any_house.index_all()
    assert any_house.catalogue.counts() == {"pending": 0, "indexed": 1, "failed": 1}
    record = any_house.catalogue.get([broken])[broken]
    assert "not a picture" in (record.error or "")
    assert report(any_house) == {"unchanged": 2}


def test_an_empty_library_is_not_taken_for_a_wish_to_forget_everything(any_house: House) -> None:
    any_house.put("a.png", draw(RED))
    report(any_house)
    (any_house.root / "a.png").unlink()
    with pytest.raises(OtherLibraryError, match="knows, 1 picture"):
        report(any_house)
    assert any_house.known_keys() == {"a.png"}
    assert report(any_house, allow_empty=True) == {"vanished": 1}


def test_a_catalogue_of_another_library_forgets_nothing_that_somebody_said(any_house: House) -> None:
    described, *_ = [any_house.put(f"mine/{number}.png", draw(RED)) for number in range(FEW)]
    report(any_house)
    any_house.keeper.edit(described, tags=["loved"])
    (any_house.root / "mine").rename(any_house.data / "mine")
    any_house.put("other.png", draw(BLUE))
    with pytest.raises(OtherLibraryError, match="knows, 10 pictures"):
        report(any_house)
    with pytest.raises(OtherLibraryError):
        told(any_house)
    assert len(any_house.known_keys()) == FEW
    assert report(any_house, allow_empty=True) == {"added": 1, "vanished": FEW}


def test_a_few_pictures_may_all_be_renamed(any_house: House) -> None:
    described, *_ = [any_house.put(f"mine/{number}.png", draw(RED)) for number in range(FEW - 1)]
    report(any_house)
    any_house.keeper.edit(described, tags=["loved"])
    (any_house.root / "mine").rename(any_house.root / "ours")
    assert report(any_house) == {"added": FEW - 1, "vanished": FEW - 1}


def test_pictures_of_which_nobody_said_anything_may_all_be_replaced_by_others(any_house: House) -> None:
    for number in range(FEW):
        any_house.put(f"mine/{number}.png", draw(RED))
    report(any_house)
    (any_house.root / "mine").rename(any_house.data / "mine")
    any_house.put("other.png", draw(BLUE))
    assert report(any_house) == {"added": 1, "vanished": FEW}


def test_some_keys_can_be_synced_alone(any_house: House) -> None:
    for key, colour in (("a.png", RED), ("b.png", BLUE)):
        any_house.put(key, draw(colour))
    any_house.synchroniser.sync_keys(["a.png"])
    assert any_house.known_keys() == {"a.png"}
    (any_house.root / "a.png").unlink()
    any_house.synchroniser.sync_keys(["a.png", "b.png", "never.png"])
    assert any_house.known_keys() == {"b.png"}


def test_below_a_picture_that_the_service_removed_nothing_is_looked_for(house: House) -> None:
    removed = house.put("cars/a.png", draw(RED))
    report(house)
    house.keeper.remove(removed)
    scans = count_calls("scroll")
    house.synchroniser.sync_keys(["cars/a.png"], {"cars/a.png"})
    assert count_calls("scroll") == scans
    house.synchroniser.sync_keys(["cars/a.png"], {"cars/a.png"})
    assert count_calls("scroll") > scans, "by now it may have been a folder"


def test_a_folder_that_came_or_went_is_synced_with_all_that_is_in_it(any_house: House) -> None:
    for key, colour in (("cars/a.png", RED), ("cars/old/b.png", BLUE), ("carsten.png", GREEN)):
        any_house.put(key, draw(colour))
    any_house.synchroniser.sync_keys(["cars", "carsten.png"])
    assert any_house.known_keys() == {"cars/a.png", "cars/old/b.png", "carsten.png"}
    shutil.rmtree(any_house.root / "cars")
    any_house.synchroniser.sync_keys(["cars"])
    assert any_house.known_keys() == {"carsten.png"}


def test_folders_and_files_that_took_the_place_of_others_are_synced_with_all_that_is_and_was_in_them(
    any_house: House,
) -> None:
    for key in ("cars/old.png", "cars/both.png", "folder.png/a.png", "file.png"):
        any_house.put(key, draw(RED))
    report(any_house)
    for gone in ("cars/old.png", "folder.png/a.png", "file.png"):
        (any_house.root / gone).unlink()
    (any_house.root / "folder.png").rmdir()
    for key in ("cars/new.png", "folder.png", "file.png/b.png"):
        any_house.put(key, draw(BLUE))
    places = {"cars", "folder.png", "file.png"}
    any_house.synchroniser.sync_keys(places, taken=places)
    assert any_house.known_keys() == {"cars/both.png", "cars/new.png", "folder.png", "file.png/b.png"}


def test_a_link_in_the_place_of_a_folder_leaves_no_ghosts(house: House) -> None:
    house.put("cars/a.png", draw(RED))
    house.put("b.png", draw(BLUE))
    report(house)
    (house.root / "cars").rename(house.data / "elsewhere")
    (house.root / "cars").symlink_to(house.data / "elsewhere")
    house.synchroniser.sync_keys(["cars"])
    assert house.known_keys() == {"b.png"}


def test_folders_that_went_are_looked_for_once_however_many_are_told(house: House) -> None:
    for key in ("cars/old/a.png", "cars.png", "b.png"):
        house.put(key, draw(RED))
    report(house)
    shutil.rmtree(house.root / "cars")
    scrolls, flushes = count_calls("scroll"), count_calls("flush")
    told = {f"gone/{number}" for number in range(2 * PAGE)}
    assert house.synchroniser.sync_keys(told, told) == SyncReport()
    assert count_calls("scroll") == scrolls + 1
    assert house.synchroniser.sync_keys({"cars"}, {"cars"}) == SyncReport(vanished=1)
    assert (house.known_keys(), count_calls("flush")) == ({"cars.png", "b.png"}, flushes)


def test_what_is_told_together_with_its_folder_is_counted_once(any_house: House) -> None:
    for key, colour in (("cars/a.png", RED), ("cars/old/b.png", BLUE), ("cars/old/c.png", GREEN)):
        any_house.put(key, draw(colour))
    told = ["cars", "cars/a.png", "cars/old", "cars/old/b.png"]
    assert any_house.synchroniser.sync_keys(told) == SyncReport(added=3)


def test_a_library_of_several_pages_is_synced_whole(house: House) -> None:
    for number in range(1100):
        os.link(house.root / "0.png", house.root / f"{number}.png") if number else house.put("0.png", draw(RED))
    assert report(house) == {"added": 1100}
    for number in range(0, 1100, 2):
        (house.root / f"{number}.png").unlink()
    assert report(house) == {"unchanged": 550, "vanished": 550}


def told(house: House, **options: bool) -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Preview a sync; return what was not zero, and the differences in order."""
    differences: list[tuple[str, str]] = []
    found = house.synchroniser.preview(lambda kind, key: differences.append((kind, key)), **options)
    return {name: value for name in found.__slots__ if (value := getattr(found, name))}, sorted(differences)


def test_indexing_begins_with_the_first_page_while_others_are_looked_for(house: House) -> None:
    for number in range(FIRST_PAGE + 1):
        house.put(f"{number:04d}.png", b"GIF89a")
    waiting: list[int] = []
    house.synchroniser.sync(wake=lambda: waiting.append(house.catalogue.counts()["pending"]))
    assert waiting == [FIRST_PAGE, FIRST_PAGE + 1]
    house.synchroniser.sync(wake=waiting.clear)
    assert waiting


def test_a_preview_tells_what_a_sync_would_do_and_does_nothing(any_house: House) -> None:
    for key in ("a.png", "b.png", "c.png"):
        any_house.put(key, draw(RED))
    report(any_house)
    any_house.put("b.png", draw(BLUE, (10, 10)))
    any_house.put("new.png", draw(GREEN))
    any_house.put("notes.txt", b"nothing to look at")
    (any_house.root / "c.png").unlink()
    before = list(any_house.catalogue.scan())

    counts, differences = told(any_house)

    assert differences == [("changed", "b.png"), ("new", "new.png"), ("vanished", "c.png")]
    assert list(any_house.catalogue.scan()) == before
    assert counts == report(any_house)


def test_a_preview_of_an_empty_library_is_refused_like_a_sync(any_house: House) -> None:
    any_house.put("a.png", draw(RED))
    report(any_house)
    (any_house.root / "a.png").unlink()
    with pytest.raises(OtherLibraryError):
        told(any_house)
    assert told(any_house, allow_empty=True)[1] == [("vanished", "a.png")]


class LockedFolder(Folder):
    """A folder of which a part cannot be looked at."""

    def walk(self, folder: str = "") -> Iterator[Entry]:
        return (entry for entry in super().walk(folder) if self.entry(entry.key))

    def entry(self, key: str) -> Entry | None:
        return None if key.startswith("locked/") else super().entry(key)

    def lacks(self, key: str) -> bool:
        return not key.startswith("locked/") and super().lacks(key)


def test_a_picture_that_cannot_be_looked_at_is_not_forgotten(house: House) -> None:
    for key in ("locked/a.png", "b.png", "c.png"):
        house.put(key, draw(RED))
    report(house)
    (house.root / "c.png").unlink()
    library = LockedFolder(house.root)
    agreement = Agreement(library, house.catalogue, FolderTrash(house.data / "trash", library))
    synchroniser = Synchroniser(library, house.catalogue, agreement)
    assert synchroniser.preview(lambda *_: None) == SyncReport(unchanged=1, vanished=1)
    assert synchroniser.sync() == SyncReport(unchanged=1, vanished=1)
    assert synchroniser.sync_keys(["locked", "locked/a.png"]) == SyncReport()
    assert house.known_keys() == {"locked/a.png", "b.png"}


class EndlessFolder:
    """A library of so many pictures that exist only while they are being looked at."""

    def __init__(self, count: int) -> None:
        self._count = count

    def walk(self) -> Iterator[Entry]:
        return (Entry(key_of(number), 100, 1) for number in range(self._count))

    def entry(self, key: str) -> Entry | None:
        return None if self.lacks(key) else Entry(key, 100, 1)

    def lacks(self, key: str) -> bool:
        return "gone" in key

    def sweep(self) -> None: ...


class KnowingCatalogue:
    """A catalogue that knows those pictures and one that has vanished."""

    def __init__(self, count: int) -> None:
        self._numbers = {id_of(key_of(number)): number for number in range(count)}
        self.deleted: list[str] = []
        self.most_blocks = 0

    def get(self, ids: Sequence[str]) -> dict[str, Record]:
        self.most_blocks = max(self.most_blocks, sys.getallocatedblocks())
        return {each: record for each in ids if (record := self._find(each))}

    def _find(self, picture_id: str) -> Record | None:
        key = key_of(self._numbers[picture_id]) if picture_id in self._numbers else "gone.jpg"
        return None if key in self.deleted else Record(key, 100, 1, NEW_YEAR)

    def insert(self, records: Sequence[Record], durable: bool = True) -> None:  # noqa: ARG002
        assert not records

    put = insert

    def scan(self) -> Iterator[list[Record]]:
        yield [Record("gone.jpg", 100, 1, NEW_YEAR)]
        for start in range(0, len(self._numbers), 500):
            self.most_blocks = max(self.most_blocks, sys.getallocatedblocks())
            yield [Record(key_of(number), 100, 1, NEW_YEAR) for number in range(start, start + 500)]

    def delete(self, records: Sequence[Record], durable: bool = True) -> None:  # noqa: ARG002
        self.deleted += [record.key for record in records]


def key_of(number: int) -> str:
    return f"a/rather/long/folder/for/a/picture/{number:08}.jpg"


def test_a_sync_of_a_large_library_holds_a_page_at_a_time(tmp_path: Path) -> None:
    count = 200_000
    catalogue: Any = KnowingCatalogue(count)
    library: Any = EndlessFolder(count)
    synchroniser = Synchroniser(library, catalogue, Agreement(library, catalogue, FolderTrash(tmp_path, library)))
    blocks_before = sys.getallocatedblocks()
    found = synchroniser.sync()
    assert (found.unchanged, found.vanished, catalogue.deleted) == (count, 1, ["gone.jpg"])
    assert catalogue.most_blocks - blocks_before < 20_000, "something is held for every picture"
