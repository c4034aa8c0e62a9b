"""Folders to train on, and a classifier as training writes it, with random weights."""

import json
from pathlib import Path

import keras
import numpy as np

from model.backbone import build_backbone
from model.head import Head
from model.train import build_classifier, log_path
from tests.pictures import draw


def fill(folder: Path) -> Path:
    for number in range(4):
        for name, colour in (("red/", (200, number, 0)), ("blue/", (0, number, 200)), ("", (90, 90, 30 * number))):
            path = folder / f"{name}{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(draw(colour))
    return folder


def save_random_classifier(path: Path, seed: int) -> Path:
    """Return the path, at which now lies a classifier with random weights, and a log beside it."""
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    backbone = build_backbone(32)
    head = Head(
        rng.standard_normal((backbone.output_shape[1], 64)).astype(np.float32),
        np.arange(64, dtype=np.float32),
        rng.standard_normal((64, 5)).astype(np.float32),
        np.zeros((64, 1000), np.float32),
        np.zeros(1000, np.float32),
    )
    build_classifier(backbone, head).save(path)
    log_path(path).write_text(json.dumps({"recipe": {"seed": 3}, "classes": ["red", "blue"]}))
    return path
