"""`python -m indexer COMMAND`: the library and the catalogue from the command line."""

import signal

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # importing takes a while, and leaves nothing to finish

import argparse
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from tempfile import NamedTemporaryFile
from threading import Event, Thread
from typing import IO

from indexer.arguments import build_parser
from indexer.assembly import STARTING_ERRORS, Parts, Purpose, open_encoder, open_parts, open_worker
from indexer.catalogue import Catalogue
from indexer.console import ProgressDisplay, open_console
from indexer.engine import Where
from indexer.exchange import export_lines, import_lines
from indexer.logs import log_to
from indexer.record import Record, count_pictures
from indexer.sample import draw_sample
from indexer.settings import Settings, load_settings
from indexer.snapshot import ServerSnapshots, save_files
from indexer.sync import OtherLibraryError
from indexer.watcher import Watcher
from model.allocator import return_large_pieces
from model.artifact import SHIPPED, load_artifact
from model.noise import take_any_letter
from model.output import writing

FAILED = Where(equal={"state": "failed"})


def main(arguments: Sequence[str]) -> int:
    take_any_letter()
    try:
        parser, commands = build_parser(_COMMANDS)
        settings, flags = load_settings(arguments, parser=parser, commands=commands)
        log_to(None, settings.log, settings.log_level, settings.secrets)
        if flags.verb == "sample":
            return sample(settings, flags)
        return_large_pieces()
        parts = open_parts(settings, _purpose(flags))
        try:
            return _WITH_PARTS[flags.verb](settings, parts, flags)
        finally:
            parts.catalogue.close()
    except (*STARTING_ERRORS, OtherLibraryError, OSError) as error:
        print(f"lookalike: {error}", file=sys.stderr)
        return 1


def _purpose(flags: argparse.Namespace) -> Purpose:
    if flags.verb in ("sync", "work", "watch"):
        return "preview" if getattr(flags, "dry_run", False) else "work"
    return "ask"


def sync(settings: Settings, parts: Parts, flags: argparse.Namespace) -> int:
    """Bring the catalogue and the library together; with the embedded engine, index what is pending as well."""
    if flags.dry_run:
        print(parts.synchroniser.preview(lambda kind, key: print(f"{kind}\t{key}"), flags.allow_empty))
        return 0
    print(parts.synchroniser.sync(flags.allow_empty))
    if parts.catalogue.engine_name == "edge":
        _index_all(settings, parts)
    print(", ".join(f"{count} {state}" for state, count in parts.catalogue.counts().items()))
    return 0


def _index_all(settings: Settings, parts: Parts) -> None:
    done = Event()
    display = Thread(target=ProgressDisplay(parts.catalogue, open_console(settings.log)).run, args=(done,))
    with open_worker(settings, parts, open_encoder(settings)) as worker:
        display.start()
        try:
            while worker.step():
                pass
        finally:
            done.set()
            display.join()


def work(settings: Settings, parts: Parts, flags: argparse.Namespace) -> int:  # noqa: ARG001
    """Index whatever becomes pending, until told to stop."""
    stop, wake = Event(), Event()
    _set_on_signal(stop, wake)
    with open_worker(settings, parts, open_encoder(settings)) as worker, _at_work():
        worker.run(stop, wake)
    return 0


def watch(settings: Settings, parts: Parts, flags: argparse.Namespace) -> int:  # noqa: ARG001
    """Bring the catalogue and the library together and follow the library's changes, until told to stop."""
    stop, nobody = Event(), Event()  # workers look for themselves whether there is something to index
    _set_on_signal(stop)
    with _at_work():
        Watcher(
            parts.library.folder, parts.synchroniser, nobody.set, settings.sync_every_s, ignored=settings.ignore
        ).run(stop)
    return 0


def _at_work() -> AbstractContextManager[object]:
    """Leave a file while this process does what it was started for: docker-compose.yml looks for it."""
    return NamedTemporaryFile(prefix="lookalike-at-work-")


def _set_on_signal(*events: Event) -> None:
    def end(*_: object) -> None:
        for event in events:
            event.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)


