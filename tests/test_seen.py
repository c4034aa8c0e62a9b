"""The ids of a walk, on the disk."""

import pytest

from indexer.record import id_of
from indexer.room import NoRoomError
from indexer.seen import Seen


def ids(*numbers: int) -> list[str]:
    return [id_of(f"{number}.jpg") for number in numbers]


def test_ids_that_were_not_added_are_missing() -> None:
    with Seen() as seen:
        seen.add(ids(*range(1000)))
        seen.add(ids(2000))
        assert seen.find_missing(ids(5, 1000, 2000, 1999, 0)) == set(ids(1000, 1999))


def test_where_nothing_was_added_everything_is_missing() -> None:
    with Seen() as seen:
        assert seen.find_missing(ids(1, 2)) == set(ids(1, 2))
        assert seen.find_missing([]) == set()


def test_what_is_added_later_counts_as_well() -> None:
    with Seen() as seen:
        seen.add(ids(1))
        assert seen.find_missing(ids(1, 2)) == set(ids(2))
        seen.add(ids(2))
        assert seen.find_missing(ids(1, 2)) == set()


def test_a_disk_without_room_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 7})())
    with Seen() as seen, pytest.raises(NoRoomError):
        seen.add(ids(1))
