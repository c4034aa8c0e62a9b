"""What the views work with, made by the entry point and kept with the app."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from threading import BoundedSemaphore, Event, Lock

from flask import current_app
from prometheus_client import REGISTRY, CollectorRegistry

from indexer.catalogue import Catalogue
from indexer.keeper import Keeper
from indexer.library import Library
from indexer.progress import ProgressMeter
from indexer.settings import Settings
from indexer.worker import Encoder
from service.backlog import Backlog
from service.fetch import Fetcher
from service.metrics import GATE_BUSY, GATE_PLACES, GATE_WAITING
from service.readiness import Readiness
from service.thumbnails import Thumbnails

VERSION = "0.1.0"
DECODE_WAIT_S = 10.0


class BusyError(Exception):
    """Too many pictures are being decoded at once, for too long, or fetched at once."""

    retry_after_s = 2


class Gate:
    """Lets a fixed number of threads do at once what takes much memory, or a thread for long; `busy` do it now."""

    def __init__(self, places: int, wait_s: float = DECODE_WAIT_S) -> None:
        self._places, self._wait_s = BoundedSemaphore(places), wait_s
        self.busy, self._lock = 0, Lock()

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Wait for a place and hold it. Raises `BusyError` if none comes free in time."""
        if not (self._places.acquire(blocking=False) or self._wait()):
            raise BusyError("too many pictures at once; try again in a moment")
        self._note(busy=1)
        try:
            yield
        finally:
            self._note(busy=-1)
            self._places.release()

    @contextmanager
    def passing_at_once(self) -> Iterator[bool]:
        """Hold a place if there is one now; give whether there was."""
        free = self._places.acquire(blocking=False)
        self._note(busy=int(free))
        try:
            yield free
        finally:
            self._note(busy=-int(free))
            if free:
                self._places.release()

    def _wait(self) -> bool:
        self._note(waiting=1)
        try:
            return self._places.acquire(timeout=self._wait_s)
        finally:
            self._note(waiting=-1)

    def _note(self, busy: int = 0, waiting: int = 0) -> None:  # noqa: ARG002
        """Hear that more, or fewer, have a place or wait for one."""
        with self._lock:
            self.busy += busy


class DecodingGate(Gate):
    """The gate that Prometheus is told of; there is one in a process."""

    def __init__(self, places: int) -> None:
        super().__init__(places)
        GATE_PLACES.set(places)

    def _note(self, busy: int = 0, waiting: int = 0) -> None:
        super()._note(busy, waiting)
        GATE_BUSY.inc(busy)
        GATE_WAITING.inc(waiting)


@dataclass(frozen=True)
class Context:
    """`gate` is for decoding, `waits` for requests that do nothing but wait, for indexing or for another server.

    `encoder` puts all cores on one picture, `side_by_side` (the same one if None) one core on each of several.
    `fetcher` is None where pictures may not be given by URL. `wake` tells the worker of something to do. `stopping` is
    set when the service was told to stop. `registry` has what was counted, by all processes where there are several.
    """

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
    side_by_side: Encoder | None = None
    waits: Gate = field(default_factory=lambda: Gate(1))
    stopping: Event = field(default_factory=Event)
    registry: CollectorRegistry = REGISTRY

    @property
    def encoder_now(self) -> Encoder:
        """The encoder for whoever holds a place at the gate: to divide the cores costs less than to share them all."""
        return self.encoder if self.gate.busy < 2 or self.side_by_side is None else self.side_by_side

    @cached_property
    def backlog(self) -> Backlog:
        return Backlog(self.catalogue, self.settings.max_queue)

    @cached_property
    def readiness(self) -> Readiness:
        folder = None if self.library.read_only else self.library.folder
        written_to = [self.settings.data_folder, *([folder] if folder else [])]
        return Readiness(self.encoder, self.catalogue, written_to, self.settings.min_free_bytes, self.stopping)


def context() -> Context:
    """Return the context of the app that is answering."""
    found: Context = current_app.extensions["lookalike"]
    return found
