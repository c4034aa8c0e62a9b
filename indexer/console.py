"""A progress bar on the terminal while pictures are being indexed; a line now and then where there is no terminal."""

import logging
import time
from contextlib import suppress
from threading import Event

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from indexer.catalogue import Catalogue
from indexer.engine import EngineError
from indexer.logs import Form, in_json
from indexer.progress import Pace, ProgressMeter
from indexer.record import State, count_pictures

REFRESH_S = 0.5
LINE_EVERY_S = 10.0

log = logging.getLogger(__name__)


def open_console(form: Form) -> Console:
    """Return the console on standard error; no terminal where the log is JSON, so that nothing else gets in between."""
    return Console(stderr=True, force_terminal=False if in_json(None, form) else None)


def tell(console: Console, text: str) -> None:
    """Say something to whoever watches: on the terminal if there is one, in the log if not."""
    if console.is_terminal:
        console.print(text, highlight=False, markup=False)
    else:
        log.info("%s", text)


class ProgressDisplay:
    """Shows how indexing goes on, whenever something is pending, until `stop` is set."""

    def __init__(self, catalogue: Catalogue, console: Console) -> None:
        self._catalogue, self._console, self._meter = catalogue, console, ProgressMeter()

    def run(self, stop: Event) -> None:
        """Return when `stop` is set. An engine that is away is left to others to report."""
        while not stop.wait(REFRESH_S):
            with suppress(EngineError):
                counts = self._catalogue.counts()
                if counts["pending"]:
                    self._show_until_done(counts, stop)

    def _show_until_done(self, counts: dict[State, int], stop: Event) -> None:
        started, lines = time.monotonic(), 0
        already = counts["indexed"] + counts["failed"]
        with Progress(
            TextColumn("Indexing"),
            BarColumn(),
            TextColumn("{task.completed:,}/{task.total:,} {task.description}"),
            console=self._console,
            disable=not self._console.is_terminal,
            transient=True,
        ) as bar:
            task = bar.add_task("", total=already + counts["pending"], completed=already)
            while counts["pending"] and not stop.wait(REFRESH_S):
                counts = self._catalogue.counts()
                done = counts["indexed"] + counts["failed"]
                pace = self._meter.measure(done, counts["pending"])
                text = describe_pace(pace, counts["failed"])
                bar.update(task, completed=done, total=done + counts["pending"], description=text)
                lines = self._log_now_and_then(lines, time.monotonic() - started, done, counts, text)
        if not counts["pending"] and counts["indexed"] + counts["failed"] > already:
            self._report(counts, already, time.monotonic() - started)

    def _log_now_and_then(self, lines: int, passed_s: float, done: int, counts: dict[State, int], text: str) -> int:
        if self._console.is_terminal or passed_s < (lines + 1) * LINE_EVERY_S:
            return lines
        log.info("indexing: %d/%d %s", done, done + counts["pending"], text)
        return lines + 1

    def _report(self, counts: dict[State, int], already: int, seconds: float) -> None:
        new = counts["indexed"] + counts["failed"] - already
        now = f"Now {counts['indexed']:,} indexed, {counts['failed']:,} failed"
        tell(self._console, f"{count_pictures(new)} in {seconds:.0f} s. {now}.")


def describe_pace(pace: Pace, failed: int) -> str:
    """Return a few words: pictures per second, time left, failures."""
    words = []
    if pace.rate_per_s and pace.time_left_s is not None:
        minutes, seconds = divmod(round(pace.time_left_s), 60)
        words = [f"{pace.rate_per_s:.0f}/s", f"{minutes}:{seconds:02d} left"]
    return "  ".join([*words, f"{failed:,} failed"])
