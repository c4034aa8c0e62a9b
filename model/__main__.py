"""python -m model {train,export,evaluate,thresholds,embed}"""

import argparse
import json
import os
import sys
from pathlib import Path

from model.artifact import SHIPPED, amend_card, load_artifact
from model.dataset import PictureSet, find_pictures, read_groups, read_set, read_training_set
from model.embed import Outcome, embed_folder, save_embedding
from model.errors import ArtifactError, DatasetError, DriftError, ImageError
from model.evaluate import Contender, embed_set, score_set, tell_board
from model.runtime import Encoder, Pictures, Vectors
from model.tables import draw_table, draw_thresholds
from model.thresholds import measure_thresholds
from model.verdicts import describe_thresholds

_TESTS = "test pictures, a folder for each class"
_GROUPS = "tab-separated path and group of pictures that are copies of one another"

CORES = os.cpu_count() or 1


def main(arguments: list[str] | None = None) -> int:
    """Return 0 when the command did what it was asked for, 1 when not; the reason then stands on stderr."""
    options = _parse(arguments)
    try:
        options.run(options)
    except (ArtifactError, DatasetError, DriftError, ImageError, OSError) as fault:
        _say(f"error: {fault}")
    except ModuleNotFoundError as fault:
        if not _belongs_to_tensorflow(fault):
            raise
        _say("error: TensorFlow is missing: pip install '.[train]'")
    else:
        return 0
    return 1


def run_train(options: argparse.Namespace) -> None:
    """Train a classifier on folders of pictures and write it with its log."""
    from model.head import Recipe
    from model.train import train

    sets = [read_training_set(folder) for folder in options.folders]
    train(sets, Recipe(epochs=options.epochs, seed=options.seed), options.out, CORES, _say)


def run_export(options: argparse.Namespace) -> None:
    """Write the artifact that a trained classifier becomes."""
    from model.release import release

    calibration = [read_training_set(folder) for folder in options.calibrate]
    chosen = release(options.checkpoint, calibration, _read_tests(options), options.out, CORES, _say)
    print(draw_table(chosen.boards))
    print(f"{options.out}: {chosen.precision}")


def run_evaluate(options: argparse.Namespace) -> None:
    """Print the boards of the artifact and, where TensorFlow is installed, of its backbone and a plain PCA."""
    tests = _read_tests(options)
    encoder = Encoder(load_artifact(options.model))

    def give_vectors(pictures: Pictures) -> dict[str, Vectors]:
        return {encoder.version: encoder.encode(pictures)}

    contenders = [give_vectors] if options.alone else [give_vectors, *_find_rivals(options, tests)]
    boards = [board for test in tests for each in contenders for board in score_set(test, each, encoder.size)]
    print(draw_table(boards))
    if options.json:
        options.json.write_text(json.dumps([tell_board(board) for board in boards], indent=2) + "\n", "utf-8")


def run_thresholds(options: argparse.Namespace) -> None:
    """Measure from which cosine up a hit is a duplicate, very close, related or weak, and write it into the card."""
    tests = _read_tests(options)
    encoder = Encoder(load_artifact(options.model))

    def give_vectors(pictures: Pictures) -> dict[str, Vectors]:
        return {encoder.version: encoder.encode(pictures)}

    sets = [embedded for test in tests for embedded in embed_set(test, give_vectors, encoder.size)]
    thresholds = measure_thresholds(sets)
    amend_card(options.model.with_suffix(".json"), {"thresholds": describe_thresholds(thresholds)})
    print(draw_thresholds(thresholds))


def run_embed(options: argparse.Namespace) -> None:
    """Write the vectors of a folder's pictures, and say which files have none."""
    if not options.folder.is_dir():
        raise DatasetError(f"{options.folder} is not a folder.")
    counter = _Counter()
    embedding = embed_folder(options.folder, Encoder(load_artifact(options.model)), counter.hear)
    _say(str(counter))
    if not embedding.paths:
        raise DatasetError(f"{options.folder} holds no picture that can be embedded.")
    save_embedding(embedding, options.out)


