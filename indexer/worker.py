"""Takes pending pictures and gives them their vectors. Read from top to bottom; `step` is one round."""

import logging
import os
import sys
import time
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, replace
from threading import Event
from types import TracebackType
from typing import Protocol

import numpy as np
import numpy.typing as npt

from indexer.catalogue import Catalogue, Claim, ModelMismatchError, Outcome
from indexer.engine import EngineError
from indexer.library import InvalidKeyError, Library, LibraryUnavailableError, digest
from indexer.metrics import PICTURES_DONE
from indexer.record import Record
from indexer.room import NoRoomError
from model.errors import ImageError
from model.preprocess import load_picture

BATCH = 64
LEASE_S = 60.0
LONGEST_S = 600.0  # for a batch, after which its pictures are given to somebody else
MAX_ATTEMPTS = 3
DURABLE_EVERY_S = 5.0
IDLE_WAIT_S = 1.0
TROUBLE_WAIT_S = 5.0
NICENESS = 10  # a tenth of the cores where others want them: a search takes half as long while much is indexed

# What passes, and is no picture's fault.
TROUBLE = (EngineError, ModelMismatchError, LibraryUnavailableError, NoRoomError)

log = logging.getLogger(__name__)


class Encoder(Protocol):
    """What the worker needs of a model: `model.runtime.Encoder`, or a fake in tests."""

    @property
    def size(self) -> int: ...

    @property
    def version(self) -> str: ...

    def encode(self, pictures: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]: ...

    def judge(self, score: float) -> str | None: ...


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """`threads` pictures are worked on at once; larger ones than `max_pixels` fail.

    For `lease_s` after a worker has died nobody else takes what it had taken. One that lives renews its leases.
    While there is more to do, what it has done is made durable every `durable_every_s`.
    """

    threads: int
    max_pixels: int
    lease_s: float = LEASE_S
    durable_every_s: float = DURABLE_EVERY_S


