"""A model file is taken only with the card that was written for it."""

import json
from pathlib import Path
from typing import Any

import pytest

from model.artifact import SHIPPED, amend_card, load_artifact, make_way_for_artifact, save_artifact
from model.errors import ArtifactError
from model.verdicts import VERDICTS

ENTRIES: dict[str, Any] = {"precision": "int8", "input_size": 224, "vector_size": 64, "training": {"seed": 0}}


@pytest.fixture
def card(tmp_path: Path) -> Path:
    save_artifact(tmp_path / "weights" / "some-64.json", b"a network", ENTRIES)
    return tmp_path / "weights" / "some-64.json"


def change(card: Path, **entries: object) -> None:
    card.write_text(json.dumps(json.loads(card.read_text()) | entries))


def test_what_is_saved_can_be_loaded(card: Path) -> None:
    artifact = load_artifact(card)
    assert artifact.content == b"a network"
    assert artifact.path == card.with_suffix(".tflite")
    assert (artifact.card.precision, artifact.card.input_size) == ("int8", 224)
    assert artifact.card.notes == {"training": {"seed": 0}}


def test_the_model_file_may_be_named_instead_of_its_card(card: Path) -> None:
    assert load_artifact(card.with_suffix(".tflite")) == load_artifact(card)


def test_another_network_has_another_version(card: Path) -> None:
    before = load_artifact(card).card.version
    assert before.startswith("some-64-")
    assert save_artifact(card, b"another network", ENTRIES).card.version != before


@pytest.mark.parametrize("name", ["mine.h5", "mine.keras"])
def test_a_model_of_keras_is_told_what_becomes_of_it(tmp_path: Path, name: str) -> None:
    with pytest.raises(ArtifactError, match=rf"`python -m model convert {tmp_path}/{name}` makes mine\.json of it"):
        load_artifact(tmp_path / name)


@pytest.mark.parametrize("missing", [".json", ".tflite"])
def test_a_missing_part_is_named(card: Path, missing: str) -> None:
    card.with_suffix(missing).unlink()
    with pytest.raises(ArtifactError, match=rf"some-64\{missing} is missing\.$"):
        load_artifact(card)


def test_one_changed_byte_is_noticed(card: Path) -> None:
    card.with_suffix(".tflite").write_bytes(b"A network")
    with pytest.raises(ArtifactError, match="damaged or was replaced"):
        load_artifact(card)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"version": 1}'])
def test_what_is_no_card_is_refused_in_one_line(card: Path, text: str) -> None:
    card.write_text(text)
    with pytest.raises(ArtifactError, match=r"is not a model card: .*\.$") as caught:
        load_artifact(card)
    assert "\n" not in str(caught.value)


def test_vectors_of_another_width_are_refused(card: Path) -> None:
    change(card, vector_size=128)
    with pytest.raises(ArtifactError, match="vectors of 128 numbers"):
        load_artifact(card)


@pytest.mark.parametrize("thresholds", ["none", [{"verdict": "weak"}], [{"verdict": "weak", "cosine": 2}], 3])
def test_thresholds_that_make_no_sense_are_refused(card: Path, thresholds: object) -> None:
    change(card, thresholds=thresholds)
    with pytest.raises(ArtifactError, match="is not a model card"):
        load_artifact(card)


def test_a_card_is_amended_and_keeps_the_rest(card: Path) -> None:
    entry = {"verdict": "weak", "cosine": 0.5, "precision": 50, "recall": 40}
    amended = amend_card(card, {"thresholds": [entry]})
    assert [threshold.verdict for threshold in amended.card.thresholds] == ["weak"]
    assert amended.card.notes == {"training": {"seed": 0}}
    assert amended == load_artifact(card)


def test_an_artifact_that_could_not_be_written_whole_leaves_the_one_before(card: Path) -> None:
    before = load_artifact(card)
    with pytest.raises(TypeError, match="serializable"):
        save_artifact(card, b"another network", ENTRIES | {"training": object()})
    with pytest.raises(TypeError, match="serializable"):
        amend_card(card, {"thresholds": object()})
    assert load_artifact(card) == before
    assert sorted(path.name for path in card.parent.iterdir()) == ["some-64.json", "some-64.tflite"]


def test_an_artifact_may_lie_where_none_was_or_another_one_is(card: Path, tmp_path: Path) -> None:
    make_way_for_artifact(card)
    make_way_for_artifact(tmp_path / "new" / "other.json")
    assert (tmp_path / "new").is_dir()


@pytest.mark.parametrize(
    ("name", "told"), [("log.json", r"log\.json is there and no model card"), ("own.tflite", r"own\.tflite is there,")]
)
def test_what_is_no_artifact_is_not_written_over(tmp_path: Path, name: str, told: str) -> None:
    (tmp_path / name).write_text('{"epochs_done": 3}')
    with pytest.raises(ArtifactError, match=told):
        make_way_for_artifact((tmp_path / name).with_suffix(".json"))


def test_a_card_cannot_point_out_of_its_folder(card: Path) -> None:
    change(card, file="../elsewhere.tflite")
    with pytest.raises(ArtifactError, match="another folder"):
        load_artifact(card)


def test_a_folder_in_place_of_a_card_is_refused(tmp_path: Path) -> None:
    (tmp_path / "some.json").mkdir()
    with pytest.raises(ArtifactError, match="cannot be read"):
        load_artifact(tmp_path / "some.json")


def test_the_shipped_card_tells_how_the_model_was_made_and_how_good_it_is() -> None:
    card = load_artifact(SHIPPED).card
    assert card.precision in ("int8", "float32")
    assert {"preprocessing", "backbone", "training", "candidates"} <= card.notes.keys()
    for candidate in card.notes["candidates"].values():
        assert candidate["milliseconds"]["one_thread"] > 0
        assert {board["set"] for board in candidate["boards"]} >= {"cars/val", "vehicles/val"}


def test_the_shipped_card_says_what_hits_are_called() -> None:
    assert [threshold.verdict for threshold in load_artifact(SHIPPED).card.thresholds] == list(VERDICTS)
