"""How long a generation waits between its steps."""

from __future__ import annotations

import pytest

from generation.durations import Durations

USUAL = Durations()


@pytest.mark.parametrize(("attempt", "pause"), [(1, 5), (6, 5), (7, 30), (26, 30), (27, 120), (10_000, 120)])
def test_polls_grow_rarer(attempt: int, pause: float) -> None:
    """A running task is asked for often at first, then every half minute, then every two minutes, for ever."""
    assert USUAL.poll(attempt) == pause


def test_a_negative_look_is_slow() -> None:
    """Looks stand half a minute apart, and the first that counts comes a minute and a half after the last byte could arrive."""
    assert (USUAL.look_interval, USUAL.grace) == (30, 90)


@pytest.mark.parametrize(("attempt", "pause"), [(1, 1), (2, 2), (3, 4), (7, 60), (1_000_000, 60)])
def test_retries_back_off(attempt: int, pause: float) -> None:
    """A retry waits at least a second and doubles up to a minute, however many there were."""
    assert USUAL.retry(attempt) == pause


@pytest.mark.parametrize(("attempt", "pause"), [(1, 60), (4, 480), (5, 600), (1_000_000, 600)])
def test_a_refused_account_is_asked_seldom(attempt: int, pause: float) -> None:
    """While a person must act, the account is tried again between a minute and ten."""
    assert USUAL.hold(attempt) == pause


def test_a_send_may_take_as_long_as_its_bytes() -> None:
    """The deadline of a POST is half a minute and a second for every 256 kB."""
    assert USUAL.send(0) == 30
    assert USUAL.send(2_560_000) == 40
