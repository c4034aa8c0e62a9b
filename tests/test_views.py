"""Views of the training pictures: computed once, kept in a file, the picture itself first."""

from pathlib import Path

import numpy as np
import pytest

keras = pytest.importorskip("keras", reason="needs the train extra: pip install '.[train]'")

from model.backbone import PIXEL_MEAN, PIXEL_SCALE  # noqa: E402
from model.preprocess import load_pixels  # noqa: E402
from model.views import Views, collect_views  # noqa: E402
from tests.pictures import draw, draw_halves  # noqa: E402

pytestmark = pytest.mark.train


@pytest.fixture(scope="module")
def trunk() -> object:
    picture = keras.Input((32, 32, 3))
    return keras.Model(picture, keras.layers.AveragePooling2D(8)(picture))


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{number}.png" for number in range(3)]
    for number, path in enumerate(paths):
        path.write_bytes(draw_halves((60 * number, 0, 0), (0, 200, 90), (64, 48)))
    return paths


def test_the_first_view_is_the_picture_itself_and_the_others_differ(
    paths: list[Path], trunk: object, tmp_path: Path
) -> None:
    views = collect_views(paths, trunk, 4, 0, tmp_path / "kept.npy", lambda *_: None)
    assert views.shape == (4, 3, 4, 4, 3)
    pixels = (load_pixels(paths[1], 32).astype(np.float32) - PIXEL_MEAN) / PIXEL_SCALE
    assert np.allclose(views[0, 1], pixels.reshape(4, 8, 4, 8, 3).mean(axis=(1, 3)), atol=1e-2)
    assert len(np.unique(np.array(views).reshape(12, -1), axis=0)) == 12


def test_views_are_computed_once_and_again_when_a_picture_or_their_number_changes(
    paths: list[Path], trunk: object, tmp_path: Path
) -> None:
    heard: list[tuple[int, int]] = []

    def again(views: int = 2) -> Views:
        return np.array(collect_views(paths, trunk, views, 0, tmp_path / "kept.npy", lambda *done: heard.append(done)))

    first = again()
    assert heard == [(3, 6), (6, 6)]
    assert np.array_equal(again(), first)
    assert len(heard) == 2
    paths[0].write_bytes(draw((1, 2, 3), (30, 30)))
    assert not np.array_equal(again(), first)
    assert again(views=3).shape[0] == 3
    assert heard[-1] == (9, 9)
