"""A checkpoint is made every N events or T seconds, whichever comes first; the clock is the registry's, set by hand here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.checkpointing.rounds import Rounds
from tests.registry.checkpoints.conftest import House, made_in
from tests.registry.log.opened import STUDIO, Clock, opened

SECOND = 1_000_000
EVENTS, EVERY = 10, 600


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def house(on_file: Path, clock: Clock) -> Iterator[House]:
    with opened(on_file, clock) as log:
        yield House(log, made_in(log, on_file), on_file)


@pytest.fixture
def rounds(house: House) -> Rounds:
    return Rounds(house.checkpoints, events=EVENTS, every=EVERY)


def sizes(house: House, rounds: Rounds) -> list[int]:
    """Of all checkpoints of the studio's log, after the rounds looked once."""
    rounds.look()
    return [one.checkpoint.size for one in house.again().kept(STUDIO, most=100)]


def test_one_is_made_when_the_first_event_is_old_enough(house: House, rounds: Rounds, clock: Clock) -> None:
    """T seconds after the first event that is under none, to the microsecond, however few there are and however new the last."""
    began = clock.now
    house.grow(1)
    clock.now = began + EVERY * SECOND - 1
    assert sizes(house, rounds) == []
    house.grow(1)
    assert sizes(house, rounds) == []
    clock.now = began + EVERY * SECOND
    assert sizes(house, rounds) == [2]


def test_the_time_begins_anew_with_what_came_after(house: House, rounds: Rounds, clock: Clock) -> None:
    """What is under one does not count any more: the next is due T seconds after the first event behind it."""
    house.grow(1)
    clock.now += EVERY * SECOND
    assert sizes(house, rounds) == [1]
    clock.now += 5 * SECOND
    house.grow(1)
    clock.now += EVERY * SECOND - 1
    assert sizes(house, rounds) == [1]
    clock.now += 1
    assert sizes(house, rounds) == [2, 1]


def test_none_is_made_while_nothing_happens(house: House, rounds: Rounds, clock: Clock) -> None:
    """A log that stands still needs no other, however long; another process of the installation finds that out, too."""
    house.grow(1)
    clock.now += EVERY * SECOND
    assert sizes(house, rounds) == [1]
    for looking in (rounds, Rounds(house.again(), events=EVENTS, every=EVERY)):
        clock.now += 1_000 * EVERY * SECOND
        assert sizes(house, looking) == [1]


def test_one_is_made_of_so_many_events(house: House, rounds: Rounds, clock: Clock) -> None:
    """N events are enough while the clock stands still, and one fewer is not; what one by hand covers does not count."""
    house.grow(EVENTS - 1)
    assert sizes(house, rounds) == []
    house.grow(1)
    assert sizes(house, rounds) == [EVENTS]
    house.grow(3)
    house.checkpoints.make(STUDIO)
    house.grow(EVENTS - 1)
    assert sizes(house, rounds) == [EVENTS + 3, EVENTS]
    house.grow(1)
    assert sizes(house, rounds) == [2 * EVENTS + 3, EVENTS + 3, EVENTS]


def test_a_clock_that_was_set_back_makes_none_too_early(house: House, rounds: Rounds, clock: Clock) -> None:
    """Events are never older than by the clock of now, so none is due before its time; it comes once the clock has gone on."""
    began = clock.now
    house.grow(1)
    clock.now = began - 24 * 3_600 * SECOND
    assert sizes(house, rounds) == []
    clock.now = began + EVERY * SECOND
    assert sizes(house, rounds) == [1]
