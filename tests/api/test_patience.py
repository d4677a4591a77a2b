"""How long receivers are waited for: pauses that grow, a rest for all, and what a receiver asks for itself."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime

import pytest

from api.delivering.posting import result_of, retry_after
from api.patience import Patience

DAY = 86_400


def test_twelve_attempts_take_about_a_day() -> None:
    """With the defaults pauses grow threefold from five seconds to six hours: a receiver may be away for a night."""
    pauses = [Patience().pause(attempt, jitter=0.0) for attempt in range(1, 12)]

    assert pauses[:4] == [5.0, 15.0, 45.0, 135.0]
    assert pauses[-1] == 21_600.0
    assert 0.8 * DAY < sum(pauses) < 1.2 * DAY


def test_chance_keeps_receivers_from_being_met_by_all_at_once() -> None:
    """Chance adds up to a half, and takes nothing away."""
    assert Patience().pause(1, jitter=1.0) == 7.5
    assert Patience().rest(8, jitter=0.5) == 10.0


def test_a_receiver_is_left_alone_as_long_as_it_asks() -> None:
    """Never sooner than it wants, and never longer than a day for its sake."""
    patience = Patience()

    assert patience.pause(1, jitter=0.0, asked=60.0) == 60.0
    assert patience.pause(5, jitter=0.0, asked=60.0) == 405.0
    assert patience.pause(1, jitter=0.0, asked=1e9) == DAY
    assert patience.rest(1, jitter=0.0, asked=60.0) == 60.0


def test_single_failures_let_others_go_on() -> None:
    """Only several failures in a row make the whole webhook rest: longer each time, five minutes at most."""
    rests = [Patience().rest(failures, jitter=0.0) for failures in range(1, 20)]

    assert rests[:7] == [0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 4.0]
    assert rests[-1] == 300.0


@pytest.mark.parametrize(
    ("status", "result"),
    [(200, "delivered"), (204, "delivered"), (301, "refused"), (410, "gone"), (429, "throttled")],
)
def test_what_a_status_means(status: int, result: str) -> None:
    """Only 2xx is taken."""
    assert result_of(status) == result


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        (None, None),
        ("90", 90.0),
        (format_datetime(datetime.fromtimestamp(1_000_120, UTC), usegmt=True), 120.0),
        (format_datetime(datetime.fromtimestamp(999_000, UTC), usegmt=True), 0.0),
        ("soon", None),
        ("-5", None),
        ("1e400", None),
        ("9" * 400, None),
    ],
    ids=str,
)
def test_retry_after_is_read_as_seconds_or_a_date(said: str | None, seconds: float | None) -> None:
    """What is neither is passed over; a date that is past asks for nothing."""
    assert retry_after(said, now=1_000_000_000_000) == seconds
