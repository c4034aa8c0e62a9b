"""Training: from pictures to a checkpoint, which can be cut at the vector; and the mean of several goes on."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from model.dataset import UNLABELLED, read_training_set
from model.errors import ArtifactError, DatasetError
from tests.pictures import draw

keras = pytest.importorskip("keras", reason="needs the train extra: pip install '.[train]'")

from model.backbone import load_backbone  # noqa: E402
from model.recipe import REFINEMENT, Recipe  # noqa: E402
from model.train import (  # noqa: E402
    VECTOR_LAYER,
    describe_training,
    load_encoder_network,
    log_path,
    make_way_for_training,
    number_classes,
    train,
)
from tests.training import fill, save_random_classifier  # noqa: E402

pytestmark = [
    pytest.mark.train,
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept:DeprecationWarning"),  # Keras saving
]


def test_classes_are_numbered_over_all_sets(tmp_path: Path) -> None:
    labels, sets, set_of_class, names = number_classes([read_training_set(fill(tmp_path / n)) for n in ("one", "two")])
    assert names == ["one/blue", "one/red", "two/blue", "two/red"]
    assert set_of_class.tolist() == [0, 0, 1, 1]
    assert sets.tolist() == [0] * 12 + [1] * 12
    assert labels.tolist() == [UNLABELLED] * 4 + [0] * 4 + [1] * 4 + [UNLABELLED] * 4 + [2] * 4 + [3] * 4


def test_what_is_no_log_of_a_training_is_not_written_over(tmp_path: Path) -> None:
    for text in ('{"my": "notes"}', "[1]", "no JSON"):
        log_path(tmp_path / "mine.keras").write_text(text)
        with pytest.raises(ArtifactError, match=r"mine\.json is there and no log of a training"):
            make_way_for_training(tmp_path / "mine.keras")
    log_path(tmp_path / "mine.keras").write_text('{"recipe": {}}')
    make_way_for_training(tmp_path / "mine.keras")


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    return save_random_classifier(tmp_path / "trained.keras", 0)


def test_the_vector_is_the_last_hidden_layer_of_the_saved_classifier(checkpoint: Path) -> None:
    classifier = keras.models.load_model(checkpoint, compile=False)
    network, log = load_encoder_network(checkpoint)
    assert classifier.output_shape == (None, 5)
    assert network.output_shape == (None, 64)
    assert network.layers[-1].name == VECTOR_LAYER
    assert np.array_equal(network.layers[-1].get_weights()[1], np.arange(64))
    assert log["recipe"] == {"seed": 3}


def test_the_log_says_what_training_went_on_from(checkpoint: Path) -> None:
    log = load_encoder_network(checkpoint)[1]
    assert describe_training(log) == {"recipe": {"seed": 3}}


def test_a_checkpoint_without_its_log_or_without_a_vector_is_refused(checkpoint: Path, tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match=r"gone\.keras is not a trained classifier"):
        load_encoder_network(tmp_path / "gone.keras")
    other = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    other.save(tmp_path / "other.keras")
    log_path(tmp_path / "other.keras").write_text("{}")
    with pytest.raises(ArtifactError, match="not a trained classifier"):
        load_encoder_network(tmp_path / "other.keras")
    log_path(checkpoint).unlink()
    with pytest.raises(ArtifactError, match="not a trained classifier"):
        load_encoder_network(checkpoint)


@pytest.mark.parametrize(
    ("folders", "told"), [(("one",), "here are 12 in 2 classes"), (("flat", "flatter"), "here are 40 in 0 classes")]
)
def test_too_little_to_learn_from_is_refused_before_anything_else(
    tmp_path: Path, folders: tuple[str, ...], told: str
) -> None:
    fill(tmp_path / "one")
    for number in range(40):
        path = tmp_path / ("flat", "flatter")[number % 2] / f"{number}.png"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(draw((number, 0, 0)))
    heard: list[str] = []
    with pytest.raises(DatasetError, match=told):
        train([read_training_set(tmp_path / name) for name in folders], Recipe(), tmp_path / "o.keras", heard.append)
    assert not heard


def test_refining_writes_a_classifier_whose_lower_blocks_are_as_they_were(checkpoint: Path, tmp_path: Path) -> None:
    heard: list[str] = []
    recipe = replace(REFINEMENT, imagenet_share=1.0, head_steps=3, epochs=1, pictures_a_step=6)
    sets = [read_training_set(fill(tmp_path / name)) for name in ("one", "two")]
    train(sets, recipe, tmp_path / "refined.keras", heard.append, [checkpoint])
    begun, begun_log = load_encoder_network(checkpoint)
    before, (after, log) = load_backbone(), load_encoder_network(tmp_path / "refined.keras")
    assert after.output_shape == (None, 64)
    changed = {
        layer.name.split("_")[0]
        for layer in before.layers
        if layer.weights and not np.allclose(layer.get_weights()[0], after.get_layer(layer.name).get_weights()[0])
    }
    assert changed == {*(f"block{number}" for number in range(5, 16)), "head"}
    kernels = (network.get_layer(VECTOR_LAYER).get_weights()[0] for network in (begun, after))
    assert not np.allclose(*kernels)
    assert log["begins_with"] == [describe_training(begun_log)]
    assert (log["epochs_done"], log["recipe"]["frozen_blocks"], log["evened_out"]) == (1, 5, True)
    assert heard[-2].startswith("epoch 1 of 1")
