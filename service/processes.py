"""Prometheus' `process_*` for a process and its children together, as one program that they are."""

import os
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

from prometheus_client import Metric, ProcessCollector
from prometheus_client.registry import Collector

ALIKE = ("process_start_time_seconds", "process_max_fds")  # of these the least is told, of others the sum
CPU = "process_cpu_seconds"


class ProcessesCollector(Collector):
    """A collector of them, where Linux tells. Time that ended children took stays counted; a page of memory that they
    share counts in each."""

    def __init__(self, pid: int) -> None:
        self._pid = pid

    def collect(self) -> Iterator[Metric]:
        for families in zip(*self._by_process(), strict=False):
            values = [family.samples[0].value for family in families]
            (told,) = families[0].samples
            value = min(values) if told.name in ALIKE else sum(values) + self._before(families[0].name)
            families[0].samples = [told._replace(value=value)]
            yield families[0]

    def _by_process(self) -> list[list[Metric]]:
        pids = [str(self._pid)]
        with suppress(OSError):
            pids += Path(f"/proc/{self._pid}/task/{self._pid}/children").read_text().split()
        found = [list(ProcessCollector(pid=partial(str, pid), registry=None).collect()) for pid in pids]
        whole = max(map(len, found))
        return [families for families in found if len(families) == whole]  # another has just ended

    def _before(self, name: str) -> float:
        """Return what ended children have added to a family."""
        if name != CPU:
            return 0.0
        with suppress(OSError):
            fields = Path(f"/proc/{self._pid}/stat").read_text().rpartition(")")[2].split()
            return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")
        return 0.0
