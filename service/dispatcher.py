"""Deals requests to threads, and no more at once than do good.

Python's threads compute in turns. Where more of them want to than there are cores, they wake each other for every turn
and the cores wait: under two hundred searches at once, two cores answered a third more by two threads than by sixteen.
But requests that only wait, for a picture from elsewhere or for a disk, are not to keep others from being answered.
"""

import time
from typing import Any

from waitress.task import ThreadedTaskDispatcher

BRIEF_S = 0.03  # a few times what a search takes


class Dispatcher(ThreadedTaskDispatcher):  # type: ignore[misc]
    """Begins a request while fewer than `at_once` others are in their first `brief_s`, and there is a thread for it.

    One that takes longer counts no more: it waits for something, or for what `Gate` lets through.
    """

    def __init__(self, threads: int, at_once: int, brief_s: float = BRIEF_S) -> None:
        super().__init__()
        self._at_once, self._brief_s = at_once, brief_s
        self._began: dict[int, float] = {}  # when each thread that is answering began to
        self._watched = False  # an idle thread wakes by itself when the next request may begin
        self.set_thread_count(threads)

    def add_task(self, task: Any) -> None:
        with self.lock:
            self.queue.append(task)
            self._wake_one()

    def handler_thread(self, thread_no: int) -> None:
        while (task := self._take(thread_no)) is not None:
            try:
                task.service()
            except BaseException:
                self.logger.exception("Exception when servicing %r", task)

    def _take(self, thread_no: int) -> Any:
        """Return the next request as soon as it may begin, or None when the thread is to end."""
        with self.lock:
            self._began.pop(thread_no, None)
            while not self.stop_count:
                wait_s = self._wait_s()
                if self.queue and not wait_s:
                    self._began[thread_no] = time.monotonic()
                    task = self.queue.popleft()
                    self._wake_one()
                    return task
                self._rest(wait_s)
            self.stop_count -= 1
            self.threads.discard(thread_no)
            self.thread_exit_cv.notify()
            return None

    def _rest(self, wait_s: float) -> None:
        """Wait to be woken; if there is a request and nobody watches over it, until it may begin at the latest."""
        if not self.queue or self._watched:
            self.queue_cv.wait()
            return
        self._watched = True
        self.queue_cv.wait(wait_s)
        self._watched = False

    def _wake_one(self) -> None:
        """Wake an idle thread, if there is one, where there is something to do or to watch over."""
        if self.queue and not (self._watched and self._wait_s()):
            self.queue_cv.notify()

    def _wait_s(self) -> float:
        """Return how long it is until a request may begin: 0 if one may now."""
        now = time.monotonic()
        ends = sorted(end for began in self._began.values() if (end := began + self._brief_s) > now)
        return ends[-self._at_once] - now if len(ends) >= self._at_once else 0.0
