"""Fine-tunes the upper part of the backbone and the 64 numbers above it.

Four things are asked of the numbers at once:

- neighbourhoods: every picture lies as near and far from all others as its teachers say, nearer to its own class and
  farther from others where somebody labelled them, so that what no class names is not forgotten;
- classes: a picture lies nearest to the centre of its own class among the classes of its set;
- copies: two views of a picture find each other among all pictures;
- knowledge: the thousand classes of ImageNet can still be read from the 64 numbers.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from model.dataset import Numbers
from model.head import Head
from model.losses import classify, compare_neighbourhoods, match_copies, remember_classes, reward_labels
from model.recipe import LOSSES, Recipe
from model.runtime import Vectors, normalise
from model.teachers import SOFTNESS, Lesson
from model.views import Views

_OTHERS = 2048
_KEPT = 0.3  # of a picture's former vector when its new one is remembered
_LARGEST_GRADIENT = 5.0
_WEIGHT_DECAY = 1e-4


@dataclass(frozen=True)
class Course:
    """All that is learnt from: one row a picture in `views` (views, N, ...), `lesson`, `labels` and `sets` (N,).

    `labels` are classes counted over all sets, negative for none; `set_of_class` says which set a class belongs to.
    """

    views: Views
    lesson: Lesson
    labels: Numbers
    sets: Numbers
    set_of_class: Numbers


class Learner:
    """Holds what a training step needs; `fit` runs the steps and leaves the averaged weights in the network."""

    def __init__(self, network: keras.Model, head: Head, course: Course, recipe: Recipe) -> None:
        """`network` turns one view into features; its weights are changed in place."""
        self._network, self._course, self._recipe = network, course, recipe
        # One factor for all: the head stays linear in what the network gives.
        self._length = float(np.linalg.norm(course.lesson.features, axis=1).mean())
        self._head = {name: tf.Variable(value) for name, value in asdict(head).items()}
        self._head["bias"].assign(self._head["bias"] / self._length)
        self._head["kernel_1000"].assign(self._head["kernel_1000"] * self._length)
        self._memory = tf.Variable(normalise(course.lesson.features @ head.kernel + head.bias))
        self._places, self._classes = tf.constant(course.lesson.places), tf.constant(course.lesson.classes)
        self._labels, self._sets = tf.constant(course.labels), tf.constant(course.sets)
        self._set_of_class = tf.constant(course.set_of_class)
        self._trained = [*network.trainable_variables, *self._head.values()]
        self._averages = [tf.Variable(variable) for variable in self._trained]
        self._optimizers = self._make_optimizers()

    def fit(self, report: Callable[[int, dict[str, float], Head], None]) -> None:
        """Train; `report` hears of each epoch, counted from 1, its mean losses, and the head so far.

        While it hears, network and head have the averages of their weights over the last steps, and so they end.
        """
        step = 0
        for epoch in range(1, self._recipe.epochs + 1):
            losses = []
            for places, views in self._draw_epoch(epoch):
                step += 1
                decay = min(self._recipe.averaging, step / (step + 10))
                losses.append(self._step(tf.constant(places), tf.constant(views), tf.constant(decay, tf.float32)))
            means = dict(zip(LOSSES, np.mean(losses, axis=0).tolist(), strict=True))
            self._exchange()
            report(epoch, means, self._take_head())
            if epoch < self._recipe.epochs:
                self._exchange()

    def _exchange(self) -> None:
        """Swap the weights and their averages."""
        for variable, average in zip(self._trained, self._averages, strict=True):
            kept = variable.numpy()
            variable.assign(average)
            average.assign(kept)

    def _take_head(self) -> Head:
        values = {name: variable.numpy() for name, variable in self._head.items()}
        values["kernel"] /= self._length
        values["centres"] = normalise(values["centres"].T).T * self._recipe.class_scale
        return Head(**values)

    def _make_optimizers(self) -> list[tuple[Any, list[Any]]]:
        recipe = self._recipe
        steps = recipe.epochs * (len(self._course.labels) // recipe.pictures_a_step)

        def plan(rate: float) -> Any:
            warmup = min(recipe.warmup_steps, steps // 10)
            return keras.optimizers.schedules.CosineDecay(
                rate / 20, max(1, steps - warmup), warmup_target=rate, warmup_steps=warmup
            )

        network, head = self._network.trainable_variables, list(self._head.values())
        pairs = [
            (keras.optimizers.AdamW(plan(recipe.learning_rate), _WEIGHT_DECAY), network),
            (keras.optimizers.Adam(plan(recipe.head_learning_rate)), head),
        ]
        for optimizer, variables in pairs:
            optimizer.build(variables)
        return pairs

    def _draw_epoch(self, epoch: int) -> Iterator[tuple[Numbers, Vectors]]:
        """Yield places (M,) and two views of each, float32 (2 M, ...), the next ones loaded while a step runs."""
        rng, size = np.random.default_rng((self._recipe.seed, epoch)), self._recipe.pictures_a_step
        order = rng.permutation(len(self._course.labels))
        batches = [order[start : start + size] for start in range(0, len(order) - size + 1, size)]
        with ThreadPoolExecutor(1) as threads:
            loads = (
                threads.submit(self._load, places, np.random.default_rng(rng.integers(1 << 62))) for places in batches
            )
            ahead = next(loads)
            for places in batches:
                views = ahead.result()
                ahead = next(loads, ahead)
                yield places, views

    def _load(self, places: Numbers, rng: np.random.Generator) -> Vectors:
        """Return two different views of each picture, of half of them the picture itself first, some mirrored."""
        count = len(self._course.views)
        first = np.where(rng.random(len(places)) < 0.5, 0, rng.integers(0, count, len(places)))
        second = (first + rng.integers(1, count, len(places))) % count
        chosen = zip([*first, *second], [*places, *places], strict=True)
        views = np.stack([self._course.views[view, place] for view, place in chosen]).astype(np.float32)
        mirrored = rng.random(len(views)) < 0.5
        views[mirrored] = views[mirrored, :, ::-1]
        return views

    @tf.function(autograph=False)  # type: ignore[untyped-decorator]
    def _step(self, places: tf.Tensor, views: tf.Tensor, decay: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            raw = self._network(views, training=False) / self._length @ self._head["kernel"] + self._head["bias"]
            vectors = tf.math.l2_normalize(raw, axis=1)
            losses = tf.stack(self._judge(tf.concat([places, places], 0), raw, vectors))
            total = tf.tensordot(losses, tf.constant(self._recipe.weights), 1)
        gradients, _ = tf.clip_by_global_norm(tape.gradient(total, self._trained), _LARGEST_GRADIENT)
        self._apply(gradients, decay)
        self._remember(places, vectors)
        return losses

    def _judge(self, places: tf.Tensor, raw: tf.Tensor, vectors: tf.Tensor) -> list[tf.Tensor]:
        """Return the four losses of two views each of some pictures, rows of the first views before the second."""
        recipe, memory = self._recipe, tf.convert_to_tensor(self._memory)
        labels = tf.gather(self._labels, places)
        wanted = tf.matmul(tf.gather(self._places, places), self._places, transpose_b=True)
        wanted = reward_labels(
            wanted, labels, self._labels, self._sets, tf.gather(self._sets, places), recipe.label_reward
        )
        itself = tf.one_hot(places, tf.shape(memory)[0])
        first, second = tf.split(vectors, 2)
        others = tf.gather(memory, tf.random.shuffle(tf.range(tf.shape(memory)[0]))[:_OTHERS])
        logits = raw @ self._head["kernel_1000"] + self._head["bias_1000"]
        return [
            compare_neighbourhoods(vectors @ tf.transpose(memory), wanted, itself, recipe.temperature),
            classify(vectors, labels, self._head["centres"], self._set_of_class, recipe.class_scale),
            match_copies(first, second, others, recipe.copy_temperature),
            remember_classes(logits, tf.gather(self._classes, places), SOFTNESS),
        ]

    def _apply(self, gradients: list[tf.Tensor], decay: tf.Tensor) -> None:
        done = 0
        for optimizer, variables in self._optimizers:
            optimizer.apply_gradients(zip(gradients[done : done + len(variables)], variables, strict=True))
            done += len(variables)
        for average, variable in zip(self._averages, self._trained, strict=True):
            average.assign(decay * average + (1 - decay) * variable)

    def _remember(self, places: tf.Tensor, vectors: tf.Tensor) -> None:
        """Keep each picture's vector, from both views, for others to be compared with."""
        first, second = tf.split(vectors, 2)
        fresh = _KEPT * tf.gather(self._memory, places) + (1 - _KEPT) * (first + second) / 2
        self._memory.scatter_update(tf.IndexedSlices(tf.math.l2_normalize(fresh, axis=1), places))
