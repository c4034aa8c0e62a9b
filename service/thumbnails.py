"""Thumbnails, drawn when first asked for and kept in the data folder under the hash of the picture's bytes."""

import logging
from pathlib import Path

from indexer.durable import make_folder, write_file
from indexer.room import NoRoomError, require_room
from model.header import Source
from model.preprocess import draw_thumbnail

LONG_SIDE = 320  # pixels: sharp at 160 on a dense screen

log = logging.getLogger(__name__)


class Thumbnails:
    """Keeps none where it would leave fewer than `min_free_bytes` on the disk."""

    def __init__(self, folder: Path, max_pixels: int, min_free_bytes: int) -> None:
        self.folder, self._max_pixels, self._min_free_bytes = folder, max_pixels, min_free_bytes

    def find(self, sha256: str) -> bytes | None:
        """Return the thumbnail, a JPEG file, of the picture with this hash, or None if it was not drawn yet."""
        try:
            return self.path(sha256).read_bytes()
        except FileNotFoundError:
            return None

    def draw(self, sha256: str, picture: Source) -> bytes:
        """Draw a picture's thumbnail, keep it if that can be done, and return it. Raises `ImageError`, `OSError`."""
        drawn = draw_thumbnail(picture, LONG_SIDE, self._max_pixels)
        try:
            make_folder(self.folder)
            require_room(self.folder, self._min_free_bytes)
            write_file(self.path(sha256), drawn, replace=True)
        except (NoRoomError, OSError) as error:  # whoever looks at pictures need not suffer from it
            log.warning("a thumbnail is not kept: %s", error)
        return drawn

    def path(self, sha256: str) -> Path:
        """Return where the thumbnail of the picture with this hash lies, or would lie."""
        return self.folder / sha256[:2] / f"{sha256}-{LONG_SIDE}.jpg"
