"""The model as a file: a LiteRT flatbuffer and a card (JSON) that says what it is."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model import VECTOR_SIZE
from model.errors import ArtifactError
from model.output import make_way, writing
from model.verdicts import Threshold, read_thresholds

SHIPPED = Path(__file__).parent / "weights" / "lookalike-64.json"


@dataclass(frozen=True)
class Card:
    """What the artifact says about itself.

    `version` is what the catalogue remembers, `precision` is "int8" or "float32", `input_size` the side
    of the square picture in pixels. `thresholds` may be empty. `notes` holds the rest of the card:
    preprocessing, training data, recipe, scores, speed.
    """

    version: str
    file: str
    sha256: str
    precision: str
    input_size: int
    vector_size: int
    thresholds: tuple[Threshold, ...]
    notes: dict[str, Any]


@dataclass(frozen=True)
class Artifact:
    """A model file whose bytes are those that its card was written for."""

    path: Path
    card: Card
    content: bytes


def load_artifact(path: Path = SHIPPED) -> Artifact:
    """Return the artifact of a card; `path` is the card, or the model file with its card beside it.

    Raises ArtifactError when either is missing, the bytes are not those of the card, or the vectors are
    not 64 wide.
    """
    card_path = path.with_suffix(".json")
    if path.suffix in (".h5", ".keras") and not card_path.exists():
        raise ArtifactError(
            f"{path} is for Keras to run: `python -m model convert {path}` makes {card_path.name} of it."
        )
    card = _parse_card(_read(card_path), card_path)
    model_path = card_path.parent / card.file
    content = _read(model_path)
    if hashlib.sha256(content).hexdigest() != card.sha256:
        raise ArtifactError(f"{model_path} is not the file that its card describes: it is damaged or was replaced.")
    return Artifact(model_path, card, content)


def make_way_for_artifact(card_path: Path) -> None:
    """Make the folder of an artifact that is written later; one that is there may be replaced, nothing else.

    Raises ArtifactError where something else would be lost, and OSError.
    """
    model_path = card_path.with_suffix(".tflite")
    for path in (card_path, model_path):
        make_way(path)
    if card_path.exists():
        try:
            _parse_card(_read(card_path), card_path)
        except ArtifactError:
            raise ArtifactError(f"{card_path} is there and no model card; name another one with --out.") from None
    elif model_path.exists():
        raise ArtifactError(f"{model_path} is there, without a card beside it; name another card with --out.")


def save_artifact(card_path: Path, content: bytes, entries: dict[str, Any]) -> Artifact:
    """Write the model file and its card, and return what `load_artifact` finds there.

    `entries` are the card's, without those that follow from the content. Raises ArtifactError or OSError.
    """
    digest = hashlib.sha256(content).hexdigest()
    name = card_path.stem
    about_file = {"version": f"{name}-{digest[:12]}", "file": f"{name}.tflite", "sha256": digest}
    card_path.parent.mkdir(parents=True, exist_ok=True)
    with writing(card_path.parent / about_file["file"]) as file, writing(card_path) as card:
        file.write_bytes(content)
        _write_json(card, about_file | entries)
    return load_artifact(card_path)


def amend_card(card_path: Path, entries: dict[str, Any]) -> Artifact:
    """Add entries to a card, or put them in the place of older ones, and return the artifact as it is then.

    Raises ArtifactError or OSError.
    """
    load_artifact(card_path)
    known = json.loads(card_path.read_bytes())
    with writing(card_path) as card:
        _write_json(card, known | entries)
    return load_artifact(card_path)


def _write_json(path: Path, entries: dict[str, Any]) -> None:
    path.write_text(json.dumps(entries, indent=2) + "\n", "utf-8")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise ArtifactError(f"{path} is missing.") from None
    except OSError as fault:
        raise ArtifactError(f"{path} cannot be read: {fault.strerror}.") from fault


def _parse_card(content: bytes, path: Path) -> Card:
    try:
        entries = json.loads(content)
        known = {name: kind(entries.pop(name)) for name, kind in _ENTRIES.items()}
        thresholds = read_thresholds(entries.pop("thresholds", []))
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise ArtifactError(f"{path} is not a model card: {fault!r}.") from fault
    card = Card(**known, thresholds=thresholds, notes=entries)
    if card.vector_size != VECTOR_SIZE:
        raise ArtifactError(f"{path} describes vectors of {card.vector_size} numbers; {VECTOR_SIZE} are needed.")
    if Path(card.file).name != card.file:
        raise ArtifactError(f"{path} names a model file in another folder: {card.file}.")
    return card


_ENTRIES: dict[str, Any] = {
    "version": str,
    "file": str,
    "sha256": str,
    "precision": str,
    "input_size": int,
    "vector_size": int,
}
