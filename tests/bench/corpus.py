"""A library and a catalogue of any number of points, without indexing a picture for each."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from indexer.edge import EdgeEngine
from indexer.engine import Point
from indexer.record import Record, label_of, now
from indexer.settings import Settings
from model import VECTOR_SIZE
from model.preprocess import read_header

FOLDERS = 40
BATCH = 2000


class Corpus:
    """A library under `folder` whose files are hard links to `pictures`, with its catalogue.

    File systems limit the links to one file (ext4: 65,000), so for many points there must be several pictures.
    """

    def __init__(self, folder: Path, pictures: Sequence[Path], model: str) -> None:
        self.library, self.data = folder / "library", folder / "data"
        self._templates = [(path, _describe(path, model)) for path in pictures]
        self._rng = np.random.default_rng(1)
        self.keys: list[str] = []
        for number in range(FOLDERS):
            (self.library / f"folder-{number:02d}").mkdir(parents=True)

    def grow(self, points: int) -> None:
        """Add files and their indexed points, with random vectors, until there are that many. No service may run."""
        settings = Settings(library=self.library, data=self.data)
        engine = EdgeEngine(settings.data_folder / settings.collection, VECTOR_SIZE, min_free_bytes=0)
        try:
            for start in range(len(self.keys), points, BATCH):
                engine.write(list(self._add(start, min(start + BATCH, points))))
        finally:
            engine.close()

    def _add(self, start: int, end: int) -> Iterator[Point]:
        vectors = self._rng.standard_normal((end - start, VECTOR_SIZE)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        for number, vector in zip(range(start, end), vectors, strict=True):
            picture, template = self._templates[number % len(self._templates)]
            key = f"folder-{number % FOLDERS:02d}/{number:06d}.jpg"
            os.link(picture, self.library / key)
            self.keys.append(key)
            record = replace(template, key=key, added_at=now(), label=label_of(key))
            yield Point(record.id, record.to_payload(), vector)


def _describe(picture: Path, model: str) -> Record:
    """Return the record of an indexed file that any key can be given to."""
    status, header = picture.stat(), read_header(picture)
    return Record(
        key=picture.name,
        size=status.st_size,
        mtime_ns=status.st_mtime_ns,
        added_at=now(),
        state="indexed",
        sha256=hashlib.sha256(picture.read_bytes()).hexdigest(),
        width=header.width,
        height=header.height,
        format=header.format,
        model=model,
    )
