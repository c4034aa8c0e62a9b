"""Puts together what the views work with, as the settings say. Called by entry points only."""

from collections.abc import Callable
from threading import Event

from prometheus_client import REGISTRY, CollectorRegistry

from indexer.assembly import Parts
from indexer.progress import ProgressMeter
from indexer.settings import CORES, Settings
from model.runtime import Encoder
from service.context import Context, DecodingGate, Gate
from service.fetch import Fetcher, FetchLimits
from service.thumbnails import Thumbnails


def make_context(
    settings: Settings,
    parts: Parts,
    encoder: Encoder,
    wake: Callable[[], None],
    stopping: Event,
    cores: int = CORES,
    registry: CollectorRegistry = REGISTRY,
) -> Context:
    """Return what the views work with, decoding as many pictures at once as there are `cores` for this process.

    The data folder is made: with a server for the catalogue nobody else does so. Raises `OSError`."""
    settings.data_folder.mkdir(parents=True, exist_ok=True)
    limits = FetchLimits(
        max_bytes=settings.max_upload_bytes,
        timeout_s=settings.fetch_timeout_s,
        allowed_hosts=settings.fetch_hosts,
    )
    return Context(
        settings=settings,
        library=parts.library,
        catalogue=parts.catalogue,
        keeper=parts.keeper,
        encoder=encoder,
        side_by_side=encoder.alike(cores),
        fetcher=Fetcher(limits) if settings.fetch_urls else None,
        thumbnails=Thumbnails(settings.data_folder / "thumbnails", settings.max_pixels, settings.min_free_bytes),
        gate=DecodingGate(cores),
        meter=ProgressMeter(),
        wake=wake,
        waits=Gate(max(1, settings.threads // 2)),
        stopping=stopping,
        registry=registry,
    )
