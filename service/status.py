"""How the service is: for people, for load balancers, for Prometheus."""

from typing import Any

from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_LATEST

from service.answers import Health, Status
from service.context import VERSION, context
from service.gauges import write_metrics
from service.operations import Answer, Operation, documented
from service.readiness import NotReadyError
from service.samples import READY, STATUS

status_routes = Blueprint("status", __name__)


@status_routes.get("/v1/status")
@documented(Operation({200: Answer("How it is.", Status, STATUS)}, tag="service"))
def show_status() -> dict[str, Any]:
    """Ask how many pictures there are and how indexing goes."""
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
@documented(Operation({200: Answer("It is.", Health, {"status": "live"})}, tag="service", lenient=True))
def show_live() -> dict[str, str]:
    """Ask whether the service is alive."""
    return {"status": "live"}


@status_routes.get("/health/ready")
@documented(Operation({200: Answer("It is.", Health, READY)}, (NotReadyError,), tag="service", lenient=True))
def show_ready() -> dict[str, Any]:
    """Ask whether the service can take requests."""
    return {"status": "ready", "checks": context().readiness.examine()}


@status_routes.get("/metrics")
@documented(
    Operation(
        {200: Answer("In the text format of Prometheus.", media_types=("text/plain",))}, tag="service", lenient=True
    )
)
def show_metrics() -> Response:
    """Read the metrics."""
    return Response(write_metrics(context()), content_type=CONTENT_TYPE_LATEST)
