"""Many clients at once, reading and writing: is every answer an answer, is anything lost, how much is done?

One process plays all of them with as little work of its own as it can, for it shares the cores with the service.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from time import monotonic, process_time

import numpy as np

from indexer.settings import CORES
from indexer.worker import Encoder
from tests.bench.limit import Limit, measure_limit
from tests.bench.searching import BOUNDARY
from tests.running import RunningService

CLIENTS = 200
PATIENCE_S = 60.0
BUSY = 503

Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Crowd:
    """What the crowd saw. `lost` are keys that were acknowledged and are not as they were left; `odd` what must not be.

    `searches_per_s` is of a time in which everybody searches, and nothing else; `client_ms` is what each search then
    took of the cores for the crowd itself, which the service does without.
    """

    size: int
    seconds: float
    limits: list[Limit] = field(default_factory=list)
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    took_ms: dict[str, list[float]] = field(default_factory=dict)
    odd: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    searches_per_s: float = 0.0
    client_ms: float = 0.0

    @property
    def limit_per_s(self) -> float:
        """The searches per second that decoding and the model alone would allow."""
        return fmean(limit.per_s for limit in self.limits)

    @property
    def together_per_s(self) -> float:
        """What threads reach that do nothing but decode and run the model, one a core."""
        return fmean(limit.together_per_s for limit in self.limits)

    def lines(self) -> list[str]:
        """Return the report."""
        spread = {kind: np.percentile(times, [50, 99]) for kind, times in sorted(self.took_ms.items())}
        return [
            f"{self.size} clients for {self.seconds:g} s: {sorted(self.statuses.items())}",
            *(
                f"{kind}: median {middle:.0f} ms, 99th percentile {worst:.0f} ms"
                for kind, (middle, worst) in spread.items()
            ),
            f"lost: {len(self.lost)}; answers that must not be: {self.odd[:3] or 'none'}",
            f"searching alone: {self.searches_per_s:.0f} per second, "
            f"{self.searches_per_s / self.limit_per_s:.0%} of the limit of {self.limit_per_s:.0f}; "
            f"threads that only decode and run the model reach {self.together_per_s:.0f}; "
            f"the clients took {self.client_ms:.2f} ms of a core for each search",
        ]


def measure_crowd(
    service: RunningService, pictures: Sequence[Path], encoder: Encoder, seconds: float, size: int = CLIENTS
) -> Crowd:
    """Return what the crowd sees in `seconds` of reading and writing, and then in as many of searching alone."""
    crowd = Crowd(size, seconds, limits=[measure_limit(pictures[:40], encoder, CORES)])
    data = [path.read_bytes() for path in pictures]
    clients = [Client(number, service.port, data, crowd) for number in range(size)]
    asyncio.run(_let_loose(clients, seconds, searching=False))
    service.wait_until_indexed(service.counts()["total"])
    known = set(service.listed_keys())
    crowd.lost = [key for client in clients for key in client.kept - known] + [
        key for client in clients for key in client.removed & known
    ]
    before, spent_s = crowd.statuses["search", 200], process_time()
    took_s = asyncio.run(_let_loose(clients, seconds, searching=True))
    found = crowd.statuses["search", 200] - before
    crowd.searches_per_s = found / took_s
    crowd.client_ms = (process_time() - spent_s) * 1000 / max(1, found)
    crowd.limits.append(measure_limit(pictures[:40], encoder, CORES))
    return crowd


async def _let_loose(clients: list["Client"], seconds: float, searching: bool) -> float:
    """Return how long it took: until the last answer came to what was asked for within `seconds`."""
    started = monotonic()
    await asyncio.gather(*(client.run(started + seconds, searching) for client in clients))
    return monotonic() - started


class Client:
    """One of the crowd: asks again as soon as it is answered, on a connection that is kept."""

    def __init__(self, number: int, port: int, pictures: Sequence[bytes], crowd: Crowd) -> None:
        self._number, self._port, self._pictures, self._crowd = number, port, pictures, crowd
        self._chance, self._added = random.Random(number), 0
        self._links: dict[str, str] = {}  # of the keys that were added: where the picture is
        self.kept: set[str] = set()
        self.removed: set[str] = set()

    async def run(self, ends: float, searching: bool) -> None:
        await self._connect()
        try:
            while monotonic() < ends:
                await self._search() if searching else await self._do_something()
        finally:
            await self._disconnect()

    async def _connect(self) -> None:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)

    async def _disconnect(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()

    async def _do_something(self) -> None:
        chance = self._chance.random()
        if chance < 0.15:
            await self._add()
        elif chance < 0.25 and self.kept:
            await self._remove()
        elif chance < 0.5:
            await self._ask("list", "GET", "/v1/images?limit=60")
        else:
            await self._search()

    async def _search(self) -> None:
        await self._ask("search", "POST", "/v1/search", self._chance.choice(self._pictures))

    async def _add(self) -> None:
        self._added += 1
        key = f"crowd-{self._number}-{self._added}.jpg"
        picture = self._chance.choice(self._pictures) + key.encode()  # other bytes, the same picture
        status, headers, _ = await self._ask("add", "POST", "/v1/images", picture, key)
        if status in (200, 201, 202):
            self.kept.add(key)
            self._links[key] = headers["location"]

    async def _remove(self) -> None:
        key = self._chance.choice(sorted(self.kept))
        self.kept.remove(key)
        status, _, _ = await self._ask("remove", "DELETE", self._links[key])
        if status == 204:
            self.removed.add(key)

    async def _ask(self, kind: str, method: str, path: str, picture: bytes | None = None, name: str = "q") -> Answer:
        started = monotonic()
        self._writer.write(_request(method, path, picture, name))
        answer = await asyncio.wait_for(_read_answer(self._reader), PATIENCE_S)
        self._crowd.took_ms.setdefault(kind, []).append((monotonic() - started) * 1000)
        self.note(kind, answer)
        if answer[1].get("connection") == "close":
            await self._disconnect()
            await self._connect()
        if answer[0] == BUSY:
            await asyncio.sleep(float(answer[1].get("retry-after", 0)))
        return answer

    def note(self, kind: str, answer: Answer) -> None:
        """Count an answer, and keep it where it is one that must not be."""
        status, headers, body = answer
        self._crowd.statuses[kind, status] += 1
        if status >= 400 and not (status == BUSY and "retry-after" in headers):
            self._crowd.odd.append(f"{kind}: {status} {body[:200]!r}")


def _request(method: str, path: str, picture: bytes | None, name: str) -> bytes:
    if picture is None:
        return f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    part = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="image"; filename="{name}"\r\n\r\n'.encode()
    body = part + picture + f"\r\n--{BOUNDARY}--\r\n".encode()
    kind = f"Content-Type: multipart/form-data; boundary={BOUNDARY}"
    return (
        f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    )


async def _read_answer(reader: asyncio.StreamReader) -> Answer:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return int(head[0].split()[1]), headers, body