class _Counter:
    """Names the files that are left out, and shows how far the embedding is."""

    _EVERY = 500

    def __init__(self) -> None:
        self._embedded = self._skipped = 0

    def hear(self, outcome: Outcome) -> None:
        if outcome.fault is None:
            self._embedded += 1
        else:
            self._skipped += 1
            _say(f"{outcome.path}: {outcome.fault}")
        if (self._embedded + self._skipped) % self._EVERY == 0:
            _say(str(self))

    def __str__(self) -> str:
        return f"{self._embedded:,} embedded, {self._skipped:,} skipped"


def _read_tests(options: argparse.Namespace) -> list[PictureSet]:
    groups = read_groups(options.groups) if options.groups else {}
    return [read_set(folder, groups) for folder in options.folders]


def _find_rivals(options: argparse.Namespace, tests: list[PictureSet]) -> list[Contender]:
    """Return the backbone and its PCA, or nothing, with a word why, where TensorFlow is missing."""
    try:
        from model.rivals import make_rivals
    except ModuleNotFoundError as fault:
        if not _belongs_to_tensorflow(fault):
            raise
        _say("The backbone is left out: TensorFlow is missing, pip install '.[train]'.")
        return []
    folders = [path for folder in options.fit for path in find_pictures(folder)]
    return [make_rivals(folders or [path for test in tests for path in test.paths], CORES)]


def _belongs_to_tensorflow(fault: ModuleNotFoundError) -> bool:
    return (fault.name or "").partition(".")[0] in ("tensorflow", "keras")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m model", description="A picture becomes 64 numbers.")
    commands = parser.add_subparsers(required=True, metavar="{train,export,evaluate,thresholds,embed}")
    _add_train(commands.add_parser("train", help=run_train.__doc__))
    _add_export(commands.add_parser("export", help=run_export.__doc__))
    _add_evaluate(commands.add_parser("evaluate", help=run_evaluate.__doc__))
    _add_thresholds(commands.add_parser("thresholds", help=run_thresholds.__doc__))
    _add_embed(commands.add_parser("embed", help=run_embed.__doc__))
    return parser.parse_args(arguments)


def _add_train(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(run=run_train)
    parser.add_argument("folders", nargs="+", type=Path, metavar="DATA", help="pictures by class, or their train/")
    parser.add_argument("--out", type=Path, required=True, help="the classifier, a .keras file")
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)


def _add_export(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(run=run_export)
    parser.add_argument("checkpoint", type=Path, help="what train wrote")
    parser.add_argument("--calibrate", nargs="+", type=Path, required=True, metavar="DATA", help="training folders")
    parser.add_argument("--boards", nargs="+", type=Path, required=True, metavar="DIR", dest="folders", help=_TESTS)
    parser.add_argument("--groups", type=Path, help=_GROUPS)
    parser.add_argument("--out", type=Path, default=SHIPPED, help="the card; the model file goes beside it")


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(run=run_evaluate)
    parser.add_argument("folders", nargs="+", type=Path, metavar="DIR", help=_TESTS)
    parser.add_argument("--groups", type=Path, help=_GROUPS)
    parser.add_argument("--model", type=Path, default=SHIPPED, help="the card of another artifact")
    parser.add_argument("--fit", nargs="+", type=Path, default=[], metavar="DATA", help="pictures to fit the PCA on")
    parser.add_argument("--alone", action="store_true", help="leave the backbone and its PCA out")
    parser.add_argument("--json", type=Path, help="write the boards here too")


def _add_thresholds(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(run=run_thresholds)
    parser.add_argument("folders", nargs="+", type=Path, metavar="DIR", help=_TESTS)
    parser.add_argument("--groups", type=Path, help=_GROUPS)
    parser.add_argument("--model", type=Path, default=SHIPPED, help="the card to write them into")


def _add_embed(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(run=run_embed)
    parser.add_argument("folder", type=Path, metavar="DIR", help="any picture file below it, whatever its name")
    parser.add_argument("--out", type=Path, required=True, help="the .npz file: vectors and paths")
    parser.add_argument("--model", type=Path, default=SHIPPED, help="the card of another artifact")


if __name__ == "__main__":
    sys.exit(main())
