"""Ready means that a search would work now."""

from pathlib import Path
from threading import Event

import numpy as np
import numpy.typing as npt
import pytest

from indexer.assembly import Parts, open_encoder
from indexer.catalogue import Catalogue, ModelMismatchError
from indexer.engine import EngineError, EngineUnavailableError, Point
from indexer.settings import Settings
from service.assembly import make_context
from service.readiness import NotReadyError, Readiness
from tests.conftest import House
from tests.fakes import ColourEncoder


class Broken(ColourEncoder):
    """A model that is loaded and does not compute."""

    def encode(self, pictures: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        raise RuntimeError(f"no {len(pictures)}")


class Sick(ColourEncoder):
    def encode(self, pictures: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        return np.full((len(pictures), 64), np.nan, np.float32)


class Engine:
    """An engine that only answers once it may, and then as it was told."""

    name = "fake"

    def __init__(self, error: Exception | None = None) -> None:
        self.error, self.may_answer, self.asked = error, Event(), 0
        self.may_answer.set()

    def retrieve(self, *_: object) -> list[Point]:
        self.asked += 1
        self.may_answer.wait(20)
        if self.error:
            raise self.error
        return []


def readiness(folder: Path, engine: Engine | None = None, **others: object) -> Readiness:
    catalogue = Catalogue(engine or Engine())  # type: ignore[arg-type]
    given = {"encoder": ColourEncoder(), "folders": [folder], "min_free_bytes": 0, "stopping": Event()} | others
    return Readiness(catalogue=catalogue, **given)  # type: ignore[arg-type]


def failing(found: Readiness) -> dict[str, str]:
    with pytest.raises(NotReadyError) as caught:
        found.examine()
    return {name: says for name, says in caught.value.checks.items() if says != "ok"}


def test_all_is_well_on_the_real_engine(house: House) -> None:
    found = Readiness(ColourEncoder(), house.catalogue, [house.root, house.data], 0, Event())
    assert set(found.examine().values()) == {"ok"}


def test_the_data_folder_is_there_from_the_first_start_on(house: House, tmp_path: Path) -> None:
    settings = Settings(library=house.root, data=tmp_path / "new" / "data", min_free_mb=0)
    parts = Parts(house.library, house.catalogue, house.keeper, house.synchroniser)
    made = make_context(settings, parts, open_encoder(settings), Event().set, Event())
    assert set(made.readiness.examine().values()) == {"ok"}


def test_a_model_that_does_not_compute_is_not_ready(tmp_path: Path) -> None:
    assert failing(readiness(tmp_path, encoder=Broken())) == {"model": "does not run (RuntimeError)"}
    assert failing(readiness(tmp_path, encoder=Sick())) == {"model": "gives no numbers"}


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (EngineUnavailableError("http://key@qdrant:6333 does not answer"), "does not answer"),
        (EngineError("key is no key"), "refuses (EngineError)"),
        (ModelMismatchError(3, "another"), "has vectors of another model"),
    ],
)
def test_what_is_wrong_with_the_engine_is_told_without_its_address(tmp_path: Path, error: Exception, says: str) -> None:
    assert failing(readiness(tmp_path, Engine(error))) == {"engine": says}


def test_an_engine_that_hangs_is_not_waited_for_and_asked_only_once(tmp_path: Path) -> None:
    engine = Engine()
    engine.may_answer.clear()
    found = readiness(tmp_path, engine, engine_wait_s=0.02)
    for _ in range(5):
        assert failing(found) == {"engine": "does not answer within 0.02 s"}
    assert engine.asked == 1
    engine.may_answer.set()
    while "engine" in failing_or_none(found):
        pass


def failing_or_none(found: Readiness) -> dict[str, str]:
    try:
        found.examine()
    except NotReadyError as error:
        return error.checks
    return {}


def test_a_full_or_missing_disk_is_not_ready(tmp_path: Path) -> None:
    assert "less than" in failing(readiness(tmp_path, min_free_bytes=1 << 60))["disk"]
    assert "cannot be looked at" in failing(readiness(tmp_path / "gone"))["disk"]


def test_a_service_that_was_told_to_stop_is_not_ready(tmp_path: Path) -> None:
    stopping = Event()
    found = readiness(tmp_path, stopping=stopping)
    found.examine()
    stopping.set()
    assert failing(found) == {"accepting": "told to stop"}
