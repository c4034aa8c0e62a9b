"""How gunicorn serves the app, where a Qdrant server holds the catalogue: `python -m gunicorn -c deploy/gunicorn.py`.

One process for each core, with threads. They share no memory: each opens engine and model for itself, after the fork.
nginx stands before them, because eight clients that send slowly would keep eight threads waiting.
"""

import math
import os
import shutil
import tempfile
from typing import Any

from gunicorn.glogging import Logger
from gunicorn.workers.gthread import ThreadWorker

from indexer.logs import log_to
from indexer.settings import SettingError, load_settings
from service.exposure import ExposedError, require_guard

METRICS = "PROMETHEUS_MULTIPROC_DIR"  # prometheus_client looks for it when it is first imported: not before it is set


class StoppingWorker(ThreadWorker):
    """Told to stop, it answers all who have been let in by then, and tells those who only wait not to."""

    wsgi: Any = None  # until the app is there

    def handle_exit(self, sig: int, frame: Any) -> None:
        if self.wsgi is not None:
            self.wsgi.extensions["lookalike"].stopping.set()
        super().handle_exit(sig, frame)

    def set_accept_enabled(self, enabled: bool) -> None:
        super().set_accept_enabled(enabled)
        if not (enabled or self.alive):
            self._take_the_rest()

    def _take_the_rest(self) -> None:
        """Take the connections that the system has accepted already, and close the door.

        gunicorn would leave it open until the last request is answered, and then those who came by it in vain.
        """
        listeners, self.sockets = self.sockets, []
        for listener in listeners:
            listener.setblocking(False)
            known = -1
            while known < self.nr_conns:
                known = self.nr_conns
                self.accept(listener)
            listener.close()


class PlainLogger(Logger):
    """Leaves gunicorn's lines to the log that everything else goes to."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for own in (self.error_log, self.access_log):
            own.handlers.clear()
            own.propagate = True


def on_starting(server: Any) -> None:  # noqa: ARG001
    if not settings.qdrant_url:
        raise SystemExit(
            "lookalike: gunicorn needs LOOKALIKE_QDRANT_URL, for an embedded catalogue belongs to one process; "
            "`python -m service` serves that"
        )


def when_ready(server: Any) -> None:  # noqa: ARG001
    """Make the folder that the processes count in, once nothing can go wrong any more that would leave it behind."""
    if METRICS not in os.environ:
        os.environ[METRICS] = tempfile.mkdtemp(prefix="lookalike-metrics-")


def child_exit(server: Any, worker: Any) -> None:  # noqa: ARG001
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)


def worker_exit(server: Any, worker: Any) -> None:  # noqa: ARG001
    if worker.wsgi is not None:
        worker.wsgi.extensions["lookalike"].catalogue.close()


def on_exit(server: Any) -> None:  # noqa: ARG001
    shutil.rmtree(os.environ[METRICS], ignore_errors=True)


try:
    settings, _ = load_settings([])
    require_guard(settings)
except (SettingError, ExposedError) as error:
    raise SystemExit(f"lookalike: {error}") from None
log_to(None, settings.log, settings.log_level, settings.secrets)

wsgi_app = "service.wsgi:make_app()"
bind = f"[{settings.host}]:{settings.port}" if ":" in settings.host else f"{settings.host}:{settings.port}"
workers = settings.processes
worker_class = StoppingWorker
threads = settings.threads
preload_app = False
timeout = 30  # of a process that no longer says that it is alive, not of a request
graceful_timeout = math.ceil(settings.stop_timeout_s)
keepalive = 5
backlog = 1024
limit_request_line = 8190
control_socket_disable = True  # nobody steers it but by signals
forwarded_allow_ips = ""  # LOOKALIKE_PROXIES says whom to believe, and the app does that
logger_class = PlainLogger
loglevel = settings.log_level
proc_name = "lookalike"
