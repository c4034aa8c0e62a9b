"""Reads PyTorch's legacy checkpoint files (`torch.save` before version 1.6) without PyTorch.

Such a file is five pickles (a magic number, a protocol version, system information, the state
dictionary, the keys of the storages) followed by the storages themselves: each one an int64 count and
its little-endian numbers. In the state dictionary a tensor is a call of `_rebuild_tensor_v2` on a
persistent id that names its storage.
"""

import pickle
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from model.errors import ArtifactError

Weights = dict[str, npt.NDArray[np.float32]]

_MAGIC = 0x1950A86A20F9469CFC6C
_DTYPES = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


@dataclass(frozen=True)
class _Storage:
    key: str
    dtype: np.dtype[Any]


@dataclass(frozen=True)
class _Tensor:
    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


class _StateUnpickler(pickle.Unpickler):
    """Knows the names that a state dictionary of float and integer tensors needs, and refuses all others."""

    def find_class(self, module: str, name: str) -> Any:
        if module == "torch" and name in _DTYPES:
            return _DTYPES[name]
        known: dict[tuple[str, str], Callable[..., Any]] = {
            ("collections", "OrderedDict"): OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2"): _describe_tensor,
        }
        if (module, name) in known:
            return known[module, name]
        raise pickle.UnpicklingError(f"{module}.{name} has no place in a state dictionary")

    def persistent_load(self, pid: Any) -> _Storage:
        _, dtype, key, *_ = pid
        return _Storage(key, dtype)


def _describe_tensor(
    storage: _Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: Any
) -> _Tensor:
    return _Tensor(storage, offset, shape, strides)


def read_checkpoint(path: Path) -> Weights:
    """Return the tensors of a state dictionary by name, each in its own shape, integers as float32 too.

    Raises ArtifactError when the file is missing, cut short or not of this kind.
    """
    try:
        with path.open("rb") as file:
            return _read_weights(file)
    except FileNotFoundError:
        raise ArtifactError(f"{path} is missing.") from None
    except (pickle.UnpicklingError, EOFError, ValueError, TypeError, KeyError, AttributeError) as fault:
        raise ArtifactError(f"{path} is not a legacy PyTorch checkpoint: {fault}.") from fault


def _read_weights(file: IO[bytes]) -> Weights:
    magic, _protocol, _system, state, keys = (_StateUnpickler(file).load() for _ in range(5))
    if magic != _MAGIC:
        raise ValueError(f"its magic number is {magic}")
    dtypes = {tensor.storage.key: tensor.storage.dtype for tensor in state.values()}
    storages = {key: _read_storage(file, dtypes[key]) for key in keys}
    return {name: _cut(tensor, storages[tensor.storage.key]) for name, tensor in state.items()}


def _read_storage(file: IO[bytes], dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    count = int(np.frombuffer(file.read(8), "<i8")[0])
    return np.frombuffer(file.read(count * dtype.itemsize), dtype, count)


def _cut(tensor: _Tensor, storage: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    # A tensor may be a transposed view: its strides, counted in elements, say how it lies in its
    # storage.
    last = tensor.offset + sum((length - 1) * step for length, step in zip(tensor.shape, tensor.strides, strict=True))
    if last >= len(storage) or min(tensor.strides, default=0) < 0:
        raise ValueError("a tensor reaches beyond its storage")
    strides = tuple(step * storage.itemsize for step in tensor.strides)
    view = np.lib.stride_tricks.as_strided(storage[tensor.offset :], tensor.shape, strides, writeable=False)
    return np.array(view, np.float32)
