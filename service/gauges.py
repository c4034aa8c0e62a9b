"""What is measured when Prometheus asks, and all metrics as text. The README's table says what each means."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime

from prometheus_client import generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from indexer.engine import EngineError
from indexer.room import free_bytes
from service.context import VERSION, Context


def write_metrics(here: Context) -> bytes:
    """Return all metrics in Prometheus' text format. What the engine does not tell is left out."""
    return generate_latest(here.registry) + generate_latest(_Measured(here))


class _Measured:
    """A registry of what is measured when somebody asks: nothing of it costs anything in between."""

    def __init__(self, here: Context) -> None:
        self._here = here

    def collect(self) -> Iterator[Metric]:
        for measure in (_build, _disk, _pictures, _queue):
            with suppress(EngineError, OSError):
                yield from measure(self._here)


def _build(here: Context) -> list[Metric]:
    info = GaugeMetricFamily("lookalike_info", "What runs here", labels=["version", "model", "engine"])
    info.add_metric([VERSION, here.encoder.version, here.catalogue.engine_name], 1)
    return [info]


def _disk(here: Context) -> list[Metric]:
    free = GaugeMetricFamily("lookalike_disk_free_bytes", "Free space on the disk of a folder", labels=["folder"])
    for name, folder in (("library", here.library.folder), ("data", here.settings.data_folder)):
        if folder:
            free.add_metric([name], free_bytes(folder))
    return [free]


def _pictures(here: Context) -> list[Metric]:
    pictures = GaugeMetricFamily("lookalike_pictures", "Pictures in the catalogue", labels=["state"])
    for state, count in here.catalogue.counts().items():
        pictures.add_metric([state], count)
    return [pictures]


def _queue(here: Context) -> list[Metric]:
    oldest = here.catalogue.oldest_pending()
    age_s = max(0.0, (datetime.now(UTC) - oldest).total_seconds()) if oldest else 0.0
    says = "How long the oldest pending picture has waited"
    return [GaugeMetricFamily("lookalike_queue_oldest_seconds", says, value=age_s)]
