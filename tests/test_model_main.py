"""The commands, called as a person calls them."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from model.__main__ import attempt, main
from model.artifact import SHIPPED, load_artifact
from tests.pictures import BLUE, GREEN, RED, draw

ROOT = Path(__file__).parent.parent

needs_tensorflow = pytest.mark.skipif(
    importlib.util.find_spec("tensorflow") is None, reason="needs the train extra: pip install '.[train]'"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, colour in (("red", RED), ("blue", BLUE), ("green", GREEN)):
        for number in range(3):
            path = tmp_path / "colours" / name / f"{number}.jpg"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(draw(colour, (40 + number, 40)))
    return tmp_path / "colours"


def test_embed_writes_vectors_and_names_what_it_left_out(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 nothing more")
    assert main(["embed", str(folder), "--out", str(tmp_path / "vectors.npz")]) == 0
    with np.load(tmp_path / "vectors.npz") as kept:
        assert kept["vectors"].shape == (9, 64)
        assert kept["paths"][0] == "blue/0.jpg"
    said = capsys.readouterr()
    assert "broken.jpg: The JPEG picture does not decode" in said.err
    assert said.err.endswith("9 embedded, 1 skipped\n")
    assert said.out == ""


def test_embed_fails_when_nothing_can_be_embedded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notes.txt").write_text("no picture")
    assert main(["embed", str(tmp_path), "--out", str(tmp_path / "vectors.npz")]) == 1
    assert "holds no picture that can be embedded" in capsys.readouterr().err
    assert not (tmp_path / "vectors.npz").exists()


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["embed", "{tmp}/gone", "--out", "{tmp}/v.npz"], "error: {tmp}/gone is not a folder."),
        (["embed", "{tmp}", "--out", "{tmp}/v.npz", "--model", "{tmp}/m.json"], "error: {tmp}/m.json is missing."),
        (["evaluate", "{tmp}/gone"], "error: {tmp}/gone is not a folder with pictures in it."),
        (["evaluate", "{tmp}", "--groups", "{tmp}/g.tsv"], "error: {tmp}/g.tsv is not a list of groups: "),
        (
            ["evaluate", "{folder}", "--groups", "{tmp}/other.tsv"],
            "error: {tmp}/other.tsv names none of these pictures.",
        ),
        (["evaluate", "{folder}", "--alone", "--json", "{tmp}"], "error: {tmp}: Is a directory."),
        (["embed", "{folder}", "--out", "{tmp}"], "error: {tmp}: Is a directory."),
        (["embed", "{folder}", "--out", "{tmp}/other.tsv/v.npz"], "error: {tmp}/other.tsv: File exists."),
    ],
)
def test_a_mistake_gets_one_clear_line(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], line: str
) -> None:
    (tmp_path / "other.tsv").write_text("path\tgroup\ncars/val/1.jpg\t1\n")
    assert main([argument.format(tmp=tmp_path, folder=folder) for argument in arguments]) == 1
    said = capsys.readouterr().err
    assert said.startswith(line.format(tmp=tmp_path))
    assert said.count("\n") == 1


def test_a_damaged_artifact_gets_one_clear_line(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for suffix in (".json", ".tflite"):
        shutil.copy(SHIPPED.with_suffix(suffix), tmp_path)
    with (tmp_path / SHIPPED.name).with_suffix(".tflite").open("r+b") as file:
        file.write(b"damage")
    out = ["--out", str(tmp_path / "v.npz"), "--model", str(tmp_path / SHIPPED.name)]
    assert main(["embed", str(folder), *out]) == 1
    assert "is damaged or was replaced" in capsys.readouterr().err


def test_evaluate_prints_a_board_for_each_folder_and_writes_json(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    groups = tmp_path / "groups.tsv"
    groups.write_text("path\tgroup\ncolours/red/0.jpg\t1\ncolours/red/1.jpg\t1\n")
    boards = ["--groups", str(groups), "--json", str(tmp_path / "boards.json")]
    assert main(["evaluate", str(folder), *boards, "--alone"]) == 0
    table = capsys.readouterr().out
    assert table.startswith("set")
    (board,) = json.loads((tmp_path / "boards.json").read_text())
    assert (board["set"], board["pictures"]) == ("colours", 9)
    assert f"{board['first']['value']:.1f}" in table


def test_a_damaged_picture_does_not_end_a_command_that_reads_many(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "red" / "9.jpg").write_bytes(draw(RED)[:60])
    assert main(["evaluate", str(folder), "--alone", "--json", str(tmp_path / "boards.json")]) == 0
    named, counted = capsys.readouterr().err.splitlines()
    assert named.startswith(f"{folder}/red/9.jpg: ")
    assert counted == "1 of 10 pictures left out"
    assert json.loads((tmp_path / "boards.json").read_text())[0]["pictures"] == 9


def test_thresholds_are_measured_printed_and_written_into_the_card(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for suffix in (".json", ".tflite"):
        shutil.copy(SHIPPED.with_suffix(suffix), tmp_path)
    card = tmp_path / SHIPPED.name
    for number in range(3, 12):
        for name, colour in (("red", RED), ("blue", BLUE), ("green", GREEN)):
            (folder / name / f"{number}.jpg").write_bytes(draw(colour, (40 + number, 40)))
    assert main(["thresholds", str(folder), "--model", str(card)]) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split() == ["verdict", "from", "cosine", "precision", "recall"]
    written = load_artifact(card).card.thresholds
    assert [line.split("  ")[0] for line in lines] == [threshold.verdict for threshold in written]
    assert written != load_artifact().card.thresholds


def test_thresholds_that_too_few_pictures_give_leave_the_card_as_it_is(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for suffix in (".json", ".tflite"):
        shutil.copy(SHIPPED.with_suffix(suffix), tmp_path)
    for path in [path for path in folder.rglob("*.jpg") if path.name != "0.jpg"]:
        path.unlink()
    assert main(["thresholds", str(folder), "--model", str(tmp_path / SHIPPED.name)]) == 1
    assert "the card stays as it is" in capsys.readouterr().err
    assert (tmp_path / SHIPPED.name).read_bytes() == SHIPPED.read_bytes()


def test_an_interrupted_command_says_so_in_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    def be_interrupted() -> None:
        raise KeyboardInterrupt

    assert attempt(be_interrupted) == 130
    assert capsys.readouterr().err == "interrupted\n"


def test_what_libraries_advise_their_callers_is_not_told_to_people() -> None:
    advise = "import logging; from model.noise import silence_libraries as s; s(); logging.getLogger('tensorflow')"
    command = [sys.executable, "-c", f"{advise}.warning('retracing is expensive')"]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stderr == b""


def test_a_name_that_a_terminal_has_no_letters_for_is_told_all_the_same() -> None:
    command = [sys.executable, "-c", "from model.noise import silence_libraries as s; s(); print('h\u00fcte')"]
    terminal = os.environ | {"PYTHONIOENCODING": "ascii"}
    told = subprocess.run(command, cwd=ROOT, capture_output=True, env=terminal, check=True)
    assert told.stdout == b"h\\xfcte\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["train", "x", "--out", "mine"], "argument --out: mine does not end in .keras"),
        (["train", "x", "--out", "mine.keras", "--epochs", "-1"], "argument --epochs: -1 is not 0 or more"),
        (["train", "x", "--out", "mine.keras", "--imagenet", "1.5"], "argument --imagenet: 1.5 is not from 0 to 1"),
        (["convert", "x.keras", "--out", "x.keras"], "argument --out: x.keras does not end in .json"),
        (["convert", "x.keras", "--size", "0"], "argument --size: 0 is not 1 or more, at most 2048"),
        (["convert", "x.keras", "--size", "9999"], "argument --size: 9999 is not 1 or more, at most 2048"),
        (["convert", "x.keras", "--size", "large"], "argument --size: invalid int value: 'large'"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused_before_anything_is_done(
    capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    with pytest.raises(SystemExit):
        main(arguments)
    assert told in capsys.readouterr().err


def test_imagenet_weights_are_mixed_only_into_others(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "x", "--out", "mine.keras", "--imagenet", "0.5"]) == 1
    assert capsys.readouterr().err.startswith("error: --imagenet goes with --refine")


def test_the_commands_explain_themselves() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "model", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in ("train", "export", "convert", "evaluate", "thresholds", "embed"):
        assert name in told.stdout


@pytest.mark.train
@needs_tensorflow
def test_pictures_to_fit_on_that_are_not_there_are_named(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", str(folder), "--fit", str(tmp_path / "gone")]) == 1
    assert f"{tmp_path / 'gone'} is not a folder with pictures in it." in capsys.readouterr().err


@pytest.mark.train
@needs_tensorflow
def test_one_clear_line_stands_alone_whatever_tensorflow_has_to_say(tmp_path: Path) -> None:
    (tmp_path / "model.h5").write_bytes(b"no model")
    told = subprocess.run(
        [sys.executable, "-m", "model", "convert", str(tmp_path / "model.h5")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 1
    assert told.stderr == f"error: {tmp_path / 'model.h5'} is neither a .keras file nor an HDF5 file.\n"
    assert not told.stdout


@pytest.mark.skipif(importlib.util.find_spec("tensorflow") is not None, reason="TensorFlow is installed here")
@pytest.mark.parametrize(
    "command",
    [
        ["train", "{folder}", "--out", "x.keras"],
        ["convert", "x.h5"],
        ["export", "x.keras", "--calibrate", "{folder}", "--boards", "{folder}"],
    ],
)
def test_without_tensorflow_a_command_that_needs_it_says_how_to_get_it(
    folder: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    assert main([part.format(folder=folder) for part in command]) == 1
    assert capsys.readouterr().err == "error: TensorFlow is missing: pip install '.[train]'\n"
