"""Every colour mode that a picture file can have becomes 8-bit RGB on white."""

import math

import numpy as np
from PIL import Image

Levels = tuple[float, float]


def is_deep(image: Image.Image) -> bool:
    """Return whether a pixel is one number wider than 8 bits (16 or 32-bit integers, floats)."""
    return image.mode in ("I", "F") or image.mode.startswith("I;")


def find_levels(image: Image.Image) -> Levels:
    """Return the numbers that stand for black and white in a deep picture.

    16-bit integers use their full range. Wider integers and floats have no agreed white: 0..65535, 0..1
    and 0..255 are recognised, anything else is stretched from its darkest to its brightest pixel.
    """
    if image.mode.startswith("I;"):
        return 0, 65_535
    darkest, brightest = (float(level) for level in image.getextrema())  # type: ignore[arg-type]
    known = (65_535,) if image.mode == "I" else (1, 255)
    for white in known:
        if darkest >= 0 and brightest <= white:
            return 0, white
    return (darkest, brightest) if math.isfinite(brightest - darkest) else (0, 1)


def flatten(image: Image.Image, levels: Levels) -> Image.Image:
    """Return the picture in mode RGB, transparent parts on white.

    `levels` is what `find_levels` says about the whole picture of which this may be a part; only deep
    pictures use it.
    """
    if is_deep(image):
        return _scale_to_8_bits(image, levels).convert("RGB")
    if image.has_transparency_data:
        return _put_on_white(image.convert("RGBA"))
    return image if image.mode == "RGB" else image.convert("RGB")


def _scale_to_8_bits(image: Image.Image, levels: Levels) -> Image.Image:
    black, white = levels
    values = np.nan_to_num(np.asarray(image).astype(np.float32), nan=black, posinf=white, neginf=black)
    scaled = (values - black) * (255 / max(white - black, 1e-9))
    return Image.fromarray(np.clip(np.rint(scaled), 0, 255).astype(np.uint8))


def _put_on_white(image: Image.Image) -> Image.Image:
    canvas = Image.new("RGB", image.size, "white")
    canvas.paste(image, mask=image.getchannel("A"))
    return canvas
