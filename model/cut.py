"""Finds the last hidden layer of a classifier, which is where its vector lies, and cuts the network there."""

from typing import Any, NamedTuple

import keras
import numpy as np

from model import VECTOR_SIZE
from model.errors import ArtifactError, tell_reason

# What may stand between the classifier's last dense layer and its output without changing what it says.
_AFTER_CLASSES = (keras.layers.Activation, keras.layers.Softmax, keras.layers.Dropout, keras.layers.Reshape)
_PROBABILITIES = ("softmax", "sigmoid")
_OTHER_WEIGHTS = ("float64", "float16", "bfloat16", "int8", "int4")


class Call(NamedTuple):
    """A layer, what went into it and what came out, in a graph without nested models."""

    layer: Any
    arguments: tuple[Any, ...]
    output: Any


class Cut(NamedTuple):
    """A network from pictures to vectors, and the name of the layer that the vectors come out of."""

    network: keras.Model
    layer: str


def cut_at_vector(model: keras.Model, size: int | None = None) -> Cut:
    """Return the part of a classifier that goes from a picture to its last hidden layer, 64 numbers wide.

    That is what enters the last dense layer, so an activation or a normalisation after the hidden layer belongs to it.
    A model without a classifier, which gives 64 numbers itself, is taken whole. `size` is the side of the picture
    where the model itself leaves it open. Raises ArtifactError when the model does not look like this.
    """
    picture = keras.Input(_find_shape(model, size), name="picture")
    _check_weights(model)
    _compute_in_float32(model)
    trace = _Trace()
    try:
        output = trace.follow(model, picture)
    except ValueError as fault:  # of a layer that the picture is too small for
        raise ArtifactError(f"The model does not take {_tell_shape(picture)}: {tell_reason(fault)}") from fault
    vector = _find_vector(trace, output)
    if len(vector.shape) != 2 or vector.shape[-1] != VECTOR_SIZE:
        raise ArtifactError(
            f"The last hidden layer, {trace.name(vector)!r}, gives {_tell_shape(vector)}; {VECTOR_SIZE} are needed."
        )
    return Cut(keras.Model(picture, vector, name="encoder"), trace.name(vector))


class _Trace:
    """Sends a symbolic picture through a model and writes down each layer's call, nested models opened up."""

    def __init__(self) -> None:
        self._calls: dict[int, Call] = {}

    def follow(self, model: keras.Model, tensor: Any) -> Any:
        """Return what a model makes of a tensor."""
        if isinstance(model, keras.Sequential):
            for layer in model.layers:
                tensor = self._call(layer, tensor)
            return tensor
        # As `clone_model` goes through a graph, which cannot begin in the middle of another one.
        output = model._run_through_graph(tensor, operation_fn=lambda layer: layer, call_fn=self._call)
        return keras.tree.flatten(output)[0] if len(model.outputs) == 1 else output

    def source(self, tensor: Any) -> Call | None:
        """Return the call that a tensor came out of, or None for the picture itself."""
        return self._calls.get(id(tensor))

    def name(self, tensor: Any) -> str:
        """Return the name of the layer that a tensor came out of."""
        call = self.source(tensor)
        return str(call.layer.name) if call else "picture"

    def _call(self, layer: Any, *arguments: Any, **options: Any) -> Any:
        options.pop("training", None)  # what rests outside of training rests, whatever the model says
        if not arguments:  # as in layer(inputs=tensor)
            arguments = (options.pop(next(iter(options))),)
        if isinstance(layer, keras.Model):
            return self.follow(layer, *arguments)
        output = layer(*arguments, **options)
        if not isinstance(output, list | tuple | dict):
            self._calls[id(output)] = Call(layer, arguments, output)
        return output


def _check_weights(model: keras.Model) -> None:
    for variable in model.weights:
        if variable.dtype in _OTHER_WEIGHTS:
            raise ArtifactError(f"The weights {variable.path!r} are {variable.dtype}; float32 is needed.")
        if not np.isfinite(variable).all():
            raise ArtifactError(f"The weights {variable.path!r} are not all numbers: training has failed.")


def _compute_in_float32(model: keras.Model) -> None:
    """Let layers that were trained in 16 bits compute in 32: LiteRT has no other, and their weights are that wide."""
    for layer in model._flatten_layers():
        if layer.compute_dtype in ("float16", "bfloat16"):
            layer.dtype_policy = "float32"


def _find_shape(model: keras.Model, size: int | None) -> tuple[int, int, int]:
    if not getattr(model, "inputs", None):
        raise ArtifactError("The model has no input yet: it was saved before it had seen a picture.")
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise ArtifactError(f"The model has {len(model.inputs)} inputs and {len(model.outputs)} outputs, not one each.")
    shape = tuple(model.inputs[0].shape[1:])
    if len(shape) != 3 or shape[2] != 3:
        raise ArtifactError(f"The model takes {_tell_shape(model.inputs[0])}, not RGB pictures (height, width, 3).")
    height, width = (side or size for side in shape[:2])
    if height is None or width is None:
        raise ArtifactError("The model takes pictures of any size: say with --size which one it shall be.")
    if height != width or size not in (None, height):
        raise ArtifactError(f"The model takes pictures of {height} x {width} pixels, not {size or 'a'} square.")
    return height, width, 3


def _find_vector(trace: _Trace, output: Any) -> Any:
    """Return what enters the classifier, or the output itself where there is none."""
    tensor, probabilities = output, False
    while call := trace.source(tensor):
        probabilities |= _gives_probabilities(call.layer)
        if isinstance(call.layer, keras.layers.Dense):
            is_vector = tensor.shape[-1] == VECTOR_SIZE and not probabilities
            return output if is_vector else call.arguments[0]
        if not (isinstance(call.layer, _AFTER_CLASSES) or _gives_probabilities(call.layer)):
            break
        tensor = call.arguments[0]
    if tuple(output.shape[1:]) == (VECTOR_SIZE,):
        return output
    raise ArtifactError(f"The model does not end in a dense layer, so it has no hidden layer of {VECTOR_SIZE} numbers.")


def _gives_probabilities(layer: Any) -> bool:
    activation = getattr(getattr(layer, "activation", None), "__name__", "")
    return activation in _PROBABILITIES or type(layer).__name__.lower() in _PROBABILITIES  # a layer or an operation


def _tell_shape(tensor: Any) -> str:
    return " x ".join("?" if side is None else str(side) for side in tensor.shape[1:]) + " numbers"
