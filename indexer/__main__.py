"""`python -m indexer sync | work | reindex | sample`: the library and the catalogue from the command line."""

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from threading import Event, Thread

from indexer.assembly import STARTING_ERRORS, Parts, open_encoder, open_parts, open_worker
from indexer.console import ProgressDisplay, open_console
from indexer.logs import log_to
from indexer.sample import draw_sample
from indexer.settings import Settings, load_settings
from indexer.sync import EmptyLibraryError
from model.allocator import return_large_pieces
from model.artifact import SHIPPED, load_artifact


def main(arguments: Sequence[str]) -> int:
    try:
        settings, flags = load_settings(arguments, parser=_parser())
        log_to(None, settings.log, settings.log_level, settings.secrets)
        if flags.verb == "sample":
            return sample(flags.folder)
        return_large_pieces()
        parts = open_parts(settings)
        try:
            return _VERBS[flags.verb](settings, parts, flags)
        finally:
            parts.catalogue.close()
    except (*STARTING_ERRORS, EmptyLibraryError, OSError) as error:
        print(f"lookalike: {error}", file=sys.stderr)
        return 1


def sync(settings: Settings, parts: Parts, flags: argparse.Namespace) -> int:
    """Bring the catalogue and the library together; with the embedded engine, index what is pending as well."""
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

    def end(*_: object) -> None:
        stop.set()
        wake.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    with open_worker(settings, parts, open_encoder(settings)) as worker:
        worker.run(stop, wake)
    return 0


def reindex(settings: Settings, parts: Parts, flags: argparse.Namespace) -> int:  # noqa: ARG001
    """Make pending whatever another model indexed."""
    model = load_artifact(settings.model or SHIPPED).card.version
    print(f"{parts.catalogue.reindex(model)} pictures will be indexed again, with {model}")
    return 0


def sample(folder: Path) -> int:
    """Draw the sample library."""
    print(f"{draw_sample(folder)} pictures in {folder}")
    return 0


_VERBS = {"sync": sync, "work": work, "reindex": reindex}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m indexer", description="Keeps the catalogue true to the library.")
    parser.add_argument(
        "verb",
        choices=["sync", "work", "reindex", "sample"],
        help="sync: catalogue the library, and index it if embedded; work: index what is pending, for ever; "
        "reindex: index again what another model indexed; sample: draw pictures to try with",
    )
    parser.add_argument("folder", nargs="?", type=Path, default=Path("data/sample"), help="for sample: where to")
    parser.add_argument("--allow-empty", action="store_true", help="for sync: the library is meant to be empty")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
