"""What is asked of the 64 numbers, each as a softmax over cosines."""

from typing import Any

from keras import ops

Tensor = Any

NEVER = -1e4


def compare_neighbourhoods(cosines: Tensor, wanted: Tensor, forbidden: Tensor, temperature: float) -> Tensor:
    """Return how far the neighbourhoods of M pictures among N are from those wanted (Kullback-Leibler divergence).

    `cosines` and `wanted` are (M, N). `forbidden`, (M, N) of 0 and 1, are pairs that do not count.
    Source: similarity distillation, https://arxiv.org/abs/2101.04731.
    """
    target = ops.log_softmax(wanted / temperature + forbidden * NEVER)
    found = ops.log_softmax(cosines / temperature + forbidden * NEVER)
    return ops.mean(ops.sum(ops.exp(target) * (target - found), axis=1))


def reward_labels(
    wanted: Tensor, labels: Tensor, all_labels: Tensor, all_sets: Tensor, sets: Tensor, by: float
) -> Tensor:
    """Return the wanted cosines (M, N), higher `by` that much within a class, lower between classes of one set."""
    known = ops.logical_and((labels >= 0)[:, None], (all_labels >= 0)[None, :])
    alike = labels[:, None] == all_labels[None, :]
    same = ops.logical_and(known, alike)
    rival = ops.logical_and(ops.logical_and(known, ops.logical_not(alike)), sets[:, None] == all_sets[None, :])
    return wanted + by * (ops.cast(same, "float32") - ops.cast(rival, "float32"))


def classify(vectors: Tensor, labels: Tensor, centres: Tensor, set_of_class: Tensor, scale: float) -> Tensor:
    """Return how badly unit vectors (M, 64) find the centre of their class, among those of their set.

    Pictures whose label is negative do not count. Source: normalised softmax, https://arxiv.org/abs/1811.12649.
    """
    labelled = ops.cast(labels >= 0, "float32")
    labels = ops.maximum(labels, 0)
    cosines = ops.matmul(vectors, ops.normalize(centres, axis=0))
    rivals = ops.take(set_of_class, labels)[:, None] == set_of_class[None, :]
    losses = _cross_entropy(labels, ops.where(rivals, scale * cosines, NEVER))
    return ops.sum(losses * labelled) / ops.maximum(ops.sum(labelled), 1.0)


def match_copies(first: Tensor, second: Tensor, others: Tensor, forbidden: Tensor, temperature: float) -> Tensor:
    """Return how badly two views of each of M pictures, (M, 64) each, find each other among the rest and `others`.

    `others` are (N, 64), `forbidden`, (M, N) of 0 and 1, those that do not count.
    """
    own = ops.arange(ops.shape(first)[0])
    pairs = [
        ops.concatenate(
            [ops.matmul(one, ops.transpose(other)), ops.matmul(one, ops.transpose(others)) + NEVER * forbidden], axis=1
        )
        for one, other in ((first, second), (second, first))
    ]
    return ops.mean(sum(_cross_entropy(own, cosines / temperature) for cosines in pairs)) / 2


def remember_classes(logits: Tensor, probabilities: Tensor, softness: float) -> Tensor:
    """Return how far softened logits (M, 1000) are from the teachers' softened probabilities (distillation)."""
    differences = ops.log(probabilities + 1e-9) - ops.log_softmax(logits / softness)
    return ops.mean(ops.sum(probabilities * differences, axis=1))


def _cross_entropy(labels: Tensor, logits: Tensor) -> Tensor:
    return ops.sparse_categorical_crossentropy(labels, logits, from_logits=True)
