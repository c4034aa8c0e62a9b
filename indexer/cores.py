"""How many cores there are for us, which in a container may be fewer than the machine has."""

import math
import os
from pathlib import Path

QUOTA = Path("/sys/fs/cgroup/cpu.max")  # of the container, as Linux tells it (cgroups, version 2)


def count_cores(quota: Path = QUOTA) -> int:
    """Return how many cores this process can keep busy: those it may run on, or the share of them that it is given."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        share, period = map(int, quota.read_text().split())
    except (OSError, ValueError):  # no container, or one without a limit ("max")
        return cores
    return max(1, min(cores, math.ceil(share / period)))
