"""What people do to a picture before they pass it on: cropped, mirrored, recoloured, shrunk, saved again.

Evaluation counts how often such a copy (`draw_edit`) still finds its original. Training learns to see through
these edits and rarer ones (`draw_view`): turned a little, blurred, grey, framed, with something laid over it.
"""

import io
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

Pictures = npt.NDArray[np.uint8]
Edit = Callable[[Image.Image, np.random.Generator], Image.Image]

# Edits crop and shrink, so they are drawn on a picture this much larger than the network takes.
COPY_MARGIN = 9 / 7

_KEPT_SIDE = (0.6, 1.0)
_ENHANCEMENT = (0.7, 1.3)
_JPEG_QUALITY = (25, 90)
_SHRUNK_SIDE = (0.4, 1.0)
_TURN_DEGREES = (-12.0, 12.0)
_BLUR_PIXELS = (0.5, 2.5)
_COVERED_SIDE = (0.1, 0.35)
_FRAME_SIDE = (0.02, 0.12)


def draw_edit(picture: Pictures, size: int, rng: np.random.Generator) -> Pictures:
    """Return an edited copy, uint8 (size, size, 3), of an RGB picture, uint8 (H, W, 3), that is not smaller.

    Which edits, and how strong, is drawn from `rng`: each of the five is made in about half of the
    copies.
    """
    return _apply([(edit, 0.5) for edit in _COMMON], picture, size, rng)


def draw_view(picture: Pictures, size: int, rng: np.random.Generator) -> Pictures:
    """Return a copy edited more strongly than `draw_edit` does, for training; shapes as there."""
    return _apply([(edit, 0.15) for edit in _RARE] + [(edit, 0.55) for edit in _COMMON], picture, size, rng)


def _apply(edits: list[tuple[Edit, float]], picture: Pictures, size: int, rng: np.random.Generator) -> Pictures:
    image = Image.fromarray(picture)
    for edit, probability in edits:
        if rng.random() < probability:
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


def _turn(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    return image.rotate(rng.uniform(*_TURN_DEGREES), Image.Resampling.BILINEAR, fillcolor=_draw_colour(rng))


def _blur(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(rng.uniform(*_BLUR_PIXELS)))


def _make_grey(image: Image.Image, _: np.random.Generator) -> Image.Image:
    return image.convert("L").convert("RGB")


def _frame(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    return ImageOps.expand(image, max(1, round(image.width * rng.uniform(*_FRAME_SIDE))), _draw_colour(rng))


def _cover(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Lay a plain rectangle or a word over a part of the picture."""
    image = image.copy()
    width, height = (round(side * rng.uniform(*_COVERED_SIDE)) for side in image.size)
    left, top = int(rng.integers(0, image.width - width + 1)), int(rng.integers(0, image.height - height + 1))
    draw, colour = ImageDraw.Draw(image), _draw_colour(rng)
    if rng.random() < 0.5:
        draw.rectangle((left, top, left + width, top + height), fill=colour)
    else:
        word = "".join(chr(letter) for letter in rng.integers(ord("A"), ord("Z") + 1, 8))
        draw.text((left, top), word, fill=colour, font_size=max(10, height))
    return image


def _draw_colour(rng: np.random.Generator) -> tuple[int, int, int]:
    """Return white, black, or any colour."""
    red, green, blue = (int(value) for value in rng.integers(0, 256, 3))
    return ((255, 255, 255), (0, 0, 0), (red, green, blue))[int(rng.integers(0, 3))]


_COMMON: tuple[Edit, ...] = (_crop, _mirror, _recolour, _shrink, _save_as_jpeg)
_RARE: tuple[Edit, ...] = (_turn, _blur, _make_grey, _cover, _frame)
