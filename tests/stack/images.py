"""The images that the stack is made of: those that are named, those that can be pulled, or such as are made here.

`BASE`, `NGINX_IMAGE` and `QDRANT_IMAGE` name others. Where none can be pulled, a Debian from `debootstrap` (as root)
does for the first two, and a Qdrant made of the server's program, if `QDRANT_BINARY` says where that is, for the third.
"""

import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.running import ROOT

LOCAL_BASE, LOCAL_QDRANT = "lookalike-test-base", "lookalike-test-qdrant"
# What the two images that it stands for have and the tests need.
PACKAGES = "ca-certificates,curl,nginx-light,python3,python3-venv"

_QDRANT = f"""
FROM {LOCAL_BASE}
RUN useradd --uid 1000 qdrant && mkdir -p /qdrant/storage && chown -R qdrant /qdrant
COPY qdrant /qdrant/qdrant
RUN printf '#!/bin/bash\\nexec ./qdrant "$@"\\n' >/qdrant/entrypoint.sh && chmod +x /qdrant/entrypoint.sh
WORKDIR /qdrant
USER qdrant
CMD ["./entrypoint.sh"]
"""


def base_image() -> str:
    """Return the image that ours is built on."""
    return _had("BASE") or _local_base()


def nginx_image() -> str:
    return _had("NGINX_IMAGE") or _local_base()


def qdrant_image() -> str | None:
    """Return an image of a Qdrant server, or None if there is none to be had."""
    return _had("QDRANT_IMAGE") or (
        _local_qdrant(Path(os.environ["QDRANT_BINARY"])) if "QDRANT_BINARY" in os.environ else None
    )


def named_image(variable: str) -> str:
    """Return the image that the environment or docker-compose.yml names."""
    named = re.search(rf"\$\{{{variable}:-(.+?)\}}", (ROOT / "docker-compose.yml").read_text())
    return os.environ.get(variable) or (named[1] if named else "")


def _had(variable: str) -> str | None:
    """Return the image that is named, if it is here or can be pulled."""
    image = named_image(variable)
    return image if _is_here(image) or not _docker("pull", "--quiet", image, check=False).returncode else None


@cache
def _local_base() -> str:
    if _is_here(LOCAL_BASE):
        return LOCAL_BASE
    with TemporaryDirectory() as folder:
        release = re.search(r"^VERSION_CODENAME=(\w+)", Path("/etc/os-release").read_text(), re.MULTILINE)
        suite = release[1] if release else "stable"
        subprocess.run(["debootstrap", "--variant=minbase", f"--include={PACKAGES}", suite, folder], check=True)
        # Packages are installed over whatever this machine trusts.
        shutil.copy("/etc/ssl/certs/ca-certificates.crt", f"{folder}/etc/ssl/certs/ca-certificates.crt")
        with subprocess.Popen(["tar", "-C", folder, "-c", "."], stdout=subprocess.PIPE) as tar:
            subprocess.run(["docker", "import", "-", LOCAL_BASE], stdin=tar.stdout, check=True)
    return LOCAL_BASE


@cache
def _local_qdrant(binary: Path) -> str:
    _local_base()
    with TemporaryDirectory() as folder:
        shutil.copy(binary, f"{folder}/qdrant")
        Path(folder, "Dockerfile").write_text(_QDRANT)
        _docker("build", "--tag", LOCAL_QDRANT, folder)
    return LOCAL_QDRANT


def _is_here(image: str) -> bool:
    return not _docker("image", "inspect", image, check=False).returncode


def _docker(*arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["docker", *arguments], check=check, capture_output=True, text=True)
