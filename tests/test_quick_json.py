"""JSON as the service writes it."""

import json
import math
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from service.quick_json import QuickJson

NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**63), 2**63)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)

app = Flask(__name__)
app.json = QuickJson(app)


def written(value: Any) -> bytes:
    with app.app_context():
        return app.json.response(value).get_data()


@given(JSON)
def test_what_is_written_is_read_back(value: Any) -> None:
    assert json.loads(written(value)) == value
    assert json.loads(app.json.dumps(value)) == value


@pytest.mark.parametrize("text", ["\ud800", "a\udfffb"])
def test_half_of_a_surrogate_pair_is_escaped(text: str) -> None:
    assert json.loads(written({"detail": text})) == {"detail": text}
    written({text: 1}).decode()


def test_the_order_stays_and_other_types_are_written_too() -> None:
    value = {"b": 1, "a": datetime(2026, 1, 2, tzinfo=UTC), "n": math.inf, "big": 2**70}
    assert list(json.loads(written(value))) == ["b", "a", "n", "big"]


def test_it_says_that_it_is_json() -> None:
    with app.app_context():
        assert app.json.response(a=1).mimetype == "application/json"
