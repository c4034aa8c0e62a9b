"""What the README says of the model is what the model's card says."""

import io

import numpy as np
import pytest
from PIL import Image

from model.artifact import load_artifact
from model.embed import Embedding
from tests.readme.figure import FIGURE, FOUND, MAX_BYTES, choose_query, find_nearest
from tests.readme.tables import README, draw_tables, rewrite


def test_the_readmes_tables_are_those_of_the_shipped_card() -> None:
    text = README.read_text("utf-8")
    assert rewrite(text, load_artifact().card) == text, "run `python -m tests.readme`"


def test_every_set_stands_beside_the_backbone_and_its_projection() -> None:
    lines = draw_tables(load_artifact().card)["boards"].splitlines()[2:]
    assert len(lines) % 3 == 0
    assert [line.split("|")[2].strip() for line in lines[:3]] == ["ours, 64", "the 1,280", "plain PCA to 64"]


def test_a_missing_place_for_a_table_is_noticed() -> None:
    with pytest.raises(ValueError, match="0 places for the table of boards"):
        rewrite("<!-- other -->", load_artifact().card)


def test_the_figure_is_there_and_small() -> None:
    content = FIGURE.read_bytes()
    assert len(content) < MAX_BYTES
    assert Image.open(io.BytesIO(content)).width > 1000
    assert f"webui/screenshots/{FIGURE.name}" in README.read_text("utf-8")


def test_a_query_stands_before_what_it_finds() -> None:
    degrees = np.radians(np.arange(20) * 7)
    vectors = np.stack([np.cos(degrees), np.sin(degrees)], axis=1).astype(np.float32)
    embedding = Embedding(vectors, [f"cars/{number:02}.jpg" for number in range(20)])
    assert choose_query(embedding, "cars") == "cars/02.jpg"
    row = find_nearest(embedding, "cars/02.jpg")
    assert len(row) == FOUND + 1
    assert row[0] == "cars/02.jpg"
    assert set(row[1:3]) == {"cars/01.jpg", "cars/03.jpg"}
