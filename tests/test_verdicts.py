"""What a hit is called, and which thresholds a card may carry."""

from typing import Any

import pytest

from model.verdicts import Threshold, describe_thresholds, judge, read_thresholds

THRESHOLDS = (Threshold("duplicate", 0.97, 99.2, 52.0), Threshold("related", 0.9, 60.5, 8.0))


@pytest.mark.parametrize(
    ("score", "verdict"),
    [
        (1.0, "duplicate"),
        (0.97, "duplicate"),
        (0.9699, "related"),
        (0.9, "related"),
        (0.89, "unrelated"),
        (-1, "unrelated"),
    ],
)
def test_a_hit_is_called_by_the_highest_threshold_that_it_reaches(score: float, verdict: str) -> None:
    assert judge(THRESHOLDS, score) == verdict


def test_without_thresholds_there_is_no_verdict() -> None:
    assert judge((), 1.0) is None


def test_thresholds_come_back_from_a_card_as_they_went_in() -> None:
    assert read_thresholds(describe_thresholds(THRESHOLDS)) == THRESHOLDS


def entry(verdict: str = "related", cosine: Any = 0.5, **others: float) -> dict[str, Any]:
    return {"verdict": verdict, "cosine": cosine, "precision": 50.0, "recall": 50.0} | others


@pytest.mark.parametrize(
    "entries",
    [
        [entry("weak", 0.4), entry("related", 0.5)],
        [entry("related", 0.5), entry("weak", 0.6)],
        [entry("related", 0.5), entry("related", 0.4)],
        [entry("lovely")],
        [entry(cosine=1.5)],
        [entry(cosine="high")],
        [entry(cosine=float("nan"))],
        [entry(precision=101)],
        [entry(recall=-1)],
        [{"verdict": "weak"}],
        ["weak"],
        7,
    ],
)
def test_thresholds_out_of_order_or_range_are_refused(entries: Any) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        read_thresholds(entries)
