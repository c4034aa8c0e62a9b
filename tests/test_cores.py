import os
from pathlib import Path

import pytest

from indexer.cores import count_cores

HERE = count_cores(Path("/nothing"))


def test_without_a_quota_there_are_as_many_as_the_process_may_run_on(tmp_path: Path) -> None:
    (tmp_path / "max").write_text("max 100000\n")
    assert HERE == count_cores(tmp_path / "max") == len(os.sched_getaffinity(0))


@pytest.mark.parametrize(("quota", "cores"), [("50000 100000", 1), ("100000 100000", 1), ("99900000 100000", HERE)])
def test_a_container_has_its_share_and_at_least_one(tmp_path: Path, quota: str, cores: int) -> None:
    (tmp_path / "cpu.max").write_text(f"{quota}\n")
    assert count_cores(tmp_path / "cpu.max") == cores
