"""What a collection on a Qdrant server is made with, and what one that exists has otherwise than was asked for.

What is not said is left to the server, whose own configuration has a say in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from qdrant_client import models

from indexer.engine import PAGE, VECTOR_NAME, EngineError


class CollectionDiffersError(EngineError):
    def __init__(self, name: str, differences: list[str]) -> None:
        super().__init__(
            f"the collection {name} is not as it is set: {'; '.join(differences)}. It was made otherwise: change the "
            "setting, change the collection on the server, or take another LOOKALIKE_COLLECTION, which is indexed anew"
        )


@dataclass(frozen=True, slots=True)
class Shape:
    """How a collection lies on the server; None where the server decides.

    `write_consistency` is how many replicas must have a write before it counts; those that have it not are not asked
    any more. `strict` lets the server refuse what nobody here asks for: filters without an index, and batches larger
    than ours.
    """

    shards: int | None = None
    replicas: int | None = None
    write_consistency: int | None = None
    vectors_on_disk: bool | None = None
    payload_on_disk: bool | None = None
    quantization: str | None = None
    strict: bool | None = None
    max_points: int | None = None

    def arguments(self, vector_size: int) -> dict[str, Any]:
        """Return the arguments of a client's `create_collection`."""
        vectors = models.VectorParams(size=vector_size, distance=models.Distance.COSINE, on_disk=self.vectors_on_disk)
        return {
            "vectors_config": {VECTOR_NAME: vectors},
            "shard_number": self.shards,
            "replication_factor": self.replicas,
            "write_consistency_factor": self.write_consistency,
            "on_disk_payload": self.payload_on_disk,
            "quantization_config": _QUANTIZATIONS.get(self.quantization or "none"),
            "strict_mode_config": self._limits,
        }

    def differences(self, found: models.CollectionConfig, vector_size: int) -> list[str]:
        """Return, each in a few words, what a collection has otherwise than it would be made with."""
        return [
            f"{name} {_shown(has)} instead of {_shown(wanted)}"
            for name, has, wanted in self._compared(found, vector_size)
            if wanted is not None and has != wanted
        ]

    @property
    def _limits(self) -> models.StrictModeConfig | None:
        if self.strict is None and self.max_points is None:
            return None
        return models.StrictModeConfig(
            enabled=True,
            unindexed_filtering_retrieve=False if self.strict else None,
            upsert_max_batchsize=PAGE if self.strict else None,
            max_points_count=self.max_points,
        )

    def _compared(self, found: models.CollectionConfig, vector_size: int) -> Iterator[tuple[str, Any, Any]]:
        params = found.params
        vectors = params.vectors.get(VECTOR_NAME) if isinstance(params.vectors, dict) else None
        yield f"vectors called {VECTOR_NAME} of size", vectors and vectors.size, vector_size
        yield "distance", vectors and vectors.distance, models.Distance.COSINE
        yield "QDRANT_SHARDS", params.shard_number, self.shards
        yield "QDRANT_REPLICAS", params.replication_factor, self.replicas
        yield "QDRANT_WRITE_CONSISTENCY", params.write_consistency_factor, self.write_consistency
        yield "QDRANT_VECTORS_ON_DISK", bool(vectors and vectors.on_disk), self.vectors_on_disk
        yield "QDRANT_PAYLOAD_ON_DISK", bool(params.on_disk_payload), self.payload_on_disk
        yield "QDRANT_QUANTIZATION", _quantization_of(found), self.quantization
        strict = found.strict_mode_config
        limits = strict if strict is not None and strict.enabled else None
        yield "QDRANT_STRICT", bool(limits and limits.unindexed_filtering_retrieve is False), self.strict
        yield "QDRANT_MAX_POINTS", limits and limits.max_points_count, self.max_points


_QUANTIZATIONS = {
    "scalar": models.ScalarQuantization(
        scalar=models.ScalarQuantizationConfig(type=models.ScalarType.INT8, always_ram=True)
    ),
    "binary": models.BinaryQuantization(binary=models.BinaryQuantizationConfig(always_ram=True)),
}


def _quantization_of(found: models.CollectionConfig) -> str:
    kinds = {models.ScalarQuantization: "scalar", models.BinaryQuantization: "binary", type(None): "none"}
    return kinds.get(type(found.quantization_config), "another")


def _shown(value: Any) -> str:
    words = {True: "yes", False: "no", None: "none"}
    return words[value] if value is None or isinstance(value, bool) else str(value)
