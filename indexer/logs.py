"""The log: a line of JSON for each thing that happened where programs read it, plain text where people do.

No line shows a secret: keys that were set are blanked out, and of a web address only scheme, host and path are left,
whoever wrote the line.
"""

import json
import logging
import re
import sys
import threading
from collections.abc import Collection
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Literal, TextIO

Form = Literal["auto", "json", "text"]

FORMS: tuple[Form, ...] = ("auto", "json", "text")
LEVELS = ("debug", "info", "warning", "error")
HIDDEN = "***"

# The id of the request that is being answered, in every line that is written meanwhile.
request_id: ContextVar[str | None] = ContextVar("request_id", default=None)

_IN_JSON = json.JSONEncoder(default=str).encode  # `json.dumps` would make an encoder for each line
_URL = re.compile(r"""(?i)\b([a-z][a-z0-9+.-]*://)(?:[^\s/?#"'<>]*@)?([^\s?#"'<>]*)(?:[?#][^\s"'<>]*)?""")
_UNPRINTABLE = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"}

# They say too much: every request to Qdrant, whole addresses, every change that is seen, every queued request,
# what Pillow thinks of a broken picture, which its sender is told.
_TOO_LOUD = {
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    "PIL": logging.CRITICAL,
    "urllib3": logging.ERROR,
    "watchfiles": logging.WARNING,
    "waitress.queue": logging.ERROR,
}


def log_to(file: TextIO | None = None, form: Form = "auto", level: str = "info", secrets: Collection[str] = ()) -> None:
    """Write the log to a file, by default to whatever `sys.stderr` is at the time: JSON, unless it is a terminal.

    Warnings and what ends a thread are logged as well.
    """
    handler = _Handler(file)
    handler.setFormatter((JsonLines if in_json(file, form) else TextLines)(secrets))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name, least in _TOO_LOUD.items():
        logging.getLogger(name).setLevel(least)
    logging.captureWarnings(True)
    threading.excepthook = _log_thread_end


def in_json(file: TextIO | None, form: Form) -> bool:
    """Return whether a log to this file is one of JSON lines."""
    return form == "json" or (form == "auto" and not (file or sys.stderr).isatty())


class Lines(logging.Formatter):
    """What both forms have in common: what may be shown of a record. `extra={"fields": {...}}` adds fields."""

    def __init__(self, secrets: Collection[str] = ()) -> None:
        super().__init__()
        known = sorted(filter(None, secrets), key=len, reverse=True)
        self._secret = re.compile("|".join(map(re.escape, known))) if known else None

    def clean(self, text: str) -> str:
        """Return a text without secrets, and without what follows the path of a web address."""
        if self._secret:
            text = self._secret.sub(HIDDEN, text)
        return _URL.sub(r"\1\2", text) if "://" in text else text

    def fields(self, record: logging.LogRecord) -> dict[str, Any]:
        """Return what a record holds beside its message, in the order in which it is shown."""
        given = getattr(record, "fields", {})
        shown = {name: self.clean(value) if isinstance(value, str) else value for name, value in given.items()}
        if (current := request_id.get()) is not None:
            shown["request_id"] = current
        return shown

    def trace(self, record: logging.LogRecord) -> str:
        """Return the traceback that belongs to a record, or nothing."""
        return self.clean(self.formatException(record.exc_info)) if record.exc_info else ""


class JsonLines(Lines):
    """One JSON object a line: `time` (UTC), `level`, `logger`, `message`, fields, `request_id`, `exception`."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self.clean(record.getMessage()),
            **self.fields(record),
        }
        if trace := self.trace(record):
            entry["exception"] = trace
        return _IN_JSON(entry)


class TextLines(Lines):
    """Time, level, message, and those fields that the message does not show already.

    Nothing in it can move the cursor or begin a line of its own.
    """

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created).astimezone().strftime("%Y-%m-%d %H:%M:%S")
        message = _printable(self.clean(record.getMessage())).replace("\n", "\\n")
        words = [time, f"{record.levelname:<7}", message]
        new = {name: str(value) for name, value in self.fields(record).items() if str(value) not in message}
        words += [f"{name}={_printable(value)}" for name, value in new.items()]
        trace = self.trace(record)
        return "  ".join(words) + (f"\n{_printable(trace)}" if trace else "")


class _Handler(logging.StreamHandler[TextIO]):
    """Writes to `sys.stderr` as it is now: a progress bar replaces it for a while, to stay below the log."""

    def __init__(self, file: TextIO | None) -> None:
        super().__init__(file or sys.stderr)
        self._current = file is None

    def emit(self, record: logging.LogRecord) -> None:
        if self._current:
            self.stream = sys.stderr
        super().emit(record)


def _printable(text: str) -> str:
    return text.translate(_UNPRINTABLE).encode("utf-8", "backslashreplace").decode()


def _log_thread_end(end: threading.ExceptHookArgs) -> None:
    if end.exc_value is None or isinstance(end.exc_value, SystemExit):
        return
    name = end.thread.name if end.thread else "unknown"
    caught = (end.exc_type, end.exc_value, end.exc_traceback)
    logging.getLogger(__name__).critical("the thread %s ended", name, exc_info=caught)
