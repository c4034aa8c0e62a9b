"""TensorFlow's own parts write to standard error whatever they are told; here people read only what commands say."""

import logging
import os
import sys


def silence_libraries() -> None:
    """Let nothing but this process's own `sys.stderr` reach standard error from now on."""
    sys.stderr = os.fdopen(os.dup(2), "w", buffering=1, errors="backslashreplace")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # advice to its callers
