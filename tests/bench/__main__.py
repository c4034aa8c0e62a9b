"""`python -m tests.bench [--quick] [--json FILE]`: measures on this machine and prints tables."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.plan import QUICK, Plan, carry_out
from tests.bench.report import render


def main(arguments: Sequence[str]) -> None:
    flags = _parser().parse_args(arguments)
    with TemporaryDirectory(prefix="lookalike-bench-") as folder:
        figures = carry_out(QUICK if flags.quick else Plan(), Path(folder), _say)
    print(render(figures))
    if flags.json:
        flags.json.write_text(json.dumps(asdict(figures), indent=2) + "\n")


def _say(doing: str) -> None:
    print(f"... {doing}", file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measures Lookalike on this machine.")
    parser.add_argument("--quick", action="store_true", help="fewer of everything: under a minute, and less exact")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as well")
    return parser


if __name__ == "__main__":
    main(sys.argv[1:])
