"""Storms: nobody misses, repeats or reorders; one winner; one effect. `make storm`: any size."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.storm.judging import judge_log, judge_reader, lines_of
from tests.storm.racing import race
from tests.storm.repeating import SENDERS, course, repeat
from tests.storm.storm import storm

EVENTS, ROUNDS, COMMANDS = 50_000, 2_000, 2_000
"""`make proof`: 1,000,000, 100,000 and 100,000."""
IDS = ["a", "b", "c", "d"]


@pytest.mark.slow(30)
def test_nobody_misses_repeats_or_reorders_an_event(home: Path) -> None:
    """Eight writers, two of a hundred calls undone, transactions held open, readers killed and late: all see all, once."""
    verdict = storm(home, EVENTS)

    assert verdict.bad == 0, verdict.line()
    assert verdict.committed >= EVENTS
    assert verdict.kills > 0
    assert set(verdict.readers) == {"follower", "latecomer", "killed"}


@pytest.mark.slow(30)
def test_one_racer_wins(home: Path) -> None:
    """Of six that name the same version at once exactly one gets through, every time, and the others are told."""
    found = race(home, ROUNDS)

    assert found.bad == 0, found.line()
    assert found.winners == {1: ROUNDS}


@pytest.mark.slow(30)
def test_a_command_has_one_effect_however_often_it_is_sent(home: Path) -> None:
    """Sent up to five times at once it happens once and answers the same; its key with another body is refused."""
    found = repeat(home, COMMANDS)

    assert found.bad == 0, found.line()
    assert found.sent > found.commands
    assert found.refused > 0


def test_the_verdict_counts_every_kind_of_loss() -> None:
    """A hole, a lost acknowledgement, and what a reader missed, had twice, out of order or from nowhere: each is counted."""
    ids, verdict = judge_log([(1, "a"), (2, "b"), (4, "d")], ["a", "c"])
    assert (ids, verdict.holes, verdict.lost, verdict.bad) == (["a", "b", "d"], 1, 1, 2)

    fine = judge_reader(IDS, lines_of(f"{number} {event}\n" for number, event in enumerate(IDS, 1)))
    assert set(fine.values()) == {0}
    for seen, wrong in (
        ([(1, "a"), (2, "b"), (4, "d")], {"missing": 1}),
        ([(1, "a"), (2, "b"), (2, "b"), (3, "c"), (4, "d")], {"duplicates": 1}),
        ([(1, "a"), (3, "c"), (2, "b"), (4, "d")], {"inversions": 1}),
        ([(1, "a"), (2, "b"), (3, "c"), (4, "x"), (4, "d"), (5, "e")], {"phantoms": 2}),
    ):
        assert judge_reader(IDS, seen) == fine | wrong


def test_the_course_of_repeats_is_what_it_says() -> None:
    """Every command is sent one to five times at once, some keys with another body at once or afterwards."""
    stretches = list(course(100, 1))
    assert all(len(stretch) == SENDERS for stretch in stretches)
    sent = [one for stretch in stretches for told in stretch for one in told]
    times = [sum(one.key == f"key-{number}" and not one.late for one in sent) for number in range(100)]
    assert set(times) == {1, 2, 3, 4, 5}
    assert {one.body for one in sent} == {"body", "other", "too late"}
