"""TensorFlow's own parts write to standard error whatever they are told; here people read only what commands say."""

import logging
import os
import sys
from io import TextIOWrapper


def take_any_letter() -> None:
    """Let standard output tell names by numbers where they have letters that a terminal knows nothing of."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def silence_libraries() -> None:
    """Let nothing but this process's own `sys.stderr` reach standard error from now on.

    What it and standard output say may have letters that a terminal knows nothing of.
    """
    take_any_letter()
    sys.stderr = os.fdopen(os.dup(2), "w", buffering=1, errors="backslashreplace")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # advice to its callers
