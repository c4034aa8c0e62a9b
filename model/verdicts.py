"""What a hit is called by its cosine: the thresholds that a model's card carries, and the verdict they give."""

from dataclasses import asdict, dataclass
from typing import Any

# From the nearest to the farthest; below the last one a hit is unrelated.
VERDICTS = ("duplicate", "very close", "related", "weak")
UNRELATED = "unrelated"


@dataclass(frozen=True)
class Threshold:
    """From `cosine` up a hit deserves its verdict.

    `precision` is how many of the hits from there up are right, `recall` how many of the right ones lie there, both in
    percent and measured as `model.thresholds` says.
    """

    verdict: str
    cosine: float
    precision: float
    recall: float


def judge(thresholds: tuple[Threshold, ...], score: float) -> str | None:
    """Return the verdict on a hit with this cosine, or None where there are no thresholds to go by."""
    if not thresholds:
        return None
    for threshold in thresholds:  # every hit comes by here: `next` over a generator takes three times as long
        if score >= threshold.cosine:
            return threshold.verdict
    return UNRELATED


def describe_thresholds(thresholds: tuple[Threshold, ...]) -> list[dict[str, Any]]:
    """Return thresholds as plain values for a card; `read_thresholds` reads them."""
    return [asdict(threshold) for threshold in thresholds]


def read_thresholds(entries: Any) -> tuple[Threshold, ...]:
    """Return the thresholds of a card, the highest first.

    Raises ValueError, TypeError or KeyError when one is no number in its range, or they are not in their order.
    """
    thresholds = tuple(_read_one(entry) for entry in entries)
    ranks = [VERDICTS.index(threshold.verdict) for threshold in thresholds]
    cosines = [threshold.cosine for threshold in thresholds]
    if ranks != sorted(set(ranks)) or cosines != sorted(cosines, reverse=True):
        raise ValueError("its thresholds are not in their order")
    return thresholds


def _read_one(entry: dict[str, Any]) -> Threshold:
    cosine, precision, recall = (float(entry[name]) for name in ("cosine", "precision", "recall"))
    if not (-1 <= cosine <= 1 and 0 <= precision <= 100 and 0 <= recall <= 100):
        raise ValueError(f"its threshold for {entry['verdict']!r} is out of range")
    return Threshold(str(entry["verdict"]), cosine, precision, recall)
