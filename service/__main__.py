"""`python -m service`: the whole of Lookalike in one process. HTTP in front, a worker and a watcher as threads."""

import signal

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # importing takes a while, and leaves nothing to finish

import logging
import os
import sys
from collections.abc import Callable, Sequence
from threading import Event, Thread, Timer

from rich.console import Console

from indexer.assembly import STARTING_ERRORS, Parts, open_encoder, open_parts, open_worker
from indexer.console import ProgressDisplay, open_console, tell
from indexer.engine import EngineError
from indexer.logs import log_to
from indexer.record import count_pictures
from indexer.settings import Settings, load_settings
from indexer.watcher import Watcher
from model.allocator import return_large_pieces
from service.app import create_app
from service.assembly import make_context
from service.exposure import ExposedError, require_guard
from service.server import AddressError, Server

LAST_WORK_S = 1.0  # what comes after the requests and the batch in hand

log = logging.getLogger(__name__)


def main(arguments: Sequence[str]) -> int:
    try:
        settings, _ = load_settings(arguments)
        log_to(None, settings.log, settings.log_level, settings.secrets)
        serve(settings, open_console(settings.log))
    except (*STARTING_ERRORS, AddressError, ExposedError, OSError) as error:
        print(f"lookalike: {error}", file=sys.stderr)
        return 1
    return 0


def serve(settings: Settings, console: Console) -> None:
    """Answer requests until a signal comes; then let requests and the batch in hand finish.

    A second signal ends the process at once, and so does the end of the time that the settings give it to stop.
    """
    stopping, wake = Event(), Event()
    wakers = _stop_on_signal(stopping, wake)
    require_guard(settings)
    return_large_pieces()
    parts = open_parts(settings)
    try:
        encoder = open_encoder(settings)
        with open_worker(settings, parts, encoder) as worker:
            server = Server(create_app(make_context(settings, parts, encoder, wake.set, stopping)), settings, stopping)
            wakers.append(server.wake)
            threads = [Thread(target=worker.run, args=(stopping, wake), name="worker", daemon=True)]
            threads += _followers(settings, parts, console, stopping, wake)
            try:
                for thread in threads:
                    thread.start()
                _announce(server, parts, console)
                server.run()
            finally:
                stopping.set()
                wake.set()
                watchdog = _finish(server, threads, settings.stop_timeout_s)
    finally:
        parts.catalogue.close()
    watchdog.cancel()
    log.info("stopped")


def _stop_on_signal(stopping: Event, wake: Event) -> list[Callable[[], None]]:
    """Let the first signal set both events; return a list, to which what else it shall call can be added."""
    wakers = [wake.set]

    def stop(*_: object) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        stopping.set()
        for waker in wakers:
            waker()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    return wakers


def _finish(server: Server, threads: Sequence[Thread], timeout_s: float) -> Timer:
    """Wait for requests and threads; return the timer that ends the process if all that takes too long."""
    log.info("told to stop: finishing what has begun")
    watchdog = Timer(timeout_s + LAST_WORK_S, _give_up, [timeout_s])
    watchdog.daemon = True
    watchdog.start()
    server.finish(timeout_s)
    for thread in threads:
        thread.join()
    return watchdog


def _give_up(timeout_s: float) -> None:
    """End now. What was acknowledged is on the disk; what was being indexed is pending and will be after a start."""
    log.warning("indexing was cut off: it took longer than %g s", timeout_s)
    os._exit(0)


def _followers(settings: Settings, parts: Parts, console: Console, stopping: Event, wake: Event) -> list[Thread]:
    display = ProgressDisplay(parts.catalogue, console)
    threads = [Thread(target=display.run, args=(stopping,), name="display", daemon=True)]
    if settings.watch:
        watcher = Watcher(
            parts.library.folder, parts.synchroniser, wake.set, settings.sync_every_s, ignored=settings.ignore
        )
        threads.append(Thread(target=watcher.run, args=(stopping,), name="watcher", daemon=True))
    return threads


def _announce(server: Server, parts: Parts, console: Console) -> None:
    tell(console, f"Lookalike is at {server.address}")
    try:
        count = parts.catalogue.count()
    except EngineError as error:
        log.warning("the catalogue does not answer yet: %s", error)
        return
    tell(console, f"{count_pictures(count)} known from {parts.library.place}. Ctrl-C ends it.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
