"""How the service is: for people, for load balancers, for Prometheus."""

from typing import Any

from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest
from prometheus_client.core import GaugeMetricFamily

from indexer.room import require_room
from service.context import VERSION, context

status_routes = Blueprint("status", __name__)


@status_routes.get("/v1/status")
def show_status() -> dict[str, Any]:
    here = context()
    counts = here.catalogue.counts()
    pace = here.meter.measure(counts["indexed"] + counts["failed"], counts["pending"])
    return {
        "counts": {**counts, "total": sum(counts.values())},
        "rate_per_s": pace.rate_per_s,
        "time_left_s": pace.time_left_s,
        "model": here.encoder.version,
        "engine": here.catalogue.engine_name,
        "version": VERSION,
        "read_only": here.library.read_only,
    }


@status_routes.get("/health/live")
def show_live() -> dict[str, str]:
    return {"status": "live"}


@status_routes.get("/health/ready")
def show_ready() -> dict[str, str]:
    here = context()
    here.catalogue.get(["00000000-0000-0000-0000-000000000000"])
    require_room(here.settings.data_folder, here.settings.min_free_bytes)
    return {"status": "ready"}


@status_routes.get("/metrics")
def show_metrics() -> Response:
    pictures = GaugeMetricFamily("lookalike_pictures", "Pictures in the catalogue", labels=["state"])
    for state, count in context().catalogue.counts().items():
        pictures.add_metric([state], count)
    body = generate_latest(REGISTRY) + generate_latest(_Once(pictures))
    return Response(body, content_type=CONTENT_TYPE_LATEST)


class _Once:
    """A registry of one metric that is worked out when it is asked for."""

    def __init__(self, family: GaugeMetricFamily) -> None:
        self._family = family

    def collect(self) -> list[GaugeMetricFamily]:
        return [self._family]
