"""What the figures were measured on."""

import os
import platform
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from indexer.settings import CORES

LIBRARIES = ("pillow", "numpy", "ai-edge-litert", "qdrant-edge-py", "flask", "waitress")

_PROCESSES = Path("/proc")


@dataclass(frozen=True)
class Machine:
    """`load` is the load average over one minute; figures from a busy machine say little."""

    cores: int
    cpu: str
    system: str
    python: str
    libraries: dict[str, str]
    load: float


@dataclass(frozen=True)
class Memory:
    """What a process holds in memory, in bytes: now, the most so far, and what of it now is pages of files.

    The system can take pages of files back at any time and read them again.
    """

    resident_bytes: int
    peak_bytes: int
    file_bytes: int


def describe_machine() -> Machine:
    """Return what this machine is, and how busy it is now."""
    libraries = {name: version(name) for name in LIBRARIES}
    system = f"{platform.system()} {platform.release()}"
    return Machine(CORES, _cpu(), system, platform.python_version(), libraries, os.getloadavg()[0])


def measure_memory(process_id: int) -> Memory | None:
    """Return the memory of a process, or None where the system does not tell (it does on Linux)."""
    status = _PROCESSES / str(process_id) / "status"
    if not status.exists():
        return None
    fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
    return Memory(*(int(fields[name].split()[0]) << 10 for name in ("VmRSS", "VmHWM", "RssFile")))


def _cpu() -> str:
    information = _PROCESSES / "cpuinfo"
    lines = information.read_text().splitlines() if information.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
