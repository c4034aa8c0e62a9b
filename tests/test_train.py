"""Training on drawn pictures: features are kept, the head learns, the checkpoint can be cut at the vector."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from model.dataset import UNLABELLED, read_training_set
from model.errors import ArtifactError
from model.runtime import Pictures, Vectors, normalise
from tests.pictures import draw

keras = pytest.importorskip("keras", reason="needs the train extra: pip install '.[train]'")

from model.backbone import build_backbone  # noqa: E402
from model.features import TrainingData, collect  # noqa: E402
from model.head import Head, HeadTrainer, Recipe  # noqa: E402
from model.train import VECTOR_LAYER, build_classifier, load_encoder_network, log_path  # noqa: E402

pytestmark = [
    pytest.mark.train,
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept:DeprecationWarning"),  # Keras saving
]

QUICK = Recipe(views=3, epochs=30, batch=64, temperature=0.1, seed=1)


class MeanColour:
    """A network whose features are a picture's mean colours, repeated."""

    picture_shape = (16, 16, 3)

    def __init__(self) -> None:
        self.computed = 0

    def compute(self, pictures: Pictures) -> Vectors:
        self.computed += len(pictures)
        return np.tile(pictures.reshape(len(pictures), -1, 3).mean(axis=1), 30).astype(np.float32)


def fill(folder: Path) -> Path:
    for number in range(4):
        for name, colour in (("red/", (200, number, 0)), ("blue/", (0, number, 200)), ("", (90, 90, 30 * number))):
            path = folder / f"{name}{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(draw(colour))
    return folder


def make_data(rng: np.random.Generator) -> TrainingData:
    """Two sets of two classes in 80 numbers: in each set one of the first numbers tells the classes apart."""
    labels = np.arange(256) % 4
    base = rng.standard_normal((256, 1, 80)) + 3 * np.eye(80)[labels][:, None]
    views = base + 0.8 * rng.standard_normal((256, 3, 80))
    return TrainingData(views.astype(np.float16), labels, np.array([0, 0, 1, 1]), ["a/x", "a/y", "b/x", "b/y"])


def test_features_are_collected_for_every_view_and_labels_are_numbered_over_all_sets(tmp_path: Path) -> None:
    sets = [read_training_set(fill(tmp_path / name)) for name in ("one", "two")]
    heard: list[tuple[int, int]] = []
    data = collect(sets, MeanColour(), 3, 0, tmp_path / "kept.npz", lambda *done: heard.append(done))  # type: ignore[arg-type]
    assert data.features.shape == (24, 3, 90)
    assert data.class_names == ["one/blue", "one/red", "two/blue", "two/red"]
    assert data.set_of_class.tolist() == [0, 0, 1, 1]
    assert data.labels.tolist() == [UNLABELLED] * 4 + [0] * 4 + [1] * 4 + [UNLABELLED] * 4 + [2] * 4 + [3] * 4
    assert heard[-1] == (24, 24)


def test_features_are_computed_once_and_again_when_a_picture_changes(tmp_path: Path) -> None:
    folder, kept, network = fill(tmp_path / "one"), tmp_path / "kept.npz", MeanColour()

    def again(views: int = 2) -> TrainingData:
        return collect([read_training_set(folder)], network, views, 0, kept, lambda *_: None)  # type: ignore[arg-type]

    first = again()
    assert np.array_equal(again().features, first.features)
    assert network.computed == 24
    (folder / "red" / "0.png").write_bytes(draw((1, 2, 3), (30, 30)))
    assert not np.array_equal(again().features, first.features)
    assert network.computed == 48
    assert again(views=3).features.shape[1] == 3


def test_training_keeps_neighbourhoods_and_tells_the_classes_apart() -> None:
    data = make_data(np.random.default_rng(0))
    losses: list[dict[str, float]] = []
    head = HeadTrainer(data, QUICK).fit(lambda _, means: losses.append(means))
    assert len(losses) == QUICK.epochs
    for name in ("neighbourhood", "class"):
        assert losses[-1][name] < losses[0][name], name
    vectors = normalise(data.features[:, 0].astype(np.float32) @ head.kernel + head.bias)
    scores = vectors @ head.centres
    for pair in ((0, 1), (2, 3)):  # only classes of one set compete
        own = np.isin(data.labels, pair)
        assert np.mean(scores[own][:, pair].argmax(axis=1) + pair[0] == data.labels[own]) > 0.85


def test_asking_for_copies_brings_them_to_their_originals() -> None:
    data, ends = make_data(np.random.default_rng(0)), []
    for weight in (0.0, 3.0):
        losses: list[dict[str, float]] = []
        HeadTrainer(data, replace(QUICK, copy_weight=weight)).fit(lambda _, means: losses.append(means))  # noqa: B023
        ends.append(losses[-1]["copy"])
    assert ends[1] < 0.8 * ends[0]


def test_the_same_seed_trains_the_same_head() -> None:
    data = make_data(np.random.default_rng(0))
    heads = [HeadTrainer(data, QUICK).fit(lambda *_: None) for _ in range(2)]
    assert np.allclose(heads[0].kernel, heads[1].kernel, atol=1e-5)


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    backbone = build_backbone(32)
    head = Head(
        rng.standard_normal((backbone.output_shape[1], 64)).astype(np.float32),
        np.arange(64, dtype=np.float32),
        rng.standard_normal((64, 5)).astype(np.float32),
    )
    build_classifier(backbone, head).save(tmp_path / "trained.keras")
    log_path(tmp_path / "trained.keras").write_text(json.dumps({"recipe": {"seed": 3}}))
    return tmp_path / "trained.keras"


def test_the_vector_is_the_last_hidden_layer_of_the_saved_classifier(checkpoint: Path) -> None:
    classifier = keras.models.load_model(checkpoint, compile=False)
    network, log = load_encoder_network(checkpoint)
    assert classifier.output_shape == (None, 5)
    assert network.output_shape == (None, 64)
    assert network.layers[-1].name == VECTOR_LAYER
    assert np.array_equal(network.layers[-1].get_weights()[1], np.arange(64))
    assert log == {"recipe": {"seed": 3}}


def test_a_checkpoint_without_its_log_or_without_a_vector_is_refused(checkpoint: Path, tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match=r"gone\.keras is not a trained classifier"):
        load_encoder_network(tmp_path / "gone.keras")
    other = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    other.save(tmp_path / "other.keras")
    log_path(tmp_path / "other.keras").write_text("{}")
    with pytest.raises(ArtifactError, match="not a trained classifier"):
        load_encoder_network(tmp_path / "other.keras")
    log_path(checkpoint).unlink()
    with pytest.raises(ArtifactError, match="not a trained classifier"):
        load_encoder_network(checkpoint)
