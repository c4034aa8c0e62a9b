"""Which ids a walk has come by, kept on the disk: a library may have more pictures than memory has room for."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryFile, gettempdir
from types import TracebackType

import numpy as np
import numpy.typing as npt

from indexer.room import require_room

Marks = npt.NDArray[np.uint64]


class Seen:
    """A set of ids in a temporary file, eight bytes each. First `add` them all, then `find_missing`.

    Half of an id stands for the whole: with ten million pictures the chance that any two of them share it is 1 in
    100,000, and then one that has vanished would not be missed.
    """

    def __init__(self) -> None:
        self._file, self._sorted = TemporaryFile(), np.empty(0, np.uint64)  # noqa: SIM115 - closed at the exit

    def __enter__(self) -> "Seen":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, ids: Iterable[str]) -> None:
        """Note some ids. Raises `NoRoomError`."""
        marks = _marks(ids).tobytes()
        require_room(Path(gettempdir()), len(marks))
        self._file.write(marks)

    def find_missing(self, ids: Sequence[str]) -> set[str]:
        """Return those of the ids that were not added."""
        self._sort_what_is_new()
        marks = _marks(ids)
        places = np.searchsorted(self._sorted, marks)
        found = np.zeros(len(marks), bool)
        inside = places < len(self._sorted)
        found[inside] = self._sorted[places[inside]] == marks[inside]
        return {each for each, known in zip(ids, found, strict=True) if not known}

    def _sort_what_is_new(self) -> None:
        self._file.flush()
        if self._file.tell() > self._sorted.nbytes:
            self._sorted = np.memmap(self._file, np.uint64, "r+")
            self._sorted.sort()


def _marks(ids: Iterable[str]) -> Marks:
    return np.array([int(each[-17:].replace("-", ""), 16) for each in ids], np.uint64)
