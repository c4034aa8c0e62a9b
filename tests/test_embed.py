"""A folder in, an .npz file out, whatever lies in the folder."""

from pathlib import Path

import numpy as np
import pytest

from model.artifact import load_artifact
from model.embed import Outcome, embed_folder, save_embedding
from model.runtime import Encoder
from tests.pictures import BLUE, GREEN, RED, draw, draw_halves


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder(load_artifact(), interpreters=2)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pictures = {
        "a/red.png": draw(RED),
        "a/no ending": draw(GREEN, kind="JPEG"),
        "b/wrong.txt": draw_halves(RED, BLUE),
        "b/broken.jpg": draw(RED, kind="JPEG")[:200],
        "notes.md": b"not a picture",
        ".hidden.png": draw(BLUE),
    }
    for name, data in pictures.items():
        path = tmp_path / "pictures" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return tmp_path / "pictures"


def test_every_picture_is_embedded_and_all_else_is_reported(folder: Path, encoder: Encoder) -> None:
    heard: list[Outcome] = []
    embedding = embed_folder(folder, encoder, heard.append)
    assert embedding.paths == ["a/no ending", "a/red.png", "b/wrong.txt"]
    assert embedding.vectors.shape == (3, 64)
    faults = {outcome.path.name: outcome.fault for outcome in heard if outcome.fault}
    assert faults.keys() == {"broken.jpg", "notes.md"}
    assert all(outcome.vector is None for outcome in heard if outcome.fault)


def test_each_path_stands_beside_its_own_vector(folder: Path, encoder: Encoder) -> None:
    whole = embed_folder(folder, encoder, lambda _: None)
    part = embed_folder(folder / "b", encoder, lambda _: None)
    assert np.array_equal(whole.vectors[whole.paths.index("b/wrong.txt")], part.vectors[0])


def test_the_file_holds_vectors_and_paths_under_the_name_asked_for(
    folder: Path, encoder: Encoder, tmp_path: Path
) -> None:
    embedding = embed_folder(folder, encoder, lambda _: None)
    save_embedding(embedding, tmp_path / "vectors.bin")
    with np.load(tmp_path / "vectors.bin", allow_pickle=False) as kept:
        assert sorted(kept.files) == ["paths", "vectors"]
        assert kept["vectors"].dtype == np.float32
        assert np.array_equal(kept["vectors"], embedding.vectors)
        assert kept["paths"].tolist() == embedding.paths


def test_a_folder_of_many_pictures_keeps_its_order(tmp_path: Path, encoder: Encoder) -> None:
    picture = draw(RED, (8, 8))
    for number in range(600):
        (tmp_path / f"{number:03}.png").write_bytes(picture)
    assert embed_folder(tmp_path, encoder, lambda _: None).paths == [f"{number:03}.png" for number in range(600)]


def test_a_folder_without_pictures_gives_no_vectors(tmp_path: Path, encoder: Encoder) -> None:
    embedding = embed_folder(tmp_path, encoder, lambda _: None)
    assert embedding.vectors.shape == (0, 64)
    assert embedding.paths == []
