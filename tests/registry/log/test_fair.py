"""Turns: over any 20 in a row nobody who waited all the time gets less than their share."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from registry.log.fair import WINDOW, Turn, Waiting, next_turn

NAMES = ("a", "b", "c", "d", "e", "f")
Granted = tuple[str, frozenset[str]]


@dataclass
class Lane:
    """A lane played through: what waits, and every turn with who waited at it."""

    weights: dict[str, int]
    position: int = 0
    queues: dict[str, list[int]] = field(default_factory=dict)
    past: list[Turn] = field(default_factory=list)
    granted: list[Granted] = field(default_factory=list)

    def arrive(self, production: str, count: int) -> None:
        for _ in range(count):
            self.position += 1
            self.queues.setdefault(production, []).append(self.position)

    def leave(self, production: str) -> None:
        self.queues.pop(production, None)

    def turn(self, pick: int) -> None:
        """One turn; within the production it goes to any of what waits."""
        last = {turn.production: turn.at for turn in self.past}
        waiting = [
            Waiting(name, self.weights[name], queue[0], last.get(name, 0))
            for name, queue in self.queues.items()
            if queue
        ]
        chosen = next_turn(waiting, self.past, self.weights)
        if chosen is None:
            return
        self.position += 1
        queue = self.queues[chosen]
        self.past.append(Turn(chosen, queue.pop(pick % len(queue)), self.position))
        self.granted.append((chosen, frozenset(one.production for one in waiting)))

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


STEP = st.tuples(
    st.sampled_from(NAMES), st.sampled_from((0, 0, 0, 1, 1, 2, 30)), st.integers(0, 5), st.booleans()
)


@settings(max_examples=60, deadline=None)
@given(
    st.fixed_dictionaries({name: st.sampled_from((1, 1, 2, 3, 10, 20, 100)) for name in NAMES}),
    st.lists(STEP, min_size=30, max_size=120),
    st.sampled_from((0, 0, 0, 0, 40)),
)
def test_nobody_gets_less_than_their_share_of_any_twenty_turns(
    weights: dict[str, int], steps: list[tuple[str, int, int, bool]], gone: int
) -> None:
    """Whatever arrives, leaves and is picked: over any 20 turns, who waited throughout had at least floor(20 x share)."""
    lane = Lane(weights)
    for number, (name, count, pick, twice) in enumerate(steps):
        lane.arrive(name, count)
        if gone and number % gone == gone - 1:
            lane.leave(name)
        lane.turn(pick)
        if twice:
            lane.turn(pick)

    assert lane.broken() == []


def test_two_alike_take_turns() -> None:
    """Two productions of one weight with everything waiting alternate, whoever asked first and however much."""
    lane = Lane({"a": 1, "b": 1})
    lane.arrive("a", 100)
    lane.arrive("b", 40)
    for _ in range(40):
        lane.turn(0)

    assert sorted(name for name, _ in lane.granted[:20]) == ["a"] * 10 + ["b"] * 10
    assert lane.broken() == []


def test_more_productions_than_a_window_has_turns() -> None:
    """Thirty productions share a lane: each has its turn before anyone has a third."""
    names = [f"p{number:02}" for number in range(30)]
    lane = Lane(dict.fromkeys(names, 1))
    for name in names:
        lane.arrive(name, 5)
    for _ in range(60):
        lane.turn(0)

    assert sorted(name for name, _ in lane.granted[:30]) == names
    assert all(sum(one == name for one, _ in lane.granted) == 2 for name in names)


def test_a_light_production_is_not_starved() -> None:
    """A production whose share is less than one turn in twenty still has one while there is room."""
    lane = Lane({"a": 100, "b": 1})
    lane.arrive("a", 100)
    lane.arrive("b", 5)
    for _ in range(40):
        lane.turn(0)

    assert sum(name == "b" for name, _ in lane.granted[:20]) == 1


def test_nobody_waits() -> None:
    """Where nothing waits, nobody's turn it is."""
    assert next_turn([], [], {}) is None
