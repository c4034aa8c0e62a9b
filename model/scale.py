"""How a network wants its pixels: what becomes of 0..255 before its first layer."""

from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import numpy as np

_IMAGENET_MEAN, _IMAGENET_DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
_CAFFE_MEAN = (103.939, 116.779, 123.68)


class Scale(NamedTuple):
    """What a network computes of a pixel x in 0..255, in words and as a function of pictures (N, S, S, 3)."""

    words: str
    apply: Callable[[Any], Any]


def _standardise(pixels: Any) -> Any:
    return (pixels / 255.0 - np.array(_IMAGENET_MEAN, np.float32)) / np.array(_IMAGENET_DEVIATION, np.float32)


def _centre_bgr(pixels: Any) -> Any:
    return keras.ops.flip(pixels, axis=-1) - np.array(_CAFFE_MEAN, np.float32)


SCALES = {
    "raw": Scale("x", lambda pixels: pixels),
    "unit": Scale("x / 255", lambda pixels: pixels / 255.0),
    "signed": Scale("x / 127.5 - 1", lambda pixels: pixels / 127.5 - 1.0),
    "imagenet": Scale("x / 255, less ImageNet's mean, by its deviation", _standardise),
    "caffe": Scale("x in BGR, less ImageNet's mean", _centre_bgr),
}


def scale_input(network: keras.Model, scale: Scale) -> keras.Model:
    """Return a network that takes pixels in 0..255 and brings them to the scale that the given one wants."""
    picture = keras.Input(network.input_shape[1:], name="picture")
    return keras.Model(picture, network(scale.apply(picture)), name="scaled")
