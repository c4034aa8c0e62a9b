"""Examples of answers, for `/openapi.json` and `/docs`."""

from service.answers import Found, Health, Page, Picture, Status, links
from service.questions import EXAMPLE_ID, EXAMPLE_SHA256

PICTURE: Picture = {
    "id": EXAMPLE_ID,
    "key": "cars/red-ferrari.jpg",
    "state": "indexed",
    "error": None,
    "label": "cars",
    "tags": ["red", "old"],
    "added_at": "2026-01-31T12:00:00.000000+00:00",
    "sha256": EXAMPLE_SHA256,
    "size": 183_204,
    "width": 1600,
    "height": 1067,
    "format": "JPEG",
    "model": "lookalike-64",
    **links(EXAMPLE_ID, EXAMPLE_SHA256),  # type: ignore[typeddict-item]
}

FOUND: Found = {
    "hits": [
        {
            "id": EXAMPLE_ID,
            "key": "cars/red-ferrari.jpg",
            "score": 0.8731,
            "verdict": "very close",
            "width": 1600,
            "height": 1067,
            "label": "cars",
            "tags": ["red", "old"],
            **links(EXAMPLE_ID, EXAMPLE_SHA256),  # type: ignore[typeddict-item]
        }
    ],
    "anything_similar": True,
    "model": "lookalike-64",
    "took_ms": {"receive": 0.21, "wait": 0.01, "decode": 4.52, "embed": 6.81, "search": 1.53, "describe": 0.34},
}

PAGE: Page = {"images": [PICTURE], "next_cursor": None}

STATUS: Status = {
    "counts": {"pending": 120, "indexed": 2380, "failed": 0, "total": 2500},
    "rate_per_s": 102.0,
    "time_left_s": 1.2,
    "model": "lookalike-64",
    "engine": "edge",
    "version": "0.2.0",
    "read_only": False,
}

READY: Health = {"status": "ready", "checks": dict.fromkeys(("accepting", "model", "engine", "disk"), "ok")}
