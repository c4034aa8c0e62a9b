"""The real service, and what stands before it, as processes of their own."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import requests

ROOT = Path(__file__).parent.parent
START_LIMIT_S = 120.0  # what works takes seconds, even on a busy machine; what does not is worth waiting for


_reserved: list[socket.socket] = []


def free_port() -> int:
    """Return a port of this machine that nobody uses, and that nobody is given until the tests end.

    A socket stays bound to it and never listens: whoever asks for that port may have it, as servers do that can be
    started again at once (`SO_REUSEADDR`); whoever asks for any gets another. Until somebody listens, it is refused.
    """
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind(("127.0.0.1", 0))
    _reserved.append(holder)
    return int(holder.getsockname()[1])


def wait_until(true: Callable[[], bool], limit_s: float = START_LIMIT_S) -> None:
    """Return as soon as something is true. Raises `TimeoutError`."""
    deadline = time.monotonic() + limit_s
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.02)


class Running:
    """A process that answers at `address` and logs to `log`; ends with the `with` block."""

    must_be_well = True

    def __init__(self, command: Sequence[str | Path], address: str, log: Path, **options: Any) -> None:
        self.address, self.log = address, log
        with log.open("ab") as file:
            self.process = subprocess.Popen(command, stdout=file, stderr=file, **options)
        self.session = requests.Session()

    def __enter__(self) -> Self:
        try:
            wait_until(self._answers)
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.session.close()
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(60)

    def _answers(self) -> bool:
        if self.process.poll() is not None:
            raise RuntimeError(self.log.read_text())
        try:
            answer = self.session.get(f"{self.address}/health/ready", timeout=60, allow_redirects=False)
            return answer.ok or not self.must_be_well
        except (requests.ConnectionError, requests.Timeout):
            return False

    def kill(self) -> None:
        """End it as a power cut would, and wait until it is gone."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(60)


class RunningService(Running):
    """`python -m service` on a free port, with a log beside its data."""

    command: Sequence[str] = ("-m", "service")

    def __init__(self, library: Path | str, data: Path, *flags: str, **variables: str) -> None:
        self.port = free_port()
        data.mkdir(parents=True, exist_ok=True)
        given = {"LIBRARY": str(library), "DATA": str(data), "PORT": str(self.port)} | variables
        self.environ = os.environ | {f"LOOKALIKE_{name}": value for name, value in given.items()}
        command, address = [sys.executable, *self.command, *flags], f"http://127.0.0.1:{self.port}"
        super().__init__(command, address, data / "service.log", cwd=ROOT, env=self.environ)

    def peak_memory_bytes(self) -> int:
        """Return the most memory that the process has held at once."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) << 10  # type: ignore[index]

    def counts(self) -> dict[str, int]:
        counts: dict[str, int] = self.session.get(f"{self.address}/v1/status", timeout=60).json()["counts"]
        return counts

    def wait_until_indexed(self, total: int) -> None:
        """Return when that many pictures are in the catalogue and none is pending."""
        wait_until(lambda: (counts := self.counts())["total"] == total and counts["pending"] == 0)

    def listed_keys(self) -> list[str]:
        """Return the keys of all pictures in the catalogue."""
        found, cursor = [], ""
        while cursor is not None:
            query = {"limit": "500"} | ({"cursor": cursor} if cursor else {})
            page = self.session.get(f"{self.address}/v1/images", params=query, timeout=60).json()
            found += [image["key"] for image in page["images"]]
            cursor = page["next_cursor"]
        return found
