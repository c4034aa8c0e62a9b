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
    freeze_blocks,
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
    layers = [layer for layer in backbone.layers if layer.weights]  # type: ignore[attr-defined]
    used = {name for layer in layers for name in name_in_checkpoint(layer.name)}
    assert in_file - used == {"_fc"}
    assert used <= in_file


@pytest.mark.parametrize(
    ("layer", "convolution", "norm"),
    [
        ("stem_conv", "_conv_stem", "_bn0"),
        ("head_conv", "_conv_head", "_bn1"),
        ("block0_depthwise_conv", "_blocks.0._depthwise_conv", "_blocks.0._bn1"),
        ("block14_expand_conv", "_blocks.14._expand_conv", "_blocks.14._bn0"),
        ("block15_project_conv", "_blocks.15._project_conv", "_blocks.15._bn2"),
    ],
)
def test_layers_are_found_by_their_name_in_the_checkpoint(layer: str, convolution: str, norm: str) -> None:
    assert name_in_checkpoint(layer) == (convolution, norm)


def test_a_folded_convolution_computes_what_it_and_the_normalisation_behind_it_did(backbone: object) -> None:
    weights = read_checkpoint(find_checkpoint())
    picture = np.random.default_rng(0).uniform(-1, 1, (1, 3, 3, 3)).astype(np.float32)
    kernel, bias = backbone.get_layer("stem_conv").get_weights()  # type: ignore[attr-defined]
    plain = np.einsum("nhwc,ochw->no", picture, weights["_conv_stem.weight"])
    scale, shift, mean, variance = (
        weights[f"_bn0.{part}"] for part in ("weight", "bias", "running_mean", "running_var")
    )
    wanted = (plain - mean) / np.sqrt(variance + 1e-3) * scale + shift
    assert np.allclose(np.einsum("nhwc,hwco->no", picture, kernel) + bias, wanted, atol=1e-4)


def test_a_flag_of_two_halves_is_told_to_be_no_animal(backbone: object) -> None:
    weights = read_checkpoint(find_checkpoint())
    from model.preprocess import load_pixels

    pixels = load_pixels(draw_halves((255, 255, 255), (200, 0, 0), (300, 200)), 224).astype(np.float32)
    features = np.asarray(backbone(((pixels - PIXEL_MEAN) / PIXEL_SCALE)[np.newaxis]))  # type: ignore[operator]
    logits = features @ weights["_fc.weight"].T + weights["_fc.bias"]
    assert logits.argmax() >= 398  # ImageNet counts its animals first


def test_another_size_gives_as_many_features() -> None:
    assert build_backbone(96).output_shape == (None, FEATURES)


def test_frozen_blocks_and_the_stem_learn_nothing_and_all_others_do() -> None:
    backbone = build_backbone(32)
    freeze_blocks(backbone, 2)
    learning = {weight.path.split("/")[0] for weight in backbone.trainable_weights}
    frozen = {weight.path.split("/")[0] for weight in backbone.non_trainable_weights}
    assert {name.split("_")[0] for name in frozen} == {"stem", "block0", "block1"}
    assert {name.split("_")[0] for name in learning} == {"head", *(f"block{number}" for number in range(2, 16))}
    freeze_blocks(backbone, 0)
    assert not backbone.non_trainable_weights
