import io
from threading import Event, Thread

from rich.console import Console

from indexer.console import ProgressDisplay, describe_pace
from indexer.progress import WINDOW_S, Pace, ProgressMeter
from tests.conftest import House
from tests.fakes import Clock
from tests.pictures import RED, draw


def test_the_pace_is_what_was_done_in_the_time_that_passed() -> None:
    clock = Clock()
    meter = ProgressMeter(clock)
    assert meter.measure(done=100, pending=60) == Pace(None, None)
    clock.now = 2.0
    assert meter.measure(done=140, pending=20) == Pace(20.0, 1.0)


def test_only_the_last_seconds_count() -> None:
    clock = Clock()
    meter = ProgressMeter(clock)
    for second in range(int(WINDOW_S) + 10):
        clock.now = float(second)
        pace = meter.measure(done=1000 if second < 10 else 1000 + (second - 9) * 5, pending=10)
    assert pace.rate_per_s == 5.0


def test_nothing_pending_or_nothing_done_has_no_pace() -> None:
    clock = Clock()
    meter = ProgressMeter(clock)
    meter.measure(done=5, pending=5)
    clock.now = 1.0
    assert meter.measure(done=5, pending=5) == Pace(None, None)
    assert meter.measure(done=10, pending=0) == Pace(None, None)


def test_the_pace_reads_well() -> None:
    assert describe_pace(Pace(12.4, 125.2), failed=3) == "12/s  2:05 left  3 failed"
    assert describe_pace(Pace(None, None), failed=0) == "0 failed"


def test_the_display_reports_when_all_is_indexed(house: House) -> None:
    house.put("a.png", draw(RED))
    house.put("b.jpg", b"no picture")
    house.synchroniser.sync()
    out, stop = io.StringIO(), Event()
    display = Thread(target=ProgressDisplay(house.catalogue, Console(file=out, force_terminal=True)).run, args=(stop,))
    display.start()
    stop.wait(0.8)
    house.index_all()
    while "indexed" not in out.getvalue() and display.is_alive():
        stop.wait(0.02)
    stop.set()
    display.join()
    assert "2 pictures in " in out.getvalue()
    assert "Now 1 indexed, 1 failed." in out.getvalue()
