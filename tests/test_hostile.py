"""Pictures that break decoders, through the whole service: none breaks it, each refusal says why."""

import hashlib
import io
import os
import random
import tarfile
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from PIL import Image

from tests.mutants import mutate
from tests.pictures import RED, draw
from tests.running import RunningService
from tests.test_cost import picture as draw_kind

# Public pictures known to break decoders. They are not ours to publish, so they lie beside the repository.
COLLECTION = Path(__file__).parent.parent.parent / "shared" / "data" / "hostile.tar"
MEMORY_BYTES = 600 << 20
SAMPLE = 200
CLIENTS = 16
TIMEOUT_S = 120
REFUSALS = {413: "too_many_pixels", 415: "unsupported_format", 422: "undecodable"}


def drawn() -> dict[str, bytes]:
    """Return broken pictures made from a good one."""
    good = {kind: draw(RED, (80, 60), kind) for kind in ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "PPM")}
    cases = {f"{kind} cut at {part}": data[: len(data) * part // 8] for kind, data in good.items() for part in range(8)}
    for kind, data in good.items():
        for place in range(8, min(len(data), 120), 7):
            cases[f"{kind} with byte {place} changed"] = data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :]
    bomb = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(bomb, "PNG")
    return cases | {"a bomb": bomb.getvalue(), "zeros": bytes(5000), "one byte": b"\x89"}


def collected() -> dict[str, bytes]:
    if not COLLECTION.is_file():
        return {}
    with tarfile.open(COLLECTION) as archive:
        return {member.name: archive.extractfile(member).read() for member in archive if member.isfile()}  # type: ignore[union-attr]


def send(service: RunningService, route: str, name: str, picture: bytes) -> int:
    """Return the status of a request with a picture, which must be an answer or a clear refusal."""
    answer = service.session.post(f"{service.address}{route}", files={"image": (name, picture)}, timeout=60)
    if answer.status_code in REFUSALS:
        assert answer.json()["code"] == REFUSALS[answer.status_code], name
        assert len(answer.json()["detail"]) > 20, name
        assert "/" not in answer.json()["detail"], name
    else:
        assert answer.status_code in (200, 201), (name, answer.text)
    return answer.status_code


@pytest.mark.parametrize("pictures", [drawn, collected])
def test_no_picture_breaks_adding_searching_or_indexing(
    tmp_path: Path, pictures: Callable[[], dict[str, bytes]]
) -> None:
    cases, library, added = pictures(), tmp_path / "library", 0
    if not cases:
        pytest.skip(f"needs {COLLECTION.name} in shared/data beside the repository")
    library.mkdir()
    with RunningService(library, tmp_path / "data") as service:
        for number, (name, picture) in enumerate(cases.items()):
            found = send(service, "/v1/search", name, picture) == 200
            kept = send(service, "/v1/images?wait=20&replace=true", f"{number}.jpg", picture) in (200, 201)
            assert found == kept, name
            added += kept
        for number, picture in enumerate(cases.values()):
            (library / f"by-hand-{number}.jpg").write_bytes(picture)
        service.wait_until_indexed(added + len(cases))
        counts = service.counts()
        assert (counts["indexed"], counts["failed"]) == (2 * added, len(cases) - added)
        assert service.peak_memory_bytes() < MEMORY_BYTES


def test_no_damaged_picture_breaks_the_service_either(tmp_path: Path) -> None:
    """Some hundreds of mutants; `HOSTILE_MUTATIONS=20` takes every picture of the collection that many times."""
    times = int(os.environ.get("HOSTILE_MUTATIONS", "0"))
    mutants = list(mutate(collected() or drawn(), times or 1))
    if not times:
        mutants = random.Random(1).sample(mutants, min(SAMPLE, len(mutants)))
    outcomes, library = Counter[tuple[str, int]](), tmp_path / "library"
    library.mkdir()
    with RunningService(library, tmp_path / "data") as service:
        with ThreadPoolExecutor(CLIENTS) as clients:
            for found in clients.map(lambda mutant: send_everywhere(service, *mutant), mutants):
                outcomes.update(found)
        assert service.process.poll() is None
        assert [outcome for outcome in outcomes if outcome[1] >= 500] == [], outcomes
        peak_mb = service.peak_memory_bytes() / 2**20
    found = f"{len(mutants):,} mutants, peak {peak_mb:.0f} MiB, {sorted(outcomes.items())}"
    print(found)  # noqa: T201 - to be seen with `pytest -s`
    assert peak_mb < MEMORY_BYTES >> 20


def test_the_costliest_pictures_that_are_taken_keep_within_the_memory_together(tmp_path: Path) -> None:
    largest = {"webp": 14_700_000, "avif": 16_600_000, "png": 49_900_000, "progressive jpeg": 41_600_000}
    largest |= {"tiff": 49_900_000, "tiff in one strip": 29_400_000}
    pictures = [draw_kind(kind, (5000, pixels // 5000)) for kind, pixels in largest.items()]
    (tmp_path / "library").mkdir()
    with RunningService(tmp_path / "library", tmp_path / "data") as service:
        with ThreadPoolExecutor(2 * len(pictures)) as clients:
            outcomes = list(
                clients.map(lambda picture: send_everywhere(service, "large", picture), [*pictures, *pictures])
            )
        statuses = Counter(status for found in outcomes for _, status in found)
        peak_mb = service.peak_memory_bytes() / 2**20
    print(f"peak {peak_mb:.0f} MiB, {statuses}")  # noqa: T201 - to be seen with `pytest -s`
    assert statuses[200] + statuses[201] > 0
    assert statuses[413] == statuses[500] == 0
    assert peak_mb < MEMORY_BYTES >> 20


def send_everywhere(service: RunningService, name: str, picture: bytes) -> list[tuple[str, int]]:
    """Return the routes that take a picture, and the status of each when it is sent there and when it was added."""
    with requests.Session() as session:
        routes = {
            "/v1/search": {},
            "/v1/search?part": {"box": "[0.1, 0.1, 0.6, 0.6]"},
            "/v1/images?replace=true&wait=20": {"key": f"{name}.jpg"},
        }
        found = []
        for route, fields in routes.items():
            files = {"image": ("a.jpg", picture)}
            answer = session.post(f"{service.address}{route}", files=files, data=fields, timeout=TIMEOUT_S)
            found.append((route, answer.status_code))
        if answer.status_code in (200, 201):
            for link in ("file", "thumbnail"):
                shown = session.get(f"{service.address}{answer.json()[link]}", timeout=TIMEOUT_S)
                found.append((link, shown.status_code))
        digest = {"sha256": [hashlib.sha256(picture).hexdigest()]}
        checked = session.post(f"{service.address}/v1/images/check", json=digest, timeout=TIMEOUT_S)
        found.append(("check", checked.status_code))
    return found
