"""A trained network becomes an artifact with all that its card should say."""

import json
from pathlib import Path

import pytest

from model.__main__ import main
from model.artifact import load_artifact
from model.runtime import Encoder
from tests.pictures import draw_halves

keras = pytest.importorskip("keras", reason="needs the train extra: pip install '.[train]'")

pytestmark = [
    pytest.mark.train,
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept:DeprecationWarning"),  # Keras saving
]


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """A small network with random weights and a layer `vector`, as `train` writes it."""
    keras.utils.set_random_seed(0)
    layers, picture = keras.layers, keras.Input((32, 32, 3))
    seen = layers.AveragePooling2D(2)(layers.ReLU(6)(layers.Conv2D(16, 5, 4)(picture)))
    vector = layers.Dense(64, name="vector")(layers.Flatten()(seen))
    keras.Model(picture, layers.Dense(2, "softmax")(vector)).save(tmp_path / "trained.keras")
    (tmp_path / "trained.json").write_text(json.dumps({"recipe": {"seed": 3}}))
    return tmp_path / "trained.keras"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Forty pictures in two classes, told apart by their left half."""
    for number in range(40):
        path = tmp_path / "colours" / "ab"[number % 2] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(draw_halves((220 * (number % 2), 6 * number, 0), (0, 255 - 6 * number, 5 * number)))
    return tmp_path / "colours"


def test_the_card_tells_both_precisions_the_rivals_and_the_time(
    checkpoint: Path, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card = tmp_path / "out" / "mine.json"
    command = ["export", str(checkpoint), "--calibrate", str(folder), "--boards", str(folder), "--out", str(card)]
    assert main([*command, "--precision", "int8"]) == 0
    small, exact = load_artifact(card), load_artifact(tmp_path / "out" / "mine-float32.json")
    assert (small.card.precision, exact.card.precision) == ("int8", "float32")
    assert small.card.version != exact.card.version
    assert Encoder(small, 1).size == Encoder(exact, 1).size == 32
    notes = small.card.notes
    assert notes["training"] == {"recipe": {"seed": 3}}
    assert [board["contender"] for board in notes["rivals"]] == ["backbone, 1280", "its PCA, 64"]
    for times in (notes["candidates"]["int8"]["milliseconds"], notes["plain_backbone_milliseconds"]["int8"]):
        assert times.keys() == {"one_thread", "two_threads"}
        assert min(times.values()) > 0
    assert capsys.readouterr().out.endswith(f"{card}: int8\n")
