"""Boards as text: one line a contender, one block a set."""

from collections.abc import Iterator

from model.evaluate import Board, Score
from model.verdicts import Threshold

_HEAD = ("set", "numbers", "pictures", "mAP", "P@1 = R@1", "R@5", "copies R@1")
_THRESHOLD_HEAD = ("verdict", "from cosine", "precision", "recall")


def draw_table(boards: list[Board]) -> str:
    """Return the boards as aligned columns: each score in percent, and what 95 of 100 bootstrap samples say."""
    return _draw([_HEAD, *(_list_cells(board) for board in boards)], words=2)


def draw_thresholds(thresholds: tuple[Threshold, ...]) -> str:
    """Return thresholds as aligned columns, precision and recall in percent."""
    rows = [(one.verdict, f"{one.cosine:.3f}", f"{one.precision:.1f}", f"{one.recall:.1f}") for one in thresholds]
    return _draw([_THRESHOLD_HEAD, *rows], words=1)


def _draw(rows: list[tuple[str, ...]], words: int) -> str:
    """Return rows as aligned columns, of which the first hold words and the others numbers."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(_align(row, widths, words) for row in rows)


def _list_cells(board: Board) -> tuple[str, ...]:
    scores = (board.average_precision, board.first, board.among_five, board.copies)
    return (board.set, board.contender, f"{board.pictures:,}", *(_write(score) for score in scores))


def _write(score: Score | None) -> str:
    return "-" if score is None else f"{score.value:.1f} ({score.low:.1f}-{score.high:.1f})"


def _align(cells: tuple[str, ...], widths: list[int], words: int) -> str:
    def pad() -> Iterator[str]:
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True)):
            yield cell.ljust(width) if column < words else cell.rjust(width)

    return "  ".join(pad()).rstrip()
