"""The shipped network in its pool: what goes in, what comes out, and from many threads."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from model import VECTOR_SIZE
from model.artifact import Artifact, load_artifact
from model.errors import ArtifactError
from model.runtime import Encoder, InterpreterPool, normalise


@pytest.fixture(scope="module")
def artifact() -> Artifact:
    return load_artifact()


@pytest.fixture(scope="module")
def encoder(artifact: Artifact) -> Encoder:
    return Encoder(artifact, interpreters=2)


def draw_pictures(count: int, size: int) -> np.ndarray:
    """Soft random pictures, each of its own colours."""
    coarse = np.random.default_rng(0).integers(0, 256, (count, 4, 4, 3), dtype=np.uint8)
    return coarse.repeat(size // 4, axis=1).repeat(size // 4, axis=2)


def test_vectors_have_unit_length_and_the_catalogues_width(encoder: Encoder) -> None:
    vectors = encoder.encode(draw_pictures(3, encoder.size))
    assert vectors.shape == (3, VECTOR_SIZE)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-6)


def test_no_pictures_give_no_vectors(encoder: Encoder) -> None:
    assert encoder.encode(draw_pictures(0, encoder.size)).shape == (0, VECTOR_SIZE)


def test_a_batch_gives_what_its_pictures_give_alone(encoder: Encoder) -> None:
    pictures = draw_pictures(5, encoder.size)
    alone = np.concatenate([encoder.encode(picture[np.newaxis]) for picture in pictures])
    assert np.array_equal(encoder.encode(pictures), alone)


def test_an_encoder_alike_gives_the_same_vectors_with_other_threads(encoder: Encoder) -> None:
    pictures = draw_pictures(3, encoder.size)
    np.testing.assert_allclose(encoder.alike(2, threads_each=2).encode(pictures), encoder.encode(pictures), atol=1e-4)


def test_different_pictures_get_different_vectors(encoder: Encoder) -> None:
    pictures = draw_pictures(2, encoder.size)
    pictures[1] = 255  # two patterns of soft spots are much the same to a network that knows things
    vectors = encoder.encode(pictures)
    assert vectors[0] @ vectors[1] < 0.9


def test_many_threads_share_few_interpreters(encoder: Encoder) -> None:
    pictures = draw_pictures(8, encoder.size)
    expected = encoder.encode(pictures)
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda place: encoder.encode(pictures[place : place + 1])[0], range(8)))
    assert np.array_equal(np.array(found), expected)


@pytest.mark.parametrize(("shape", "dtype"), [((1, 64, 64, 3), np.uint8), ((1, 224, 224, 3), np.float32)])
def test_pictures_of_another_shape_or_type_are_refused(
    encoder: Encoder, shape: tuple[int, ...], dtype: type[np.generic]
) -> None:
    with pytest.raises(ValueError, match="not uint8"):
        encoder.encode(np.zeros(shape, dtype))


def test_the_version_is_the_cards(artifact: Artifact, encoder: Encoder) -> None:
    assert encoder.version == artifact.card.version
    assert hashlib.sha256(artifact.content).hexdigest()[:12] in encoder.version


def test_hits_are_judged_by_the_cards_thresholds(artifact: Artifact, encoder: Encoder) -> None:
    for threshold in artifact.card.thresholds:
        assert encoder.judge(threshold.cosine) == threshold.verdict
    assert encoder.judge(-1) == "unrelated"
    assert Encoder(replace(artifact, card=replace(artifact.card, thresholds=())), 1).judge(1) is None


def test_a_file_that_is_no_network_is_refused() -> None:
    with pytest.raises(ArtifactError, match="does not run"):
        InterpreterPool(b"not a flatbuffer at all", 1)


def test_a_network_that_is_not_what_its_card_says_is_refused(artifact: Artifact) -> None:
    with pytest.raises(ArtifactError, match="its card says"):
        Encoder(replace(artifact, card=replace(artifact.card, input_size=96)), 1)


def test_a_row_of_zeros_gets_a_direction_of_its_own() -> None:
    rows = normalise(np.array([[0, 0, 0, 0], [0, 3, 4, 0]], np.float32))
    assert rows.tolist() == [[0.5, 0.5, 0.5, 0.5], pytest.approx([0, 0.6, 0.8, 0])]
    assert rows.dtype == np.float32


def test_no_rows_stay_none() -> None:
    assert normalise(np.zeros((0, 64), np.float32)).shape == (0, 64)
