"""What decoding a picture takes of memory, and how much of that may be taken at once.

The figures were measured with Pillow 13 as the growth of the process over pictures of 50 million pixels, in their
costliest forms. Formats that decode line by line take the pixels alone; WebP and AVIF hold the whole picture three or
four times.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from io import SEEK_CUR
from threading import Condition
from typing import IO

from PIL import Image, JpegImagePlugin, TiffImagePlugin

BYTES_PER_PIXEL = 5  # a little more than any format takes that decodes line by line
_WHOLE_BYTES_PER_PIXEL = {"AVIF": 15, "WEBP": 17}
_NARROW_MODES = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2}  # bytes of a pixel in Pillow's memory; else 4
_COEFFICIENT_BYTES = 2
_RAW = 1
_START_OF_SCAN = 0xDA
_WITHOUT_LENGTH = frozenset({0x00, 0x01, *range(0xD0, 0xDA)})  # markers that nothing follows, and what is none

TOGETHER_BYTES = 256 << 20
UNCOUNTED_BYTES = 8 << 20


def decoding_bytes(image: Image.Image) -> int:
    """Return about how many bytes decoding an opened picture will take, at the size that it is drafted for."""
    pixels = image.width * image.height
    if image.format in _WHOLE_BYTES_PER_PIXEL:
        return pixels * _WHOLE_BYTES_PER_PIXEL[image.format]
    drawn_bytes = pixels * _NARROW_MODES.get(image.mode, 4) * 9 // 8
    return drawn_bytes + (_strip_bytes(image) if isinstance(image, TiffImagePlugin.TiffImageFile) else 0)


def coefficient_bytes(image: Image.Image) -> int:
    """Return how many bytes a JPEG of several passes takes before its first pixel, whatever it is drafted for; else 0.

    All passes meet in one number for each pixel and component; components may have fewer pixels than the picture.
    """
    if not isinstance(image, JpegImagePlugin.JpegImageFile) or not _has_passes(image):
        return 0
    samples = [across * down for _, across, down, *_ in image.layer]
    return image.width * image.height * _COEFFICIENT_BYTES * sum(samples) // max(1, *samples)


def _has_passes(image: JpegImagePlugin.JpegImageFile) -> bool:
    """Return whether the first pass draws less than the whole: fewer bits (progressive), or fewer components.

    After one that draws the whole libjpeg refuses any other, without a look at what it holds.
    """
    file = image.fp
    if "progressive" in image.info or file is None:
        return True
    position = file.tell()
    try:
        return _first_pass_components(file) < image.layers
    finally:
        file.seek(position)


def _first_pass_components(file: IO[bytes]) -> int:
    """Return how many components the first pass draws; 0 where something lies before it that decoders pass over."""
    file.seek(2)
    while len(head := file.read(4)) == 4:
        if head[:2] == b"\xff\xff":  # padding before a marker
            file.seek(-3, SEEK_CUR)
        elif head[0] != 0xFF or head[1] in _WITHOUT_LENGTH:
            return 0
        elif head[1] == _START_OF_SCAN:
            return (file.read(1) or b"\0")[0]
        else:
            file.seek(int.from_bytes(head[2:]) - 2, SEEK_CUR)
    return 0


def _strip_bytes(image: TiffImagePlugin.TiffImageFile) -> int:
    """Return the size of what the decoder unpacks at once, which may be the whole picture a second time."""
    tags = image.tag_v2
    if tags.get(TiffImagePlugin.COMPRESSION, _RAW) == _RAW:
        return 0
    rows = tags.get(TiffImagePlugin.TILELENGTH) or min(
        tags.get(TiffImagePlugin.ROWSPERSTRIP, image.height), image.height
    )
    width = tags.get(TiffImagePlugin.TILEWIDTH) or image.width
    return int(rows * width * sum(tags.get(TiffImagePlugin.BITSPERSAMPLE, (1,))) // 8)


class MemoryShare:
    """Lets threads take memory in the order in which they come, as long as it is no more than so much together.

    What takes more than that waits until nobody else takes any. What takes little never waits and is not counted.
    """

    def __init__(self, together_bytes: int = TOGETHER_BYTES, uncounted_bytes: int = UNCOUNTED_BYTES) -> None:
        self._together_bytes, self._uncounted_bytes = together_bytes, uncounted_bytes
        self._taken_bytes, self._waiting, self._changed = 0, deque[object](), Condition()

    @contextmanager
    def holding(self, needed_bytes: int) -> Iterator[None]:
        """Wait for a share and hold it."""
        if needed_bytes <= self._uncounted_bytes:
            yield
            return
        self._take(needed_bytes)
        try:
            yield
        finally:
            self._give_back(needed_bytes)

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        return len(self._waiting)

    def _take(self, needed_bytes: int) -> None:
        turn = object()
        with self._changed:
            self._waiting.append(turn)
            self._changed.wait_for(lambda: self._waiting[0] is turn and self._fits(needed_bytes))
            self._waiting.popleft()
            self._taken_bytes += needed_bytes
            self._changed.notify_all()

    def _fits(self, needed_bytes: int) -> bool:
        return not self._taken_bytes or self._taken_bytes + needed_bytes <= self._together_bytes

    def _give_back(self, needed_bytes: int) -> None:
        with self._changed:
            self._taken_bytes -= needed_bytes
            self._changed.notify_all()


SHARE = MemoryShare()
