"""What the 64 numbers are measured against: the backbone's own 1280, and their plain projection on 64."""

from pathlib import Path

from model import VECTOR_SIZE
from model.backbone import FEATURES, load_backbone
from model.dataset import read_pixels
from model.evaluate import Contender, compute_all
from model.export import convert_to_float32
from model.projection import fit_projection
from model.runtime import InterpreterPool, Pictures, Vectors, normalise


def make_rivals(fitted_on: list[Path], interpreters: int) -> Contender:
    """Return a contender that gives the backbone's features and their PCA to 64 numbers, fitted on these pictures.

    Raises ArtifactError when the ImageNet weights are missing, and DatasetError when a picture does not decode.
    """
    pool = InterpreterPool(convert_to_float32(load_backbone()), interpreters)
    backbone, projection = f"backbone, {FEATURES}", f"its PCA, {VECTOR_SIZE}"

    def give_features(pictures: Pictures) -> dict[str, Vectors]:
        return {backbone: normalise(pool.compute(pictures))}

    size = pool.picture_shape[0]
    features = compute_all(give_features, fitted_on, lambda path, _: read_pixels(path, size))[backbone]
    components = fit_projection(features, VECTOR_SIZE)

    def give_both(pictures: Pictures) -> dict[str, Vectors]:
        found = give_features(pictures)
        return found | {projection: normalise(components.apply(found[backbone]))}

    return give_both
