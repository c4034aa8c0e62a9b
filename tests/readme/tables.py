"""The README's tables of the model, drawn from its card: each stands between two marks."""

import re
from collections.abc import Iterable
from typing import Any

from model.artifact import Card
from tests.running import ROOT

README = ROOT / "README.md"

_SETS = {
    "vehicles/val": "vehicles, 5 kinds",
    "cars/val": "20 unseen car models",
    "kinds": "108 kinds of things",
}
_CONTENDERS = {"vector": "ours, 64", "backbone, 1280": "the 1,280", "its PCA, 64": "plain PCA to 64"}
_SCORES = ("average_precision", "first", "copies")
_BOARD_HEAD = ("pictures", "numbers", "mAP", "first hit right", "edited copy first")
_VERDICT_HEAD = ("verdict", "from cosine", "right hits, in percent", "of all right hits, in percent")
_SPEED_HEAD = ("one picture, ms", "one thread", "two threads")


def rewrite(text: str, card: Card) -> str:
    """Return the README's text with its tables as the card has them. Raises ValueError where a mark is missing."""
    for name, table in draw_tables(card).items():
        mark = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        text, found = mark.subn(lambda marks, table=table: f"{marks[1]}{table}\n{marks[2]}", text)
        if found != 1:
            raise ValueError(f"the README has {found} places for the table of {name}")
    return text


def draw_tables(card: Card) -> dict[str, str]:
    """Return the tables in Markdown, by the names of their marks."""
    return {"boards": draw_boards(card), "verdicts": draw_verdicts(card), "speed": draw_speed(card)}


def draw_boards(card: Card) -> str:
    """Return how well the model finds, the backbone and its PCA below it, set by set."""
    ours = card.notes["candidates"][card.precision]["boards"]
    rows = []
    for place, board in enumerate(ours):
        rivals = [rival for rival in card.notes["rivals"] if rival["set"] == board["set"]]
        for each in (board, *rivals):
            name = _SETS.get(board["set"], board["set"]) if each is board else ""
            rows.append((name, _CONTENDERS[each["contender"]], *(_tell(each[score]) for score in _SCORES)))
        assert rivals, f"set {place} has no rivals"
    return _draw(_BOARD_HEAD, rows)


def draw_verdicts(card: Card) -> str:
    """Return what a hit is called, and how often rightly."""
    rows = [(each.verdict, each.cosine, each.precision, each.recall) for each in card.thresholds]
    return _draw(_VERDICT_HEAD, rows)


def draw_speed(card: Card) -> str:
    """Return how long a picture takes, and how long the plain backbone takes, where the card knows."""
    measured = {f"ours, {name}": each["milliseconds"] for name, each in card.notes["candidates"].items()}
    for name, milliseconds in card.notes.get("plain_backbone_milliseconds", {}).items():
        measured[f"plain EfficientNet-Lite0, {name}"] = milliseconds
    return _draw(_SPEED_HEAD, [(name, each["one_thread"], each["two_threads"]) for name, each in measured.items()])


def _tell(score: dict[str, float] | None) -> str:
    return "" if score is None else f"{score['value']:.1f}"


def _draw(head: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("|" + "|".join(map(_pad, line)) + "|" for line in lines)


def _pad(cell: object) -> str:
    return f" {cell} ".replace("  ", " ").replace(" --- ", "---")