def failed(settings: Settings, parts: Parts, flags: argparse.Namespace) -> int:  # noqa: ARG001
    """List the pictures that could not be indexed: the key, a tab, the reason."""
    for records in parts.catalogue.scan(FAILED):
        for record in records:
            print(f"{record.key}\t{' '.join((record.error or '').split())}")
    return 0


def retry(settings: Settings, parts: Parts, flags: argparse.Namespace) -> int:  # noqa: ARG001
    """Make failed pictures pending again: all, or those under some keys, or for some reason."""
    print(f"{count_pictures(_retry(parts.catalogue, flags.keys, flags.reason or ''))} will be tried again")
    return 0


def _retry(catalogue: Catalogue, keys: Collection[str], reason: str) -> int:
    if not keys and not reason:
        return catalogue.retry()
    folders = tuple(key for key in keys if key.endswith("/"))

    def meant(record: Record) -> bool:
        named = not keys or record.key in keys or record.key.startswith(folders)
        return named and reason.lower() in (record.error or "").lower()

    pages = ([record.id for record in records if meant(record)] for records in catalogue.scan(FAILED))
    return sum(catalogue.retry(ids) for ids in pages if ids)


def reindex(settings: Settings, parts: Parts, flags: argparse.Namespace) -> int:  # noqa: ARG001
    """Make pending whatever another model indexed."""
    model = load_artifact(settings.model or SHIPPED).card.version
    print(f"{count_pictures(parts.catalogue.reindex(model))} will be indexed again, with {model}")
    return 0


def export(settings: Settings, parts: Parts, flags: argparse.Namespace) -> int:  # noqa: ARG001
    """Write what is known of every picture as JSON lines: key, label, tags, time of adding, state, sum of the bytes."""
    with _output(flags.file) as file:
        file.writelines(f"{line}\n".encode() for line in export_lines(parts.catalogue))
    return 0


@contextmanager
def _output(path: Path | None) -> Iterator[IO[bytes]]:
    """Give what to write to. What was exported to a file before stays there until all has been written."""
    if path is None:
        yield sys.stdout.buffer
        return
    with writing(path) as part, part.open("wb") as file:
        yield file


def import_(settings: Settings, parts: Parts, flags: argparse.Namespace) -> int:  # noqa: ARG001
    """Set labels, tags and times of adding as JSON lines say, on pictures that exist; tell what was skipped."""
    with flags.file.open("rb") if flags.file else nullcontext(sys.stdin.buffer) as file:
        print(import_lines(parts.catalogue, file, lambda reason: print(reason, file=sys.stderr)))
    return 0


def snapshot(settings: Settings, parts: Parts, flags: argparse.Namespace) -> int:  # noqa: ARG001 - holds the catalogue
    """Write a copy of the whole catalogue to a file: of a server, Qdrant's own snapshot; embedded, an archive."""
    if settings.qdrant_url:
        snapshots = ServerSnapshots(settings.qdrant_url, settings.qdrant_api_key, settings.collection)
        if (nodes := snapshots.count_nodes()) > 1:
            print(
                f"a cluster of {nodes} nodes: the snapshot holds what lies on the one that was asked", file=sys.stderr
            )
        size = snapshots.save(flags.file, settings.min_free_bytes)
    else:
        size = save_files(settings.data_folder / settings.collection, flags.file, settings.min_free_bytes)
    print(f"{size / 1e6:,.1f} MB in {flags.file}")
    return 0


def sample(settings: Settings, flags: argparse.Namespace) -> int:  # noqa: ARG001
    """Draw pictures to try it all with."""
    print(f"{count_pictures(draw_sample(flags.folder))} in {flags.folder}")
    return 0


_WITH_PARTS = {
    "sync": sync,
    "work": work,
    "watch": watch,
    "failed": failed,
    "retry": retry,
    "reindex": reindex,
    "export": export,
    "import": import_,
    "snapshot": snapshot,
}
_COMMANDS: dict[str, Callable[..., int]] = {**_WITH_PARTS, "sample": sample}


def _end(number: int, _: object) -> None:
    """Leave as whoever was told to stop, without a traceback, when what is open has been closed."""
    raise SystemExit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, _end)
    signal.signal(signal.SIGTERM, _end)
    sys.exit(main(sys.argv[1:]))
