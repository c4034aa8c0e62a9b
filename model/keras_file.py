"""Opens what people have saved with Keras: .keras archives, and HDF5 files of Keras 2 and 3.

Nothing in the file runs: code that a Lambda layer carries and classes of the author's own are refused.
"""

import json
import re
import shutil
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any
from zipfile import is_zipfile

import h5py
import keras

from model.errors import ArtifactError

_ARCHIVE_MAGIC = b"PK\x03\x04"
_HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"

# What Keras 2 wrote as a list of one and Keras 3 wants bare, by layer; and whose `groups` were always 1.
_SINGLE = {
    "BatchNormalization": ["axis"],
    "Functional": ["input_layers", "output_layers"],
    "Model": ["input_layers", "output_layers"],
}
_OPERATIONS = ("keras.src.ops.numpy", "keras.src.ops.nn")
_UNGROUPED = ("DepthwiseConv2D", "SeparableConv2D", "Conv2DTranspose")

_CAUSE = "Exception encountered: "
_ADVICE = re.compile(r"(?<=\.) (Please ensure|Make sure|If you trust) .*")  # to programmers
_LONGEST_REASON = 240


def load_keras_model(path: Path) -> keras.Model:
    """Return the model of a file, whatever its name. Raises ArtifactError with one line that says why there is none."""
    suffix = _find_kind(path)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, f"model{suffix}")  # Keras goes by the name, and what Keras 2 wrote has to be mended
        shutil.copyfile(path, copy)
        try:
            if suffix == ".h5":
                _mend_file(copy)
            elif not is_zipfile(copy):  # of which Keras would say that it is not there
                raise ValueError("It is damaged or cut short.")
            model = keras.models.load_model(copy, compile=False, safe_mode=True)
        except Exception as fault:  # a damaged file can fail anywhere in Keras, HDF5 or JSON
            raise ArtifactError(f"{path} cannot be opened by Keras {keras.__version__}: {_explain(fault)}") from fault
    if not isinstance(model, keras.Model):
        raise ArtifactError(f"{path} holds a {type(model).__name__}, not a model.")
    return model


def _find_kind(path: Path) -> str:
    try:
        with path.open("rb") as file:
            head = file.read(8)
    except FileNotFoundError:
        raise ArtifactError(f"{path} is missing.") from None
    except OSError as fault:
        raise ArtifactError(f"{path} cannot be read: {fault.strerror}.") from fault
    if head.startswith(_ARCHIVE_MAGIC):
        return ".keras"
    if head == _HDF5_MAGIC:
        return ".h5"
    raise ArtifactError(f"{path} is neither a .keras file nor an HDF5 file.")


def _mend_file(path: Path) -> None:
    """Rewrite the description of the layers as Keras 3 wants it."""
    with h5py.File(path, "r+") as file:
        if "model_config" not in file.attrs:
            raise ValueError("It holds weights alone. Save the whole model, with `model.save`.")
        config = json.loads(file.attrs["model_config"])
        mend_config(config)
        file.attrs["model_config"] = json.dumps(config)


def mend_config(entry: Any) -> None:
    """Change in place what Keras wrote of layers and Keras 3 refuses, which is the same thing said otherwise.

    Keras 2 wrote some values as lists (https://github.com/keras-team/keras/issues/19441), and Keras 3 leaves out of an
    HDF5 file where operations come from, so that the sum in `x + 3` is taken for the layer `Add`.
    """
    if isinstance(entry, dict) and isinstance(entry.get("config"), dict):
        layer, config = str(entry.get("class_name")), entry["config"]
        for name in _SINGLE.get(layer, ()):
            _take_out_of_list(config, name)
        if "inbound_nodes" in entry and "trainable" not in config:  # as every layer is, or is not
            _name_module(entry)
        if layer in _UNGROUPED and config.get("groups") == 1:
            del config["groups"]
    if isinstance(entry, dict | list):
        for part in entry.values() if isinstance(entry, dict) else entry:
            mend_config(part)


def _name_module(operation: dict[str, Any]) -> None:
    name = operation["class_name"]
    for module in _OPERATIONS:
        if hasattr(import_module(module), name):
            operation.update(module=module, registered_name=name)
            return


def _take_out_of_list(config: dict[str, Any], name: str) -> None:
    """Say `x` where the configuration says `[x]`, the name of one tensor being itself a list that begins with text."""
    value = config.get(name)
    if isinstance(value, list) and len(value) == 1 and not isinstance(value[0], str):
        config[name] = value[0]


def _explain(fault: Exception) -> str:
    """Return the sentence of a fault that names its cause: Keras puts it last, below the whole configuration."""
    lines = [line.strip() for line in str(fault).splitlines() if line.strip()]
    causes = [line.removeprefix(_CAUSE) for line in lines if line.startswith(_CAUSE)]
    told = _ADVICE.sub("", [*causes[-1:], *lines, type(fault).__name__][0])
    return told if len(told) <= _LONGEST_REASON else told[:_LONGEST_REASON] + " ..."
