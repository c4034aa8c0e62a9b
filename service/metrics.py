"""What the service counts and times, for Prometheus. `gauges` adds what is measured when somebody asks."""

from prometheus_client import Counter, Gauge, Histogram

from indexer.metrics import QUICK

REQUESTS = Counter("lookalike_requests_total", "Requests answered", ["method", "route", "status"])
REQUEST_SECONDS = Histogram(
    "lookalike_request_duration_seconds", "Time until an answer was handed over", ["route"], buckets=(*QUICK, 30, 60)
)
REQUESTS_IN_FLIGHT = Gauge("lookalike_requests_in_flight", "Requests being answered", multiprocess_mode="livesum")
STAGE_SECONDS = Histogram(
    "lookalike_stage_duration_seconds", "Time spent in one stage of a request", ["stage"], buckets=QUICK
)
THUMBNAILS = Counter("lookalike_thumbnails_total", "Thumbnails sent, kept already or drawn for it", ["cache"])
FETCHES = Counter("lookalike_fetches_total", "Pictures fetched by URL", ["outcome"])

GATE_PLACES = Gauge("lookalike_gate_places", "Pictures that may be decoded at once", multiprocess_mode="livesum")
GATE_BUSY = Gauge("lookalike_gate_busy", "Pictures being decoded for a request", multiprocess_mode="livesum")
GATE_WAITING = Gauge("lookalike_gate_waiting", "Requests that wait to decode a picture", multiprocess_mode="livesum")

for _cache in ("hit", "miss"):
    THUMBNAILS.labels(_cache)
