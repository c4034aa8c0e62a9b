"""The app for one of several processes that answer requests together; `deploy/gunicorn.py` says how they are run.

Nothing is opened before the process is there, for neither engine nor model lives through a fork. It only answers:
`python -m indexer work` indexes, in processes of its own, and `python -m indexer watch` follows the library.
"""

import logging
import os
import sys
from threading import Event

from flask import Flask
from prometheus_client import CollectorRegistry
from prometheus_client.multiprocess import MultiProcessCollector

from indexer.assembly import STARTING_ERRORS, open_encoder, open_parts
from indexer.settings import CORES, Settings, load_settings
from model.allocator import return_large_pieces
from service.app import create_app
from service.assembly import make_context
from service.processes import ProcessesCollector

HALT = 4  # gunicorn: the app cannot be loaded, and there is no use in trying again

log = logging.getLogger(__name__)


def make_app() -> Flask:
    """Return the app.

    Where something is wrong that a person can mend, this process ends with one line and `HALT`, which ends the others
    too. A Qdrant server or a bucket that is not there yet is waited for: until then requests that need it are a 503.
    """
    try:
        settings, _ = load_settings([])  # not as they were when the others started: a key lies in a file
        return _open_app(settings)
    except STARTING_ERRORS as error:
        log.critical("%s", error)
        sys.exit(HALT)


def _open_app(settings: Settings) -> Flask:
    cores = max(1, CORES // settings.processes)
    return_large_pieces()
    encoder = open_encoder(settings, cores)
    parts = open_parts(settings)
    parts.catalogue.require_model(encoder.version)
    return create_app(make_context(settings, parts, encoder, _wake_nobody, Event(), cores, _registry_of_all()))


def _registry_of_all() -> CollectorRegistry:
    """Return what all processes have counted: each leaves it in a file in a folder that the environment names."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    registry.register(ProcessesCollector(os.getppid()))
    return registry


def _wake_nobody() -> None:
    """The workers look for themselves."""
