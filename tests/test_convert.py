"""A user's own classifier, from its file to a search with it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indexer.sample import draw_sample
from model.__main__ import main
from model.arguments import SCALE_NAMES
from model.artifact import load_artifact
from model.runtime import Encoder, normalise
from tests.pictures import BLUE, RED, draw
from tests.running import RunningService

keras = pytest.importorskip("keras", reason="needs the train extra: pip install '.[train]'")
h5py = pytest.importorskip("h5py", reason="needs the train extra: pip install '.[train]'")

from model.convert import Wish, convert  # noqa: E402
from model.scale import SCALES, scale_input  # noqa: E402

pytestmark = [
    pytest.mark.train,
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept:DeprecationWarning"),  # Keras saving
]

KERAS_2 = Path(__file__).parent / "models" / "keras2.h5"


def build(bias: float = 0.0) -> Any:
    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [
            keras.Input((16, 16, 3)),
            keras.layers.Conv2D(8, 3, strides=2),
            keras.layers.Flatten(),
            keras.layers.Dense(64, "relu", bias_initializer=keras.initializers.Constant(bias), name="hidden"),
            keras.layers.Dense(4, "softmax"),
        ]
    )


@pytest.fixture
def model(tmp_path: Path) -> Path:
    build().save(tmp_path / "mine.keras")
    return tmp_path / "mine.keras"


@pytest.fixture
def pictures(tmp_path: Path) -> tuple[Path, ...]:
    paths = [tmp_path / f"{number}.png" for number in range(40)]
    for number, path in enumerate(paths):
        path.write_bytes(draw((6 * number, 255 - 5 * number, 90)))
    return tuple(paths)


def test_a_file_of_keras_2_gives_the_vectors_that_it_gave_then(tmp_path: Path) -> None:
    heard: list[str] = []
    artifact = convert(KERAS_2, tmp_path / "old.json", Wish(), heard.append)
    with h5py.File(KERAS_2) as kept:
        pictures, wanted = kept["example/pictures"][:], kept["example/vectors"][:]
    assert np.allclose(Encoder(artifact, 1).encode(pictures), normalise(wanted), atol=1e-5)
    assert heard == ["vectors come out of 'hidden'", "pictures of 32 x 32 pixels go in, each x in 0..255 as x"]


def test_the_card_says_where_the_model_came_from(model: Path, tmp_path: Path) -> None:
    card = convert(model, tmp_path / "mine.json", Wish("signed"), lambda _: None).card
    assert (card.precision, card.input_size, card.thresholds) == ("float32", 16, ())
    assert card.notes["source"]["file"] == "mine.keras"
    assert card.notes["source"]["vector_layer"] == "hidden"
    assert card.notes["preprocessing"]["input"].endswith("computes x / 127.5 - 1")


def test_the_command_knows_every_scale() -> None:
    assert tuple(SCALES) == SCALE_NAMES


@pytest.mark.parametrize(
    ("scale", "low", "high"),
    [
        ("raw", [0, 0, 0], [255, 255, 255]),
        ("unit", [0, 0, 0], [1, 1, 1]),
        ("signed", [-1, -1, -1], [1, 1, 1]),
        ("imagenet", [-2.1179, -2.0357, -1.8044], [2.2489, 2.4286, 2.64]),
        ("caffe", [-103.939, -116.779, -123.68], [151.061, 138.221, 131.32]),
    ],
)
def test_pixels_reach_the_network_on_the_scale_that_was_asked_for(
    scale: str, low: list[float], high: list[float]
) -> None:
    picture = keras.Input((2, 2, 3))
    network = scale_input(keras.Model(picture, keras.layers.Activation("linear")(picture)), SCALES[scale])
    black_and_white = np.stack([np.zeros((2, 2, 3)), np.full((2, 2, 3), 255)]).astype(np.float32)
    found = np.asarray(network(black_and_white))
    assert found[0, 0, 0] == pytest.approx(low, abs=1e-3)
    assert found[1, 1, 1] == pytest.approx(high, abs=1e-3)


def test_bgr_is_the_other_way_round() -> None:
    picture = keras.Input((1, 1, 3))
    network = scale_input(keras.Model(picture, keras.layers.Activation("linear")(picture)), SCALES["caffe"])
    red = np.array([[[[255, 0, 0]]]], np.float32)
    assert np.asarray(network(red))[0, 0, 0].argmax() == 2


def test_8_bits_are_taken_where_they_stay_near_the_network(
    model: Path, tmp_path: Path, pictures: tuple[Path, ...]
) -> None:
    exact = convert(model, tmp_path / "exact.json", Wish("unit"), lambda _: None)
    small = convert(model, tmp_path / "small.json", Wish("unit", calibration=pictures), lambda _: None)
    assert small.card.precision == "int8"
    assert len(small.content) < len(exact.content)
    assert small.card.notes["parity"]["mean_cosine"] > 0.98


def test_a_picture_that_puts_out_every_number_is_found_again(tmp_path: Path) -> None:
    build(bias=-1e6).save(tmp_path / "dark.keras")
    encoder = Encoder(convert(tmp_path / "dark.keras", tmp_path / "dark.json", Wish(), lambda _: None), 1)
    one, other = encoder.encode(np.stack([np.zeros((16, 16, 3)), np.full((16, 16, 3), 200)]).astype(np.uint8))
    assert one @ other == pytest.approx(1)


def test_the_service_indexes_and_searches_with_it(tmp_path: Path) -> None:
    assert main(["convert", str(KERAS_2), "--out", str(tmp_path / "old.json")]) == 0
    library = tmp_path / "library"
    total = draw_sample(library)
    key = sorted(path.relative_to(library).as_posix() for path in library.rglob("*.jpg"))[0]
    with RunningService(library, tmp_path / "data", "--model", str(tmp_path / "old.json")) as service:
        service.wait_until_indexed(total)
        sent = {"image": (library / key).read_bytes()}
        found = service.session.post(f"{service.address}/v1/search", files=sent, timeout=60).json()
    assert found["model"] == load_artifact(tmp_path / "old.json").card.version
    assert found["hits"][0]["score"] == pytest.approx(1, abs=1e-3)
    assert key in [hit["key"] for hit in found["hits"] if hit["score"] > 0.999]


def test_the_command_writes_beside_the_model_and_says_what(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", str(model), "--scale", "unit"]) == 0
    version = json.loads(model.with_suffix(".json").read_text())["version"]
    assert capsys.readouterr().out == f"{model.with_suffix('.json')}: float32, {version}\n"
    assert model.with_suffix(".tflite").is_file()


def test_a_mistake_gets_one_clear_line_and_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "broken.h5").write_bytes(KERAS_2.read_bytes()[:9000])
    (tmp_path / "photo.h5").write_bytes(draw(RED))
    for name, reason in (
        ("gone.h5", "is missing."),
        ("photo.h5", "is neither a .keras file nor an HDF5 file."),
        ("broken.h5", "cannot be opened by Keras"),
    ):
        assert main(["convert", str(tmp_path / name), "--out", str(tmp_path / "x.json")]) == 1
        said = capsys.readouterr().err
        assert said.startswith(f"error: {tmp_path / name} {reason}")
        assert said.count("\n") == 1
    assert not (tmp_path / "x.json").exists()


@pytest.mark.parametrize("name", ["model.json", "model.tflite"])
def test_a_model_is_never_written_over_by_what_it_becomes(
    model: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    content = model.read_bytes()
    source = model.rename(model.with_name(name))
    assert main(["convert", str(source)]) == 1
    assert f"{name} is there" in capsys.readouterr().err
    assert source.read_bytes() == content


def test_8_bits_are_not_tried_on_too_few_pictures(
    model: Path, pictures: tuple[Path, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    for path in pictures[19:]:
        path.unlink()
    model = model.rename(pictures[0].parent.parent / model.name)
    assert main(["convert", str(model), "--calibrate", str(pictures[0].parent)]) == 1
    assert "takes 20 pictures or more; 19 were given" in capsys.readouterr().err


def test_pictures_to_calibrate_on_must_decode(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "some").mkdir()
    (tmp_path / "some" / "broken.png").write_bytes(draw(BLUE)[:50])
    assert main(["convert", str(model), "--calibrate", str(tmp_path / "some")]) == 1
    assert "broken.png: The PNG picture does not decode" in capsys.readouterr().err
