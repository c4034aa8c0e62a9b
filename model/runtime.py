"""Pixels become unit vectors: a pool of LiteRT interpreters, each for one caller at a time."""

import os
import queue
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from copy import copy
from threading import Semaphore

import numpy as np
import numpy.typing as npt
from ai_edge_litert.interpreter import Interpreter

from model import VECTOR_SIZE
from model.artifact import Artifact
from model.errors import ArtifactError
from model.verdicts import judge

Pictures = npt.NDArray[np.uint8]
Vectors = npt.NDArray[np.float32]


class InterpreterPool:
    """Runs a LiteRT network that takes one uint8 picture and gives one row of float32, from any thread.

    An interpreter serves one caller at a time and releases the GIL while it computes, so as many
    pictures as there are interpreters are computed side by side.
    """

    def __init__(self, content: bytes, interpreters: int, threads_each: int = 1) -> None:
        """Raises ArtifactError when LiteRT cannot run the network or it takes and gives something else."""
        self._content = content
        self._set_up(interpreters, threads_each)
        with self._borrowed() as interpreter:
            picture, row = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
        if (picture["dtype"], row["dtype"]) != (np.uint8, np.float32):
            raise ArtifactError(f"The network goes from {picture['dtype']} to {row['dtype']}.")
        self._input, self._output = picture["index"], row["index"]  # to ask each time takes longer than to hand over
        self.picture_shape = tuple(int(length) for length in picture["shape"][1:])
        self.width = int(row["shape"][-1])

    def _set_up(self, interpreters: int, threads_each: int) -> None:
        self._threads_each, self._places = threads_each, Semaphore(interpreters)
        self._idle: queue.LifoQueue[Interpreter] = queue.LifoQueue()
        self._threads = ThreadPoolExecutor(interpreters, thread_name_prefix="encoder")

    def alike(self, interpreters: int, threads_each: int) -> "InterpreterPool":
        """Return another pool for the same network, which takes no memory until it is used."""
        other = copy(self)
        other._set_up(interpreters, threads_each)
        return other

    def compute(self, pictures: Pictures) -> Vectors:
        """Return what the network gives, float32 (N, width), for pictures, uint8 (N, *picture_shape).

        N may be 0. Raises ValueError for pictures of another shape or type.
        """
        if pictures.dtype != np.uint8 or pictures.shape[1:] != self.picture_shape:
            raise ValueError(f"pictures are {pictures.dtype} {pictures.shape}, not uint8 (N, {self.picture_shape})")
        if len(pictures) < 2:  # the one picture of a search needs no second thread
            rows = [self._compute_one(picture) for picture in pictures]
        else:
            rows = list(self._threads.map(self._compute_one, pictures))
        return np.array(rows, np.float32).reshape(-1, self.width)

    def _compute_one(self, picture: Pictures) -> Vectors:
        with self._borrowed() as interpreter:
            interpreter.set_tensor(self._input, picture[np.newaxis])
            interpreter.invoke()
            rows: Vectors = interpreter.get_tensor(self._output)
            return rows.reshape(-1)

    @contextmanager
    def _borrowed(self) -> Iterator[Interpreter]:
        """Lend an interpreter; it is made when it is first needed, for each holds the weights anew, some 20 MB."""
        with self._places:
            try:
                interpreter = self._idle.get_nowait()
            except queue.Empty:
                interpreter = _make_interpreter(self._content, self._threads_each)
            yield interpreter
            self._idle.put(interpreter)


class Encoder:
    """Turns pictures into the vectors that an artifact stands for, from any number of threads at once.

    Make it after forking: interpreters own threads and buffers that a child process lacks.
    """

    def __init__(self, artifact: Artifact, interpreters: int = os.cpu_count() or 1, threads_each: int = 1) -> None:
        """`interpreters` pictures are computed at once, each by `threads_each` threads: several make one picture
        quicker, one makes many pictures quicker.

        Raises ArtifactError when the file does not run or does not do what its card says."""
        self.size = artifact.card.input_size
        self.version = artifact.card.version
        self._thresholds = artifact.card.thresholds
        self._pool = InterpreterPool(artifact.content, interpreters, threads_each)
        found = (self._pool.picture_shape, self._pool.width)
        expected = ((self.size, self.size, 3), VECTOR_SIZE)
        if found != expected:
            raise ArtifactError(f"{artifact.path} has the shapes {found}; its card says {expected}.")

    def alike(self, interpreters: int, threads_each: int = 1) -> "Encoder":
        """Return another encoder for the same artifact, which takes no memory until it is used."""
        other = copy(self)
        other._pool = self._pool.alike(interpreters, threads_each)
        return other

    def encode(self, pictures: Pictures) -> Vectors:
        """Return unit-length vectors, float32 (N, 64), for RGB pictures, uint8 (N, size, size, 3).

        N may be 0. Raises ValueError for pictures of another shape or type.
        """
        return normalise(self._pool.compute(pictures))

    def judge(self, score: float) -> str | None:
        """Return what a hit with this cosine is called, or None where the model's card has no thresholds."""
        return judge(self._thresholds, score)


def normalise(vectors: Vectors) -> Vectors:
    """Return the rows at unit length, float32 of the same shape.

    A row of zeros, in which a ReLU has put out everything, has no direction; it gets the same number everywhere, so
    that it is found again, by what looks as empty to the network.
    """
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not lengths.all():
        vectors = np.where(lengths > 0, vectors, np.float32(1))
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Vectors = (vectors / lengths).astype(np.float32)
    return scaled


def _make_interpreter(content: bytes, threads: int) -> Interpreter:
    try:
        interpreter = Interpreter(model_content=content, num_threads=threads)
        interpreter.allocate_tensors()
        interpreter.invoke()  # the first time takes several times as long: not in somebody's search
    except (ValueError, RuntimeError) as fault:
        raise ArtifactError(f"The model file does not run: {fault}.") from fault
    return interpreter
