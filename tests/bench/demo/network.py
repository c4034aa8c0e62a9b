"""The demo's network: MobileNet and two dense layers, the second of which is the vector (its softmax is cut off)."""

import keras
import numpy as np
import numpy.typing as npt

SIDE_PX = 256


def build_network() -> keras.Model:
    """Return the network, with random weights: they take as long as any others."""
    convolutions = keras.applications.MobileNet(include_top=False, weights=None, input_shape=(SIDE_PX, SIDE_PX, 3))
    flat = keras.layers.Flatten()(convolutions.output)
    hidden = keras.layers.Dense(512, "relu")(flat)
    return keras.Model(convolutions.input, keras.layers.Dense(64, "relu")(hidden))


def embed(network: keras.Model, path: str) -> npt.NDArray[np.float32]:
    """Return a picture's 64 numbers, float32 (64,)."""
    image = keras.utils.load_img(path, target_size=(SIDE_PX, SIDE_PX))
    pixels = keras.utils.img_to_array(image)[np.newaxis] / 255
    vector: npt.NDArray[np.float32] = network.predict(pixels, verbose=0)[0]
    return vector
