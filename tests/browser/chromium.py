"""Chromium with nothing listening but its own tracing.

What drives a browser in tests is told of every script and request, and on two cores that alone puts off the first paint
by 30 to 60 ms. A person's browser tells nobody: figures of a visit are taken here, by a few commands of Chromium's
DevTools protocol (https://chromedevtools.github.io/devtools-protocol/) through a pipe.
"""

import json
import os
import select
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urljoin

PATIENCE_S = 30.0
REST_S = 0.3  # until what is left to be done for one page is no part of the trace of the next
SIZE = {"width": 1280, "height": 800}
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)
# Where Chromium reads commands, and writes answers.
COMMANDS, ANSWERS = 3, 4

Message = dict[str, Any]


class Chromium:
    """A browser that is warm, as a person's is, with visits in it that each begin with nothing in the cache."""

    def __init__(self, program: str, profile: Path) -> None:
        asked, self._commands = os.pipe()
        self._answers, answered = os.pipe()
        self._process = os.posix_spawn(
            program,
            [program, *FLAGS, f"--user-data-dir={profile}", "about:blank"],
            os.environ,
            file_actions=[
                (os.POSIX_SPAWN_DUP2, asked, COMMANDS),
                (os.POSIX_SPAWN_DUP2, answered, ANSWERS),
                (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
            ],
        )
        os.close(asked)
        os.close(answered)
        self._unread, self._count, self._told = b"", 0, list[Message]()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._do("Browser.close")
        os.waitpid(self._process, 0)
        os.close(self._commands)
        os.close(self._answers)

    def trace(self, url: str, categories: Sequence[str]) -> list[Message]:
        """Return what a trace tells of a first visit to `url`, until its network is idle. Raises `TimeoutError`."""
        context = self._do("Target.createBrowserContext")
        # A process that begins with the visit would be traced from some later moment on.
        before = {"url": urljoin(url, "/health/live"), **SIZE, **context}
        page = self._do("Target.createTarget", **before)
        session = self._do("Target.attachToTarget", flatten=True, **page)["sessionId"]
        self._do("Page.enable", session)
        self._do("Page.setLifecycleEventsEnabled", session, enabled=True)
        time.sleep(REST_S)
        self._do("Tracing.start", traceConfig={"includedCategories": list(categories)})
        visit = self._do("Page.navigate", session, url=url)["loaderId"]
        self._wait(lambda told: _is_idle(told, visit))
        time.sleep(REST_S)
        events = self._end_trace()
        self._do("Target.disposeBrowserContext", **context)
        return events

    def _end_trace(self) -> list[Message]:
        self._told.clear()
        self._do("Tracing.end")
        self._wait(lambda told: told["method"] == "Tracing.tracingComplete")
        parts = (told["params"]["value"] for told in self._told if told["method"] == "Tracing.dataCollected")
        return [event for part in parts for event in part]

    def _do(self, method: str, session: str | None = None, **params: Any) -> Message:
        """Return the answer to a command. What the browser tells meanwhile is kept."""
        self._count += 1
        command = {"id": self._count, "method": method, "params": params} | ({"sessionId": session} if session else {})
        os.write(self._commands, json.dumps(command).encode() + b"\0")
        while (told := self._read()).get("id") != self._count:
            self._told.append(told)
        result: Message = told["result"]
        return result

    def _wait(self, wanted: Callable[[Message], bool]) -> None:
        """Wait until the browser tells something, if it has not yet."""
        while not any(wanted(told) for told in self._told):
            self._told.append(self._read())

    def _read(self) -> Message:
        while b"\0" not in self._unread:
            ready, *_ = select.select([self._answers], [], [], PATIENCE_S)
            if not ready:
                raise TimeoutError
            self._unread += os.read(self._answers, 1 << 20)
        message, _, self._unread = self._unread.partition(b"\0")
        told: Message = json.loads(message)
        return told


def _is_idle(told: Message, visit: str) -> bool:
    params = told["params"]
    return told["method"] == "Page.lifecycleEvent" and (params["name"], params["loaderId"]) == ("networkIdle", visit)
