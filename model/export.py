"""A trained network becomes a LiteRT file whose input is a picture's own bytes."""

import tempfile
from collections.abc import Callable, Iterator

import keras
import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

from model.backbone import prepare
from model.errors import ArtifactError, DatasetError, DriftError
from model.runtime import InterpreterPool, Pictures, normalise

# What a picture's pixels, 0..255, become before they enter the network.
Prepare = Callable[[tf.Tensor], tf.Tensor]

# The smallest cosine between what the network and its conversion say about one picture, and the mean
# of all. 8-bit arithmetic moves single pictures; what matters is that neighbours stay neighbours,
# which the boards measure.
SMALLEST_COSINE = {"float32": 0.9999, "int8": 0.90}
MEAN_COSINE = {"float32": 0.99999, "int8": 0.98}


# With fewer, a layer's range is a guess, and so is how near the conversion stays to the network.
FEWEST_PICTURES = 20


def split_pictures(pictures: Pictures) -> tuple[Pictures, Pictures]:
    """Return one half of some pictures, to calibrate on, and the other, to compare with: calibration flatters its own.

    Raises DatasetError when they are too few for that.
    """
    if len(pictures) < FEWEST_PICTURES:
        raise DatasetError(f"Calibrating takes {FEWEST_PICTURES} pictures or more; {len(pictures)} were given.")
    half = len(pictures) - len(pictures) // 2
    return pictures[:half], pictures[half:]


def keep(pixels: tf.Tensor) -> tf.Tensor:
    """Return the pixels of 0..255 as they are, for a network that scales them itself."""
    return pixels


def convert_to_float32(network: keras.Model, scale: Prepare = prepare) -> bytes:
    """Return a LiteRT file: uint8 (1, S, S, 3) to float32 (1, D), computed in float32."""

    def compute(picture: tf.Tensor) -> tf.Tensor:
        return tf.cast(network(scale(tf.cast(picture, tf.float32)), training=False), tf.float32)

    return _convert(network, compute, tf.uint8)


def convert_to_int8(network: keras.Model, calibration: Pictures, scale: Prepare = prepare) -> bytes:
    """Return a LiteRT file: uint8 (1, S, S, 3) to float32 (1, D), computed in 8-bit integers throughout.

    `calibration` are real pictures, uint8 (N, S, S, 3), that set the range of every layer. Raises
    DriftError when the input's range did not come out as one step for each pixel value.
    """

    def compute(picture: tf.Tensor) -> tf.Tensor:
        return tf.cast(network(picture, training=False), tf.float32)

    def give_pictures() -> Iterator[list[tf.Tensor]]:
        # Black and white must occur, so that a pixel's own byte is the quantized input.
        for picture in (np.zeros_like(calibration[0]), np.full_like(calibration[0], 255), *calibration):
            yield [scale(tf.constant(picture[np.newaxis], tf.float32))]

    def ask_for_integers(converter: tf.lite.TFLiteConverter) -> None:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = give_pictures
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = tf.uint8

    content = _convert(network, compute, tf.float32, ask_for_integers)
    _check_input_steps(content, scale)
    return content


def check_parity(
    network: keras.Model, content: bytes, pictures: Pictures, precision: str, scale: Prepare = prepare
) -> dict[str, float]:
    """Return the smallest and the mean cosine between what network and file say about each picture.

    Raises DriftError when either is too small for the precision, "float32" or "int8", and ArtifactError when the
    network says nothing that can be compared.
    """
    given = np.asarray(network.predict(scale(pictures.astype(np.float32)), verbose=0))
    if not np.isfinite(given).all():
        raise ArtifactError("The network gives no numbers: NaN or infinity comes out of it.")
    wanted, found = normalise(given), normalise(InterpreterPool(content, 1).compute(pictures))
    cosines = np.einsum("nd,nd->n", wanted, found)
    smallest, mean = float(cosines.min()), float(cosines.mean())
    if smallest < SMALLEST_COSINE[precision]:
        raise DriftError(f"smallest cosine of {precision}", smallest, SMALLEST_COSINE[precision])
    if mean < MEAN_COSINE[precision]:
        raise DriftError(f"mean cosine of {precision}", mean, MEAN_COSINE[precision])
    return {"smallest_cosine": round(smallest, 6), "mean_cosine": round(mean, 6)}


def _convert(
    network: keras.Model,
    compute: Callable[[tf.Tensor], tf.Tensor],
    dtype: tf.DType,
    adjust: Callable[[tf.lite.TFLiteConverter], None] = lambda _: None,
) -> bytes:
    """Return the LiteRT file of a function of one picture, whose weights are the network's."""
    signature = tf.TensorSpec((1, *network.input_shape[1:]), dtype, name="picture")
    archive = keras.export.ExportArchive()
    archive.track(network)
    archive.add_endpoint("compute", compute, input_signature=[signature])
    with tempfile.TemporaryDirectory() as folder:
        # By way of a SavedModel: only there the converter freezes the weights into constants.
        archive.write_out(folder, verbose=False)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder, signature_keys=["compute"])
        adjust(converter)
        return bytes(converter.convert())


def _check_input_steps(content: bytes, scale: Prepare) -> None:
    black, white = (float(scale(tf.constant(pixel))) for pixel in (0.0, 255.0))
    wanted = (white - black) / 255
    step, zero = Interpreter(model_content=content).get_input_details()[0]["quantization"]
    if zero != round(-black / wanted) or abs(step / wanted - 1) > 1e-6:
        raise DriftError("scale of the quantized input", step, wanted)
