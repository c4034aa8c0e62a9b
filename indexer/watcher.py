"""Keeps catalogue and library in agreement while the library changes: once at the start, then as files change.

Where nobody tells of changes (a bucket, a network drive that others write to) the whole library is looked through now
and then.
"""

import logging
import math
import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import TIMEOUT_MAX, Event

from watchfiles import Change, watch

from indexer.engine import EngineError
from indexer.library import LibraryUnavailableError
from indexer.room import NoRoomError
from indexer.sync import OtherLibraryError, Synchroniser, SyncReport
from model.naming import ONLY_HIDDEN, Ignored

STEP_MS = 50  # how long the changes of one report may take to come in
DEBOUNCE_MS = 800
LOOK_UP_MS = 200  # the longest wait before the watch is known to stand, and between two looks at `stop`
RETRY_S = 60.0

log = logging.getLogger(__name__)


class Watcher:
    """Syncs the whole library, then every file that changes in `folder`, if the library has one on this machine.

    `wake` is called when there may be pictures to index. The whole is synced again every `every_s` seconds (0: never),
    and `retry_s` seconds after any sync or watch that failed.
    """

    def __init__(
        self,
        folder: Path | None,
        synchroniser: Synchroniser,
        wake: Callable[[], None],
        every_s: float = 0,
        retry_s: float = RETRY_S,
        ignored: Ignored = ONLY_HIDDEN,
    ) -> None:
        self._folder, self._synchroniser, self._wake, self._ignored = folder, synchroniser, wake, ignored
        self._every_s, self._retry_s = every_s or math.inf, retry_s

    def run(self, stop: Event) -> None:
        """Work until `stop` is set.

        The system may not watch so many folders, and a name that is not UTF-8 ends a watch: then the whole is synced,
        and another watch tried every `retry_s` seconds. Where another folder or disk has come in its place, that is
        watched.
        """
        if self._folder is None:
            while not stop.wait(min(self._sync_all(self._every_s), TIMEOUT_MAX)):
                pass
            return
        while not stop.is_set():
            try:
                self._follow(self._folder, stop)
            except (OSError, RuntimeError) as error:
                log.warning("the library cannot be watched (%s): trying again in %.0f s", error, self._retry_s)
                self._sync_all(self._every_s)
                stop.wait(self._retry_s)

    def _follow(self, folder: Path, stop: Event) -> None:
        due, status = -math.inf, folder.stat()
        for changes in watch(
            folder,
            watch_filter=None,
            stop_event=stop,
            step=STEP_MS,
            debounce=DEBOUNCE_MS,
            rust_timeout=LOOK_UP_MS,
            yield_on_timeout=True,
            raise_interrupt=False,
        ):
            if not os.path.samestat(folder.stat(), status):
                return
            if time.monotonic() >= due:  # the first time with the watch standing: what changes meanwhile comes up again
                due = time.monotonic() + self._sync_all(self._every_s)
            told = [(change, key) for change, path in changes if (key := self._key(folder, path))]
            taken = {key for change, key in told if change == Change.deleted}
            if told and not self._guarded(partial(self._synchroniser.sync_keys, {key for _, key in told}, taken)):
                due = min(due, time.monotonic() + self._retry_s)

    def _sync_all(self, every_s: float) -> float:
        """Sync the whole library; return in how many seconds to do it again."""
        done = self._guarded(partial(self._synchroniser.sync, wake=self._wake))
        return every_s if done else min(every_s, self._retry_s)

    def _guarded(self, sync: Callable[[], SyncReport]) -> bool:
        """Return whether a sync could be done."""
        try:
            report = sync()
        except (OtherLibraryError, EngineError, LibraryUnavailableError, NoRoomError) as error:
            log.warning("the library was not synced: %s", error)
            return False
        if report.added or report.changed or report.vanished:
            log.info("library: %s", report)
            self._wake()
        return True

    def _key(self, folder: Path, path: str) -> str | None:
        key = Path(path).relative_to(folder).as_posix()
        return None if any(map(self._ignored, key.split("/"))) else key
