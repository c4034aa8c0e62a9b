"""Runs the old demo's search in a process of its own, where its memory and its start are its own as well."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryFile
from time import perf_counter

from tests.bench.machine import Memory
from tests.bench.searching import Spread, spread
from tests.running import ROOT

COMMAND = (sys.executable, "-m", "tests.bench.demo")
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}


@dataclass(frozen=True)
class OldWay:
    """A search without HTTP, which would only add to it; `start_s` is from the start to the first answer."""

    points: int
    whole: Spread
    start_s: float
    memory: Memory | None


def has_tensorflow() -> bool:
    return find_spec("tensorflow") is not None


def measure_old_way(points: int, pictures: Sequence[Path], command: Sequence[str] = COMMAND) -> OldWay:
    """Return how the demo does with that many vectors; each search is with another picture, the first warms it up.

    Raises `RuntimeError` if it does not run.
    """
    started = perf_counter()
    arguments = [*command, str(points), *map(str, pictures)]
    with (
        TemporaryFile("w+") as log,
        subprocess.Popen(
            arguments, cwd=ROOT, env=os.environ | QUIET, stdout=subprocess.PIPE, stderr=log, text=True
        ) as process,
    ):
        assert process.stdout is not None
        first = process.stdout.readline()
        start_s = perf_counter() - started
        rest = process.stdout.read()
        if process.wait() or not first:
            log.seek(0)
            raise RuntimeError(f"the demo did not run: {log.read()[-2000:]}")
    figures = json.loads(rest)
    memory = Memory(**figures["memory"]) if figures["memory"] else None
    return OldWay(points, spread(figures["times_ms"]), start_s, memory)
