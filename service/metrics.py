"""What is counted and timed, for Prometheus."""

from prometheus_client import Counter, Histogram

REQUESTS = Counter("lookalike_requests_total", "Requests answered", ["route", "status"])
STAGE_SECONDS = Histogram(
    "lookalike_stage_seconds",
    "Time spent in one stage of a search",
    ["stage"],
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
)
