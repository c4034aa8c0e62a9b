"""The header of a picture file, read and judged before any pixel is decoded.

The file's content decides what it is, never its name. Whatever a decoder raises over a damaged file
leaves here as one `ImageError`.
"""

import io
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from PIL import (
    AvifImagePlugin,  # noqa: F401  (importing a plugin registers its format)
    ExifTags,
    Image,
    MpoImagePlugin,  # noqa: F401
    TiffImagePlugin,
    WebPImagePlugin,  # noqa: F401
)

from model.cost import BYTES_PER_PIXEL, coefficient_bytes, decoding_bytes
from model.errors import MAX_SIDE_PIXELS, TooManyPixelsError, UndecodableError, UnsupportedFormatError

# Formats that cameras, phones and browsers write and whose decoders are fuzzed daily. Left out: what
# runs a program or an interpreter (EPS, PDF, WMF), what hides a second header of another size (ICO,
# ICNS), what decodes in Python.
FORMATS = frozenset({"AVIF", "BMP", "GIF", "JPEG", "MPO", "PNG", "PPM", "TIFF", "WEBP"})
MAX_PIXELS = 50_000_000

Source = bytes | Path

# Our own limit takes the place of Pillow's, which is higher, global, and does not say how large the
# picture was.
Image.MAX_IMAGE_PIXELS = None

# Pillow warns of odd metadata and decodes on. Nobody who runs a server can do anything about it.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")

# No photograph has more scans than its 64 coefficients times its components. A crafted one repeats
# empty scans by the thousand, a few bytes each, and every one of them walks over all pixels.
_MAX_JPEG_SCANS = 200
_SCAN_MARKER = b"\xff\xda"

# EXIF orientations whose rows run down the upright picture.
LYING = (5, 6, 7, 8)

# What Pillow's readers are known to raise over damaged files.
_DECODER_FAULTS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    BufferError,
    EOFError,
    Image.DecompressionBombError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    Warning,
    struct.error,
    zlib.error,
)


@dataclass(frozen=True)
class Header:
    """What a picture file says about itself: Pillow's name of the format, and the upright size in pixels."""

    format: str
    width: int
    height: int


def read_header(source: Source, max_pixels: int = MAX_PIXELS) -> Header:
    """Return format and upright size without decoding a pixel. JPEGs of several pictures (MPO) count as JPEG.

    Raises an ImageError, and OSError where a path cannot be opened.
    """
    with opened(source, max_pixels) as image:
        return describe(image)


def begins_as_picture(head: bytes) -> bool:
    """Return whether the first bytes of a file, 16 or more, announce a picture in a format that is taken."""
    try:
        _recognise(io.BytesIO(head))
    except UnsupportedFormatError:
        return False
    return True


def describe(image: Image.Image) -> Header:
    """Return the header of an opened picture, before anything is decoded: a draft changes the size."""
    width, height = upright_size(image)
    return Header("JPEG" if image.format == "MPO" else str(image.format), width, height)


@contextmanager
def opened(source: Source, max_pixels: int) -> Iterator[Image.Image]:
    """Give a picture whose header is acceptable; what its decoder raises becomes an ImageError."""
    with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as file:
        kind = _recognise(file)
        try:
            image = Image.open(file, formats=[kind])
            _check_bounds(image, file, max_pixels)
            yield image
        except _DECODER_FAULTS as fault:
            text = f"The {kind} picture does not decode: it is damaged or cut short."
            raise UndecodableError(text) from fault


def _recognise(file: IO[bytes]) -> str:
    """Return the format that the first bytes announce."""
    prefix = file.read(16).ljust(16, b"\0")
    if not file.tell():
        raise UnsupportedFormatError("The file is empty: it has no bytes.")
    file.seek(0)
    Image.preinit()
    for name in sorted(FORMATS - {"MPO"}):  # an MPO begins like the JPEG that it is
        accepts = Image.OPEN[name][1]
        if accepts and accepts(prefix):
            return name
    taken = ", ".join(sorted(FORMATS))
    raise UnsupportedFormatError(f"This is not a picture in a format that is taken ({taken}).")


def _check_bounds(image: Image.Image, file: IO[bytes], max_pixels: int) -> None:
    width, height = image.size
    if width * height > max_pixels or max(width, height) > MAX_SIDE_PIXELS:
        raise TooManyPixelsError(width, height, max_pixels)
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        _check_tile(image, max_pixels)
    passes_bytes = coefficient_bytes(image)
    _check_cost(image, passes_bytes or decoding_bytes(image), max_pixels)
    if passes_bytes:  # else libjpeg takes one scan, and to look for more would cost more than to open it
        _check_scans(file)


def _check_tile(image: TiffImagePlugin.TiffImageFile, max_pixels: int) -> None:
    """Refuse a small TIFF that is cut from one enormous tile: the decoder allocates the tile."""
    width = image.tag_v2.get(TiffImagePlugin.TILEWIDTH, 0)
    height = image.tag_v2.get(TiffImagePlugin.TILELENGTH, 0)
    if width * height > max_pixels:
        raise TooManyPixelsError(width, height, max_pixels)


def _check_cost(image: Image.Image, needed_bytes: int, max_pixels: int) -> None:
    """Refuse what takes more memory than the largest picture of most formats does."""
    most_bytes = max_pixels * BYTES_PER_PIXEL
    if needed_bytes > most_bytes:
        width, height = image.size
        raise TooManyPixelsError(width, height, int(width * height * most_bytes / needed_bytes))


def _check_scans(file: IO[bytes]) -> None:
    position = file.tell()
    file.seek(0)
    scans = file.read().count(_SCAN_MARKER)
    file.seek(position)
    if scans > _MAX_JPEG_SCANS:
        text = f"The JPEG picture is drawn in {scans:,} passes; at most {_MAX_JPEG_SCANS} are taken."
        raise UndecodableError(text)


def read_orientation(image: Image.Image) -> int:
    """Return the EXIF orientation, 1 (upright) where there is none or it cannot be read."""
    if image.format == "TIFF":  # Pillow turns these itself
        return 1
    try:
        # The base class reads what stands in the header; the PNG reader's own method decodes the
        # pixels.
        return int(Image.Image.getexif(image).get(ExifTags.Base.Orientation, 1))
    except _DECODER_FAULTS:
        return 1


def upright_size(image: Image.Image) -> tuple[int, int]:
    """Return width and height in pixels as they are once the picture stands upright."""
    width, height = image.size
    return (height, width) if read_orientation(image) in LYING else (width, height)
