"""Whether the service can take requests: each thing that it cannot do without is tried, and none for long."""

from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from threading import Event, Lock, Thread

import numpy as np

from indexer.catalogue import Catalogue, ModelMismatchError
from indexer.engine import EngineError, EngineUnavailableError
from indexer.room import free_bytes
from indexer.worker import Encoder
from model.errors import ArtifactError

OK = "ok"
ENGINE_WAIT_S = 2.0


class NotReadyError(Exception):
    """Something that the service cannot do without fails; `checks` says of each thing `ok` or what is wrong."""

    def __init__(self, checks: dict[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {found}" for name, found in checks.items() if found != OK))
        self.checks = checks


class Readiness:
    """Tries model, engine and disk, and asks whether the service was told to stop."""

    def __init__(
        self,
        encoder: Encoder,
        catalogue: Catalogue,
        folders: Sequence[Path],
        min_free_bytes: int,
        stopping: Event,
        engine_wait_s: float = ENGINE_WAIT_S,
    ) -> None:
        self._encoder, self._catalogue, self._stopping = encoder, catalogue, stopping
        self._folders, self._min_free_bytes = folders, min_free_bytes
        self._engine_wait_s = engine_wait_s
        self._encodes, self._lock = False, Lock()
        self._asked: Future[None] | None = None

    def examine(self) -> dict[str, str]:
        """Return for each check `ok`. Raises `NotReadyError` if one fails."""
        checks = {
            "accepting": "told to stop" if self._stopping.is_set() else OK,
            "model": self._try_model(),
            "engine": self._try_engine(),
            "disk": self._look_at_disk(),
        }
        if any(found != OK for found in checks.values()):
            raise NotReadyError(checks)
        return checks

    def _try_model(self) -> str:
        """Let the model encode a black picture, until it once has: what is loaded stays so, and searches need it."""
        if self._encodes:
            return OK
        try:
            side = self._encoder.size
            vectors = self._encoder.encode(np.zeros((1, side, side, 3), np.uint8))
        except (ArtifactError, RuntimeError, ValueError) as error:
            return f"does not run ({type(error).__name__})"
        self._encodes = bool(np.isfinite(vectors).all())
        return OK if self._encodes else "gives no numbers"

    def _try_engine(self) -> str:
        try:
            self._ask_engine().result(self._engine_wait_s)
        except TimeoutError:
            return f"does not answer within {self._engine_wait_s:g} s"
        except EngineUnavailableError:
            return "does not answer"
        except ModelMismatchError:
            return "has vectors of another model"
        except EngineError as error:
            return f"refuses ({type(error).__name__})"
        return OK

    def _ask_engine(self) -> "Future[None]":
        """Begin to ask, unless an earlier question still waits for its answer: no more than one thread may hang."""
        with self._lock:
            if self._asked is None or self._asked.done():
                self._asked = Future()
                Thread(target=self._ask, args=(self._asked,), name="ready", daemon=True).start()
            return self._asked

    def _ask(self, answer: "Future[None]") -> None:
        try:
            self._catalogue.ask()
        except (EngineError, ModelMismatchError) as error:
            answer.set_exception(error)
        else:
            answer.set_result(None)

    def _look_at_disk(self) -> str:
        try:
            least = min(free_bytes(folder) for folder in self._folders)
        except OSError as error:
            return f"cannot be looked at ({error.strerror})"
        return OK if least >= self._min_free_bytes else f"has less than {self._min_free_bytes >> 20} MiB left"
