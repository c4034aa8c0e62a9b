"""The house keeps its order: who imports whom, and who may know of what."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = ["model", "indexer", "service", "webui"]
MODULES = sorted(path for layer in LAYERS for path in (ROOT / layer).rglob("*.py"))

# What only some may import, and who.
CONFINED = {
    "flask": ["service/"],
    "qdrant_edge": ["indexer/edge.py"],
    "qdrant_client": ["indexer/collection.py", "indexer/server.py"],
    "s3fs": ["indexer/objects.py"],
    "tensorflow": ["model/"],
    "keras": ["model/"],
}
# TensorFlow costs seconds and half a gigabyte: nothing that serves may bring it in, not even by way of others.
SERVING = ["model/errors.py", "model/preprocess.py", "model/artifact.py", "model/runtime.py", "model/embed.py"]


def imports(path: Path) -> Iterator[str]:
    """Yield the full name of everything that a module imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: write imports in full"
            yield node.module or ""


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_go_one_way(path: Path) -> None:
    layer = path.relative_to(ROOT).parts[0]
    above = LAYERS[LAYERS.index(layer) + 1 :]
    assert not [name for name in imports(path) if name.split(".")[0] in [*above, "tests"]]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_libraries_stay_where_they_belong(path: Path) -> None:
    place = path.relative_to(ROOT).as_posix()
    for name in {name.split(".")[0] for name in imports(path)}:
        assert any(place.startswith(allowed) for allowed in CONFINED.get(name, [place])), f"{place} imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_only_the_settings_look_at_the_environment(path: Path) -> None:
    text = path.read_text()
    assert path == ROOT / "indexer" / "settings.py" or not re.search(r"\bos\.(environ|getenv)|from os import", text)


@pytest.mark.parametrize("place", SERVING)
def test_serving_needs_no_tensorflow(place: str) -> None:
    reached, waiting = set[str](), [ROOT / place]
    while waiting:
        path = waiting.pop()
        for name in imports(path):
            file = ROOT / (name.replace(".", "/") + ".py")
            if name not in reached and file.is_file():
                waiting.append(file)
            reached.add(name)
    assert not [name for name in reached if name.split(".")[0] in ("tensorflow", "keras")]


def test_the_page_speaks_http_only() -> None:
    ours = [path for path in (ROOT / "webui").iterdir() if path.name != "node_modules"]
    assert not [path for part in ours for path in part.rglob("*.py")]
