"""PyTorch's legacy files, written here opcode by opcode, since PyTorch is not at hand."""

import pickle
import struct
from pathlib import Path

import numpy as np
import pytest

from model.checkpoint import read_checkpoint
from model.errors import ArtifactError

MAGIC = 0x1950A86A20F9469CFC6C
STORAGE = np.arange(10, dtype="<f4")


def text(value: str) -> bytes:
    data = value.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def number(value: int) -> bytes:
    return b"J" + struct.pack("<i", value)


def several(*values: bytes) -> bytes:
    return b"(" + b"".join(values) + b"t"


def tensor(offset: int, shape: tuple[int, ...], strides: tuple[int, ...], kind: str = "FloatStorage") -> bytes:
    """The opcodes of one tensor over the storage "7"."""
    storage = several(text("storage"), f"ctorch\n{kind}\n".encode(), text("7"), text("cpu"), number(10), b"N") + b"Q"
    place = (number(offset), several(*map(number, shape)), several(*map(number, strides)))
    return b"ctorch._utils\n_rebuild_tensor_v2\n" + several(storage, *place, b"\x89", b"N") + b"R"


def write(path: Path, *tensors: bytes, storage: np.ndarray = STORAGE, magic: int = MAGIC) -> Path:
    state = b"".join(text(f"layer.{place}") + opcodes for place, opcodes in enumerate(tensors))
    parts = [pickle.dumps(part, 2) for part in (magic, 1001, {"little_endian": True})]
    parts += [b"\x80\x02}(" + state + b"u.", pickle.dumps(["7"], 2)]
    path.write_bytes(b"".join(parts) + struct.pack("<q", len(storage)) + storage.tobytes())
    return path


def test_tensors_come_in_their_own_shapes(tmp_path: Path) -> None:
    path = write(tmp_path / "a.pth", tensor(0, (2, 3), (3, 1)), tensor(6, (4,), (1,)), tensor(5, (), ()))
    weights = read_checkpoint(path)
    assert weights["layer.0"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert weights["layer.1"].tolist() == [6, 7, 8, 9]
    assert weights["layer.2"] == 5
    assert all(values.dtype == np.float32 for values in weights.values())


def test_a_transposed_tensor_is_read_along_its_strides(tmp_path: Path) -> None:
    weights = read_checkpoint(write(tmp_path / "a.pth", tensor(0, (3, 2), (1, 3))))
    assert weights["layer.0"].tolist() == [[0, 3], [1, 4], [2, 5]]


def test_integers_become_floats(tmp_path: Path) -> None:
    counts = np.array([3], "<i8")
    path = write(tmp_path / "a.pth", tensor(0, (), (), "LongStorage"), storage=counts)
    assert read_checkpoint(path)["layer.0"] == 3


@pytest.mark.parametrize(("offset", "shape", "strides"), [(8, (4,), (1,)), (0, (4,), (4,)), (9, (2,), (-1,))])
def test_a_tensor_beyond_its_storage_is_refused(
    tmp_path: Path, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]
) -> None:
    with pytest.raises(ArtifactError, match="beyond its storage"):
        read_checkpoint(write(tmp_path / "a.pth", tensor(offset, shape, strides)))


def test_a_file_that_calls_for_code_is_refused(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    call = b"cos\nsystem\n" + several(text(f"touch {mark}")) + b"R"
    with pytest.raises(ArtifactError, match=r"os\.system has no place"):
        read_checkpoint(write(tmp_path / "a.pth", call))
    assert not mark.exists()


@pytest.mark.parametrize("length", [0, 5, 40, 200, -4])
def test_a_file_cut_short_is_refused(tmp_path: Path, length: int) -> None:
    path = write(tmp_path / "a.pth", tensor(0, (10,), (1,)))
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(ArtifactError, match="not a legacy PyTorch checkpoint"):
        read_checkpoint(path)


def test_another_kind_of_pickle_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="magic number"):
        read_checkpoint(write(tmp_path / "a.pth", tensor(0, (1,), (1,)), magic=42))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match=r"gone\.pth is missing"):
        read_checkpoint(tmp_path / "gone.pth")
