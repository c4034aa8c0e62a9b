"""Names that are left alone among pictures: hidden ones, and what a NAS or a system keeps for itself."""

# Thumbnails, trash, earlier versions: none of them pictures that somebody put there. Windows writes them as it likes.
_OF_SYSTEMS = frozenset({
    "@eadir", "@tmp", "@sharebin", "#recycle", "#snapshot",  # Synology
    "@recycle", "@recently-snapshot", "@__thumb",  # QNAP
    "~snapshot",  # NetApp
    "$recycle.bin", "system volume information",  # Windows
    "__macosx", "network trash folder", "temporary items",  # macOS, also on the disks of others
    "lost+found",
})  # fmt: skip


def is_hidden(name: str) -> bool:
    """Return whether a file or folder of this name is left alone, with all that is in it."""
    return name.startswith(".") or name.casefold() in _OF_SYSTEMS
