"""The figures as Markdown tables, which read well in a terminal too."""

from collections.abc import Iterable, Iterator, Sequence

from tests.bench.indexing import Indexing
from tests.bench.machine import Machine, Memory
from tests.bench.marks import judge
from tests.bench.pictures import SIZES
from tests.bench.plan import Figures
from tests.bench.scale import Scale
from tests.bench.searching import Latency, Spread

_SIZES = " and ".join(f"{width}x{height}" for width, height in SIZES)

_SCALE_HEAD = (
    "engine",
    "points",
    "load s",
    "points/s",
    "then busy s",
    "open s",
    "memory MB",
    "without files",
    "disk MB",
)

_ASKED_HEAD = ("engine", "searched", "ms, median / 95th percentile", "of the 30 nearest found")

NO_TENSORFLOW = "The old demo was not measured: TensorFlow is not installed (`make bench` installs it)."

NO_SERVER = "Workers were not measured: no Qdrant server (QDRANT_URL says where one is)."

_SEARCH_HEAD = ("search by", "points", "whole", "decode", "model", "engine", "rest", "outside decode and model")

_BESIDE_HEAD = ("one search at a time", "points", "ms", "start s", "memory MB", "of it files", "peak MB")


def render(figures: Figures) -> str:
    """Return the whole report."""
    return "\n".join(_sections(figures))


def _sections(figures: Figures) -> Iterator[str]:
    yield _describe(figures.machine)
    yield f"Model {figures.model}; {figures.indexing.pictures:,} distinct JPEG pictures, {_SIZES} in turn.\n"
    yield table(("pictures", "decode ms", "model ms", "per second", "of the limit"), _indexing_rows(figures.indexing))
    yield "Milliseconds, median / 95th percentile, over HTTP on one connection, every search with another picture:\n"
    yield table(_SEARCH_HEAD, [*_search_rows("upload", figures.uploads), *_search_rows("id", figures.stored)])
    yield table(_BESIDE_HEAD, _beside_rows(figures))
    if not figures.old_ways:
        yield NO_TENSORFLOW + "\n"
    if figures.workers:
        rows = [(f"{found.workers}", f"{found.per_s:.0f}") for found in figures.workers]
        yield table(("workers on a Qdrant server, one thread each", "pictures per second"), rows)
    else:
        yield NO_SERVER + "\n"
    yield table(("mark", "asked for", "measured", ""), [mark.cells() for mark in judge(figures)])


def render_scale(machine: Machine, found: Sequence[Scale]) -> str:
    """Return the report of the scale part."""
    sizes, answers = table(_SCALE_HEAD, map(_scale_row, found)), table(_ASKED_HEAD, _asked_rows(found))
    return "\n".join([_describe(machine), sizes, answers])


def _scale_row(scale: Scale) -> Sequence[str]:
    sizes = ("?" if size is None else f"{size / 1e6:,.0f}" for size in (*scale.memory_bytes, scale.disk_bytes))
    times = f"{scale.load_s:.0f}", f"{scale.points / scale.load_s:,.0f}", f"{scale.settle_s:.0f}", f"{scale.open_s:.1f}"
    return scale.engine, f"{scale.points:,}", *times, *sizes


def _asked_rows(found: Sequence[Scale]) -> Iterator[Sequence[str]]:
    for scale in found:
        for asked in scale.searched:
            yield scale.engine, asked.says, _both(asked.times), f"{asked.recall:.3f}"


def _describe(machine: Machine) -> str:
    libraries = ", ".join(f"{name} {version}" for name, version in machine.libraries.items())
    return (
        f"{machine.cores} cores ({machine.cpu}), {machine.system}, Python {machine.python}, {libraries}; "
        f"load average at the start {machine.load:.2f}\n"
    )


def _indexing_rows(indexing: Indexing) -> Iterator[Sequence[str]]:
    limit = indexing.limit
    name = f"the limit: one thread alone, times {limit.cores} cores"
    yield name, f"{limit.decode_ms:.1f}", f"{limit.model_ms:.1f}", f"{limit.per_s:.0f}", _percent(1)
    together = limit.together_per_s
    yield f"{limit.cores} threads at once", "", "", f"{together:.0f}", _percent(together / limit.per_s)
    yield "indexing, from file to searchable", "", "", f"{indexing.per_s:.0f}", _percent(indexing.share)


def _search_rows(by: str, latencies: Sequence[Latency]) -> Iterator[Sequence[str]]:
    for found in latencies:
        stages = (found.whole, found.decode, found.model, found.engine, found.rest, found.outside)
        yield by, f"{found.points:,}", *(_both(spread) for spread in stages)


def _beside_rows(figures: Figures) -> Iterator[Sequence[str]]:
    own = (f"{figures.start_s:.2f}", *_megabytes(figures.memory))
    for found in figures.uploads:
        known = own if found.points == figures.middle else [""] * len(own)
        yield "Lookalike, over HTTP", f"{found.points:,}", _both(found.whole), *known
    for old in figures.old_ways:
        known = (f"{old.start_s:.2f}", *_megabytes(old.memory))
        yield "the old demo, without HTTP", f"{old.points:,}", _both(old.whole), *known


def _both(spread: Spread | None) -> str:
    return "" if spread is None else f"{spread.p50:.1f} / {spread.p95:.1f}"


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"


def _megabytes(memory: Memory | None) -> Sequence[str]:
    if memory is None:
        return "?", "?", "?"
    return [f"{size / 1e6:.0f}" for size in (memory.resident_bytes, memory.file_bytes, memory.peak_bytes)]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table whose first column is aligned to the left and whose others are to the right."""
    cells = [head, *rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    lines = [_line(row, widths) for row in (head, rule, *cells[1:])]
    return "\n".join(lines) + "\n"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(cells, widths, strict=True)
    padded = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
    return f"| {' | '.join(padded)} |"
