"""Two conversions of one network, exact and in 8 bits, and which of them is taken."""

from dataclasses import dataclass
from typing import Any

from model.evaluate import Board, Score, tell_board
from model.verdicts import Threshold

# 8-bit arithmetic is taken when no score of any board falls by this many points.
TOLERATED_LOSS = 0.5

# A processor without 8-bit instructions gains no time, but the file is a third as large; and timings vary by as much.
TOLERATED_SLOWNESS = 1.1


@dataclass(frozen=True)
class Candidate:
    """One conversion of the network and what was measured about it."""

    precision: str
    content: bytes
    parity: dict[str, float]
    boards: list[Board]
    thresholds: tuple[Threshold, ...]
    milliseconds: dict[str, float]


def choose(exact: Candidate, small: Candidate) -> Candidate:
    """Return the 8-bit candidate where it loses less than TOLERATED_LOSS on every score and is no slower to notice."""
    loss = find_largest_loss(exact.boards, small.boards)
    slower = small.milliseconds["one_thread"] / exact.milliseconds["one_thread"]
    return small if loss < TOLERATED_LOSS and slower <= TOLERATED_SLOWNESS else exact


def find_largest_loss(before: list[Board], after: list[Board]) -> float:
    """Return the most points that any score lost between two lists of the same boards, negative if all rose."""
    return max(
        old.value - new.value
        for one, other in zip(before, after, strict=True)
        for old, new in zip(_scores(one), _scores(other), strict=True)
    )


def _scores(board: Board) -> list[Score]:
    found = (board.average_precision, board.first, board.copies)
    return [score for score in found if score is not None]


def describe_candidate(candidate: Candidate) -> dict[str, Any]:
    """Return what was measured about a conversion, as plain values for a card."""
    return {
        "bytes": len(candidate.content),
        "milliseconds": candidate.milliseconds,
        "parity": candidate.parity,
        "boards": [tell_board(board) for board in candidate.boards],
    }
