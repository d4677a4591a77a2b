"""Canonical JSON: one value, one spelling, and nothing that an engine would keep differently."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.events.canonical import NotStorable, canonical, canonical_sha256

INT64 = st.integers(-(2**63), 2**63 - 1)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
LEAVES = st.none() | st.booleans() | INT64 | st.floats(allow_nan=False, allow_infinity=False) | TEXT
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=20)


def nested(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(levels):
        value = {"in": value}
    return value


@given(VALUES)
def test_storable_values_come_back(value: Any) -> None:
    """Whatever JSON value is accepted reads back equal."""
    assert orjson.loads(canonical(value)) == value


@given(st.dictionaries(TEXT, INT64, min_size=2))
def test_the_order_of_keys_does_not_matter(value: dict[str, int]) -> None:
    """Two spellings of one object are one spelling."""
    backwards = dict(reversed(value.items()))

    assert canonical(backwards) == canonical(value)


def test_the_spelling_is_pinned() -> None:
    """Sorted keys, UTF-8, no spaces: digests of plans and commands depend on exactly this."""
    assert canonical({"b": [1, 2.5, None], "a": "é한\n"}) == '{"a":"é한\\n","b":[1,2.5,null]}'.encode()
    assert canonical_sha256({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


@pytest.mark.parametrize(
    ("value", "path", "why"),
    [
        ({"a": ["x", "b\x00d"]}, "$.a[1]", "NUL"),
        ({"a": {"b": "\ud800"}}, "$.a.b", "surrogate"),
        ({"a\x00": 1}, "$", "NUL"),
        ({"\udfff": 1}, "$", "surrogate"),
        ({"a": 2**63}, "$.a", "64-bit"),
        ({"a": -(2**63) - 1}, "$.a", "64-bit"),
        ({"a": 10**5000}, "$.a", "64-bit"),
        ({"a": float("nan")}, "$.a", "nan"),
        ([float("inf")], "$[0]", "inf"),
        ([-float("inf")], "$[0]", "-inf"),
        ({"a": {1: "x"}}, "$.a", "key 1"),
        ({"a": b"bytes"}, "$.a", "bytes"),
        ({"a": {1, 2}}, "$.a", "set"),
        (nested(101), "$" + ".in" * 101, "nested"),
    ],
)
def test_what_engines_keep_differently_is_refused(value: Any, path: str, why: str) -> None:
    """The refusal names where the value stands and what is wrong with it."""
    with pytest.raises(NotStorable, match=why) as refused:
        canonical(value)

    assert refused.value.path == path


@pytest.mark.parametrize("value", [2**63 - 1, -(2**63), True, 0.1, nested(100)])
def test_the_limits_themselves_are_storable(value: Any) -> None:
    """The last value inside each limit is kept exactly."""
    assert orjson.loads(canonical(value)) == value


def test_no_depth_crashes_the_check() -> None:
    """A value nested beyond any stack is refused like any other, not a RecursionError."""
    with pytest.raises(NotStorable, match="nested"):
        canonical(nested(50_000))
