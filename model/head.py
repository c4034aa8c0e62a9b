"""The layers above the backbone: the 64 numbers, and what is asked of them in training."""

from dataclasses import dataclass

import numpy as np

from model import VECTOR_SIZE
from model.projection import fit_projection
from model.runtime import Vectors, normalise

# How much the training pictures' own spread counts beside that of the ImageNet classes.
_SPREAD_WEIGHT = 0.05
# Of a direction, as a part of the mean: fewer pictures than directions vary in some of them by nothing.
_LEAST_VARIANCE = 0.01


@dataclass(frozen=True)
class Head:
    """A vector is features (D,) @ kernel (D, 64) + bias (64,).

    `centres`, (64, classes), are where the unit vectors of each class gather. `kernel_1000` (64, 1000) and `bias_1000`
    (1000,) turn the vector into logits of the ImageNet classes.
    """

    kernel: Vectors
    bias: Vectors
    centres: Vectors
    kernel_1000: Vectors
    bias_1000: Vectors


def begin_head(features: Vectors, kernel: Vectors, bias: Vectors, labels: np.ndarray, classes: int) -> Head:
    """Return the head that training starts from, for features (N, D) and what turns them into 1000 logits.

    The 64 directions are those in which the ImageNet classes differ most. There are a thousand of those and only as
    many kinds among the training pictures as somebody labelled: directions fitted on the pictures alone lose 12 points
    of mAP on kinds of object that are not among them.
    """
    centre = features.mean(axis=0)
    spread = features - centre
    contrast = kernel - kernel.mean(axis=1, keepdims=True)
    variance, axes = np.linalg.eigh(_covary(contrast.T) + _SPREAD_WEIGHT * _covary(spread))  # smallest first
    variance, axes = variance[: -VECTOR_SIZE - 1 : -1], axes[:, : -VECTOR_SIZE - 1 : -1]
    stretch = variance**-0.25  # between all directions alike and as they vary
    stretch /= stretch.mean()
    ours = (axes * stretch).astype(np.float32)
    return Head(
        kernel=ours,
        bias=(-centre @ ours).astype(np.float32),
        centres=_find_centres(spread @ ours, labels, classes),
        kernel_1000=((axes / stretch).T @ contrast).astype(np.float32),
        bias_1000=(centre @ contrast + bias).astype(np.float32),
    )


def find_directions(features: Vectors) -> tuple[Vectors, Vectors]:
    """Return a kernel (D, 64) and bias (64,): the directions in which features (N, D) vary most, N at least 2.

    They are stretched as those of `begin_head` are.
    """
    components = fit_projection(features, VECTOR_SIZE)
    variance = components.apply(features).var(axis=0)
    kernel = components.axes * (variance / variance.mean() + _LEAST_VARIANCE) ** -0.25
    return kernel, -components.centre @ kernel


def resume_head(
    features: Vectors, kernel: Vectors, bias: Vectors, wanted: Vectors, labels: np.ndarray, classes: int
) -> Head:
    """Return the head that training goes on from: the directions of `kernel` (D, 64) and `bias`, as long as at first.

    All else follows from the pictures' features (N, D); `wanted` (N, 1000) are the logits that they have.
    """
    scale = 1 / np.linalg.norm(kernel, axis=0).mean()
    kernel, bias = kernel * scale, bias * scale
    vectors = features @ kernel + bias
    solution = np.linalg.lstsq(np.column_stack([vectors, np.ones(len(vectors))]), wanted, rcond=None)[0]
    kernel_1000, bias_1000 = np.split(solution.astype(np.float32), [VECTOR_SIZE])
    return Head(kernel, bias, _find_centres(vectors, labels, classes), kernel_1000, bias_1000[0])


def even_out(head: Head, features: Vectors, labels: np.ndarray) -> Head:
    """Return the head for which directions count the less, the more pictures of one class differ in them.

    Where W is the covariance of the unit vectors around the means of their classes, with a mean variance of 1, vectors
    are multiplied by (W + 1)^-1/2. Pictures whose label is negative do not count, and the 1000 logits stay as they are.
    Source: within-class covariance normalisation, Hatch, Kajarekar and Stolcke, Interspeech 2006.
    """
    units = normalise(features @ head.kernel + head.bias)
    classes = [units[labels == number] for number in range(head.centres.shape[1])]
    within = _covary(np.concatenate([rows - rows.mean(axis=0) for rows in classes])) * VECTOR_SIZE
    variance, axes = np.linalg.eigh(within)
    factors = (variance + 1) ** -0.5
    stretch = ((axes * factors) @ axes.T).astype(np.float32)
    back = ((axes / factors) @ axes.T).astype(np.float32)
    kernel, bias = head.kernel @ stretch, head.bias @ stretch
    centres = _find_centres(features @ kernel + bias, labels, len(classes))
    scale = np.linalg.norm(head.centres, axis=0).mean()
    return Head(kernel, bias, centres * scale, back @ head.kernel_1000, head.bias_1000)


def _find_centres(vectors: Vectors, labels: np.ndarray, classes: int) -> Vectors:
    """Return the mean direction of each class, unit vectors float32 (64, classes)."""
    units = normalise(vectors)
    means = np.stack([units[labels == number].mean(axis=0) for number in range(classes)])
    return normalise(means).T


def _covary(rows: Vectors) -> Vectors:
    """Return the rows' products summed, with a trace of 1."""
    products = rows.T @ rows
    scaled: Vectors = products / np.trace(products)
    return scaled
