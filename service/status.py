"""How the service is: for people, for load balancers, for Prometheus."""

from typing import Any

from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_LATEST

from service.context import VERSION, context
from service.gauges import write_metrics

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
def show_ready() -> dict[str, Any]:
    return {"status": "ready", "checks": context().readiness.examine()}


@status_routes.get("/metrics")
def show_metrics() -> Response:
    return Response(write_metrics(context()), content_type=CONTENT_TYPE_LATEST)
