"""Folders as sets of pictures: classes, parts, copies, and what is left alone."""

from pathlib import Path

import pytest

from model.dataset import (
    UNLABELLED,
    find_pictures,
    forget_labels,
    keep_decodable,
    read_groups,
    read_set,
    read_training_set,
)
from model.errors import DatasetError
from tests.pictures import RED, draw


def fill(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"any bytes")
    return folder


def test_the_first_folder_names_the_class(tmp_path: Path) -> None:
    pictures = read_set(fill(tmp_path / "fruit", "pear/b.jpg", "apple/deep/down/a.jpg", "loose.jpg"))
    assert pictures.name == "fruit"
    assert pictures.classes == ["apple", "pear"]
    found = {path.name: int(label) for path, label in zip(pictures.paths, pictures.labels, strict=True)}
    assert found == {"a.jpg": 0, "b.jpg": 1, "loose.jpg": UNLABELLED}


def test_hidden_files_and_what_systems_keep_are_left_alone(tmp_path: Path) -> None:
    fill(tmp_path, "seen.jpg", ".hidden.jpg", ".git/object.jpg", "a/.thumbs/small.jpg", "a/@eaDir/small.jpg")
    assert [path.name for path in find_pictures(tmp_path)] == ["seen.jpg"]


def test_what_is_no_picture_is_left_out_of_a_set_and_what_only_says_so_is_not(tmp_path: Path) -> None:
    folder = fill(tmp_path / "set", "a/notes.txt", "a/Thumbs.db", "a/torn.jpg")
    (folder / "a/photo").write_bytes(b"\xff\xd8\xff\xe0 and so on")
    assert [path.name for path in read_set(folder).paths] == ["photo", "torn.jpg"]


def test_what_does_not_decode_is_named_and_counted_and_left_out_with_its_class(tmp_path: Path) -> None:
    folder = fill(tmp_path / "set", "a/torn.jpg", "b/torn.png")
    for number in range(3):
        (folder / f"b/{number}.jpg").write_bytes(draw(RED))
    (folder / "b/2.jpg").write_bytes(draw(RED)[:60])
    heard: list[str] = []
    pictures = read_set(folder, sift=lambda paths: keep_decodable(paths, heard.append))
    assert (pictures.classes, pictures.labels.tolist()) == (["b"], [0, 0])
    assert [path.name for path in pictures.paths] == ["0.jpg", "1.jpg"]
    torn = [f"{folder}/{name}" for name in ("a/torn.jpg", "b/2.jpg", "b/torn.png")]
    assert [line.split(": ")[0] for line in heard[:-1]] == torn
    assert heard[-1] == "3 of 5 pictures left out"


def test_a_picture_that_cannot_be_read_is_left_out_and_nothing_is_said_where_all_are_well(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(draw(RED))
    heard: list[str] = []
    assert keep_decodable([tmp_path / "a.png"], heard.append) == [tmp_path / "a.png"]
    assert not heard
    assert keep_decodable([tmp_path / "gone.png"], heard.append) == []
    assert heard[0] == f"{tmp_path}/gone.png: The file cannot be read: No such file or directory."


def test_links_that_lead_out_are_left_alone_and_links_within_are_not(tmp_path: Path) -> None:
    outside = fill(tmp_path / "outside", "secret.jpg")
    inside = fill(tmp_path / "inside", "a/real.jpg")
    (inside / "out.jpg").symlink_to(outside / "secret.jpg")
    (inside / "folder").symlink_to(outside)
    (inside / "broken.jpg").symlink_to(inside / "nowhere.jpg")
    (inside / "within.jpg").symlink_to(inside / "a" / "real.jpg")
    assert [path.name for path in find_pictures(inside)] == ["within.jpg", "real.jpg"]


def test_the_order_is_the_same_each_time(tmp_path: Path) -> None:
    fill(tmp_path, "b/2.jpg", "b/1.jpg", "a/9.jpg")
    names = [path.relative_to(tmp_path).as_posix() for path in read_set(tmp_path).paths]
    assert names == ["a/9.jpg", "b/1.jpg", "b/2.jpg"]


def test_training_takes_the_train_part_where_there_is_one(tmp_path: Path) -> None:
    parted = fill(tmp_path / "cars", "train/volvo/1.jpg", "val/saab/2.jpg")
    whole = fill(tmp_path / "rooms", "kitchen/1.jpg")
    assert read_training_set(parted).classes == ["volvo"]
    assert read_training_set(parted).name == "cars/train"
    assert read_training_set(whole).classes == ["kitchen"]


def test_folders_that_are_no_classes_leave_their_pictures_unlabelled(tmp_path: Path) -> None:
    pictures = read_set(fill(tmp_path / "days", "monday/1.jpg", "tuesday/2.jpg", "3.jpg"))
    forgotten = forget_labels(pictures)
    assert (forgotten.paths, forgotten.classes, forgotten.name) == (pictures.paths, [], "days")
    assert forgotten.labels.tolist() == [UNLABELLED] * 3


def test_copies_share_a_group_and_all_others_have_their_own(tmp_path: Path) -> None:
    folder = fill(tmp_path / "cars", "val/a/1.jpg", "val/a/2.jpg", "val/b/3.jpg", "val/b/4.jpg")
    listed = tmp_path / "groups.tsv"
    listed.write_text("path\tgroup\ncars/val/a/1.jpg\t7\ncars/val/b/3.jpg\t7\n")
    one, two, three, four = read_set(folder / "val", read_groups(listed)).groups
    assert one == three == 7
    assert len({one, two, four}) == 3


def test_an_empty_or_missing_folder_is_named(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "gone"):
        with pytest.raises(DatasetError, match="not a folder with pictures"):
            read_set(folder)


def test_the_mark_that_some_programs_put_before_a_list_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / "groups.tsv").write_bytes("\ufeffpath\tgroup\r\na.jpg\t7\r\n".encode())
    assert read_groups(tmp_path / "groups.tsv") == {"a.jpg": 7}


@pytest.mark.parametrize(
    "text",
    ["", "a,b\n", "path\tgroup\nonly one column\n", "path\tgroup\na.jpg\tseven\n", "path\tgroup\na.jpg\t99999999999\n"],
)
def test_a_list_of_another_layout_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "groups.tsv").write_text(text)
    with pytest.raises(DatasetError, match="not a list of groups"):
        read_groups(tmp_path / "groups.tsv")
