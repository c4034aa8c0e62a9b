"""When what was written is made durable, with a disk that takes as long as a test wants."""

import pytest

from indexer.commits import MAX_REST_S, Commits
from tests.fakes import Clock


class DiskError(Exception):
    pass


class Disk:
    """A disk each of whose flushes takes `takes_s`, and what was waited for before it was asked."""

    def __init__(self, takes_s: float) -> None:
        self._takes_s, self.flushes, self.rests_s, self.clock = takes_s, 0, list[float](), Clock()
        self.fails = False
        self.commits = Commits(self._flush, self.clock, self._rest)

    def _flush(self) -> None:
        if self.fails:
            raise DiskError
        self.flushes += 1
        self.clock.now += self._takes_s

    def _rest(self, seconds: float) -> None:
        self.rests_s.append(seconds)
        self.clock.now += seconds


def test_between_two_flushes_there_is_as_much_time_for_others_as_the_first_has_taken() -> None:
    disk = Disk(takes_s=0.5)
    disk.commits.commit()
    assert disk.rests_s == []
    disk.clock.now += 0.125
    disk.commits.commit()
    assert (disk.flushes, disk.rests_s) == (2, [0.375])


def test_who_comes_later_does_not_wait() -> None:
    disk = Disk(takes_s=0.5)
    for _ in range(3):
        disk.commits.commit()
        disk.clock.now += 0.5
    assert (disk.flushes, disk.rests_s) == (3, [])


def test_a_disk_that_is_very_slow_is_not_waited_for_as_long_again() -> None:
    disk = Disk(takes_s=8.0)
    for _ in range(2):
        disk.commits.commit()
    assert disk.rests_s == [MAX_REST_S]


def test_a_flush_that_failed_has_made_nothing_durable() -> None:
    disk = Disk(takes_s=0.5)
    disk.fails = True
    with pytest.raises(DiskError):
        disk.commits.commit()
    disk.fails = False
    disk.commits.commit()
    assert disk.flushes == 1
