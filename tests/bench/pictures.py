"""Typical pictures to measure with: JPEG files of two common sizes, no two alike, the same ones every time."""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops, ImageEnhance, ImageOps

from indexer.sample.drawing import draw_picture
from indexer.sample.pictures import list_pictures
from indexer.settings import CORES

SIZES = ((640, 480), (1024, 768))
ORIGINALS = 24

# A drawing is smoother than a photograph and so quicker to decode. With this much grain, the files weigh what
# photographs of their size do: some 80 and some 200 kB.
GRAIN = 6.0
_GRAIN_MARGIN_PX = 64

_KEPT_SIDE = (0.8, 1.0)
_ENHANCEMENT = (0.8, 1.2)
_JPEG_QUALITY = (76, 92)


def draw_pictures(folder: Path, count: int) -> list[Path]:
    """Return the paths of `count` pictures in `folder`, drawn there, the two sizes in turn."""
    folder.mkdir(parents=True, exist_ok=True)
    families = range(min(count, ORIGINALS * len(SIZES)))
    # Spawned, not forked: the caller may have threads, and a fork copies their locks.
    with ProcessPoolExecutor(CORES, mp_context=get_context("spawn")) as pool:
        for _ in pool.map(partial(_draw_family, folder, count), families):
            pass
    return [_path(folder, number) for number in range(count)]


def _path(folder: Path, number: int) -> Path:
    return folder / f"{number:05d}.jpg"


def _draw_family(folder: Path, count: int, family: int) -> None:
    """Draw one original in one size, and save every picture that is made from it."""
    size = SIZES[family % len(SIZES)]
    opaque = [picture for picture in list_pictures() if picture.scene != "cutout" and not picture.edit]
    chosen = opaque[family // len(SIZES) * len(opaque) // ORIGINALS]
    original = draw_picture(replace(chosen, size=size)).convert("RGB")
    rng = np.random.default_rng(family)
    grain = _make_grain(size, rng)
    for number in range(family, count, ORIGINALS * len(SIZES)):
        copy = _roughen(_edit(original, rng), grain, rng)
        copy.save(_path(folder, number), "JPEG", quality=int(rng.integers(*_JPEG_QUALITY)))


def _edit(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Return another view of the picture: cropped, mirrored or not, in another light, of the same size."""
    width, height = (round(side * rng.uniform(*_KEPT_SIDE)) for side in image.size)
    left, top = (int(rng.integers(0, room + 1)) for room in (image.width - width, image.height - height))
    view = image.resize(image.size, Image.Resampling.BILINEAR, (left, top, left + width, top + height))
    if rng.random() < 0.5:
        view = ImageOps.mirror(view)
    for enhance in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
        view = enhance(view).enhance(rng.uniform(*_ENHANCEMENT))
    return view


def _make_grain(size: tuple[int, int], rng: np.random.Generator) -> Image.Image:
    """Return grain around a grey of 128, larger than the picture, so that it can be laid over it in many ways."""
    width, height = (side + _GRAIN_MARGIN_PX for side in size)
    values = rng.normal(128, GRAIN, (height, width)).clip(0, 255).astype(np.uint8)
    return Image.merge("RGB", [Image.fromarray(values)] * 3)


def _roughen(image: Image.Image, grain: Image.Image, rng: np.random.Generator) -> Image.Image:
    left, top = (int(offset) for offset in rng.integers(0, _GRAIN_MARGIN_PX, 2))
    laid = grain.crop((left, top, left + image.width, top + image.height))
    return ImageChops.add(image, laid, offset=-128)
