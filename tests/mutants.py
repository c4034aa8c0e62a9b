"""Pictures damaged by chance, but by the same chance every time."""

import random
from collections.abc import Callable, Iterator, Mapping

# Numbers that headers have at their edges.
_EDGES = (b"\x00", b"\xff", b"\x7f", b"\x80", b"\x00\x00", b"\xff\xff", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff")
_HEADER_BYTES = 256

Change = Callable[[random.Random, bytes], bytes]


def mutate(pictures: Mapping[str, bytes], times: int) -> Iterator[tuple[str, bytes]]:
    """Yield names and bytes: each picture `times` times, each time damaged in another way."""
    for name, data in pictures.items():
        for number in range(times):
            chance = random.Random(f"{name} {number}")
            damaged = data
            for _ in range(chance.choice((1, 1, 2, 8))):
                damaged = chance.choice(_CHANGES)(chance, damaged)
            yield f"{name}, mutant {number}", damaged


def _place(chance: random.Random, data: bytes) -> int:
    """Return a place in the data; every second time in its beginning, where headers stand."""
    return chance.randrange(max(1, min(len(data), chance.choice((_HEADER_BYTES, len(data))))))


def _flip(chance: random.Random, data: bytes) -> bytes:
    at = _place(chance, data)
    return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :] if data else data


def _overwrite(chance: random.Random, data: bytes) -> bytes:
    at, edge = _place(chance, data), chance.choice(_EDGES)
    return data[:at] + edge + data[at + len(edge) :]


def _scramble(chance: random.Random, data: bytes) -> bytes:
    at, count = _place(chance, data), chance.randrange(1, 64)
    return data[:at] + chance.randbytes(count) + data[at + count :]


def _cut(chance: random.Random, data: bytes) -> bytes:
    return data[: _place(chance, data)]


def _drop(chance: random.Random, data: bytes) -> bytes:
    at = _place(chance, data)
    return data[:at] + data[at + chance.randrange(1, 64) :]


def _repeat(chance: random.Random, data: bytes) -> bytes:
    at = _place(chance, data)
    part = data[at : at + chance.randrange(1, 1024)]
    return data[:at] + part * chance.randrange(2, 9) + data[at + len(part) :]


_CHANGES: tuple[Change, ...] = (_flip, _overwrite, _scramble, _cut, _drop, _repeat)
