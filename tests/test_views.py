"""Views of the training pictures: two of each, drawn anew every time, the same for the same seed."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from model.errors import DatasetError
from model.preprocess import load_pixels
from model.views import Batch, draw_batches, draw_features
from tests.pictures import draw_halves

SIZE, COUNT = 32, 5


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("pictures")
    paths = [folder / f"{number}.png" for number in range(COUNT)]
    for number, path in enumerate(paths):
        path.write_bytes(draw_halves((60 * number, 0, 0), (0, 200, 90), (64, 48)))
    return paths


@pytest.fixture(scope="module")
def batches(paths: list[Path]) -> list[Batch]:
    return list(draw_batches(paths, SIZE, 2, epochs=8, seed=3))


def test_each_picture_comes_twice_a_step_and_at_most_once_an_epoch(batches: list[Batch]) -> None:
    assert len(batches) == 8 * (COUNT // 2)
    assert {views.shape for views, _ in batches} == {(4, SIZE, SIZE, 3)}
    for epoch in zip(batches[::2], batches[1::2], strict=True):
        seen = np.concatenate([places[:2] for _, places in epoch])
        assert len(set(seen.tolist())) == 4
    assert all(np.array_equal(places[:2], places[2:]) for _, places in batches)


def test_the_first_view_is_often_the_picture_itself_or_its_mirror_and_the_second_seldom(
    batches: list[Batch], paths: list[Path]
) -> None:
    originals = [load_pixels(path, SIZE) for path in paths]

    def is_unedited(view: np.ndarray, place: int) -> bool:
        own = originals[place]
        return np.array_equal(view, own) or np.array_equal(view, own[:, ::-1])

    unedited = np.array(
        [[is_unedited(view, place) for view, place in zip(views, places, strict=True)] for views, places in batches]
    )
    assert unedited[:, :2].sum() > 8  # of 32
    assert unedited[:, 2:].sum() < unedited[:, :2].sum() / 2


def test_the_same_seed_draws_the_same(batches: list[Batch], paths: list[Path]) -> None:
    again: Iterator[Batch] = draw_batches(paths, SIZE, 2, epochs=1, seed=3)
    for (views, places), (same, there) in zip(again, batches, strict=False):
        assert np.array_equal(places, there)
        assert np.array_equal(views, same)


def test_a_broken_picture_is_told_as_it_is_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_bytes(draw_halves((0, 0, 0), (9, 9, 9))[:80])
    with pytest.raises(DatasetError):
        next(draw_batches([tmp_path / "broken.png"], SIZE, 1, epochs=1, seed=0))


def test_features_are_drawn_from_any_of_the_views_of_their_picture() -> None:
    views = 10 * np.arange(COUNT, dtype=np.float32)[None, :, None] + np.arange(3, dtype=np.float32)[:, None, None]
    drawn = list(draw_features(views, 2, epochs=20, seed=3))
    assert len(drawn) == 20 * (COUNT // 2)
    assert {(features.shape, len(places)) for features, places in drawn} == {((4, 1), 4)}
    pairs = [(features[:, 0], places) for features, places in drawn]
    assert all(np.array_equal(features // 10, places) for features, places in pairs)
    assert {float(number) for features, _ in pairs for number in features % 10} == {0, 1, 2}
