"""Folders of pictures become an artifact with all that its card should say."""

from pathlib import Path

import pytest

from indexer.sample import draw_sample
from model.__main__ import main
from model.artifact import load_artifact
from model.runtime import Encoder

pytest.importorskip("keras", reason="needs the train extra: pip install '.[train]'")

pytestmark = [
    pytest.mark.train,
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept:DeprecationWarning"),  # Keras saving
]

KINDS = ("bicycles", "boats", "tractors")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Thirty-two drawn pictures in three classes."""
    draw_sample(tmp_path / "sample")
    kinds = tmp_path / "kinds"
    kinds.mkdir()
    for name in KINDS:
        (tmp_path / "sample" / name).rename(kinds / name)
    return kinds


def test_folders_become_an_artifact_whose_card_tells_how_it_was_made_and_what_it_is_worth(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checkpoint, card = tmp_path / "new" / "mine.keras", tmp_path / "out" / "mine.json"
    assert main(["train", str(folder), "--epochs", "0", "--out", str(checkpoint)]) == 0
    assert capsys.readouterr().err.endswith("evening out the classes\n")
    command = ["export", str(checkpoint), "--calibrate", str(folder), "--boards", str(folder), "--out", str(card)]
    assert main([*command, "--precision", "int8"]) == 0
    assert capsys.readouterr().out.endswith(f"{card}: int8\n")
    small, exact = load_artifact(card), load_artifact(tmp_path / "out" / "mine-float32.json")
    assert (small.card.precision, exact.card.precision) == ("int8", "float32")
    assert small.card.version != exact.card.version
    assert Encoder(small, 1).size == Encoder(exact, 1).size == 224
    notes = small.card.notes
    told = notes["training"]
    assert told["data"] == [{"name": "kinds", "pictures": 32, "classes": 3}]
    assert (told["begins_with"], told["epochs_done"], told["evened_out"]) == ("the ImageNet weights", 0, True)
    assert told["classes"] == [f"kinds/{name}" for name in KINDS]
    assert [board["contender"] for board in notes["rivals"]] == ["backbone, 1280", "its PCA, 64"]
    for times in (notes["candidates"]["int8"]["milliseconds"], notes["plain_backbone_milliseconds"]["int8"]):
        assert times.keys() == {"one_thread", "two_threads"}
        assert min(times.values()) > 0
    assert all(candidate["boards"][0]["first"]["value"] > 80 for candidate in notes["candidates"].values())
