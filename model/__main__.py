"""python -m model {train,export,convert,evaluate,thresholds,embed}"""

import signal

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # importing takes a while, and leaves nothing to finish

import argparse
import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from model.arguments import Run, parse
from model.artifact import amend_card, load_artifact, make_way_for_artifact
from model.dataset import PictureSet, forget_labels, keep_decodable, read_groups, read_set, read_training_set
from model.embed import Outcome, embed_folder, save_embedding
from model.errors import ArtifactError, DatasetError, DriftError, ImageError
from model.evaluate import Contender, embed_set, score_set, tell_board
from model.noise import silence_libraries
from model.output import make_way, writing
from model.recipe import REFINEMENT, Recipe
from model.runtime import Encoder, Pictures, Vectors
from model.tables import draw_table, draw_thresholds
from model.thresholds import measure_thresholds
from model.verdicts import describe_thresholds

CORES = os.cpu_count() or 1


def main(arguments: list[str] | None = None) -> int:
    """Return what `attempt` does of the command that the arguments ask for."""
    options = parse(arguments, _COMMANDS)
    return attempt(lambda: options.run(options))


def attempt(act: Callable[[], None]) -> int:
    """Return 0 when an act was done, 1 when it failed and 130, as shells do, when a person interrupted it.

    Where it was not done, the reason stands on stderr.
    """
    try:
        act()
    except (ArtifactError, DatasetError, DriftError, ImageError) as fault:
        _say(f"error: {fault}")
    except OSError as fault:
        _say(f"error: {fault.filename}: {fault.strerror}." if fault.filename else f"error: {fault.strerror or fault}.")
    except KeyboardInterrupt:
        _say("interrupted")
        return 130
    except ModuleNotFoundError as fault:
        if not _belongs_to_tensorflow(fault):
            raise
        _say("error: TensorFlow is missing: pip install '.[train]'")
    else:
        return 0
    return 1


def run_train(options: argparse.Namespace) -> None:
    """Train a classifier on folders of pictures and write it with its log."""
    if options.imagenet and not options.refine:
        raise ArtifactError("--imagenet goes with --refine: without it, training begins with the ImageNet weights.")
    from model.train import train

    sets = [read_training_set(folder, _sift) for folder in options.folders]
    sets += [forget_labels(read_training_set(folder, _sift)) for folder in options.unlabelled]
    recipe = REFINEMENT if options.refine else Recipe()
    epochs = recipe.epochs if options.epochs is None else options.epochs
    recipe = replace(recipe, epochs=epochs, seed=options.seed, imagenet_share=options.imagenet)
    train(sets, recipe, options.out, _say, options.refine)


def run_export(options: argparse.Namespace) -> None:
    """Write the artifact that a trained classifier becomes."""
    from model.release import Material, release

    calibration = [read_training_set(folder, _sift) for folder in options.calibrate]
    material = Material(calibration, _read_tests(options), CORES)
    make_way_for_artifact(options.out)
    chosen = release(options.checkpoint, material, options.out, options.precision, _say)
    print(draw_table(chosen.boards))
    print(draw_thresholds(chosen.thresholds))
    print(f"{options.out}: {chosen.precision}")


def run_convert(options: argparse.Namespace) -> None:
    """Write the artifact that a Keras classifier of your own becomes."""
    from model.convert import Wish, convert

    calibration = tuple(path for folder in options.calibrate for path in read_set(folder).paths)
    card = options.out or options.source.with_suffix(".json")
    make_way_for_artifact(card)
    artifact = convert(options.source, card, Wish(options.scale, options.size, calibration), _say)
    print(f"{card}: {artifact.card.precision}, {artifact.card.version}")


def run_evaluate(options: argparse.Namespace) -> None:
    """Print the boards of the artifact and, where TensorFlow is installed, of its backbone and a plain PCA."""
    tests = _read_tests(options)
    encoder = Encoder(load_artifact(options.model))
    if options.json:
        make_way(options.json)

    def give_vectors(pictures: Pictures) -> dict[str, Vectors]:
        return {encoder.version: encoder.encode(pictures)}

    contenders = [(give_vectors, encoder.size), *([] if options.alone else _find_rivals(options, tests))]
    boards = [board for test in tests for each, size in contenders for board in score_set(test, each, size)]
    print(draw_table(boards))
    if options.json:
        with writing(options.json) as part:
            part.write_text(json.dumps([tell_board(board) for board in boards], indent=2) + "\n", "utf-8")


def run_thresholds(options: argparse.Namespace) -> None:
    """Measure from which cosine up a hit is a duplicate, very close, related or weak, and write it into the card."""
    tests = _read_tests(options)
    encoder = Encoder(load_artifact(options.model))

    def give_vectors(pictures: Pictures) -> dict[str, Vectors]:
        return {encoder.version: encoder.encode(pictures)}

    sets = [embedded for test in tests for embedded in embed_set(test, give_vectors, encoder.size)]
    thresholds = measure_thresholds(sets)
    if not thresholds:
        raise DatasetError("No cosine earns a verdict on these pictures, or they are too few: the card stays as it is.")
    amend_card(options.model.with_suffix(".json"), {"thresholds": describe_thresholds(thresholds)})
    print(draw_thresholds(thresholds))


def run_embed(options: argparse.Namespace) -> None:
    """Write the vectors of a folder's pictures, and say which files have none."""
    if not options.folder.is_dir():
        raise DatasetError(f"{options.folder} is not a folder.")
    make_way(options.out)
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
    tests = [read_set(folder, groups, _sift) for folder in options.folders]
    if groups and not any(number in groups.values() for test in tests for number in test.groups.tolist()):
        raise DatasetError(f"{options.groups} names none of these pictures.")
    return tests


def _sift(paths: list[Path]) -> list[Path]:
    return keep_decodable(paths, _say)


def _find_rivals(options: argparse.Namespace, tests: list[PictureSet]) -> list[tuple[Contender, int]]:
    """Return the backbone with its PCA, and their pictures' size; nothing, with a word why, without TensorFlow."""
    try:
        from model.backbone import INPUT_SIZE
        from model.rivals import make_rivals
    except ModuleNotFoundError as fault:
        if not _belongs_to_tensorflow(fault):
            raise
        _say("The backbone is left out: TensorFlow is missing, pip install '.[train]'.")
        return []
    folders = [path for folder in options.fit for path in read_set(folder, sift=_sift).paths]
    return [(make_rivals(folders or [path for test in tests for path in test.paths], CORES), INPUT_SIZE)]


def _belongs_to_tensorflow(fault: ModuleNotFoundError) -> bool:
    return (fault.name or "").partition(".")[0] in ("tensorflow", "keras")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


_COMMANDS: dict[str, Run] = {
    "train": run_train,
    "export": run_export,
    "convert": run_convert,
    "evaluate": run_evaluate,
    "thresholds": run_thresholds,
    "embed": run_embed,
}


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    silence_libraries()
    sys.exit(main())
