"""A user's own Keras classifier becomes an artifact that the service runs."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from model import VECTOR_SIZE
from model.artifact import Artifact, save_artifact
from model.cut import Cut, cut_at_vector
from model.dataset import keep_decodable, read_pixels
from model.errors import ArtifactError, DriftError, tell_reason
from model.export import check_parity, convert_to_float32, convert_to_int8, keep, split_pictures
from model.keras_file import load_keras_model
from model.release import PREPROCESSING
from model.runtime import Pictures
from model.scale import SCALES, scale_input

_CALIBRATION_PICTURES = 300
_DRAWN_PICTURES = 8


@dataclass(frozen=True)
class Wish:
    """How a model is to be converted: the name of its pixels' scale, its picture's side where it leaves that open,
    and pictures to calibrate 8-bit arithmetic on, if it is wanted."""

    scale: str = "raw"
    size: int | None = None
    calibration: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Conversion:
    """A model file and how near it stays to the network."""

    precision: str
    content: bytes
    parity: dict[str, float]


def convert(source: Path, card: Path, wish: Wish, report: Callable[[str], None]) -> Artifact:
    """Write the artifact that a Keras classifier becomes, and return it; `report` hears lines of progress.

    8-bit arithmetic is used if calibration pictures are given and it stays near enough to the network. Raises
    ArtifactError, DriftError, DatasetError or OSError.
    """
    cut = cut_at_vector(load_keras_model(source), wish.size)
    size = cut.network.input_shape[1]
    scale = SCALES[wish.scale]
    report(f"vectors come out of {cut.layer!r}")
    report(f"pictures of {size} x {size} pixels go in, each x in 0..255 as {scale.words}")
    network = scale_input(cut.network, scale)
    conversion = _choose(network, _load_calibration(wish.calibration, size, report), report)
    return save_artifact(card, conversion.content, _describe(source, cut, wish, conversion))


def _choose(network: keras.Model, pictures: Pictures | None, report: Callable[[str], None]) -> Conversion:
    if pictures is not None:
        calibrating, comparing = split_pictures(pictures)
        try:
            content = _run(lambda: convert_to_int8(network, calibrating, keep))
            return Conversion("int8", content, check_parity(network, content, comparing, "int8", keep))
        except DriftError as fault:
            report(f"8-bit arithmetic strays too far, so float32 it is: {fault}")
    compared = _draw_pictures(network.input_shape[1]) if pictures is None else pictures[:_DRAWN_PICTURES]
    content = _run(lambda: convert_to_float32(network, keep))
    return Conversion("float32", content, check_parity(network, content, compared, "float32", keep))


def _run(conversion: Callable[[], bytes]) -> bytes:
    try:
        return conversion()
    except DriftError:
        raise
    except Exception as fault:  # TensorFlow's converter raises whatever its passes raise
        raise ArtifactError(f"LiteRT cannot run this network: {tell_reason(fault)}") from fault


def _load_calibration(paths: tuple[Path, ...], size: int, report: Callable[[str], None]) -> Pictures | None:
    if not paths:
        return None
    places = np.random.default_rng(0).permutation(len(paths))[:_CALIBRATION_PICTURES]
    drawn = keep_decodable([paths[place] for place in places], report)
    return np.array([read_pixels(path, size) for path in drawn], np.uint8).reshape(-1, size, size, 3)


def _draw_pictures(size: int) -> Pictures:
    """Return a few pictures of soft spots, uint8 (N, size, size, 3), to compare network and file on."""
    coarse = np.random.default_rng(0).integers(0, 256, (_DRAWN_PICTURES, 8, 8, 3), dtype=np.uint8)
    side = -(-size // 8)
    return coarse.repeat(side, axis=1).repeat(side, axis=2)[:, :size, :size]


def _describe(source: Path, cut: Cut, wish: Wish, conversion: Conversion) -> dict[str, Any]:
    return {
        "precision": conversion.precision,
        "input_size": cut.network.input_shape[1],
        "vector_size": VECTOR_SIZE,
        "preprocessing": PREPROCESSING
        | {"input": f"uint8 in 0..255; the network itself computes {SCALES[wish.scale].words}"},
        "source": {
            "file": source.name,
            "sha256": hashlib.sha256(source.read_bytes()).hexdigest(),
            "vector_layer": cut.layer,
        },
        "parity": conversion.parity,
    }
