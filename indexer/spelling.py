"""Names as a folder has them: many a disk finds what is called `Red.jpg` under `RED.JPG` as well.

Those of macOS and Windows take capitals for small letters, and on a Mac é has two ways to be written. So do such disks
elsewhere, and what a NAS shares.
"""

import os
import unicodedata
from collections.abc import Callable, Iterable, Iterator


def true_name(name: str, find: Callable[[str], os.stat_result | None], listed: Callable[[], Iterable[str]]) -> str:
    """Return what a folder calls that which it finds under a name; the name itself if it finds nothing.

    `find` asks the folder, and `listed` looks through it, which takes long and is seldom needed.
    """
    found = find(name)
    if found is None or not any((other := find(each)) and os.path.samestat(found, other) for each in _others(name)):
        return name
    names, folded = list(listed()), _fold(name)
    return name if name in names else next((each for each in names if _fold(each) == folded), name)


def _others(name: str) -> Iterator[str]:
    """Yield names under which a folder that is not particular finds the same."""
    turned = "".join(letter.swapcase() if len(letter.swapcase()) == 1 else letter for letter in name)
    for other in (turned, unicodedata.normalize("NFC", name), unicodedata.normalize("NFD", name)):
        if other != name:
            yield other


def _fold(name: str) -> str:
    return unicodedata.normalize("NFD", name.casefold())
