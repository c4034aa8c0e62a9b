"""A picture file becomes upright 8-bit RGB pixels on white, small from the start."""

import io
import math

import numpy as np
import numpy.typing as npt
from PIL import Image

from model.colour import Levels, find_levels, flatten, is_deep
from model.cost import SHARE, coefficient_bytes, decoding_bytes
from model.header import (
    FORMATS,
    LYING,
    MAX_PIXELS,
    Header,
    Source,
    describe,
    opened,
    read_header,
    read_orientation,
    upright_size,
)

__all__ = ["FORMATS", "MAX_PIXELS", "Header", "Source", "draw_thumbnail", "load_picture", "load_pixels", "read_header"]

THUMBNAIL_QUALITY = 82

# Shrink by whole numbers (cheap) down to this many times the wanted size, then by the smooth filter.
_REDUCING_GAP = 2
_BAND_PIXELS = 1 << 20

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def load_pixels(source: Source, size: int, max_pixels: int = MAX_PIXELS) -> npt.NDArray[np.uint8]:
    """Return the whole picture, upright, on white, squeezed into a square: uint8 (size, size, 3), RGB.

    Of an animation this is the first frame. Raises an ImageError, and OSError where a path cannot be
    opened.
    """
    return load_picture(source, size, max_pixels)[1]


def load_picture(source: Source, size: int, max_pixels: int = MAX_PIXELS) -> tuple[Header, npt.NDArray[np.uint8]]:
    """Return what `read_header` and `load_pixels` do, in one reading. Raises what they do."""
    with opened(source, max_pixels) as image:
        return describe(image), np.asarray(_draw(image, size, size))


def draw_thumbnail(source: Source, long_side: int, max_pixels: int = MAX_PIXELS) -> bytes:
    """Return the picture as a JPEG file, upright, on white, its longer side at most `long_side` pixels.

    Raises an ImageError, and OSError where a path cannot be opened.
    """
    with opened(source, max_pixels) as image:
        width, height = upright_size(image)
        scale = min(1, long_side / max(width, height))
        drawn = _draw(image, max(1, round(width * scale)), max(1, round(height * scale)))
    file = io.BytesIO()
    drawn.save(file, "JPEG", quality=THUMBNAIL_QUALITY, optimize=True, progressive=True)
    return file.getvalue()


def _draw(image: Image.Image, width: int, height: int) -> Image.Image:
    """Decode and return the picture in RGB, upright, on white, at exactly this size."""
    orientation = read_orientation(image)
    if orientation in LYING:
        width, height = height, width
    passes_bytes = coefficient_bytes(image)
    image.draft(image.mode, (width, height))  # a JPEG decodes at a half, a quarter or an eighth, if that is enough
    with SHARE.holding(passes_bytes + decoding_bytes(image)):
        image.load()
        small = _shrink(image, width, height)
    return small.transpose(_TURNS[orientation]) if orientation in _TURNS else small


def _shrink(image: Image.Image, width: int, height: int) -> Image.Image:
    across = max(1, image.width // (width * _REDUCING_GAP))
    down = max(1, image.height // (height * _REDUCING_GAP))
    levels = find_levels(image) if is_deep(image) else (0, 255)
    reduced = _reduce(image, across, down, levels)
    box = (0, 0, image.width / across, image.height / down)
    return reduced.resize((width, height), Image.Resampling.BICUBIC, box)


def _reduce(image: Image.Image, across: int, down: int, levels: Levels) -> Image.Image:
    """Return the picture in RGB, every `across` x `down` pixels averaged into one.

    It goes band by band, so that changing the colours of a large picture does not cost its size in
    memory again; most pictures are one band.
    """
    if image.width * image.height <= _BAND_PIXELS:
        return _reduce_band(flatten(image, levels), across, down)
    canvas = Image.new("RGB", (math.ceil(image.width / across), math.ceil(image.height / down)))
    rows = max(1, _BAND_PIXELS // image.width // down) * down
    for top in range(0, image.height, rows):
        band = image.crop((0, top, image.width, min(top + rows, image.height)))
        canvas.paste(_reduce_band(flatten(band, levels), across, down), (0, top // down))
    return canvas


def _reduce_band(band: Image.Image, across: int, down: int) -> Image.Image:
    return band if across == down == 1 else band.reduce((across, down))
