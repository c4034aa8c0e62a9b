"""What the lower part of the backbone makes of the training pictures and of edited copies of them, kept in a file.

Training changes the upper part alone. The lower part, where edges and textures are found, is as good for pictures it
never saw, and computing it once makes an epoch more than twice as quick.
"""

import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from model.edits import COPY_MARGIN, Pictures, draw_view
from model.export import prepare
from model.preprocess import load_pixels

Views = npt.NDArray[np.float16]
Report = Callable[[int, int], None]

_PICTURES_AT_ONCE = 64


def collect_views(paths: list[Path], trunk: keras.Model, views: int, seed: int, cache: Path, report: Report) -> Views:
    """Return what `trunk` gives for each picture, float16 (views, N, *trunk.output_shape[1:]), read from `cache`.

    The first view is the picture itself, the others are edited copies. They are computed where `cache` does not hold
    them yet; `report` then hears of views done and their number. Raises an ImageError when a picture does not decode.
    """
    fingerprint, note = take_fingerprint(paths, views, seed), cache.with_suffix(".txt")
    if not (cache.exists() and note.exists() and note.read_text("utf-8") == fingerprint):
        note.unlink(missing_ok=True)
        _compute(paths, trunk, views, seed, cache, report)
        note.write_text(fingerprint, "utf-8")
    kept: Views = np.load(cache, mmap_mode="r")
    return kept


def take_fingerprint(paths: list[Path], views: int, seed: int) -> str:
    """Return a digest that changes when other pictures or other views of them are wanted."""
    digest = hashlib.sha256(f"{views} {seed}".encode())
    for path in paths:
        digest.update(f"{path.resolve()} {path.stat().st_size} {path.stat().st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _compute(paths: list[Path], trunk: keras.Model, views: int, seed: int, cache: Path, report: Report) -> None:
    shape = (views, len(paths), *trunk.output_shape[1:])
    kept = np.lib.format.open_memmap(cache, "w+", np.float16, shape)
    compute = tf.function(lambda pixels: trunk(prepare(tf.cast(pixels, tf.float32)), training=False))
    size = trunk.input_shape[1]
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        for view in range(views):
            for start in range(0, len(paths), _PICTURES_AT_ONCE):
                places = range(start, min(start + _PICTURES_AT_ONCE, len(paths)))
                pixels = threads.map(lambda place: _draw(paths[place], size, (seed, place, view)), places)  # noqa: B023
                kept[view, places.start : places.stop] = compute(tf.constant(np.stack(list(pixels)))).numpy()
                report(view * len(paths) + places.stop, views * len(paths))
    kept.flush()


def _draw(path: Path, size: int, seed: tuple[int, int, int]) -> Pictures:
    """Return one view of a picture; the last number of the seed says which, and 0 is the picture itself."""
    if seed[-1] == 0:
        return load_pixels(path, size)
    return draw_view(load_pixels(path, round(size * COPY_MARGIN)), size, np.random.default_rng(seed))
