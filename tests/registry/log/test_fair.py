"""Turns: over any 20 in a row nobody who waited all the time gets less than their share."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from registry.log.fair import WINDOW, Plan, next_turn
from tests.proof import times

NAMES = ("a", "b", "c", "d", "e", "f")
Granted = tuple[str, frozenset[str]]
Step = tuple[str, int, bool]


@dataclass
class Lane:
    """A lane played through: how much waits, and every turn with who waited at it."""

    weights: dict[str, int]
    queues: dict[str, int] = field(default_factory=dict)
    plan: Plan = field(default_factory=Plan)
    granted: list[Granted] = field(default_factory=list)

    def arrive(self, production: str, count: int) -> None:
        self.queues[production] = self.queues.get(production, 0) + count

    def leave(self, production: str) -> None:
        self.queues.pop(production, None)

    def turn(self) -> None:
        waiting = {name: self.weights[name] for name, count in self.queues.items() if count}
        if not waiting:
            return
        chosen, self.plan = next_turn(self.plan, waiting)
        self.queues[chosen] -= 1
        self.granted.append((chosen, frozenset(waiting)))

    def broken(self) -> list[tuple[int, str, int, int]]:
        """(first turn, production, turns it had, its share) where the promise was not kept."""
        found = []
        for first in range(len(self.granted) - WINDOW + 1):
            window = self.granted[first : first + WINDOW]
            total = sum(self.weights[name] for name in frozenset().union(*(seen for _, seen in window)))
            for name in frozenset.intersection(*(seen for _, seen in window)):
                had, share = sum(one == name for one, _ in window), WINDOW * self.weights[name] // total
                if had < share:
                    found.append((first, name, had, share))
        return found


STEP = st.tuples(st.sampled_from(NAMES), st.sampled_from((0, 0, 0, 1, 1, 2, 30)), st.booleans())
ALL_AT_ONCE: list[Step] = [("a", 40, False)] * 19
ALL_AT_ONCE += [("b", 30, False), ("c", 30, False), *((name, 1, False) for name in "def")]
ALL_AT_ONCE += [("a", 0, True)] * 12


@settings(max_examples=times(150), deadline=None)
@given(
    st.fixed_dictionaries({name: st.sampled_from((1, 1, 2, 3, 10, 20, 100)) for name in NAMES}),
    st.lists(STEP, min_size=30, max_size=120),
    st.sampled_from((0, 0, 7, 40)),
)
@example({"a": 1, "b": 20, "c": 10, "d": 1, "e": 1, "f": 20}, ALL_AT_ONCE, 0)
def test_nobody_gets_less_than_their_share_of_any_twenty_turns(
    weights: dict[str, int], steps: list[Step], gone: int
) -> None:
    """Whatever arrives and leaves: over any 20 turns, who waited throughout had at least floor(20 x share)."""
    lane = Lane(weights)
    for number, (name, count, twice) in enumerate(steps):
        lane.arrive(name, count)
        if gone and number % gone == gone - 1:
            lane.leave(name)
        lane.turn()
        if twice:
            lane.turn()

    assert lane.broken() == []


def test_two_alike_take_turns() -> None:
    """Two productions of one weight with everything waiting alternate, whoever asked first and however much."""
    lane = Lane({"a": 1, "b": 1})
    lane.arrive("a", 100)
    lane.arrive("b", 40)
    for _ in range(40):
        lane.turn()

    assert all(one != other for (one, _), (other, _) in pairwise(lane.granted))


@pytest.mark.parametrize("weights", [{"a": 10, "b": 6, "c": 4}, {"a": 1, "b": 4}, {"a": 17, "b": 2, "c": 1}])
def test_turns_are_spread_evenly(weights: dict[str, int]) -> None:
    """Whose shares are whole numbers of turns is at every moment less than one turn away from the exact share."""
    lane = Lane(weights)
    for name in weights:
        lane.arrive(name, 100)
    for turn in range(1, 2 * WINDOW + 1):
        lane.turn()
        for name, weight in weights.items():
            had = sum(one == name for one, _ in lane.granted)
            assert abs(had - turn * weight / sum(weights.values())) < 1, (turn, name)


def test_more_productions_than_a_window_has_turns() -> None:
    """Thirty productions share a lane: each has its turn before anyone has a second."""
    names = [f"p{number:02}" for number in range(30)]
    lane = Lane(dict.fromkeys(names, 1))
    for name in names:
        lane.arrive(name, 5)
    for _ in range(60):
        lane.turn()

    for first in (0, 30):
        assert sorted(name for name, _ in lane.granted[first : first + 30]) == names


@pytest.mark.parametrize("light", [1, 25])
def test_a_light_production_is_not_starved(light: int) -> None:
    """Productions with a share below one turn in twenty have their exact share over longer times, one turn more or less."""
    weights = {"heavy": 100} | {f"light {number}": 1 for number in range(light)}
    lane = Lane(weights)
    for name in weights:
        lane.arrive(name, 1000)
    for _ in range(1000):
        lane.turn()

    for name, weight in weights.items():
        exact = 1000 * weight / sum(weights.values())
        assert abs(sum(one == name for one, _ in lane.granted) - exact) <= 1


def test_a_newcomer_does_not_wait_for_the_others_past() -> None:
    """A production that comes after a long time of another's gets no more than its share, and gets that at once."""
    lane = Lane({"a": 1, "b": 1})
    lane.arrive("a", 500)
    for _ in range(200):
        lane.turn()
    lane.arrive("b", 100)
    for _ in range(20):
        lane.turn()

    assert sum(name == "b" for name, _ in lane.granted[200:]) == WINDOW // 2
