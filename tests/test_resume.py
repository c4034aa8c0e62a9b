"""Going on from the mean of earlier weights, some of ImageNet's mixed in, with a head that fits them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from model.dataset import read_training_set

pytest.importorskip("keras", reason="needs the train extra: pip install '.[train]'")

from model.head import even_out, resume_head
from model.recipe import REFINEMENT
from model.resume import average, mix_in
from model.teachers import compute_features
from model.train import load_encoder_network, train
from tests.training import fill, save_random_classifier

pytestmark = [
    pytest.mark.train,
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept:DeprecationWarning"),  # Keras saving
]


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    return save_random_classifier(tmp_path / "trained.keras", 0)


def test_training_goes_on_from_the_mean_of_the_weights_of_earlier_ones(checkpoint: Path, tmp_path: Path) -> None:
    other = save_random_classifier(tmp_path / "other.keras", 1)
    networks = [load_encoder_network(path)[0] for path in (checkpoint, other)]
    backbone, kernel, bias = average(networks)
    means = [*backbone.get_weights(), kernel, bias]
    both = [network.get_weights() for network in networks]
    assert len(means) == len(both[0])
    assert not np.allclose(both[0][0], both[1][0])
    for mean, one, two in zip(means, *both, strict=True):
        assert np.allclose(mean, (one + two) / 2, atol=1e-6)


def test_weights_are_mixed_in_by_their_share(checkpoint: Path, tmp_path: Path) -> None:
    paths = checkpoint, save_random_classifier(tmp_path / "other.keras", 1)
    backbone, other = (average([load_encoder_network(path)[0]])[0] for path in paths)
    before = backbone.get_weights()
    mix_in(backbone, other, 0.25)
    for mixed, own, others in zip(backbone.get_weights(), before, other.get_weights(), strict=True):
        assert np.allclose(mixed, 0.75 * own + 0.25 * others, atol=1e-6)


def test_without_any_steps_the_classes_are_evened_out_as_the_earlier_network_sees_them(
    checkpoint: Path, tmp_path: Path
) -> None:
    pictures = read_training_set(fill(tmp_path / "one"))
    recipe = replace(REFINEMENT, head_steps=0)
    train([pictures], recipe, tmp_path / "evened.keras", lambda _: None, [checkpoint])
    backbone, kernel, bias = average([load_encoder_network(checkpoint)[0]])
    features = compute_features(backbone, pictures.paths)
    wanted = np.zeros((len(features), 1000), np.float32)
    head = even_out(resume_head(features, kernel, bias, wanted, pictures.labels, 2), features, pictures.labels)
    kernels = load_encoder_network(tmp_path / "evened.keras")[0].get_weights()[-2], head.kernel
    evened, expected = (kernel / np.linalg.norm(kernel) for kernel in kernels)  # the length does not matter
    assert np.allclose(evened, expected, atol=1e-5)


def test_refining_is_the_head_s_alone_unless_epochs_are_asked_for(checkpoint: Path, tmp_path: Path) -> None:
    recipe = replace(REFINEMENT, head_steps=3)
    train([read_training_set(fill(tmp_path / "one"))], recipe, tmp_path / "fit.keras", lambda _: None, [checkpoint])
    before, after = (load_encoder_network(path)[0].get_weights() for path in (checkpoint, tmp_path / "fit.keras"))
    assert all(np.array_equal(*pair) for pair in zip(before[:-2], after[:-2], strict=True))
    assert not np.allclose(before[-2], after[-2])
