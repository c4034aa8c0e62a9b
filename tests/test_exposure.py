"""A service that others can reach has a write key, or somebody has said that it needs none."""

from pathlib import Path

import pytest

from indexer.settings import Settings
from service.exposure import ExposedError, is_loopback, require_guard
from tests.test_service import run


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost", "::ffff:127.0.0.1"])
def test_this_machine_alone_reaches_a_loopback_address(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    ["0.0.0.0", "::", "192.168.1.2", "10.0.0.1", "8.8.8.8", "fe80::1", "::ffff:8.8.8.8", "no such name", "\ud800"],
)
def test_others_may_reach_any_other(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2"])
def test_what_others_reach_needs_a_write_key_or_a_word_that_it_is_meant(host: str) -> None:
    with pytest.raises(ExposedError, match="LOOKALIKE_WRITE_KEY_FILE"):
        require_guard(Settings(host=host))
    require_guard(Settings(host=host, write_key="w" * 16))
    require_guard(Settings(host=host, open=True))


def test_the_start_is_refused_in_one_line_before_anything_is_opened(tmp_path: Path) -> None:
    outcome = run("service", "--library", tmp_path, "--data", tmp_path / "data", "--host", "0.0.0.0", "--port", "0")
    assert outcome.returncode == 1
    assert outcome.stderr.startswith("lookalike: others can reach 0.0.0.0: set LOOKALIKE_WRITE_KEY_FILE")
    assert len(outcome.stderr.splitlines()) == 1
    assert not (tmp_path / "data").exists()
