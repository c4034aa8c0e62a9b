"""Names that strangers give become keys that are harmless."""

import re
import unicodedata

MAX_NAME_BYTES = 200
_LONGEST_ENDING = 12


def name_to_key(name: str, label: str | None) -> str:
    """Return a key for an upload that was given none: its file name without a path, in the label's folder."""
    base = _clean(re.split(r"[/\\]", name)[-1]) or "picture"
    folder = _clean(label.replace("/", "-")) if label else ""
    return f"{folder}/{base}" if folder else base


def _clean(name: str) -> str:
    """Return a name without what a key may not have, at most 200 bytes with its ending kept."""
    printable = "".join(letter for letter in name if unicodedata.category(letter) not in ("Cc", "Cs"))
    stem, dot, ending = printable.strip().lstrip(".").rpartition(".")
    stem, ending = (stem, dot + ending) if stem and len(ending) < _LONGEST_ENDING else (stem + dot + ending, "")
    return stem.encode()[: MAX_NAME_BYTES - len(ending.encode())].decode(errors="ignore") + ending
