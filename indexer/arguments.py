"""What may stand behind `python -m indexer`: the commands and what each takes beside the settings."""

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any


def build_parser(
    commands: Mapping[str, Callable[..., Any]],
) -> tuple[argparse.ArgumentParser, list[argparse.ArgumentParser]]:
    """Return the parser and those of its commands that take settings. Functions explain them, `verb` is given."""
    parser = argparse.ArgumentParser(prog="python -m indexer", description="Keeps the catalogue true to the library.")
    verbs = parser.add_subparsers(required=True, dest="verb", metavar="{" + ",".join(commands) + "}")
    found = []
    for name, run in commands.items():
        says = (run.__doc__ or "").strip()
        command = verbs.add_parser(name, help=says.partition("\n")[0], description=says)
        if add := _ADD.get(name):
            add(command)
        if name != "sample":
            found.append(command)
    return parser, found


def path(text: str) -> Path:
    """Return the path that a text names. Raises ValueError, for argparse to tell, if it names none."""
    if not text:
        raise ValueError
    return Path(text)


def _add_sync(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--allow-empty", action="store_true", help="all that is known is meant to be forgotten")
    parser.add_argument("--dry-run", action="store_true", help="only tell what differs, and write nothing")


def _add_retry(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("keys", nargs="*", metavar="KEY", help="a picture, or a folder ending in /; without, all")
    parser.add_argument("--reason", metavar="TEXT", help="those whose reason has this text in it")


def _add_export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", nargs="?", type=path, help="the file to write; without, standard output")


def _add_import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", nargs="?", type=path, help="the file to read; without, standard input")


def _add_snapshot(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=path, help="the file to write")


def _add_sample(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", nargs="?", type=path, default=Path("data/sample"), help="where to")


_ADD: dict[str, Callable[[argparse.ArgumentParser], None]] = {
    "sync": _add_sync,
    "retry": _add_retry,
    "export": _add_export,
    "import": _add_import,
    "snapshot": _add_snapshot,
    "sample": _add_sample,
}