class Worker:
    """Indexes pending pictures. Any number of workers, in any number of processes, can share the work."""

    def __init__(self, library: Library, catalogue: Catalogue, encoder: Encoder, settings: WorkerSettings) -> None:
        self._library, self._catalogue, self._encoder = library, catalogue, encoder
        self._max_pixels, self._lease_s = settings.max_pixels, settings.lease_s
        self._away: LibraryUnavailableError | None = None
        self._in_flight: deque[tuple[Claim, list[Future[list[Outcome]]]]] = deque()
        self._durable_every_s, self._durable_at_s = settings.durable_every_s, time.monotonic()
        self._durable = True
        self._threads = settings.threads
        self._pool = ThreadPoolExecutor(settings.threads, thread_name_prefix="index", initializer=_give_way)

    def __enter__(self) -> "Worker":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(*TROUBLE):  # then the leases run out, and others take over
            self._finish_all_but(0)
            self._settle()
        self._pool.shutdown(cancel_futures=True)

    def run(self, stop: Event, wake: Event) -> None:
        """Work until `stop` is set. `wake` says that there may be something to do."""
        while not stop.is_set():
            wake.clear()
            if not self._step_or_wait(stop):
                wake.wait(IDLE_WAIT_S)

    def step(self) -> bool:
        """Take a batch of pending pictures; return whether there was one, and so perhaps another.

        While it is being indexed the batch before it is written, so that no core waits for the disk. When nothing is
        pending any more, everything has been written and is durable. Raises `LibraryUnavailableError` where pictures
        could not be had; they are pending as before.
        """
        claim = self._catalogue.claim(BATCH, self._lease_s)
        if claim.suspicious:
            self._finish_all_but(0)  # nobody else shall be near when it happens again
        if claim.records:
            records = iter(claim.records)  # of which each thread takes the next: a future for each would cost more
            outcomes = [self._pool.submit(self._outcomes, records) for _ in range(self._threads)]
            self._in_flight.append((claim, outcomes))
        self._finish_all_but(1 if claim.records and not claim.suspicious else 0)
        if not claim.records or time.monotonic() > self._durable_at_s + self._durable_every_s:
            self._settle()
        return bool(claim.records)

    def _step_or_wait(self, stop: Event) -> bool:
        try:
            return self.step()
        except TROUBLE as error:
            log.warning("indexing waits: %s", error)
            stop.wait(TROUBLE_WAIT_S)
            return True

    def _finish_all_but(self, number: int) -> None:
        while len(self._in_flight) > (0 if self._away else number):
            claim, outcomes = self._in_flight[0]
            done = self._wait_for(outcomes)
            self._catalogue.finish(claim, done)  # until that has been done it is tried again
            self._in_flight.popleft()
            self._durable = False
            states = Counter("gone" if each.gone else each.record.state for each in done if not each.put_off)
            for state, count in states.items():
                PICTURES_DONE.labels(state).inc(count)
        if away := self._away:
            self._away = None
            self._settle()
            raise away

    def _settle(self) -> None:
        """Make durable what was written, which is seldom done: nothing else could be done meanwhile."""
        if not self._durable:
            self._catalogue.settle()
            self._durable, self._durable_at_s = True, time.monotonic()

    def _wait_for(self, outcomes: list[Future[list[Outcome]]]) -> list[Outcome]:
        """Return the outcomes when all are there, and renew the leases meanwhile."""
        give_up_s = time.monotonic() + LONGEST_S
        while wait(outcomes, self._lease_s / 3).not_done:
            if time.monotonic() < give_up_s:
                for claim, _ in self._in_flight:
                    self._catalogue.renew(claim, self._lease_s)
        return [outcome for each in outcomes for outcome in each.result()]

    def _outcomes(self, records: Iterator[Record]) -> list[Outcome]:
        return [self._outcome(record) for record in records]

    def _outcome(self, record: Record) -> Outcome:
        if record.attempts > MAX_ATTEMPTS:
            return _failed(record, f"given up: indexing it was interrupted {MAX_ATTEMPTS} times")
        if self._away:  # the others of its batch need not find out, too
            return Outcome(record, put_off=True)
        try:
            return self._examine_or_forget(record)
        except LibraryUnavailableError as error:
            self._away = error
            return Outcome(record, put_off=True)
        except (ImageError, InvalidKeyError) as error:
            return _failed(record, str(error))
        except OSError as error:
            return _failed(record, f"the file cannot be read: {error.strerror or error}")
        except Exception as error:  # one bad picture must not stop the others
            log.exception("indexing %s failed unexpectedly", record.key)
            return _failed(record, f"unexpected {type(error).__name__}: {error}")

    def _examine_or_forget(self, record: Record) -> Outcome:
        """A picture that is gone is forgotten, except where all are: then a disk is not mounted, as for `sync`."""
        try:
            return self._examine(record)
        except FileNotFoundError:
            if next(self._library.walk(), None) is None:
                raise LibraryUnavailableError("the library is empty: is a disk not mounted?") from None
            return Outcome(record, gone=True)

    def _examine(self, record: Record) -> Outcome:
        with self._library.reading(record.key) as (entry, source):
            header, pixels = load_picture(source, self._encoder.size, self._max_pixels)
            sha256 = digest(source)
        vector = self._encoder.encode(pixels[np.newaxis])[0]
        known = replace(
            record,
            state="indexed",
            size=entry.size,
            mtime_ns=entry.mtime_ns,
            sha256=sha256,
            width=header.width,
            height=header.height,
            format=header.format,
            model=self._encoder.version,
            error=None,
        )
        return Outcome(known, vector)


def _give_way() -> None:
    """Let other threads come first. Only on Linux has each thread a priority of its own."""
    if sys.platform == "linux":
        os.nice(NICENESS)


def _failed(record: Record, reason: str) -> Outcome:
    return Outcome(replace(record, state="failed", error=reason))
