"""What the views work with, made by the entry point and kept with the app."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import BoundedSemaphore

from flask import current_app

from indexer.catalogue import Catalogue
from indexer.keeper import Keeper
from indexer.library import Library
from indexer.progress import ProgressMeter
from indexer.settings import Settings
from indexer.worker import Encoder
from service.fetch import Fetcher
from service.thumbnails import Thumbnails

VERSION = "0.1.0"
DECODE_WAIT_S = 10.0


class BusyError(Exception):
    """Too many pictures are being decoded at once, for too long."""

    retry_after_s = 2


class Gate:
    """Lets a fixed number of threads do at once what takes much memory, or a thread for long."""

    def __init__(self, places: int, wait_s: float = DECODE_WAIT_S) -> None:
        self._places, self._wait_s = BoundedSemaphore(places), wait_s

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Wait for a place and hold it. Raises `BusyError` if none comes free in time."""
        if not self._places.acquire(timeout=self._wait_s):
            raise BusyError("too many pictures at once; try again in a moment")
        try:
            yield
        finally:
            self._places.release()

    @contextmanager
    def passing_at_once(self) -> Iterator[bool]:
        """Hold a place if there is one now; give whether there was."""
        free = self._places.acquire(blocking=False)
        try:
            yield free
        finally:
            if free:
                self._places.release()


@dataclass(frozen=True)
class Context:
    """`gate` is for decoding, `waits` for requests that do nothing but wait until something is indexed.

    `fetcher` is None where pictures may not be given by URL. `wake` tells the worker of something to do."""

    settings: Settings
    library: Library
    catalogue: Catalogue
    keeper: Keeper
    encoder: Encoder
    fetcher: Fetcher | None
    thumbnails: Thumbnails
    gate: Gate
    meter: ProgressMeter
    wake: Callable[[], None]
    waits: Gate = field(default_factory=lambda: Gate(1))


def context() -> Context:
    """Return the context of the app that is answering."""
    found: Context = current_app.extensions["lookalike"]
    return found
