"""Conversions of a tiny network: the same numbers come out, and drift is refused."""

import numpy as np
import pytest

from model.errors import ArtifactError, DatasetError, DriftError
from model.runtime import InterpreterPool, Pictures

keras = pytest.importorskip("keras", reason="needs the train extra: pip install '.[train]'")

from model.backbone import prepare  # noqa: E402
from model.export import check_parity, convert_to_float32, convert_to_int8, split_pictures  # noqa: E402

pytestmark = pytest.mark.train

SIZE = 32


@pytest.fixture(scope="module")
def network() -> object:
    """Three layers of the kinds that the real network has, with random weights."""
    keras.utils.set_random_seed(0)
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((SIZE, SIZE, 3)),
            layers.Conv2D(16, 3, 2, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.ReLU(6),
            layers.DepthwiseConv2D(3, padding="same"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(64),
        ]
    )


@pytest.fixture(scope="module")
def pictures() -> Pictures:
    coarse = np.random.default_rng(0).integers(0, 256, (40, 8, 8, 3), dtype=np.uint8)
    return coarse.repeat(SIZE // 8, axis=1).repeat(SIZE // 8, axis=2)


@pytest.fixture(scope="module")
def exact(network: object) -> bytes:
    return convert_to_float32(network)


@pytest.fixture(scope="module")
def small(network: object, pictures: Pictures) -> bytes:
    return convert_to_int8(network, pictures)


def test_float32_gives_the_networks_own_numbers(network: object, exact: bytes, pictures: Pictures) -> None:
    wanted = network(prepare(pictures.astype(np.float32)))  # type: ignore[operator]
    assert np.allclose(InterpreterPool(exact, 1).compute(pictures), wanted, atol=1e-4)
    assert check_parity(network, exact, pictures, "float32")["smallest_cosine"] > 0.9999


def test_int8_takes_a_pictures_own_bytes_and_stays_close(network: object, small: bytes, pictures: Pictures) -> None:
    assert InterpreterPool(small, 1).picture_shape == (SIZE, SIZE, 3)
    assert check_parity(network, small, pictures, "int8")["mean_cosine"] > 0.98


def test_int8_is_the_smaller_file(exact: bytes, small: bytes) -> None:
    assert len(small) < len(exact)


def test_a_conversion_of_other_weights_is_refused_with_the_number(exact: bytes, pictures: Pictures) -> None:
    keras.utils.set_random_seed(1)
    layers = [keras.Input((SIZE, SIZE, 3)), keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(64)]
    with pytest.raises(DriftError, match=r"smallest cosine of float32: -?0\.\d+, allowed 0\.9999") as caught:
        check_parity(keras.Sequential(layers), exact, pictures, "float32")
    assert caught.value.measured < caught.value.allowed


def test_a_network_that_gives_no_numbers_is_refused(exact: bytes, pictures: Pictures) -> None:
    lost = keras.layers.Dense(64, bias_initializer=keras.initializers.Constant(float("inf")))
    network = keras.Sequential([keras.Input((SIZE, SIZE, 3)), keras.layers.GlobalAveragePooling2D(), lost])
    with pytest.raises(ArtifactError, match="gives no numbers"):
        check_parity(network, exact, pictures, "float32")


def test_int8_is_held_to_less_than_float32(network: object, small: bytes, pictures: Pictures) -> None:
    with pytest.raises(DriftError):
        check_parity(network, small, pictures, "float32")


def test_a_conversion_is_compared_on_other_pictures_than_it_was_calibrated_on(pictures: Pictures) -> None:
    calibrating, comparing = split_pictures(pictures[:21])
    assert (len(calibrating), len(comparing)) == (11, 10)
    assert np.array_equal(np.concatenate([calibrating, comparing]), pictures[:21])


def test_too_few_pictures_to_calibrate_on_are_refused(pictures: Pictures) -> None:
    with pytest.raises(DatasetError, match="takes 20 pictures or more; 19 were given"):
        split_pictures(pictures[:19])


def test_calibration_with_grey_pictures_alone_still_knows_black_and_white(network: object) -> None:
    grey = np.full((5, SIZE, SIZE, 3), 127, np.uint8)
    content = convert_to_int8(network, grey)
    assert InterpreterPool(content, 1).width == 64
