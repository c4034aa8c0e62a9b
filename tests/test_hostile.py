"""Pictures that break decoders, through the whole service: none breaks it, each refusal says why."""

import hashlib
import io
import os
import random
import tarfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

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
SAMPLE = 120
CLIENTS = 16
TIMEOUT_S = 300
BUSY, VISITS = 503, 20
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
    answer = service.session.post(f"{service.address}{route}", files={"image": (name, picture)}, timeout=TIMEOUT_S)
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
            kept = send(service, "/v1/images?wait=60&replace=true", f"{number}.jpg", picture) in (200, 201)
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
    with running(tmp_path) as routes:
        outcomes = send_all(routes, mutants)
        assert routes.service.process.poll() is None
        peak_mb = routes.service.peak_memory_bytes() / 2**20
    found = f"{len(mutants):,} mutants, peak {peak_mb:.0f} MiB, {sorted(outcomes.items())}"
    print(found)  # noqa: T201 - to be seen with `pytest -s`
    assert [outcome for outcome in outcomes if outcome[1] >= 500 and outcome[1] != BUSY] == [], outcomes
    assert peak_mb < MEMORY_BYTES >> 20


def test_the_costliest_pictures_that_are_taken_keep_within_the_memory_together(tmp_path: Path) -> None:
    largest = {"webp": 14_700_000, "avif": 16_600_000, "png": 49_900_000, "progressive jpeg": 41_600_000}
    largest |= {"tiff": 49_900_000, "tiff in one strip": 29_400_000}
    pictures = [draw_kind(kind, (5000, pixels // 5000)) for kind, pixels in largest.items()]
    with running(tmp_path) as routes:
        outcomes = send_all(routes, [("large", picture) for picture in pictures])
        peak_mb = routes.service.peak_memory_bytes() / 2**20
    statuses = Counter[int]()
    for (_, status), times in outcomes.items():
        statuses[status] += times
    print(f"peak {peak_mb:.0f} MiB, {statuses}")  # noqa: T201 - to be seen with `pytest -s`
    assert statuses[200] + statuses[201] > 0
    assert statuses[413] == statuses[500] == 0
    assert peak_mb < MEMORY_BYTES >> 20


class Routes:
    """All routes of a service that take a picture, or give one back."""

    def __init__(self, service: RunningService, elsewhere: Path, port: int) -> None:
        self.service, self._elsewhere, self._port = service, elsewhere, port

    def send(self, name: str, picture: bytes) -> Counter[tuple[str, int]]:
        """Return the routes, and how often each answered with which status when the picture was sent there."""
        digest = hashlib.sha256(picture).hexdigest()
        (self._elsewhere / digest).write_bytes(picture)
        link, upload = {"url": f"http://localhost:{self._port}/{digest}"}, {"files": {"image": ("a.jpg", picture)}}
        with requests.Session() as session:
            visit = Visit(session, self.service.address)
            visit.post("/v1/search", **upload)
            visit.post("/v1/search", **upload, data={"box": "[0.1, 0.1, 0.6, 0.6]"})
            visit.post("/v1/search", json=link)
            visit.post("/v1/fetch", json=link)
            added = visit.post("/v1/images?replace=true&wait=60", **upload, data={"key": f"{name}.jpg"})
            visit.post("/v1/images?replace=true&wait=60", json={**link, "key": f"linked/{name}.jpg"})
            visit.post("/v1/images/check", json={"sha256": [digest]})
            if added.status_code in (200, 201):
                visit.get(added.json()["file"])
                visit.get(added.json()["thumbnail"])
        return visit.outcomes


class Visit:
    """Requests, and what they were answered with."""

    def __init__(self, session: requests.Session, address: str) -> None:
        self._session, self._address, self.outcomes = session, address, Counter[tuple[str, int]]()

    def get(self, route: str) -> None:
        answer = self._session.get(f"{self._address}{route}", timeout=TIMEOUT_S)
        self.outcomes[route.rpartition("/")[2].partition("?")[0], answer.status_code] += 1

    def post(self, route: str, **what: Any) -> requests.Response:
        """Return the answer; whoever is told that there is too much to do comes again when they were told to."""
        for _ in range(VISITS):
            answer = self._session.post(f"{self._address}{route}", timeout=TIMEOUT_S, **what)
            self.outcomes[route.partition("?")[0], answer.status_code] += 1
            if answer.status_code != BUSY:
                return answer
            time.sleep(float(answer.headers["Retry-After"]))
        raise TimeoutError(f"{route} was busy {VISITS} times")


@contextmanager
def running(folder: Path) -> Iterator[Routes]:
    """Give the routes of a service with an empty library, and a web server whose pictures it may fetch."""
    library, elsewhere = folder / "library", folder / "elsewhere"
    library.mkdir()
    elsewhere.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(elsewhere))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        flags = ("--fetch-hosts", f"localhost:{server.server_port}")
        with RunningService(library, folder / "data", *flags) as service:
            yield Routes(service, elsewhere, server.server_port)
        server.shutdown()


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


def send_all(routes: Routes, pictures: Iterable[tuple[str, bytes]]) -> Counter[tuple[str, int]]:
    with ThreadPoolExecutor(CLIENTS) as clients:
        return sum(clients.map(lambda picture: routes.send(*picture), pictures), Counter[tuple[str, int]]())
