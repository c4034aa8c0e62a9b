"""What names say: which are left alone, as hidden, as a NAS's or a system's own, or by choice, and which promise a
picture.
"""

import re
import unicodedata
from dataclasses import dataclass
from fnmatch import translate
from functools import cached_property

# Thumbnails, trash, earlier versions: none of them pictures that somebody put there. Windows writes them as it likes.
_OF_SYSTEMS = frozenset({
    "@eadir", "@tmp", "@sharebin", "#recycle", "#snapshot",  # Synology
    "@recycle", "@recently-snapshot", "@__thumb",  # QNAP
    "~snapshot",  # NetApp
    "$recycle.bin", "system volume information",  # Windows
    "__macosx", "network trash folder", "temporary items",  # macOS, also on the disks of others
    "lost+found",
})  # fmt: skip


# What they hold is taken, or reported when it cannot be. The last two are not decoded yet, and people who have them
# want to be told.
_OF_PICTURES = frozenset({
    "avif", "bmp", "gif", "jfif", "jpe", "jpeg", "jpg", "mpo", "pbm", "pgm", "png", "ppm", "tif", "tiff", "webp",
    "heic", "heif",
})  # fmt: skip


def is_hidden(name: str) -> bool:
    """Return whether a file or folder of this name is left alone, with all that is in it."""
    return name.startswith(".") or name.casefold() in _OF_SYSTEMS


@dataclass(frozen=True)
class Ignored:
    """Tells like `is_hidden` which names are left alone, among them those that fit a pattern, whatever their case.

    In a pattern `*` stands for any letters, `?` for one, `[ab]` for one of some.
    """

    patterns: tuple[str, ...] = ()

    def __call__(self, name: str) -> bool:
        return is_hidden(name) or (bool(self.patterns) and self._fitting.match(_plain(name)) is not None)

    @cached_property
    def _fitting(self) -> re.Pattern[str]:
        return re.compile("|".join(translate(_plain(pattern)) for pattern in self.patterns))


ONLY_HIDDEN = Ignored()


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def promises_picture(name: str) -> bool:
    """Return whether a file of this name says of itself that it is a picture."""
    return name.rpartition(".")[2].lower() in _OF_PICTURES
