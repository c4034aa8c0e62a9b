"""What is left alone by its name, and what promises a picture."""

import re
from pathlib import Path

import pytest

from model.naming import _OF_SYSTEMS, Ignored, is_hidden, promises_picture

FOLDERS = Path(__file__).parent.parent / "webui/static/js/folders.js"


@pytest.mark.parametrize("name", [".a.jpg", "._a.jpg", "@eaDir", "#recycle", "$RECYCLE.BIN", "lost+found", "__MACOSX"])
def test_what_is_hidden_or_of_a_system_is_left_alone(name: str) -> None:
    assert is_hidden(name)


@pytest.mark.parametrize("name", ["a.jpg", "snapshot", "#1.jpg", "@home", "recycle", "lost", "~a.jpg", "$", ""])
def test_what_only_looks_like_it_is_not(name: str) -> None:
    assert not is_hidden(name)


@pytest.mark.parametrize("name", ["thumbs", "THUMBS", "a-small.jpg", "e\u0301t\u00e9", "v1", ".hidden", "@eaDir"])
def test_what_fits_a_pattern_is_ignored_as_what_is_hidden_is(name: str) -> None:
    assert Ignored(("Thumbs", "*-small.*", "\u00e9t\u00e9", "v[12]"))(name)


@pytest.mark.parametrize("name", ["thumbs2", "a-small", "ete", "v3", "a.jpg"])
def test_what_fits_no_pattern_is_not(name: str) -> None:
    assert not Ignored(("Thumbs", "*-small.*", "\u00e9t\u00e9", "v[12]"))(name)


def test_a_name_promises_a_picture_by_its_ending() -> None:
    assert all(promises_picture(name) for name in ("a.jpg", "A.JPEG", "a.b.heic", ".png"))
    assert not any(promises_picture(name) for name in ("jpg.txt", "a.jpg~", "a", ""))


def test_the_page_leaves_out_the_same_names() -> None:
    listed = re.search(r"OF_SYSTEMS = new Set\(\[(.*?)\]\)", FOLDERS.read_text(), re.DOTALL)
    assert listed is not None
    assert set(re.findall(r'"([^"]+)"', listed[1])) == _OF_SYSTEMS
