"""gunicorn and nginx as `deploy/` has them, on free ports of this machine.

The catalogue lies on a Qdrant server, with two processes before it. Without one it is embedded, which needs the same of
everything but the number of processes.
"""

import getpass
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from tests.qdrant import QdrantServer
from tests.running import ROOT, Running, RunningService, free_port, wait_until

NGINX = ROOT / "deploy" / "nginx"


class RunningGunicorn(RunningService):
    """gunicorn before a library that has been indexed already."""

    command = ("-m", "gunicorn", "-c", "tests/stack/gunicorn.py")

    def __init__(self, library: Path, data: Path, server: QdrantServer | None, **variables: str) -> None:
        self._collection = ExitStack()
        variables = {"PROCESSES": "2" if server else "1", "MIN_FREE_MB": "0"} | self._place(server) | variables
        settings = {"LIBRARY": str(library), "DATA": str(data)} | variables
        environ = os.environ | {f"LOOKALIKE_{name}": value for name, value in settings.items()}
        _index(environ)
        super().__init__(library, data, **variables)

    def _place(self, server: QdrantServer | None) -> dict[str, str]:
        """Return the settings of a collection of its own, or none."""
        if server is None:
            return {}
        _, name = self._collection.enter_context(server.collection())
        return {"QDRANT_URL": server.url, "QDRANT_API_KEY": server.key or "", "COLLECTION": name}

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        self._collection.close()

    def workers(self) -> list[int]:
        """Return the numbers of the processes that serve now."""
        pid = self.process.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _index(environ: dict[str, str]) -> None:
    """Catalogue the library and index it, in processes of their own that have ended by then."""

    def indexer(*arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "indexer", *arguments]
        return subprocess.Popen(command, cwd=ROOT, env=environ, text=True, stdout=subprocess.PIPE)

    def pending() -> bool:
        told, _ = indexer("sync").communicate(timeout=120)
        return " 0 pending" not in f" {told.splitlines()[-1]}"

    if not pending():
        return
    worker = indexer("work")
    try:
        wait_until(lambda: not pending(), 120)
    finally:
        worker.terminate()
        worker.communicate(timeout=30)


class RunningNginx(Running):
    """nginx before whatever listens on a port, with the folders that it sends files from; all that it writes and
    logs lies in `folder`. `plain` or `tls` is the server that it runs."""

    must_be_well = False  # what is behind it may be away

    def __init__(
        self, port_behind: int, library: Path, data: Path, folder: Path, server: str = "plain", max_upload_mb: int = 32
    ) -> None:
        self.port, self.port_tls = free_port(), free_port()
        places = {
            "/tmp/": f"{folder}/",
            "/etc/nginx/": f"{folder}/",
            "client_max_body_size 32m": f"client_max_body_size {max_upload_mb}m",
            "service:8000": f"127.0.0.1:{port_behind}",
            "listen 8080": f"listen 127.0.0.1:{self.port}",
            "listen 8443": f"listen 127.0.0.1:{self.port_tls}",
            "alias /library/": f"alias {library}/",
            "alias /data/": f"alias {data}/",
        }
        (folder / "servers").mkdir(parents=True, exist_ok=True)
        for name in ("nginx.conf", "lookalike.conf", f"servers/{server}.conf"):
            text = (NGINX / Path(name).name).read_text()
            for there, here in places.items():
                text = text.replace(there, here)
            (folder / name).write_text(text)
        # Its processes must be able to read the folders of a test.
        own = f"daemon off; user {getpass.getuser()};"
        command = ["nginx", "-e", "stderr", "-c", folder / "nginx.conf", "-g", own]
        super().__init__(command, f"http://127.0.0.1:{self.port}", folder / "nginx.log")
