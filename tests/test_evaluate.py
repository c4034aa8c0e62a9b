"""Boards over drawn pictures, by contenders that see only colour, or nothing."""

import re
from pathlib import Path

import numpy as np
import pytest

from model.dataset import PictureSet, read_set
from model.errors import DatasetError
from model.evaluate import Board, Score, load_copy, score_set, tell_board
from model.runtime import Pictures, Vectors, normalise
from model.tables import draw_table
from tests.pictures import draw

SIZE = 28


def see_colours(pictures: Pictures) -> dict[str, Vectors]:
    return {"colours": normalise(pictures.reshape(len(pictures), -1, 3).mean(axis=1).astype(np.float32))}


def see_nothing(pictures: Pictures) -> dict[str, Vectors]:
    return {"nothing": np.tile(np.array([[1, 0]], np.float32), (len(pictures), 1))}


@pytest.fixture
def pictures(tmp_path: Path) -> PictureSet:
    """Reds and blues, two classes that colour tells apart."""
    for number in range(6):
        for name, colour in (("red", (200, 10 * number, 0)), ("blue", (0, 12 * number, 200))):
            path = tmp_path / "colours" / name / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(draw(colour))
    return read_set(tmp_path / "colours")


def test_who_sees_the_difference_scores_full_marks(pictures: PictureSet) -> None:
    (board,) = score_set(pictures, see_colours, SIZE)
    assert (board.set, board.contender, board.pictures) == ("colours", "colours", 12)
    assert board.average_precision == board.first == board.among_five == Score(100, 100, 100)


def test_who_sees_nothing_finds_no_original(pictures: PictureSet) -> None:
    (board,) = score_set(pictures, see_nothing, SIZE)
    assert board.copies == Score(0, 0, 0)
    assert board.average_precision is not None
    assert board.average_precision.value < 75


def test_each_name_of_a_contender_gets_its_board(pictures: PictureSet) -> None:
    boards = score_set(pictures, lambda batch: see_colours(batch) | see_nothing(batch), SIZE)
    assert [board.contender for board in boards] == ["colours", "nothing"]


def test_a_set_without_classes_is_scored_on_copies_alone(pictures: PictureSet) -> None:
    (board,) = score_set(read_set(pictures.paths[0].parent), see_colours, SIZE)
    assert board.average_precision is board.first is board.among_five is None
    assert board.copies is not None


def test_scoring_again_gives_the_same_board(pictures: PictureSet) -> None:
    assert score_set(pictures, see_colours, SIZE) == score_set(pictures, see_colours, SIZE)


def test_the_same_seed_makes_the_same_copy_and_another_another(pictures: PictureSet) -> None:
    path = pictures.paths[0]
    copies = [load_copy(path, SIZE, (0, place)) for place in range(20)]
    assert all(copy.shape == (SIZE, SIZE, 3) for copy in copies)
    assert np.array_equal(copies[0], load_copy(path, SIZE, (0, 0)))
    assert len({copy.tobytes() for copy in copies}) > 10


def test_a_picture_that_does_not_decode_stops_the_scoring_and_is_named(pictures: PictureSet) -> None:
    pictures.paths[3].write_bytes(pictures.paths[3].read_bytes()[:-30])
    with pytest.raises(DatasetError, match=re.escape(str(pictures.paths[3]))):
        score_set(pictures, see_colours, SIZE)


def test_a_board_is_told_in_plain_rounded_values() -> None:
    told = tell_board(Board("cars", "ours", 5, Score(12.3456, 10, 15.5), None, None, Score(1, 0.004, 2)))
    assert told["average_precision"] == {"value": 12.35, "low": 10, "high": 15.5}
    assert told["first"] is None
    assert (told["set"], told["pictures"]) == ("cars", 5)


def test_the_table_lines_its_columns_up_and_marks_what_there_is_not() -> None:
    boards = [
        Board("cars", "ours", 1234, Score(12.34, 10, 15.5), Score(100, 100, 100), None, Score(1, 0, 2)),
        Board("a long name", "backbone", 5, None, None, None, Score(1, 0, 2)),
    ]
    head, first, second = draw_table(boards).splitlines()
    assert head.split() == ["set", "numbers", "pictures", "mAP", "P@1", "=", "R@1", "R@5", "copies", "R@1"]
    assert "1,234  12.3 (10.0-15.5)  100.0 (100.0-100.0)" in first
    assert second.split()[-6:] == ["5", "-", "-", "-", "1.0", "(0.0-2.0)"]
    assert first.index("ours") == second.index("backbone") == head.index("numbers")
