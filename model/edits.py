"""What people do to a picture before they pass it on: cropped, mirrored, recoloured, shrunk, saved again.

Training learns to see through such edits, and evaluation counts how often an edited copy still finds
its original.
"""

import io

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageEnhance

Pictures = npt.NDArray[np.uint8]

# Edits crop and shrink, so they are drawn on a picture this much larger than the network takes.
COPY_MARGIN = 9 / 7

_KEPT_SIDE = (0.6, 1.0)
_ENHANCEMENT = (0.7, 1.3)
_JPEG_QUALITY = (25, 90)
_SHRUNK_SIDE = (0.4, 1.0)


def draw_edit(picture: Pictures, size: int, rng: np.random.Generator) -> Pictures:
    """Return an edited copy, uint8 (size, size, 3), of an RGB picture, uint8 (H, W, 3), that is not smaller.

    Which edits, and how strong, is drawn from `rng`: each of the five is made in about half of the
    copies.
    """
    image = Image.fromarray(picture)
    for edit in (_crop, _mirror, _recolour, _shrink, _save_as_jpeg):
        if rng.random() < 0.5:
            image = edit(image, rng)
    return np.asarray(image.resize((size, size), Image.Resampling.BICUBIC))


def _crop(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    width, height = (round(side * rng.uniform(*_KEPT_SIDE)) for side in image.size)
    left = int(rng.integers(0, image.width - width + 1))
    top = int(rng.integers(0, image.height - height + 1))
    return image.crop((left, top, left + width, top + height))


def _mirror(image: Image.Image, _: np.random.Generator) -> Image.Image:
    return image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)


def _recolour(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    for enhance in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
        image = enhance(image).enhance(rng.uniform(*_ENHANCEMENT))
    return image


def _shrink(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    scale = rng.uniform(*_SHRUNK_SIDE)
    return image.resize((round(image.width * scale), round(image.height * scale)), Image.Resampling.BILINEAR)


def _save_as_jpeg(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=int(rng.integers(*_JPEG_QUALITY)))
    return Image.open(file).convert("RGB")
