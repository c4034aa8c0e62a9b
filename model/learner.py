"""Fine-tunes the backbone and the 64 numbers above it.

Four things are asked of the numbers at once:

- neighbourhoods: every picture lies as near and far from all others as its teachers say, nearer to its own class and
  farther from others where somebody labelled them, so that what no class names is not forgotten;
- classes: a picture lies nearest to the centre of its own class among the classes of its set;
- copies: two views of a picture find each other among all pictures;
- knowledge: the thousand classes of ImageNet can still be read from the 64 numbers.
"""

from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops

from model.dataset import Numbers
from model.head import Head
from model.losses import classify, compare_neighbourhoods, match_copies, remember_classes, reward_labels
from model.recipe import LOSSES, Recipe
from model.runtime import Vectors, normalise
from model.teachers import SOFTNESS, Lesson

Tensor = Any

_KEPT = 0.3  # of a picture's former vector when its new one is remembered
_LARGEST_GRADIENT = 5.0
_WEIGHT_DECAY = 1e-4
# Pictures that a head which learns alone is compared with at each step. With all of 25,000 it took seven times as long,
# and cars and vehicles were found less well.
_COMPARED = 2000


@dataclass(frozen=True)
class Course:
    """What is known of the pictures that are learnt from, one row each in `lesson`, `labels` and `sets` (N,).

    `labels` are classes counted over all sets, negative for none; `set_of_class` says which set a class belongs to.
    """

    lesson: Lesson
    labels: Numbers
    sets: Numbers
    set_of_class: Numbers


class _Others(NamedTuple):
    """Pictures that views are compared with: their numbers, vectors (N, 64), and rows of what is known of them."""

    numbers: Tensor
    vectors: Tensor
    places: Tensor
    labels: Tensor
    sets: Tensor


