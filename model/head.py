"""Fits the 64 numbers on the backbone's features.

Three things are asked of them at once, each as a softmax over cosines:

- neighbourhoods: from every picture, the others lie as near and far as they do in the backbone's own features
  (similarity distillation, https://arxiv.org/abs/2101.04731), so that what no class names is not forgotten;
- classes: a picture lies nearest to the centre of its own class among the classes of its set
  (normalised softmax, https://arxiv.org/abs/1811.12649);
- copies: an edited copy lies nearest to its original.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from model import VECTOR_SIZE
from model.dataset import UNLABELLED, Numbers
from model.features import Features, TrainingData
from model.projection import fit_projection
from model.runtime import Vectors

_NEVER = -1e4


@dataclass(frozen=True)
class Recipe:
    """How to train. Temperatures divide cosines before a softmax; weights multiply the three losses.

    A lower temperature than the teacher's draws all cosines together and changes no order: a photograph and its copy
    with a word written on it stay above 0.98, where the backbone's own features fall to 0.94.
    """

    views: int = 4
    epochs: int = 60
    batch: int = 1024
    learning_rate: float = 2e-3
    teacher_temperature: float = 0.05
    temperature: float = 0.025
    class_scale: float = 16.0
    neighbourhood_weight: float = 1.0
    class_weight: float = 1.0
    copy_weight: float = 0.6
    seed: int = 0


@dataclass(frozen=True)
class Head:
    """A vector is features (D,) @ kernel (D, 64) + bias (64,); a class's score is the unit vector times its centre.

    `centres` are (64, classes), each of length `class_scale`.
    """

    kernel: Vectors
    bias: Vectors
    centres: Vectors


class HeadTrainer:
    """Holds what a training step needs; `fit` runs the steps."""

    def __init__(self, data: TrainingData, recipe: Recipe) -> None:
        self._recipe = recipe
        # One factor for all: the head stays linear in what the backbone gives, and so does the exported network.
        self._length = float(np.linalg.norm(data.features[:, 0].astype(np.float32), axis=1).mean())
        self._features = data.features
        self._labels = tf.constant(data.labels)
        self._set_of_class = tf.constant(data.set_of_class)
        self._rng = np.random.default_rng(recipe.seed)
        self._kernel, self._bias = _begin_with_projection(self._scale(data.features[:, 0]))
        centres = self._rng.standard_normal((VECTOR_SIZE, len(data.set_of_class)))
        self._centres = tf.Variable(centres, dtype=tf.float32)
        self._optimizer = self._make_optimizer()

    def fit(self, report: Callable[[int, dict[str, float]], None]) -> Head:
        """Return the trained head; `report` hears of each epoch, counted from 1, and its mean losses."""
        for epoch in range(1, self._recipe.epochs + 1):
            losses = [self._step(*self._draw(places)) for places in self._batches()]
            means = np.mean(np.array(losses), axis=0)
            report(epoch, dict(zip(("neighbourhood", "class", "copy"), means.tolist(), strict=True)))
        centres = tf.math.l2_normalize(self._centres, axis=0) * self._recipe.class_scale
        return Head(self._kernel.numpy() / self._length, self._bias.numpy(), centres.numpy())

    def _scale(self, features: Features) -> Vectors:
        return features.astype(np.float32) / self._length

    def _make_optimizer(self) -> Any:
        steps = self._recipe.epochs * (len(self._features) // self._recipe.batch)
        schedule = tf.keras.optimizers.schedules.CosineDecay(self._recipe.learning_rate, max(1, steps))
        return tf.keras.optimizers.Adam(schedule)

    def _batches(self) -> list[Numbers]:
        """Return all pictures' places in random order, in batches; the odd ones that fill none are left out."""
        order = self._rng.permutation(len(self._features))
        size = self._recipe.batch
        return [order[start : start + size] for start in range(0, len(order) - size + 1, size)]

    def _draw(self, places: Numbers) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """Return one view of each picture, the pictures themselves, and their labels."""
        views = self._rng.integers(0, self._features.shape[1], len(places))
        copies, originals = self._features[places, views], self._features[places, 0]
        labels = tf.gather(self._labels, places)
        return tf.constant(self._scale(copies)), tf.constant(self._scale(originals)), labels

    @tf.function(autograph=False)  # type: ignore[untyped-decorator]
    def _step(self, copies: tf.Tensor, originals: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        recipe, variables = self._recipe, (self._kernel, self._bias, self._centres)
        with tf.GradientTape() as tape:
            vectors = self._embed(copies)
            cosines = tf.matmul(vectors, self._embed(originals), transpose_b=True)
            losses = tf.stack(
                [
                    self._compare_neighbourhoods(originals, cosines),
                    self._classify(vectors, labels),
                    tf.reduce_mean(_cross_entropy(tf.range(cosines.shape[0]), cosines / recipe.temperature)),
                ]
            )
            weights = (recipe.neighbourhood_weight, recipe.class_weight, recipe.copy_weight)
            total = tf.tensordot(losses, tf.constant(weights), 1)
        self._optimizer.apply_gradients(zip(tape.gradient(total, variables), variables, strict=True))
        return losses

    def _embed(self, features: tf.Tensor) -> tf.Tensor:
        return tf.math.l2_normalize(features @ self._kernel + self._bias, axis=1)

    def _compare_neighbourhoods(self, originals: tf.Tensor, cosines: tf.Tensor) -> tf.Tensor:
        """Return how far the vectors' neighbourhoods are from the features' (Kullback-Leibler divergence)."""
        itself = tf.eye(cosines.shape[0]) * _NEVER
        originals = tf.math.l2_normalize(originals, axis=1)
        known = tf.matmul(originals, originals, transpose_b=True)
        wanted = tf.nn.log_softmax((known + itself) / self._recipe.teacher_temperature)
        found = tf.nn.log_softmax((cosines + itself) / self._recipe.temperature)
        return tf.reduce_mean(tf.reduce_sum(tf.exp(wanted) * (wanted - found), axis=1))

    def _classify(self, vectors: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        labelled = labels != UNLABELLED
        labels = tf.boolean_mask(labels, labelled)
        cosines = tf.boolean_mask(vectors, labelled) @ tf.math.l2_normalize(self._centres, axis=0)
        rivals = tf.gather(self._set_of_class, labels)[:, None] == self._set_of_class[None, :]
        losses = _cross_entropy(labels, tf.where(rivals, self._recipe.class_scale * cosines, _NEVER))
        return tf.math.divide_no_nan(tf.reduce_sum(losses), tf.cast(tf.size(labels), tf.float32))


def _begin_with_projection(features: Vectors) -> tuple[tf.Variable, tf.Variable]:
    """Return kernel and bias that start as the principal components, which is most of the way."""
    components = fit_projection(features, VECTOR_SIZE)
    return tf.Variable(components.axes), tf.Variable(-components.centre @ components.axes)


def _cross_entropy(labels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
