"""Boards as text: one line a contender, one block a set."""

from collections.abc import Iterator

from model.evaluate import Board, Score

_HEAD = ("set", "numbers", "pictures", "mAP", "P@1 = R@1", "R@5", "copies R@1")


def draw_table(boards: list[Board]) -> str:
    """Return the boards as aligned columns: each score in percent, and what 95 of 100 bootstrap samples say."""
    rows = [_HEAD, *(_list_cells(board) for board in boards)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    return "\n".join(_align(row, widths) for row in rows)


def _list_cells(board: Board) -> tuple[str, ...]:
    scores = (board.average_precision, board.first, board.among_five, board.copies)
    return (board.set, board.contender, f"{board.pictures:,}", *(_write(score) for score in scores))


def _write(score: Score | None) -> str:
    return "-" if score is None else f"{score.value:.1f} ({score.low:.1f}-{score.high:.1f})"


def _align(cells: tuple[str, ...], widths: list[int]) -> str:
    def pad() -> Iterator[str]:
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True)):
            yield cell.ljust(width) if column < 2 else cell.rjust(width)

    return "  ".join(pad()).rstrip()
