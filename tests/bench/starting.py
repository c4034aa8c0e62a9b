"""The time from starting the service to its first answer."""

from pathlib import Path
from time import perf_counter

from tests.bench.corpus import Corpus
from tests.bench.searching import SearchClient
from tests.running import RunningService

# Starting compares nothing: the folder and the catalogue agree, and following the folder is not what is measured.
FLAGS = ("--watch", "no")


def open_service(corpus: Corpus) -> RunningService:
    """Return the service on the corpus, as a process of its own."""
    return RunningService(corpus.library, corpus.data, *FLAGS)


def measure_start(corpus: Corpus, picture: Path) -> float:
    """Return the seconds from the start of the process to its answer to a search by upload."""
    data = picture.read_bytes()
    started = perf_counter()
    with open_service(corpus) as service:
        client = SearchClient(service.port)
        client.search_upload(data)
        seconds = perf_counter() - started
        client.close()
    return seconds
