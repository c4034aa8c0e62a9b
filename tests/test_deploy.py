"""What `deploy/` and docker-compose.yml say agrees with the code and with what it is installed from."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from indexer.settings import Settings, read_settings

ROOT = Path(__file__).parent.parent
EXTRAS = ("server", "redis", "s3")  # what the image has beside what everybody needs
LOCK = (ROOT / "deploy/requirements.lock").read_text()


def locked() -> dict[str, list[Version]]:
    """Return the versions of each package in the lock file; which one is taken may depend on the Python."""
    found: dict[str, list[Version]] = {}
    for name, version in re.findall(r"^([a-z0-9._-]+)==(\S+)", LOCK, re.MULTILINE):
        found.setdefault(name, []).append(Version(version))
    return found


def test_the_lock_file_has_all_that_is_needed_in_a_version_that_will_do() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = [Requirement(text) for text in project["dependencies"]]
    needed += [Requirement(text) for extra in EXTRAS for text in project["optional-dependencies"][extra]]
    versions = locked()
    assert [
        str(each) for each in needed if not all(v in each.specifier for v in versions.get(each.name, [Version("0")]))
    ] == []


def test_every_package_in_the_lock_file_has_hashes_and_none_says_where_it_is_from() -> None:
    entries = re.split(r"^(?=[a-z0-9])", LOCK, flags=re.MULTILINE)[1:]
    assert len(entries) > 30
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    assert "://" not in LOCK
    assert "tensorflow" not in LOCK


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("docker-compose.yml", "deploy"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / ".env.example", tmp_path / ".env")
    return tmp_path


def settings_of(lines: list[str]) -> Settings:
    return read_settings({}, dict(line.split("=", 1) for line in lines if line.startswith("LOOKALIKE_")))


def test_what_the_example_sets_the_settings_take() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    assert settings_of(lines) == Settings()


def test_the_limit_of_an_upload_in_nginx_is_the_one_of_the_service() -> None:
    (size,) = re.findall(r"client_max_body_size (\d+)m;", (ROOT / "deploy/nginx/nginx.conf").read_text())
    assert int(size) == Settings().max_upload_mb


@pytest.mark.skipif(
    shutil.which("docker-compose") is None, reason="needs docker-compose (apt-get install docker-compose)"
)
@pytest.mark.parametrize("more", [None, "tls.yml", "cluster.yml"])
def test_docker_compose_takes_the_files(tree: Path, more: str | None) -> None:
    files = ["-f", "docker-compose.yml", *(["-f", f"deploy/{more}"] if more else [])]
    done = subprocess.run(["docker-compose", *files, "config"], cwd=tree, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr


def test_the_settings_that_the_stack_fixes_are_ones_that_exist() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    fixed: dict[str, Any] = dict(re.findall(r'^    (LOOKALIKE_\w+): "?([^"\n$]+)"?$', text, re.MULTILINE))
    files = {name: value for name, value in fixed.items() if name.endswith("_FILE")}
    assert set(files.values()) == {"/run/secrets/qdrant_key", "/run/secrets/write_key"}
    settings = read_settings({}, {name: value for name, value in fixed.items() if name not in files})
    assert (settings.host, settings.open, settings.x_accel) == ("0.0.0.0", False, True)
