"""Where the last hidden layer lies, in all the ways that people write a classifier."""

from typing import Any

import numpy as np
import pytest

from model.errors import ArtifactError

keras = pytest.importorskip("keras", reason="needs the train extra: pip install '.[train]'")

from keras import layers  # noqa: E402

from model.cut import cut_at_vector  # noqa: E402

pytestmark = pytest.mark.train

SIZE = 8
PICTURES = np.random.default_rng(0).uniform(0, 255, (3, SIZE, SIZE, 3)).astype(np.float32)


def stack(*parts: Any, shape: tuple[int | None, ...] = (SIZE, SIZE, 3)) -> Any:
    return keras.Sequential([keras.Input(shape), *parts])


def functional(*parts: Any) -> Any:
    picture = tensor = keras.Input((SIZE, SIZE, 3))
    for part in parts:
        tensor = part(tensor)
    return keras.Model(picture, tensor)


def hidden(width: int = 64) -> Any:
    return layers.Dense(width, "relu", name="hidden")


def base() -> Any:
    return functional(layers.Conv2D(4, 3, name="conv"), layers.GlobalAveragePooling2D(name="pool"))


CLASSIFIERS = {
    "plain": lambda: stack(layers.Flatten(), hidden(), layers.Dense(5, "softmax")),
    "functional": lambda: functional(layers.Flatten(), hidden(), layers.Dense(5, "softmax")),
    "logits": lambda: stack(layers.Flatten(), hidden(), layers.Dense(5)),
    "softmax apart": lambda: stack(layers.Flatten(), hidden(), layers.Dense(5), layers.Softmax()),
    "activation apart": lambda: stack(layers.Flatten(), hidden(), layers.Dense(5), layers.Activation("softmax")),
    "one class": lambda: stack(layers.Flatten(), hidden(), layers.Dense(1, "sigmoid")),
    "as many classes": lambda: stack(layers.Flatten(), hidden(), layers.Dense(64, "softmax")),
    "nested base": lambda: stack(base(), hidden(), layers.Dense(5, "softmax")),
    "nested functional base": lambda: functional(base(), hidden(), layers.Dense(5, "softmax")),
    "nested after a layer": lambda: functional(layers.Rescaling(1 / 255), base(), hidden(), layers.Dense(5, "softmax")),
    "nested twice": lambda: functional(
        layers.ReLU(), functional(layers.Rescaling(1 / 255), base()), hidden(), layers.Dense(5, "softmax")
    ),
    "nested head": lambda: functional(base(), stack(layers.Dense(9), hidden(), layers.Dense(5, "softmax"), shape=(4,))),
    "classes nested alone": lambda: stack(base(), hidden(), stack(layers.Dense(5, "softmax"), shape=(64,))),
    "probabilities as an operation": lambda: functional(layers.Flatten(), hidden(), layers.Dense(5), keras.ops.softmax),
    "called by keyword": lambda: functional(
        lambda picture: base()(inputs=picture, training=False), hidden(), lambda vector: layers.Dense(5)(inputs=vector)
    ),
    "no classes": lambda: stack(layers.Flatten(), hidden()),
}


@pytest.mark.parametrize("build", CLASSIFIERS.values(), ids=CLASSIFIERS)
def test_the_vector_is_what_the_last_hidden_layer_says(build: Any) -> None:
    model = build()
    cut = cut_at_vector(model)
    assert cut.layer == "hidden"
    wanted = _find(model, "hidden")
    assert np.array_equal(cut.network.layers[-1].kernel, wanted.kernel)
    assert cut.network(PICTURES).shape == (3, 64)


def _find(model: Any, name: str) -> Any:
    for layer in model.layers:
        if isinstance(layer, keras.Model) and (found := _find(layer, name)):
            return found
        if layer.name == name:
            return layer
    return None


def test_the_cut_network_gives_the_models_own_numbers() -> None:
    model = functional(layers.Flatten(), layers.Dense(64, "tanh", name="hidden"), layers.Dense(5, "softmax"))
    wanted = keras.Model(model.input, model.get_layer("hidden").output)(PICTURES)
    assert np.array_equal(cut_at_vector(model).network(PICTURES), wanted)


def test_what_follows_the_hidden_layer_belongs_to_it() -> None:
    after = [layers.BatchNormalization(), layers.ReLU(name="last"), layers.Dropout(0.5)]
    cut = cut_at_vector(stack(layers.Flatten(), layers.Dense(64), *after, layers.Dense(5, "softmax")))
    found = np.asarray(cut.network(PICTURES))
    assert found.min() == 0
    assert np.array_equal(found, cut.network(PICTURES))  # dropout rests


def test_what_rests_outside_of_training_rests_whatever_the_model_says() -> None:
    drop = layers.Dropout(0.5)
    model = functional(layers.Flatten(), lambda pixels: drop(pixels, training=True), hidden(), layers.Dense(5))
    network = cut_at_vector(model).network
    assert np.array_equal(network(PICTURES), network(PICTURES))


