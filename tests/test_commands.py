"""`python -m indexer`, command by command, on one library."""

import fcntl
import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.__main__ import main
from tests.pictures import BLUE, RED, draw
from tests.qdrant import QdrantServer
from tests.running import ROOT, wait_until


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
    assert main(["sync", *place]) == 0
    (tmp_path / "records.jsonl").write_text('{"key": "never.png"}\n')
    assert main(["import", str(tmp_path / "records.jsonl"), *place]) == 0
    assert "line 1: there is no picture 'never.png'" in capsys.readouterr().err


def test_what_is_ignored_later_is_forgotten_and_found_again_when_it_is_not(
    place: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    for more, counts in (([], "3 new"), (["--ignore", "CARS, nothing"], "2 vanished"), ([], "2 new")):
        assert main(["sync", "--dry-run", *place, *more]) == 0
        assert counts in capsys.readouterr().out.splitlines()[-1]
        assert main(["sync", *place, *more]) == 0


def test_a_file_that_cannot_be_read_is_one_clear_line(
    place: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sync", *place]) == 0
    assert main(["import", str(tmp_path / "nowhere.jsonl"), *place]) == 1
    assert capsys.readouterr().err.splitlines()[-1].startswith("lookalike: ")


def test_an_export_replaces_the_one_before_in_one_step_or_is_poured_into_a_pipe(
    place: list[str], tmp_path: Path
) -> None:
    assert main(["sync", *place]) == 0
    before, records = tmp_path / "before.jsonl", tmp_path / "records.jsonl"
    records.write_text("what was said before")
    before.hardlink_to(records)
    assert main(["export", str(records), *place]) == 0
    assert (before.read_text(), len(records.read_text().splitlines())) == ("what was said before", 3)
    assert main(["export", "/dev/null", *place]) == 0
    assert Path("/dev/null").is_char_device()


def test_names_are_told_whatever_letters_the_terminal_knows(place: list[str], tmp_path: Path) -> None:
    (tmp_path / "library/cars").rename(tmp_path / "library/vélos")

    def call(*arguments: str) -> bytes:
        environ = os.environ | {"PYTHONIOENCODING": "ascii"}
        command = [sys.executable, "-m", "indexer", *arguments, *place]
        return subprocess.run(command, check=True, cwd=ROOT, env=environ, stdout=subprocess.PIPE).stdout

    assert b"new\tv\\xe9los/red.png\n" in call("sync", "--dry-run")
    main(["sync", *place])
    assert '"key": "vélos/red.png"'.encode() in call("export"), "what a program reads is UTF-8"


def is_locked(path: Path) -> bool:
    """Return whether a process has the catalogue of this lock."""
    with path.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_command_that_is_told_to_stop_ends_without_a_traceback(
    place: list[str], tmp_path: Path, number: signal.Signals
) -> None:
    assert main(["sync", *place]) == 0
    command = [sys.executable, "-m", "indexer", "import", *place]  # which waits for what is said
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        wait_until(lambda: is_locked(tmp_path / "data/lookalike/lock"))
        process.send_signal(number)
        assert process.wait(60) == 128 + number
        assert process.stderr is not None
        assert b"Traceback" not in process.stderr.read()


@pytest.mark.parametrize("program", ["indexer", "model", "service"])
def test_who_stops_a_program_while_it_is_being_loaded_sees_no_traceback(tmp_path: Path, program: str) -> None:
    (tmp_path / "numpy.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n")
    environ = os.environ | {"PYTHONPATH": str(tmp_path)}
    ended = subprocess.run([sys.executable, "-m", program], check=False, cwd=ROOT, env=environ, capture_output=True)
    assert (ended.returncode, ended.stderr) == (-signal.SIGINT, b"")


def test_a_preview_of_a_library_that_nobody_has_synced_makes_no_catalogue(
    place: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sync", "--dry-run", *place]) == 0
    assert capsys.readouterr().out.endswith("3 new, 0 changed, 0 vanished, 0 unchanged, 0 not pictures\n")
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("command", ["failed", "retry", "reindex", "export", "import", "snapshot new.tar.gz"])
def test_what_asks_a_catalogue_makes_none(
    place: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert main([*command.split(), *place]) == 1
    assert f"there is no catalogue in {tmp_path}/data/lookalike yet" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()


def test_what_only_asks_makes_no_collection_on_a_server(
    place: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], qdrant_server: QdrantServer
) -> None:
    with qdrant_server.collection() as (client, name):
        (tmp_path / "key").write_text(qdrant_server.key or "none")
        server = [
            "--qdrant-url",
            qdrant_server.url,
            "--qdrant-api-key-file",
            str(tmp_path / "key"),
            "--collection",
            name,
        ]
        for command in ("failed", "retry", "reindex", "export", "import", "snapshot new.tar.gz"):
            assert main([*command.split(), *place, *server]) == 1
            assert f"there is no catalogue in the collection {name} yet" in capsys.readouterr().err
        assert main(["sync", "--dry-run", *place, *server]) == 0
        assert "3 new" in capsys.readouterr().out
        assert not client.collection_exists(name)


def test_what_only_reads_needs_less_room_than_what_writes(place: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sync", *place]) == 0
    crowded = [*place[:-1], str(1 << 20)]
    for command in ("failed", "export", "sync --dry-run"):
        assert main([*command.split(), *crowded]) == 0
    for command in ("retry", "sync"):
        assert main([command, *crowded]) == 1
        assert "1048576 MiB are needed" in capsys.readouterr().err


def test_an_empty_name_is_not_the_folder_that_one_is_in(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["sample", ""])
    assert "argument folder: invalid path value: ''" in capsys.readouterr().err


def test_what_is_kept_of_pictures_lies_in_no_library(
    place: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "library")
    for data in ("library", "library/data", "link/data"):
        assert main(["sync", *place, "--data", str(tmp_path / data)]) == 1
        assert "it lies in the library" in capsys.readouterr().err
    assert {path.name for path in (tmp_path / "library").iterdir()} == {"cars", "torn.png"}
    assert main(["sync", *place, "--data", str(tmp_path / "library/.lookalike")]) == 0


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
