"""A folder of pictures becomes an .npz file of vectors."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from model import VECTOR_SIZE
from model.dataset import find_pictures
from model.errors import ImageError, tell_fault
from model.output import writing
from model.preprocess import load_pixels
from model.runtime import Encoder, Vectors

# Enough to keep all cores busy, few enough that a library of millions is not queued at once.
_PICTURES_AT_ONCE = 512


@dataclass(frozen=True)
class Embedding:
    """The vectors of a folder's pictures, float32 (N, 64), unit length, and their paths relative to it."""

    vectors: Vectors
    paths: list[str]


@dataclass(frozen=True)
class Outcome:
    """What became of one file: its vector, or why it has none."""

    path: Path
    vector: Vectors | None
    fault: str | None


def embed_folder(folder: Path, encoder: Encoder, report: Callable[[Outcome], None]) -> Embedding:
    """Return the vectors of all pictures below a folder, in the order of their paths.

    `report` hears of every file as it is done. A file that is not a picture or does not decode is left
    out.
    """
    vectors, paths = [], []
    for outcome in embed_files(find_pictures(folder), encoder):
        report(outcome)
        if outcome.vector is not None:
            vectors.append(outcome.vector)
            paths.append(outcome.path.relative_to(folder).as_posix())
    return Embedding(np.array(vectors, np.float32).reshape(-1, VECTOR_SIZE), paths)


def embed_files(files: Iterator[Path], encoder: Encoder) -> Iterator[Outcome]:
    """Yield the outcome for each file, in their order; decoding and encoding run on all cores."""
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        while batch := list(islice(files, _PICTURES_AT_ONCE)):
            yield from threads.map(lambda path: _embed_file(path, encoder), batch)


def save_embedding(embedding: Embedding, path: Path) -> None:
    """Write `vectors` and `paths` as a compressed .npz under exactly this name. Raises OSError."""
    with writing(path) as part, part.open("wb") as file:
        np.savez_compressed(file, vectors=embedding.vectors, paths=np.array(embedding.paths, np.str_))


def _embed_file(path: Path, encoder: Encoder) -> Outcome:
    try:
        picture = load_pixels(path, encoder.size)
    except (ImageError, OSError) as fault:
        return Outcome(path, None, tell_fault(fault))
    return Outcome(path, encoder.encode(picture[np.newaxis])[0], None)
