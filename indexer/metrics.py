"""What the indexer counts and times, for Prometheus."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from prometheus_client import Counter, Histogram, disable_created_metrics

disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series beside each, which nobody draws

# From a quick search to a slow server, in seconds.
QUICK = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

PICTURES_DONE = Counter(
    "lookalike_pictures_done_total", "Pictures that the worker in this process is done with", ["outcome"]
)
ENGINE_SECONDS = Histogram(
    "lookalike_engine_call_duration_seconds", "Time that one call to the engine took", ["call"], buckets=QUICK
)
ENGINE_ERRORS = Counter("lookalike_engine_errors_total", "Calls to the engine that failed", ["call"])

for _outcome in ("indexed", "failed", "gone"):
    PICTURES_DONE.labels(_outcome)


@contextmanager
def timing_engine(call: str) -> Iterator[None]:
    """Count and time a call to the engine."""
    started_s = perf_counter()
    try:
        yield
    except Exception:
        ENGINE_ERRORS.labels(call).inc()
        raise
    finally:
        ENGINE_SECONDS.labels(call).observe(perf_counter() - started_s)
