"""The service against its own description, with the thousands of requests that schemathesis thinks up for it."""

import subprocess
import sys
from pathlib import Path

from tests.pictures import BLUE, RED, draw
from tests.running import ROOT, RunningService

SCHEMATHESIS = Path(sys.executable).parent / "schemathesis"


def test_the_service_is_as_it_says(tmp_path: Path) -> None:
    library = tmp_path / "library"
    library.mkdir()
    for key, colour in (("a.png", RED), ("b.png", BLUE)):
        (library / key).write_bytes(draw(colour))
    with RunningService(library, tmp_path / "data", "--fetch-urls", "no") as service:
        command = [SCHEMATHESIS, "--config-file", ROOT / "tests/schemathesis.toml", "run", "--checks", "all"]
        done = subprocess.run(
            [*command, "--no-color", f"{service.address}/openapi.json"],
            cwd=ROOT, capture_output=True, text=True, timeout=900,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout
        assert "Traceback" not in service.log.read_text()
