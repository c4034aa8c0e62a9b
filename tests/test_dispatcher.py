"""Which requests begin when, with tasks that take as long as a test wants."""

from collections.abc import Callable, Iterator
from threading import Event

import pytest

from service.dispatcher import Dispatcher
from tests.running import wait_until

LIMIT_S = 60.0
FOR_EVER_S = 1000.0

Start = Callable[..., Dispatcher]


class Task:
    """What a thread is to do: it begins, and ends when it may."""

    def __init__(self, fails: bool = False) -> None:
        self.began, self.may_end, self._fails = Event(), Event(), fails

    def service(self) -> None:
        self.began.set()
        self.may_end.wait(LIMIT_S)
        if self._fails:
            raise RuntimeError


@pytest.fixture
def start() -> Iterator[Start]:
    """Give a function that starts a dispatcher, which ends with the test."""
    started: list[Dispatcher] = []

    def start(threads: int, at_once: int, brief_s: float) -> Dispatcher:
        started.append(Dispatcher(threads, at_once, brief_s))
        return started[-1]

    yield start
    for dispatcher in started:
        assert dispatcher.shutdown(timeout=LIMIT_S)
        assert not dispatcher.threads


def add(dispatcher: Dispatcher, count: int) -> list[Task]:
    tasks = [Task() for _ in range(count)]
    for task in tasks:
        dispatcher.add_task(task)
    return tasks


def test_no_more_begin_than_may_at_once_and_each_end_lets_the_next_begin(start: Start) -> None:
    dispatcher = start(threads=5, at_once=2, brief_s=FOR_EVER_S)
    tasks = add(dispatcher, 4)
    assert all(task.began.wait(LIMIT_S) for task in tasks[:2])
    assert list(dispatcher.queue) == tasks[2:]
    for number in range(2):
        tasks[number].may_end.set()
        assert tasks[number + 2].began.wait(LIMIT_S)
    for task in tasks:
        task.may_end.set()


def test_what_takes_long_keeps_nobody_waiting(start: Start) -> None:
    tasks = add(start(threads=4, at_once=1, brief_s=0.02), 4)
    assert all(task.began.wait(LIMIT_S) for task in tasks)
    for task in tasks:
        task.may_end.set()


def test_no_more_begin_than_there_are_threads(start: Start) -> None:
    dispatcher = start(threads=2, at_once=2, brief_s=0)
    tasks = add(dispatcher, 3)
    assert all(task.began.wait(LIMIT_S) for task in tasks[:2])
    assert list(dispatcher.queue) == tasks[2:]
    for task in tasks:
        task.may_end.set()
    assert tasks[2].began.wait(LIMIT_S)


def test_many_brief_ones_are_all_dealt_with(start: Start) -> None:
    dispatcher = start(threads=8, at_once=2, brief_s=FOR_EVER_S)
    tasks = [Task(fails=number % 3 == 0) for number in range(300)]
    for task in tasks:
        task.may_end.set()
        dispatcher.add_task(task)
    wait_until(lambda: all(task.began.is_set() for task in tasks), LIMIT_S)
