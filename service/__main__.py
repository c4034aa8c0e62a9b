"""`python -m service`: the whole of Lookalike in one process. HTTP in front, a worker and a watcher as threads."""

import signal
import sys
from collections.abc import Callable, Sequence
from threading import Event, Thread
from typing import Any

from rich.console import Console

from indexer.assembly import STARTING_ERRORS, Parts, open_encoder, open_parts, open_worker
from indexer.console import ProgressDisplay, log_to
from indexer.progress import ProgressMeter
from indexer.settings import CORES, Settings, load_settings
from indexer.watcher import Watcher
from indexer.worker import Encoder
from model.allocator import return_large_pieces
from service.app import create_app
from service.context import Context, Gate
from service.exposure import ExposedError, require_guard
from service.fetch import Fetcher, FetchLimits
from service.server import AddressError, address_of, open_server
from service.thumbnails import Thumbnails

JOIN_S = 10.0

console = Console(stderr=True)


def main(arguments: Sequence[str]) -> int:
    log_to(console)
    try:
        settings, _ = load_settings(arguments)
        serve(settings)
    except KeyboardInterrupt:
        return 0
    except (*STARTING_ERRORS, AddressError, ExposedError, OSError) as error:
        print(f"lookalike: {error}", file=sys.stderr)
        return 1
    return 0


def serve(settings: Settings) -> None:
    """Answer requests until a signal comes; then let requests and the batch in hand finish."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    require_guard(settings)
    return_large_pieces()
    parts = open_parts(settings)
    stop, wake = Event(), Event()
    try:
        encoder = open_encoder(settings)
        with open_worker(settings, parts, encoder) as worker:
            server = open_server(create_app(make_context(settings, parts, encoder, wake.set)), settings)
            threads = [Thread(target=worker.run, args=(stop, wake), name="worker")]
            threads += _followers(settings, parts, stop, wake)
            try:
                for thread in threads:
                    thread.start()
                _announce(server, parts)
                server.run()
            finally:
                stop.set()
                wake.set()
                server.close()
                for thread in threads:
                    thread.join(JOIN_S)
    finally:
        parts.catalogue.close()


def make_context(settings: Settings, parts: Parts, encoder: Encoder, wake: Callable[[], None]) -> Context:
    """Return what the views work with."""
    limits = FetchLimits(
        max_bytes=settings.max_upload_bytes,
        timeout_s=settings.fetch_timeout_s,
        allowed_hosts=settings.fetch_hosts,
    )
    return Context(
        settings=settings,
        library=parts.library,
        catalogue=parts.catalogue,
        keeper=parts.keeper,
        encoder=encoder,
        fetcher=Fetcher(limits) if settings.fetch_urls else None,
        thumbnails=Thumbnails(settings.data_folder / "thumbnails", settings.max_pixels, settings.min_free_bytes),
        gate=Gate(CORES),
        meter=ProgressMeter(),
        wake=wake,
        waits=Gate(max(1, settings.threads // 2)),
    )


def _followers(settings: Settings, parts: Parts, stop: Event, wake: Event) -> list[Thread]:
    display = ProgressDisplay(parts.catalogue, console)
    threads = [Thread(target=display.run, args=(stop,), name="display", daemon=True)]
    if settings.watch:
        watcher = Watcher(parts.library, parts.synchroniser, wake.set)
        threads.append(Thread(target=watcher.run, args=(stop,), name="watcher", daemon=True))
    return threads


def _announce(server: Any, parts: Parts) -> None:
    count = parts.catalogue.count()
    console.print(f"[bold]Lookalike is at {address_of(server)}[/bold]", highlight=False)
    console.print(f"{count:,} pictures known from {parts.library.root}. Ctrl-C ends it.", highlight=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
