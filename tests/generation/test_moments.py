"""Moments: every text is a count of microseconds that can be told again, or a ValueError."""

from __future__ import annotations

import pytest

from generation.moments import microseconds

LAST_US = 253402300799_999999
"""The last microsecond of the year 9999, UTC."""


@pytest.mark.parametrize(
    ("moment", "count"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01t14:00:00.000001+14:00", 1),
        ("9999-12-31T23:59:59.999999Z", LAST_US),
    ],
)
def test_a_moment_is_its_microseconds_since_1970(moment: str, count: int) -> None:
    """The first and the last moment that can be said are counted exactly, whatever their offset."""
    assert microseconds(moment) == count


@pytest.mark.parametrize(
    "moment",
    [
        "1969-12-31T23:59:59Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2026-02-30T00:00:00Z",
        "2026-01-01T00:00:00",
        "2026-01-01",
    ],
)
def test_no_moment_outside_of_what_can_be_counted_and_shown(moment: str) -> None:
    """Before 1970 the log cannot count, after 9999 nobody can be shown it; a day that is none is refused too."""
    with pytest.raises(ValueError, match=r"moment|day is out of range"):
        microseconds(moment)
