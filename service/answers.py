"""What goes out as JSON: records and hits."""

from typing import Any

from indexer.catalogue import Hit
from indexer.record import Record


def links(picture_id: str, sha256: str | None) -> dict[str, str]:
    """Return the addresses of a picture's bytes; they change with the bytes, so that they can be cached for ever."""
    base = f"/v1/images/{picture_id}"
    version = f"?v={sha256[:16]}" if sha256 else ""
    return {"file": f"{base}/file{version}", "thumbnail": f"{base}/thumbnail{version}"}


def describe(record: Record) -> dict[str, Any]:
    """Return all that clients are told of a picture."""
    return {
        "id": record.id,
        "key": record.key,
        "state": record.state,
        "error": record.error,
        "label": record.label,
        "tags": list(record.tags),
        "added_at": record.added_at.isoformat(timespec="microseconds"),
        "sha256": record.sha256,
        "size": record.size,
        "width": record.width,
        "height": record.height,
        "format": record.format,
        "model": record.model,
        **links(record.id, record.sha256),
    }


def describe_hit(hit: Hit) -> dict[str, Any]:
    """Return what clients are told of a picture that was found."""
    record = hit.record
    return {
        "id": hit.id,
        "key": record.key,
        "score": round(max(-1.0, min(1.0, hit.score)), 4),
        "width": record.width,
        "height": record.height,
        "label": record.label,
        "tags": list(record.tags),
        **links(hit.id, record.sha256),
    }
