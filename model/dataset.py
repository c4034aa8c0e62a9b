"""Folders of pictures for training and testing: the folder below the root names the class."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from model.errors import DatasetError, ImageError, tell_fault
from model.header import begins_as_picture
from model.naming import is_hidden, promises_picture
from model.preprocess import load_pixels

Numbers = npt.NDArray[np.int64]
Pictures = npt.NDArray[np.uint8]

# Returns those of some pictures that are to be in a set.
Sift = Callable[[list[Path]], list[Path]]

UNLABELLED = -1
PARTS = ("train", "val", "test")

_LOOK_SIZE = 32  # what decodes so small does in any size, and takes half as long


@dataclass(frozen=True)
class PictureSet:
    """Pictures in the order of their paths.

    `labels` are indices into `classes`, or UNLABELLED for a picture that lies in no sub-folder.
    Pictures of one group are copies of one another; one that has no copies is a group of its own.
    """

    name: str
    paths: list[Path]
    classes: list[str]
    labels: Numbers
    groups: Numbers


def find_pictures(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder in a stable order, without hidden ones and links that lead out of it."""
    root = folder.resolve()
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not is_hidden(name))
        for name in sorted(files):
            path = Path(parent, name)
            if not is_hidden(name) and path.is_file() and path.resolve().is_relative_to(root):
                yield path


def read_set(folder: Path, groups: dict[str, int] | None = None, sift: Sift = list) -> PictureSet:
    """Return the pictures below a folder that `sift` lets through; texts, films and the like are left out before.

    Raises DatasetError when there are none.
    """
    paths = sift([path for path in find_pictures(folder) if _may_be_picture(path)]) if folder.is_dir() else []
    if not paths:
        raise DatasetError(f"{folder} is not a folder with pictures in it.")
    names = [_class_of(path.relative_to(folder)) for path in paths]
    classes = sorted({name for name in names if name is not None})
    labels = [UNLABELLED if name is None else classes.index(name) for name in names]
    return PictureSet(_name_of(folder), paths, classes, np.array(labels), _number_groups(paths, groups or {}))


def read_training_set(folder: Path, sift: Sift = list) -> PictureSet:
    """Return the pictures below `folder/train`, or below the folder itself where it has no such part."""
    part = folder / "train"
    return read_set(part if part.is_dir() else folder, sift=sift)


def forget_labels(pictures: PictureSet) -> PictureSet:
    """Return a set of which only the pictures count, not the folders that they lie in."""
    return replace(pictures, classes=[], labels=np.full_like(pictures.labels, UNLABELLED))


def keep_decodable(paths: list[Path], report: Callable[[str], None]) -> list[Path]:
    """Return the pictures that decode, in their order; `report` hears of each other one, and how many they are."""
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        faults = list(threads.map(_find_fault, paths))
    left_out = [f"{path}: {fault}" for path, fault in zip(paths, faults, strict=True) if fault]
    for line in left_out:
        report(line)
    if left_out:
        report(f"{len(left_out):,} of {len(paths):,} pictures left out")
    return [path for path, fault in zip(paths, faults, strict=True) if not fault]


def read_groups(path: Path) -> dict[str, int]:
    """Return each picture's group number, from tab-separated lines of `path` and `group` below a head line.

    Raises DatasetError when the file is missing or has another layout.
    """
    try:
        head, *lines = path.read_text("utf-8-sig").splitlines()  # some programs put a mark before the text
        rows = [line.split("\t") for line in lines if line]
        if head.split("\t") != ["path", "group"]:
            raise ValueError(f"its head line is {head!r}")
        return {name: int(np.int32(int(group))) for name, group in rows}
    except (OSError, ValueError, OverflowError) as fault:
        raise DatasetError(f"{path} is not a list of groups: {fault}.") from fault


def read_pixels(path: Path, size: int) -> Pictures:
    """Return a picture of a set as `load_pixels` does, uint8 (size, size, 3). Raises DatasetError, which names it."""
    try:
        return load_pixels(path, size)
    except ImageError as fault:
        raise DatasetError(f"{path}: {fault}") from fault


def _find_fault(path: Path) -> str | None:
    """Return why a picture does not decode, or None."""
    try:
        load_pixels(path, _LOOK_SIZE)
    except (ImageError, OSError) as fault:
        return tell_fault(fault)
    return None


def _may_be_picture(path: Path) -> bool:
    """Return whether a file is a picture by its name or, failing that, by its content."""
    if promises_picture(path.name):
        return True
    with path.open("rb") as file:
        return begins_as_picture(file.read(16))


def _name_of(folder: Path) -> str:
    """Return the folder's name, with the set's name before it where the folder is a part of a set."""
    folder = folder.resolve()
    return f"{folder.parent.name}/{folder.name}" if folder.name in PARTS else folder.name


def _class_of(path: Path) -> str | None:
    return path.parts[0] if len(path.parts) > 1 else None


def _number_groups(paths: list[Path], groups: dict[str, int]) -> Numbers:
    """Return a group for each path; lists name pictures by the end of their path, however long that is."""
    numbers = np.arange(len(paths)) + 1 + max(groups.values(), default=0)
    for place, path in enumerate(paths):
        parts = path.resolve().parts
        ends = ("/".join(parts[start:]) for start in range(len(parts)))
        numbers[place] = next((groups[end] for end in ends if end in groups), numbers[place])
    return numbers
