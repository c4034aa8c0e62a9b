"""Keeps catalogue and library in agreement while the library changes: once at the start, then as files change."""

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Event

from watchfiles import watch

from indexer.engine import EngineError
from indexer.library import Library
from indexer.room import NoRoomError
from indexer.sync import EmptyLibraryError, Synchroniser, SyncReport

STEP_MS = 50  # how long the changes of one report may take to come in
DEBOUNCE_MS = 800
LOOK_UP_MS = 200  # the longest wait before the watch is known to stand, and between two looks at `stop`
POLL_S = 60.0

log = logging.getLogger(__name__)


class Watcher:
    """Syncs the whole library, then every file that changes. `wake` is called when there may be pictures to index."""

    def __init__(self, library: Library, synchroniser: Synchroniser, wake: Callable[[], None]) -> None:
        self._library, self._synchroniser, self._wake = library, synchroniser, wake

    def run(self, stop: Event) -> None:
        """Work until `stop` is set. Where the system cannot watch so many folders, sync every minute instead."""
        try:
            self._follow(stop)
        except (OSError, RuntimeError) as error:
            log.warning("the library cannot be watched (%s): looking through it every %.0f s", error, POLL_S)
            self._sync_all()
            while not stop.wait(POLL_S):
                self._sync_all()

    def _follow(self, stop: Event) -> None:
        synced = False
        for changes in watch(
            self._library.root,
            watch_filter=None,
            stop_event=stop,
            step=STEP_MS,
            debounce=DEBOUNCE_MS,
            rust_timeout=LOOK_UP_MS,
            yield_on_timeout=True,
            raise_interrupt=False,
        ):
            if not synced:  # only now, with the watch standing: what changes meanwhile comes up again
                self._sync_all()
                synced = True
            if keys := {key for _, path in changes if (key := self._key(path))}:
                self._guarded(partial(self._synchroniser.sync_keys, keys))

    def _sync_all(self) -> None:
        self._guarded(self._synchroniser.sync)

    def _guarded(self, sync: Callable[[], SyncReport]) -> None:
        try:
            report = sync()
        except (EmptyLibraryError, EngineError, NoRoomError) as error:
            log.warning("the library was not synced: %s", error)
            return
        if report.added or report.changed or report.vanished:
            log.info("library: %s", report)
            self._wake()

    def _key(self, path: str) -> str | None:
        key = Path(path).relative_to(self._library.root).as_posix()
        return None if any(part.startswith(".") for part in key.split("/")) else key
