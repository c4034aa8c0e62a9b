"""A picture file becomes upright 8-bit RGB pixels on white, small from the start."""

import io
import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFile

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

Box = tuple[float, float, float, float]
WHOLE: Box = (0, 0, 1, 1)

# Shrink by whole numbers (cheap) down to this many times the wanted size, then by the smooth filter.
_REDUCING_GAP = 2
_BAND_PIXELS = 1 << 20
_PIXEL_BYTES = 4  # in Pillow's memory, at most

# Decoders let go of the GIL for each block that they are given, and wait for it again. With 64 KiB that is several
# times a picture, and costs a twentieth of the searches where many want to.
ImageFile.MAXBLOCK = 1 << 20

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# Where a point of the upright picture lies in the stored one, for each turn.
_CORNERS: dict[int, Callable[[float, float], tuple[float, float]]] = {
    2: lambda x, y: (1 - x, y),
    3: lambda x, y: (1 - x, 1 - y),
    4: lambda x, y: (x, 1 - y),
    5: lambda x, y: (y, x),
    6: lambda x, y: (y, 1 - x),
    7: lambda x, y: (1 - y, 1 - x),
    8: lambda x, y: (1 - y, x),
}


def load_pixels(source: Source, size: int, max_pixels: int = MAX_PIXELS, box: Box = WHOLE) -> npt.NDArray[np.uint8]:
    """Return the picture or a part of it, upright, on white, squeezed into a square: uint8 (size, size, 3), RGB.

    `box` is left, top, right, bottom of the part, from 0 to 1 of the upright picture. Of an animation this is the
    first frame. Raises an ImageError, and OSError where a path cannot be opened.
    """
    return load_picture(source, size, max_pixels, box)[1]


def load_picture(
    source: Source, size: int, max_pixels: int = MAX_PIXELS, box: Box = WHOLE
) -> tuple[Header, npt.NDArray[np.uint8]]:
    """Return what `read_header` and `load_pixels` do, in one reading. Raises what they do."""
    with opened(source, max_pixels) as image:
        return describe(image), np.asarray(_draw(image, size, size, box))


def draw_thumbnail(source: Source, long_side: int, max_pixels: int = MAX_PIXELS) -> bytes:
    """Return the picture as a JPEG file, upright, on white, its longer side at most `long_side` pixels.

    Raises an ImageError, and OSError where a path cannot be opened.
    """
    with opened(source, max_pixels) as image:
        width, height = upright_size(image)
        scale = min(1, long_side / max(width, height))
        drawn = _draw(image, max(1, round(width * scale)), max(1, round(height * scale)))
    drawn.info.pop("comment", None)  # Pillow would copy the text from one file into the other
    file = io.BytesIO()
    drawn.save(file, "JPEG", quality=THUMBNAIL_QUALITY, optimize=True, progressive=True)
    return file.getvalue()


def _draw(image: Image.Image, width: int, height: int, box: Box = WHOLE) -> Image.Image:
    """Decode and return a part of the picture in RGB, upright, on white, at exactly this size."""
    orientation = read_orientation(image)
    if orientation in LYING:
        width, height = height, width
    left, top, right, bottom = box = _as_stored(box, orientation)
    passes_bytes = coefficient_bytes(image)
    # A JPEG decodes at a half, a quarter or an eighth, if that is enough.
    image.draft(image.mode, (math.ceil(width / (right - left)), math.ceil(height / (bottom - top))))
    cut_bytes = 0 if box == WHOLE else image.width * image.height * _PIXEL_BYTES
    with SHARE.holding(passes_bytes + decoding_bytes(image) + cut_bytes):
        image.load()
        small = _shrink(image, width, height, box)
    return small.transpose(_TURNS[orientation]) if orientation in _TURNS else small


def _as_stored(box: Box, orientation: int) -> Box:
    """Return where a part of the upright picture lies in the stored one."""
    if orientation not in _CORNERS:
        return box
    (x, y), (other_x, other_y) = _CORNERS[orientation](*box[:2]), _CORNERS[orientation](*box[2:])
    return min(x, other_x), min(y, other_y), max(x, other_x), max(y, other_y)


def _shrink(image: Image.Image, width: int, height: int, box: Box) -> Image.Image:
    levels = find_levels(image) if is_deep(image) else (0, 255)
    part, (left, top, right, bottom) = _cut(image, box)
    across = max(1, int(right - left) // (width * _REDUCING_GAP))
    down = max(1, int(bottom - top) // (height * _REDUCING_GAP))
    reduced = _reduce(part, across, down, levels)
    place = (left / across, top / down, right / across, bottom / down)
    return reduced.resize((width, height), Image.Resampling.BICUBIC, place)


def _cut(image: Image.Image, box: Box) -> tuple[Image.Image, Box]:
    """Return the pixels that a box touches, and where among them it lies, in pixels."""
    if box == WHOLE:
        return image, (0, 0, image.width, image.height)
    left, right = box[0] * image.width, box[2] * image.width
    top, bottom = box[1] * image.height, box[3] * image.height
    x, y = min(math.floor(left), image.width - 1), min(math.floor(top), image.height - 1)
    part = image.crop((x, y, max(x + 1, math.ceil(right)), max(y + 1, math.ceil(bottom))))
    return part, (left - x, top - y, right - x, bottom - y)


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
