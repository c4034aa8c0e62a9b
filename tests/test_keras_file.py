"""Model files as people have them: of Keras 2 and 3, damaged, dangerous, or something else altogether."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model.errors import ArtifactError

keras = pytest.importorskip("keras", reason="needs the train extra: pip install '.[train]'")
h5py = pytest.importorskip("h5py", reason="needs the train extra: pip install '.[train]'")

from model.keras_file import load_keras_model, mend_config  # noqa: E402

pytestmark = [
    pytest.mark.train,
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept:DeprecationWarning"),  # Keras saving
    pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file:UserWarning"),
]

# Saved by Keras 2 (tf_keras 2.21): some layers of MobileNet as a model inside a Sequential one, Flatten, Dense 32,
# Dense 64 `hidden` and a softmax. Its `example` holds two pictures and what `hidden` said of them then.
KERAS_2 = Path(__file__).parent / "models" / "keras2.h5"


def build() -> Any:
    layers = keras.layers
    return keras.Sequential(
        [keras.Input((16, 16, 3)), layers.Flatten(), layers.Dense(64, name="hidden"), layers.Dense(3, "softmax")]
    )


@pytest.fixture(params=["model.h5", "model.keras"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    build().save(tmp_path / request.param)
    return tmp_path / request.param


def test_both_formats_of_keras_3_are_read(file: Path) -> None:
    assert load_keras_model(file).output_shape == (None, 3)


def test_the_name_of_a_file_does_not_matter(file: Path) -> None:
    assert load_keras_model(file.rename(file.with_name("download (1)"))).output_shape == (None, 3)


def test_a_file_of_keras_2_says_what_it_said_then() -> None:
    model = load_keras_model(KERAS_2)
    with h5py.File(KERAS_2) as kept:
        pictures, wanted = kept["example/pictures"][:], kept["example/vectors"][:]
    tensor = pictures.astype(np.float32)
    for layer in model.layers[:-1]:
        tensor = layer(tensor)
    assert np.allclose(tensor, wanted, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("kind", ["h5", "keras"])
def test_operations_between_layers_are_read(tmp_path: Path, kind: str) -> None:
    picture = keras.Input((4, 4, 3))
    one, *_ = keras.ops.split(keras.ops.relu(picture / 255.0 - 0.5) + 3.0, 2, axis=1)
    model = keras.Model(picture, keras.layers.Dense(3)(keras.layers.Flatten()(keras.layers.Add()([one, one * one]))))
    model.save(tmp_path / f"model.{kind}")
    pictures = np.random.default_rng(0).uniform(0, 255, (2, 4, 4, 3)).astype(np.float32)
    assert np.array_equal(load_keras_model(tmp_path / f"model.{kind}")(pictures), model(pictures))


def test_the_file_itself_stays_as_it_is() -> None:
    before = KERAS_2.read_bytes()
    load_keras_model(KERAS_2)
    assert KERAS_2.read_bytes() == before


def test_only_what_keras_2_said_otherwise_is_mended() -> None:
    norm = {"class_name": "BatchNormalization", "config": {"axis": [3], "name": "a"}}
    several = {"class_name": "BatchNormalization", "config": {"axis": [1, 2]}}
    depthwise = {"class_name": "DepthwiseConv2D", "config": {"groups": 1, "strides": [2, 2]}}
    grouped = {"class_name": "Conv2D", "config": {"groups": 1}}
    bare = {"class_name": "Functional", "config": {"output_layers": ["x", 0, 0]}}
    model = {"class_name": "Functional", "config": {"output_layers": [["x", 0, 0]], "layers": [norm, depthwise]}}
    config = [model, several, grouped, bare]
    untouched = json.dumps([several, grouped, bare])
    mend_config(config)
    assert model["config"]["output_layers"] == ["x", 0, 0]  # type: ignore[index]
    assert (norm["config"], depthwise["config"]) == ({"axis": 3, "name": "a"}, {"strides": [2, 2]})
    assert json.dumps([several, grouped, bare]) == untouched


def refusal(path: Path) -> str:
    with pytest.raises(ArtifactError) as caught:
        load_keras_model(path)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400 + len(str(path))
    return str(caught.value)


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    assert refusal(tmp_path / "gone.h5") == f"{tmp_path}/gone.h5 is missing."
    assert "cannot be read" in refusal(tmp_path)


@pytest.mark.parametrize("content", [b"", b"\x89HDF", b"<html>not found</html>", b"\xff\xd8\xff\xe0 a photograph"])
def test_what_is_no_model_file_is_told_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.h5"
    path.write_bytes(content)
    assert refusal(path) == f"{path} is neither a .keras file nor an HDF5 file."


@pytest.mark.parametrize("kept", [0.01, 0.5, 0.98])
def test_a_file_cut_short_is_refused(file: Path, kept: float) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: max(8, int(kept * len(content)))])
    said = refusal(file)
    assert "cannot be opened by Keras" in said
    assert "not found" not in said.lower()


def test_weights_alone_are_refused_with_what_to_do(tmp_path: Path) -> None:
    build().save_weights(tmp_path / "some.weights.h5")
    assert "Save the whole model" in refusal(tmp_path / "some.weights.h5")


@pytest.mark.parametrize("name", ["model.h5", "model.keras"])
def test_code_in_a_file_is_refused_and_does_not_run(tmp_path: Path, name: str) -> None:
    mark = tmp_path / "ran"
    layers = [keras.Input((4,)), keras.layers.Lambda(lambda x, path=str(mark): (open(path, "w").close(), x)[1])]  # noqa: PTH123
    keras.Sequential(layers).save(tmp_path / name)
    mark.unlink()  # building it ran it once
    said = refusal(tmp_path / name)
    assert said.endswith("arbitrary code execution and thus it is disallowed by default.")
    assert not mark.exists()


def test_a_class_of_the_authors_own_is_refused_by_name(tmp_path: Path) -> None:
    class Strange(keras.layers.Layer):
        def call(self, x: Any) -> Any:
            return x

    keras.Sequential([keras.Input((4,)), Strange()]).save(tmp_path / "model.keras")
    assert refusal(tmp_path / "model.keras").endswith("Could not locate class 'Strange'.")
