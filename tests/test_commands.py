"""`python -m indexer`, command by command, on one library."""

import json
import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.__main__ import main
from tests.pictures import BLUE, RED, draw


@pytest.fixture(autouse=True)
def quiet_again() -> Iterator[None]:
    """Take back what a command does to the log of its process."""
    handlers, level, excepthook = logging.root.handlers[:], logging.root.level, threading.excepthook
    yield
    logging.captureWarnings(False)
    logging.root.handlers[:], threading.excepthook = handlers, excepthook
    logging.root.setLevel(level)


@pytest.fixture
def place(tmp_path: Path) -> list[str]:
    """Flags for a library of one picture and two that are none."""
    for key, data in (("cars/red.png", draw(RED)), ("cars/broken.png", b"no picture"), ("torn.png", draw(BLUE)[:60])):
        (tmp_path / "library" / key).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "library" / key).write_bytes(data)
    return ["--library", str(tmp_path / "library"), "--data", str(tmp_path / "data"), "--min-free-mb", "0"]


def test_the_commands_of_an_operator_work_on_one_another(
    place: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def call(*arguments: str) -> list[str]:
        capsys.readouterr()
        assert main([*arguments, *place]) == 0
        return capsys.readouterr().out.splitlines()

    *differences, counts = call("sync", "--dry-run")
    assert sorted(differences) == ["new\tcars/broken.png", "new\tcars/red.png", "new\ttorn.png"]
    assert counts.startswith("3 new, 0 changed")

    assert call("sync")[-1] == "0 pending, 1 indexed, 2 failed"
    listed = dict(line.split("\t") for line in call("failed"))
    assert listed.keys() == {"cars/broken.png", "torn.png"}
    assert "not a picture" in listed["cars/broken.png"]

    assert call("retry", "cars/") == ["1 picture will be tried again"]
    assert call("retry", "--reason", "No Such Reason") == ["0 pictures will be tried again"]
    assert call("retry", "cars/red.png", "torn.png") == ["1 picture will be tried again"]
    assert call("sync")[-1] == "0 pending, 1 indexed, 2 failed"
    assert call("retry") == ["2 pictures will be tried again"]

    records = tmp_path / "records.jsonl"
    assert call("export", str(records)) == []
    lines = [json.loads(line) for line in records.read_text().splitlines()]
    assert {line["key"]: line["label"] for line in lines} == {
        "cars/red.png": "cars", "cars/broken.png": "cars", "torn.png": None,
    }  # fmt: skip
    records.write_text(json.dumps(lines[0] | {"label": "mine", "sha256": None}) + '\n{"key": "never.png"}\n')
    assert call("import", str(records)) == ["1 restored, 0 were so already, 1 skipped"]
    assert sum('"mine"' in line for line in call("export")) == 1

    assert call("snapshot", str(tmp_path / "catalogue.tar.gz"))[0].endswith("catalogue.tar.gz")
    assert main(["snapshot", str(tmp_path / "catalogue.tar.gz"), *place]) == 1


def test_a_record_that_no_picture_has_is_told_with_its_line(
    place: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "records.jsonl").write_text('{"key": "never.png"}\n')
    assert main(["import", str(tmp_path / "records.jsonl"), *place]) == 0
    assert "line 1: there is no picture 'never.png'" in capsys.readouterr().err


def test_a_file_that_cannot_be_read_is_one_clear_line(
    place: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", str(tmp_path / "nowhere.jsonl"), *place]) == 1
    assert capsys.readouterr().err.splitlines()[-1].startswith("lookalike: ")


def test_the_sample_is_drawn_into_no_library_of_somebody(
    place: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["sample", *place])
    assert "unrecognized arguments: --library" in capsys.readouterr().err
    assert len(list((tmp_path / "library").rglob("*.*"))) == 3


def test_every_command_stands_in_the_readme(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    commands = capsys.readouterr().out.partition("{")[2].partition("}")[0].split(",")
    readme = (Path(__file__).parent.parent / "README.md").read_text()
    assert len(commands) > 7
    assert [command for command in commands if f"| `{command}" not in readme] == []
