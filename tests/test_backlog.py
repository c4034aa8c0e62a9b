"""Where indexing does not keep up, whoever adds is asked to come back."""

import pytest

from indexer.catalogue import Catalogue
from service.backlog import LOOK_EVERY_S, Backlog, QueueFullError
from tests.fakes import Clock
from tests.test_catalogue import index, record


def test_as_many_as_may_wait_can_be_added(memory_catalogue: Catalogue) -> None:
    memory_catalogue.insert([record(0, origin="added"), record(1, origin="added")])
    Backlog(memory_catalogue, limit=3).require_room()
    with pytest.raises(QueueFullError, match="2 pictures wait to be indexed, and at most 2 may"):
        Backlog(memory_catalogue, limit=2).require_room()
    Backlog(memory_catalogue, limit=0).require_room()


def test_what_was_found_or_is_indexed_does_not_wait(memory_catalogue: Catalogue) -> None:
    index(memory_catalogue, record(0, origin="added"))
    memory_catalogue.insert([record(1)])
    Backlog(memory_catalogue, limit=1).require_room()


def test_the_queue_is_counted_once_a_second(memory_catalogue: Catalogue) -> None:
    clock = Clock()
    backlog = Backlog(memory_catalogue, 1, clock)
    backlog.require_room()
    memory_catalogue.insert([record(0, origin="added")])
    backlog.require_room()
    clock.now += LOOK_EVERY_S
    with pytest.raises(QueueFullError):
        backlog.require_room()
