"""`python -m tests.bench [--quick] [--json FILE] [--crowd SECONDS | --scale POINTS]`: measures here, prints tables."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from indexer.settings import CORES
from model.allocator import return_large_pieces
from model.artifact import load_artifact
from model.runtime import Encoder
from tests.bench.corpus import Corpus
from tests.bench.crowd import measure_crowd
from tests.bench.machine import describe_machine
from tests.bench.pictures import draw_pictures
from tests.bench.plan import LINKED_PICTURES, QUICK, Plan, carry_out
from tests.bench.report import render, render_scale
from tests.bench.scale import Place, measure_scale
from tests.bench.starting import open_service

PICTURES = 200
POINTS = 2_500


def main(arguments: Sequence[str]) -> int:
    flags = _parser().parse_args(arguments)
    return_large_pieces()  # as every entry point does that decodes
    if flags.crowd:
        return _meet_the_crowd(flags.crowd)
    if flags.scale:
        return _grow_large(flags.scale, flags.json)
    with TemporaryDirectory(prefix="lookalike-bench-") as folder:
        figures = carry_out(QUICK if flags.quick else Plan(), Path(folder), _say)
    print(render(figures))
    _write(flags.json, asdict(figures))
    return 0


def _grow_large(points: int, file: Path | None) -> int:
    """Measure the embedded engine and, where there is a server, that one too."""
    machine, url = describe_machine(), os.environ.get("QDRANT_URL")
    with TemporaryDirectory(prefix="lookalike-bench-") as folder:
        places = [Place(Path(folder) / "embedded")]
        if url:
            storage = os.environ.get("QDRANT_STORAGE")
            places.append(Place(Path(storage) if storage else None, url, os.environ.get("QDRANT_API_KEY")))
        found = measure_scale(places, points, Path(folder), _say)
    print(render_scale(machine, found))
    _write(file, {"machine": asdict(machine), "scale": [asdict(each) for each in found]})
    return 0


def _write(file: Path | None, figures: dict[str, Any]) -> None:
    if file:
        file.write_text(json.dumps(figures, indent=2) + "\n")


def _meet_the_crowd(seconds: float) -> int:
    """Print what the crowd sees; return 1 if it saw what must not be."""
    artifact = load_artifact()
    with TemporaryDirectory(prefix="lookalike-bench-") as folder:
        pictures = draw_pictures(Path(folder) / "pictures", PICTURES)
        corpus = Corpus(Path(folder) / "corpus", pictures[:LINKED_PICTURES], artifact.card.version)
        corpus.grow(POINTS)
        with open_service(corpus) as service:
            crowd = measure_crowd(service, pictures, Encoder(artifact, CORES), seconds)
            peak_mb = service.peak_memory_bytes() / 1e6
    print("\n".join([*crowd.lines(), f"peak memory {peak_mb:.0f} MB"]))
    return 1 if crowd.odd or crowd.lost else 0


def _say(doing: str) -> None:
    print(f"... {doing}", file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measures Lookalike on this machine.")
    parser.add_argument("--quick", action="store_true", help="fewer of everything: under a minute, and less exact")
    parser.add_argument(
        "--crowd", type=float, metavar="SECONDS", help="instead: many clients at once, for so long twice"
    )
    parser.add_argument(
        "--scale", type=int, metavar="POINTS", help="instead: so many made-up pictures, in each engine (QDRANT_URL)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as well")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
