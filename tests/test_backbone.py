"""The backbone: its plan, its names, and that the ImageNet weights land where they belong."""

import numpy as np
import pytest

pytest.importorskip("keras", reason="needs the train extra: pip install '.[train]'")

from model.backbone import (
    FEATURES,
    PIXEL_MEAN,
    PIXEL_SCALE,
    build_backbone,
    find_checkpoint,
    load_backbone,
    name_in_checkpoint,
)
from model.checkpoint import read_checkpoint
from tests.pictures import draw_halves

pytestmark = pytest.mark.train


@pytest.fixture(scope="module")
def backbone() -> object:
    return load_backbone()


def test_it_has_the_published_shape(backbone: object) -> None:
    convolutions = [layer for layer in backbone.layers if "Conv" in type(layer).__name__]  # type: ignore[attr-defined]
    assert len(convolutions) == 49
    assert backbone.output_shape == (None, FEATURES)  # type: ignore[attr-defined]


def test_every_tensor_of_the_checkpoint_but_the_classifier_is_used(backbone: object) -> None:
    in_file = {name.rpartition(".")[0] for name in read_checkpoint(find_checkpoint())}
    used = {name_in_checkpoint(layer.name) for layer in backbone.layers if layer.weights}  # type: ignore[attr-defined]
    assert in_file - used == {"_fc"}
    assert used <= in_file


@pytest.mark.parametrize(
    ("layer", "name"),
    [
        ("stem_conv", "_conv_stem"),
        ("stem_norm", "_bn0"),
        ("head_norm", "_bn1"),
        ("block0_depthwise_norm", "_blocks.0._bn1"),
        ("block14_expand_conv", "_blocks.14._expand_conv"),
        ("block15_project_norm", "_blocks.15._bn2"),
    ],
)
def test_layers_are_found_by_their_name_in_the_checkpoint(layer: str, name: str) -> None:
    assert name_in_checkpoint(layer) == name


def test_a_flag_of_two_halves_is_told_to_be_no_animal(backbone: object) -> None:
    weights = read_checkpoint(find_checkpoint())
    from model.preprocess import load_pixels

    pixels = load_pixels(draw_halves((255, 255, 255), (200, 0, 0), (300, 200)), 224).astype(np.float32)
    features = np.asarray(backbone(((pixels - PIXEL_MEAN) / PIXEL_SCALE)[np.newaxis]))  # type: ignore[operator]
    logits = features @ weights["_fc.weight"].T + weights["_fc.bias"]
    assert logits.argmax() >= 398  # ImageNet counts its animals first


def test_another_size_gives_as_many_features() -> None:
    assert build_backbone(96).output_shape == (None, FEATURES)
