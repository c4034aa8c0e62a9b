"""What may stand behind `python -m model`: the commands and their options."""

import argparse
from collections.abc import Callable
from pathlib import Path

from model.artifact import SHIPPED
from model.recipe import REFINEMENT, Recipe

SCALE_NAMES = ("raw", "unit", "signed", "imagenet", "caffe")

_LARGEST_SIDE = 2048  # of what a network looks at: pictures to compare on must fit into memory

_TESTS = "test pictures, a folder for each class"
_CARD = "the card, a .json file, the model file goes beside it; without it"
_GROUPS = "tab-separated path and group of pictures that are copies of one another"

Run = Callable[[argparse.Namespace], None]


def parse(arguments: list[str] | None, commands: dict[str, Run]) -> argparse.Namespace:
    """Return the options of a command line, `run` among them: the function of its command, which explains it."""
    parser = argparse.ArgumentParser(prog="python -m model", description="A picture becomes 64 numbers.")
    parsers = parser.add_subparsers(required=True, metavar="{" + ",".join(commands) + "}")
    for name, run in commands.items():
        command = parsers.add_parser(name, help=run.__doc__, description=run.__doc__)
        command.set_defaults(run=run)
        _ADD[name](command)
    return parser.parse_args(arguments)


def _add_train(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folders", nargs="+", type=Path, metavar="DATA", help="pictures by class, or their train/")
    parser.add_argument(
        "--unlabelled", nargs="+", type=Path, default=[], metavar="DATA", help="pictures whose folders are no classes"
    )
    parser.add_argument("--out", type=_ending_in(".keras"), required=True, help="the classifier, a .keras file")
    parser.add_argument(
        "--refine", nargs="+", type=Path, default=[], metavar="CKPT", help="go on from the mean of what train wrote"
    )
    parser.add_argument(
        "--imagenet",
        type=_share,
        default=0.0,
        metavar="SHARE",
        help="of the ImageNet weights, 0 to 1, mixed into those to refine: what nobody trained on is found better",
    )
    parser.add_argument(
        "--epochs", type=_within(0), help=f"{Recipe.epochs}, or {REFINEMENT.epochs} when refining: only the head learns"
    )
    parser.add_argument("--seed", type=int, default=0)


def _ending_in(suffix: str) -> Callable[[str], Path]:
    def name(text: str) -> Path:
        if Path(text).suffix != suffix:
            raise argparse.ArgumentTypeError(f"{text} does not end in {suffix}")
        return Path(text)

    return name


def _share(text: str) -> float:
    number = float(text)
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not from 0 to 1")
    return number


def _within(least: int, most: int | None = None) -> Callable[[str], int]:
    def count(text: str) -> int:
        number = int(text)
        if number < least or (most is not None and number > most):
            raise argparse.ArgumentTypeError(f"{text} is not {least} or more" + (f", at most {most}" if most else ""))
        return number

    count.__name__ = "int"  # argparse names the type by it
    return count


def _add_export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("checkpoint", type=Path, help="what train wrote")
    parser.add_argument("--calibrate", nargs="+", type=Path, required=True, metavar="DATA", help="training folders")
    parser.add_argument("--boards", nargs="+", type=Path, required=True, metavar="DIR", dest="folders", help=_TESTS)
    parser.add_argument("--groups", type=Path, help=_GROUPS)
    parser.add_argument("--out", type=_ending_in(".json"), default=SHIPPED, help=f"{_CARD}, that of this repository")
    parser.add_argument(
        "--precision", choices=("float32", "int8"), help="without it, int8 where it loses next to nothing"
    )


def _add_convert(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", type=Path, metavar="MODEL", help="a Keras classifier, .h5 or .keras")
    parser.add_argument("--out", type=_ending_in(".json"), help=f"{_CARD}, beside the model under its name")
    parser.add_argument(
        "--scale",
        choices=SCALE_NAMES,
        default="raw",
        help="what the model was trained on: raw is 0..255, unit 0..1, signed -1..1 (as Keras's MobileNet), "
        "imagenet and caffe what Keras calls torch and caffe",
    )
    parser.add_argument(
        "--size", type=_within(1, _LARGEST_SIDE), metavar="PIXELS", help="the picture's side, where the model takes any"
    )
    parser.add_argument("--calibrate", nargs="+", type=Path, default=[], metavar="DIR", help="pictures to try int8 on")


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folders", nargs="+", type=Path, metavar="DIR", help=_TESTS)
    parser.add_argument("--groups", type=Path, help=_GROUPS)
    parser.add_argument("--model", type=Path, default=SHIPPED, help="the card of another artifact")
    parser.add_argument(
        "--fit", nargs="+", type=Path, default=[], metavar="DATA", help="instead of DIR, to fit the PCA on"
    )
    parser.add_argument("--alone", action="store_true", help="leave the backbone and its PCA out")
    parser.add_argument("--json", type=Path, help="write the boards here too")


def _add_thresholds(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folders", nargs="+", type=Path, metavar="DIR", help=_TESTS)
    parser.add_argument("--groups", type=Path, help=_GROUPS)
    parser.add_argument("--model", type=Path, default=SHIPPED, help="the card to write into, or the shipped one")


def _add_embed(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help="any picture file below it, whatever its name")
    parser.add_argument("--out", type=Path, required=True, help="the .npz file: vectors and paths")
    parser.add_argument("--model", type=Path, default=SHIPPED, help="the card of another artifact")


_ADD = {
    "train": _add_train,
    "export": _add_export,
    "convert": _add_convert,
    "evaluate": _add_evaluate,
    "thresholds": _add_thresholds,
    "embed": _add_embed,
}