class Learner(keras.Model):  # type: ignore[misc]
    """Turns two views each of M pictures into vectors not yet of unit length (2 M, 64), and judges them.

    It runs on any of Keras's backends. `fit` takes what `model.views.draw_batches` yields.
    """

    def __init__(self, network: keras.Model, head: Head, course: Course, recipe: Recipe) -> None:
        """`network` turns views, (2 M, ...), into features (2 M, D); its weights are changed in place."""
        super().__init__()
        self._network, self._course, self._recipe = network, course, recipe
        # One factor for all: the head stays linear in what the network gives.
        self._length = float(np.linalg.norm(course.lesson.features, axis=1).mean())
        scaled = asdict(head) | {"bias": head.bias / self._length, "kernel_1000": head.kernel_1000 * self._length}
        self._head = {name: self._keep(name, value) for name, value in scaled.items()}
        self._memory = self._keep("memory", normalise(course.lesson.features @ head.kernel + head.bias), learnt=False)
        self._facts = {
            "places": ops.convert_to_tensor(course.lesson.places),
            "classes": ops.convert_to_tensor(course.lesson.classes),
            "labels": ops.convert_to_tensor(course.labels, "int32"),
            "sets": ops.convert_to_tensor(course.sets, "int32"),
            "set_of_class": ops.convert_to_tensor(course.set_of_class, "int32"),
        }
        self._means = [keras.metrics.Mean(name) for name in LOSSES]
        self._start = self._read()
        self.compile(self._make_optimizer())

    def call(self, views: Tensor) -> Tensor:
        return self._encode(self._network(views, training=False))

    def compute_loss(self, x: Tensor, y: Tensor, y_pred: Tensor, *_: Any) -> Tensor:  # noqa: ARG002
        """Return the weighted sum of the losses of `y_pred`, two views each of the pictures at the places `y`."""
        vectors = ops.normalize(y_pred, axis=1)
        places = ops.cast(y, "int32")
        losses = self._judge(places, y_pred, vectors)
        for mean, loss in zip(self._means, losses, strict=True):
            mean.update_state(loss)
        self._remember(places, vectors)
        return sum(weight * loss for weight, loss in zip(self._recipe.weights, losses, strict=True))

    def take(self) -> tuple[list[Vectors], Head]:
        """Return the network's weights and the head as they are now, a part of the way back to where they began."""
        kept = self._recipe.kept
        mixed = [kept * start + (1 - kept) * now for start, now in zip(self._start, self._read(), strict=True)]
        network, values = mixed[: -len(self._head)], dict(zip(self._head, mixed[-len(self._head) :], strict=True))
        values["kernel"] = values["kernel"] / self._length
        values["centres"] = normalise(values["centres"].T).T * self._recipe.class_scale
        return network, Head(**values)

    def _encode(self, features: Tensor) -> Tensor:
        return ops.matmul(ops.cast(features, "float32") / self._length, self._head["kernel"]) + self._head["bias"]

    def _read(self) -> list[Vectors]:
        return [ops.convert_to_numpy(variable) for variable in (*self._network.weights, *self._head.values())]

    def _keep(self, name: str, value: Any, learnt: bool = True) -> Any:
        start = keras.initializers.Constant(value)
        return self.add_weight(shape=value.shape, initializer=start, trainable=learnt, name=name, dtype="float32")

    def _make_optimizer(self) -> keras.Optimizer:
        recipe = self._recipe
        steps = recipe.epochs * (len(self._course.labels) // recipe.pictures_a_step)
        warmup, rate = min(recipe.warmup_steps, steps // 10), recipe.learning_rate
        return keras.optimizers.AdamW(
            keras.optimizers.schedules.CosineDecay(
                rate / 20, max(1, steps - warmup), warmup_target=rate, warmup_steps=warmup
            ),
            _WEIGHT_DECAY,
            global_clipnorm=_LARGEST_GRADIENT,
            use_ema=True,
            ema_momentum=recipe.averaging,
        )

    def _judge(self, places: Tensor, raw: Tensor, vectors: Tensor) -> list[Tensor]:
        """Return the four losses of two views each of some pictures, rows of the first views before the second."""
        recipe, facts = self._recipe, self._facts
        others = self._recall()
        labels, sets = ops.take(facts["labels"], places), ops.take(facts["sets"], places)
        pictures = ops.split(places, 2)[0]
        alike = ops.matmul(ops.take(facts["places"], pictures, axis=0), ops.transpose(others.places))
        wanted = ops.tile(alike, (2, 1))  # of both views
        wanted = reward_labels(wanted, labels, others.labels, others.sets, sets, recipe.label_reward)
        itself = ops.cast(places[:, None] == others.numbers[None, :], "float32")
        first, second = ops.split(vectors, 2)
        logits = ops.matmul(raw, self._head["kernel_1000"]) + self._head["bias_1000"]
        cosines = ops.matmul(vectors, ops.transpose(others.vectors))
        return [
            compare_neighbourhoods(cosines, wanted, itself, recipe.temperature),
            classify(vectors, labels, self._head["centres"], facts["set_of_class"], recipe.class_scale),
            match_copies(first, second, others.vectors, ops.split(itself, 2)[0], recipe.copy_temperature),
            remember_classes(logits, ops.take(facts["classes"], places, axis=0), SOFTNESS),
        ]

    def _recall(self) -> _Others:
        """Return all pictures with their vectors as they were last seen, which are not learnt from."""
        vectors = ops.copy(self._memory)  # which changes before the gradients are taken
        facts = self._facts
        numbers = ops.arange(len(self._course.labels))
        return _Others(numbers, ops.stop_gradient(vectors), facts["places"], facts["labels"], facts["sets"])

    def _remember(self, places: Tensor, vectors: Tensor) -> None:
        """Keep each picture's vector, from both views, for others to be compared with."""
        first, second = ops.split(ops.stop_gradient(vectors), 2)
        places = ops.split(places, 2)[0]
        fresh = _KEPT * ops.take(self._memory, places, axis=0) + (1 - _KEPT) * (first + second) / 2
        self._memory.assign(ops.scatter_update(self._memory, places[:, None], ops.normalize(fresh, axis=1)))


class HeadLearner(Learner):
    """Learns the head alone, from features of views, float32 (2 M, D), that stay as they are.

    A network that learns together with a head which does not fit it yet forgets what it knows: the head goes first.
    Source: https://arxiv.org/abs/2202.10054.
    """

    def __init__(self, head: Head, course: Course, recipe: Recipe) -> None:
        features = keras.Input(course.lesson.features.shape[1:])
        super().__init__(keras.Model(features, features), head, course, recipe)
        self._pictures = ops.convert_to_tensor(course.lesson.features)
        self._seeds = keras.random.SeedGenerator(recipe.seed)

    def _recall(self) -> _Others:
        """Return some pictures with their vectors as they are now: both sides of a cosine are learnt from."""
        count = len(self._course.labels)
        numbers = keras.random.randint((min(count, _COMPARED),), 0, count, "int32", self._seeds)
        vectors = ops.normalize(self._encode(ops.take(self._pictures, numbers, axis=0)), axis=1)
        known = (ops.take(self._facts[name], numbers, axis=0) for name in ("places", "labels", "sets"))
        return _Others(numbers, vectors, *known)

    def _remember(self, places: Tensor, vectors: Tensor) -> None:
        """Keep nothing: the head is small enough to be asked anew at each step."""