def test_a_model_trained_in_16_bits_computes_in_32() -> None:
    half: Any = {"dtype": "mixed_float16"}
    inner = stack(layers.Rescaling(1 / 255, **half), layers.Conv2D(4, 3, **half), layers.Flatten(**half))
    network = cut_at_vector(functional(inner, layers.Dense(64, **half), layers.Dense(5))).network
    assert {layer.compute_dtype for layer in network.layers} == {"float32"}
    assert network.output.dtype == "float32"


@pytest.mark.parametrize("dtype", ["float16", "float64"])
def test_weights_of_another_width_are_refused_by_name(dtype: str) -> None:
    with pytest.raises(ArtifactError, match=f"hidden/kernel' are {dtype}; float32 is needed"):
        cut_at_vector(stack(layers.Flatten(), layers.Dense(64, name="hidden", dtype=dtype), layers.Dense(5)))


def test_weights_that_are_no_numbers_are_refused_by_name() -> None:
    lost = keras.initializers.Constant(float("nan"))  # which a ReLU turns into zeros
    with pytest.raises(ArtifactError, match="hidden/bias' are not all numbers"):
        cut_at_vector(stack(layers.Flatten(), layers.Dense(64, "relu", bias_initializer=lost, name="hidden")))


def test_a_pooled_layer_may_be_the_last_hidden_one() -> None:
    cut = cut_at_vector(stack(layers.Conv2D(64, 3), layers.GlobalAveragePooling2D(name="pool"), layers.Dense(5)))
    assert cut.layer == "pool"


def test_branches_before_the_vector_are_kept() -> None:
    picture = keras.Input((SIZE, SIZE, 3))
    one, other = layers.Conv2D(4, 3, padding="same")(picture), layers.Conv2D(4, 1)(picture)
    vector = hidden()(layers.Flatten()(layers.Concatenate()([one, layers.Add()([one, other])])))
    model = keras.Model(picture, layers.Dense(5, "softmax")(vector))
    assert cut_at_vector(model).network(PICTURES).shape == (3, 64)


WRONG = {
    r"hidden layer, 'hidden', gives 128 numbers; 64 are needed": lambda: stack(
        layers.Flatten(), hidden(128), layers.Dense(5)
    ),
    r"hidden layer, 'after', gives 32 numbers": lambda: stack(
        layers.Flatten(), hidden(), layers.Dense(32, name="after"), layers.Dense(5)
    ),
    r"hidden layer, 'pool', gives 4 numbers": lambda: stack(base(), layers.Dense(5)),
    r"does not end in a dense layer": lambda: stack(layers.Conv2D(4, 3)),
    r"does not end in a dense layer,": lambda: base(),
    r"takes 10 numbers, not RGB pictures": lambda: stack(hidden(), layers.Dense(5), shape=(10,)),
    r"takes 8 x 8 x 1 numbers, not RGB": lambda: stack(layers.Flatten(), hidden(), layers.Dense(5), shape=(8, 8, 1)),
    r"takes 3 x 8 x 8 numbers, not RGB": lambda: stack(layers.Flatten(), hidden(), layers.Dense(5), shape=(3, 8, 8)),
    r"pictures of 8 x 6 pixels": lambda: stack(layers.Flatten(), hidden(), layers.Dense(5), shape=(8, 6, 3)),
}


@pytest.mark.parametrize(("message", "build"), WRONG.items(), ids=WRONG)
def test_a_model_of_another_kind_is_told_what_is_missing(message: str, build: Any) -> None:
    with pytest.raises(ArtifactError, match=message):
        cut_at_vector(build())


def test_a_model_that_has_seen_no_picture_yet_is_refused() -> None:
    with pytest.raises(ArtifactError, match="has no input yet"):
        cut_at_vector(keras.Sequential([layers.Flatten(), hidden(), layers.Dense(5)]))


def test_a_model_with_two_inputs_is_refused() -> None:
    one, other = keras.Input((SIZE, SIZE, 3)), keras.Input((SIZE, SIZE, 3))
    model = keras.Model([one, other], layers.Dense(5)(hidden()(layers.Flatten()(layers.Add()([one, other])))))
    with pytest.raises(ArtifactError, match="2 inputs and 1 outputs"):
        cut_at_vector(model)


def test_a_size_is_asked_for_where_the_model_takes_any() -> None:
    parts = [layers.Conv2D(4, 3), layers.GlobalAveragePooling2D(), hidden(), layers.Dense(5)]
    model = stack(*parts, shape=(None, None, 3))
    with pytest.raises(ArtifactError, match="say with --size"):
        cut_at_vector(model)
    assert cut_at_vector(model, 20).network.input_shape == (None, 20, 20, 3)


def test_a_size_that_a_layer_cannot_do_with_is_refused() -> None:
    model = stack(layers.Conv2D(64, 3), layers.GlobalAveragePooling2D(), layers.Dense(5), shape=(None, None, 3))
    with pytest.raises(ArtifactError, match=r"does not take 2 x 2 x 3 numbers: .*zero or negative"):
        cut_at_vector(model, 2)


def test_a_size_that_the_model_does_not_take_is_refused() -> None:
    with pytest.raises(ArtifactError, match="8 x 8 pixels, not 20 square"):
        cut_at_vector(CLASSIFIERS["plain"](), 20)
