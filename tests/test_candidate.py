"""Which of two conversions becomes the artifact."""

from dataclasses import replace

import pytest

from model.candidate import Candidate, choose, find_largest_loss
from model.evaluate import Board, Score


def board(name: str, *values: float | None) -> Board:
    precision, first, copies = (None if value is None else Score(value, value, value) for value in values)
    return Board(name, "vector", 10, precision, first, Score(50, 50, 50), copies)


EXACT = Candidate("float32", b"", {}, [board("a", 70, 80, 99), board("b", None, None, 95)], (), {"one_thread": 10.0})


def shifted(*points: float) -> Candidate:
    """The 8-bit candidate, faster, with the scores of `a` moved by so many points."""
    moved = [value + point for value, point in zip((70, 80, 99), points, strict=True)]
    return Candidate("int8", b"", {}, [board("a", *moved), EXACT.boards[1]], (), {"one_thread": 6.0})


def test_8_bits_are_taken_when_they_lose_next_to_nothing() -> None:
    small = shifted(-0.4, 0.3, 0)
    assert choose(EXACT, small) is small
    assert find_largest_loss(EXACT.boards, small.boards) == pytest.approx(0.4)


def test_one_score_that_falls_too_far_is_enough_to_stay_exact() -> None:
    assert choose(EXACT, shifted(5, 5, -0.5)) is EXACT


def test_8_bits_that_are_slower_are_not_taken() -> None:
    assert choose(EXACT, replace(shifted(0, 0, 0), milliseconds={"one_thread": 11.1})) is EXACT


def test_8_bits_need_not_be_faster() -> None:
    small = replace(shifted(0, 0, 0), milliseconds={"one_thread": 10.9})
    assert choose(EXACT, small) is small


def test_a_score_that_rises_everywhere_is_a_negative_loss() -> None:
    small = replace(shifted(1, 2, 3), boards=shifted(1, 2, 3).boards[:1])
    assert find_largest_loss(EXACT.boards[:1], small.boards) == pytest.approx(-1)
