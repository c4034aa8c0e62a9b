"""The README's figure: some pictures of the sample library, and what the model finds most like each."""

import io
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

from indexer.sample import draw_sample
from model.artifact import load_artifact
from model.embed import Embedding, embed_folder
from model.preprocess import draw_thumbnail
from model.runtime import Encoder
from tests.running import ROOT

FIGURE = ROOT / "webui" / "screenshots" / "finds.webp"
MAX_BYTES = 300_000

KINDS = ("cars", "buses", "tractors", "motorcycles", "boats")
FOUND = 6

_CELL_WIDTH, _CELL_HEIGHT = 168, 126
_GAP, _APART = 6, 24
_BACKGROUND = (255, 255, 255)


def draw_finds() -> bytes:
    """Return the figure as a WebP file: a row for each kind, its third picture, and the nearest others."""
    with TemporaryDirectory() as folder:
        library = Path(folder)
        draw_sample(library)
        embedding = embed_folder(library, Encoder(load_artifact()), lambda _: None)
        rows = [find_nearest(embedding, choose_query(embedding, kind)) for kind in KINDS]
        return _draw_rows([[library / key for key in row] for row in rows])


def choose_query(embedding: Embedding, kind: str) -> str:
    """Return the picture of a kind that stands third by name."""
    return sorted(path for path in embedding.paths if path.startswith(f"{kind}/"))[2]


def find_nearest(embedding: Embedding, query: str) -> list[str]:
    """Return the query and the pictures nearest to it, the nearest first."""
    own = embedding.paths.index(query)
    order = np.argsort(-(embedding.vectors @ embedding.vectors[own]), kind="stable")
    return [query, *(embedding.paths[place] for place in order if place != own)][: FOUND + 1]


def _draw_rows(rows: list[list[Path]]) -> bytes:
    width = (FOUND + 1) * (_CELL_WIDTH + _GAP) + _APART - _GAP
    canvas = Image.new("RGB", (width, len(rows) * (_CELL_HEIGHT + _GAP) - _GAP), _BACKGROUND)
    for number, row in enumerate(rows):
        for place, path in enumerate(row):
            left = place * (_CELL_WIDTH + _GAP) + (_APART if place else 0)
            canvas.paste(_fit(path), (left, number * (_CELL_HEIGHT + _GAP)))
    file = io.BytesIO()
    canvas.save(file, "WEBP", quality=80, method=6)
    return file.getvalue()


def _fit(path: Path) -> Image.Image:
    cell = Image.new("RGB", (_CELL_WIDTH, _CELL_HEIGHT), _BACKGROUND)
    picture = Image.open(io.BytesIO(draw_thumbnail(path, 2 * _CELL_WIDTH)))
    picture.thumbnail((_CELL_WIDTH, _CELL_HEIGHT), Image.Resampling.LANCZOS)
    cell.paste(picture, ((_CELL_WIDTH - picture.width) // 2, (_CELL_HEIGHT - picture.height) // 2))
    return cell
