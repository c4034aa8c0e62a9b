"""What may stand behind `python -m model`: the commands and their options."""

import argparse
from collections.abc import Callable
from pathlib import Path

from model.artifact import SHIPPED
from model.recipe import REFINEMENT, Recipe

SCALE_NAMES = ("raw", "unit", "signed", "imagenet", "caffe")

_TESTS = "test pictures, a folder for each class"
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
    parser.add_argument("--out", type=_name_checkpoint, required=True, help="the classifier, a .keras file")
    parser.add_argument(
        "--refine", nargs="+", type=Path, default=[], metavar="CKPT", help="go on from the mean of what train wrote"
    )
    parser.add_argument(
        "--epochs", type=int, help=f"{Recipe.epochs}, or {REFINEMENT.epochs} when refining; 0 only evens out"
    )
    parser.add_argument("--seed", type=int, default=0)


def _name_checkpoint(name: str) -> Path:
    path = Path(name)
    if path.suffix != ".keras":
        raise argparse.ArgumentTypeError(f"{name} does not end in .keras")
    return path


def _add_export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("checkpoint", type=Path, help="what train wrote")
    parser.add_argument("--calibrate", nargs="+", type=Path, required=True, metavar="DATA", help="training folders")
    parser.add_argument("--boards", nargs="+", type=Path, required=True, metavar="DIR", dest="folders", help=_TESTS)
    parser.add_argument("--groups", type=Path, help=_GROUPS)
    parser.add_argument("--out", type=Path, default=SHIPPED, help="the card; the model file goes beside it")
    parser.add_argument(
        "--precision", choices=("float32", "int8"), help="without it, int8 where it loses next to nothing"
    )


def _add_convert(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", type=Path, metavar="MODEL", help="a Keras classifier, .h5 or .keras")
    parser.add_argument("--out", type=Path, help="the card; without it, beside the model under its name")
    parser.add_argument(
        "--scale",
        choices=SCALE_NAMES,
        default="raw",
        help="what the model was trained on: raw is 0..255, unit 0..1, signed -1..1 (as Keras's MobileNet), "
        "imagenet and caffe what Keras calls torch and caffe",
    )
    parser.add_argument("--size", type=int, metavar="PIXELS", help="the picture's side, where the model takes any")
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
    parser.add_argument("--model", type=Path, default=SHIPPED, help="the card to write them into")


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
