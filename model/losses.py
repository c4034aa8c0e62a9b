"""What is asked of the 64 numbers, each as a softmax over cosines."""

from typing import Any

import tensorflow as tf

Tensor = Any

NEVER = -1e4


def compare_neighbourhoods(cosines: Tensor, wanted: Tensor, forbidden: Tensor, temperature: float) -> Tensor:
    """Return how far the neighbourhoods of M pictures among N are from those wanted (Kullback-Leibler divergence).

    `cosines` and `wanted` are (M, N). `forbidden`, (M, N) of 0 and 1, are pairs that do not count.
    Source: similarity distillation, https://arxiv.org/abs/2101.04731.
    """
    target = tf.nn.log_softmax(wanted / temperature + forbidden * NEVER)
    found = tf.nn.log_softmax(cosines / temperature + forbidden * NEVER)
    return tf.reduce_mean(tf.reduce_sum(tf.exp(target) * (target - found), axis=1))


def reward_labels(
    wanted: Tensor, labels: Tensor, all_labels: Tensor, all_sets: Tensor, sets: Tensor, by: float
) -> Tensor:
    """Return the wanted cosines (M, N), higher `by` that much within a class, lower between classes of one set."""
    known = (labels >= 0)[:, None] & (all_labels >= 0)[None, :]
    same = known & (labels[:, None] == all_labels[None, :])
    rival = known & ~same & (sets[:, None] == all_sets[None, :])
    return wanted + by * (tf.cast(same, tf.float32) - tf.cast(rival, tf.float32))


def classify(vectors: Tensor, labels: Tensor, centres: Tensor, set_of_class: Tensor, scale: float) -> Tensor:
    """Return how badly unit vectors (M, 64) find the centre of their class, among those of their set.

    Pictures whose label is negative do not count. Source: normalised softmax, https://arxiv.org/abs/1811.12649.
    """
    labelled = labels >= 0
    labels = tf.boolean_mask(labels, labelled)
    cosines = tf.boolean_mask(vectors, labelled) @ tf.math.l2_normalize(centres, axis=0)
    rivals = tf.gather(set_of_class, labels)[:, None] == set_of_class[None, :]
    losses = _cross_entropy(labels, tf.where(rivals, scale * cosines, NEVER))
    return tf.math.divide_no_nan(tf.reduce_sum(losses), tf.cast(tf.size(labels), tf.float32))


def match_copies(first: Tensor, second: Tensor, others: Tensor, temperature: float) -> Tensor:
    """Return how badly two views of each of M pictures, (M, 64) each, find each other among the rest and `others`."""
    own = tf.range(tf.shape(first)[0])
    there = tf.concat([first @ tf.transpose(second), first @ tf.transpose(others)], axis=1)
    back = tf.concat([second @ tf.transpose(first), second @ tf.transpose(others)], axis=1)
    return tf.reduce_mean(_cross_entropy(own, there / temperature) + _cross_entropy(own, back / temperature)) / 2


def remember_classes(logits: Tensor, probabilities: Tensor, softness: float) -> Tensor:
    """Return how far softened logits (M, 1000) are from the teachers' softened probabilities (distillation)."""
    differences = tf.math.log(probabilities + 1e-9) - tf.nn.log_softmax(logits / softness)
    return tf.reduce_mean(tf.reduce_sum(probabilities * differences, axis=1))


def _cross_entropy(labels: Tensor, logits: Tensor) -> Tensor:
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
