"""`python -m tests.poisoned SETTINGS`: indexes all that is pending, and dies over mostly blue pictures."""

import os
import signal
import sys
import time
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from indexer.assembly import open_parts
from indexer.settings import load_settings
from indexer.worker import Worker, WorkerSettings
from tests.fakes import ColourEncoder

LOOK_AGAIN_S = 0.05


class Poisoned(ColourEncoder):
    def encode(self, pictures: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        if pictures[..., 2].mean() > 150:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().encode(pictures)


def main(arguments: Sequence[str]) -> None:
    settings, _ = load_settings(arguments)
    parts = open_parts(settings)
    limits = WorkerSettings(settings.index_threads, settings.max_pixels, settings.lease_s)
    with Worker(parts.library, parts.catalogue, Poisoned(), limits) as worker:
        while parts.catalogue.counts()["pending"]:
            if not worker.step():
                time.sleep(LOOK_AGAIN_S)  # leases of the dead have to run out
    parts.catalogue.close()


if __name__ == "__main__":
    main(sys.argv[1:])
