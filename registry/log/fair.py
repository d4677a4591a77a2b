"""Whose turn is it? Productions that wait for the slots of one lane share them by weight; pure.

A turn is one slot given to one request that goes out for the first time. The promise: of any 20 turns in a row, a production
that had waiting work at every one of them has at least floor(20 x its weight / the weights of all that waited at any of them).
Over longer times what these floors leave over is shared out by weight too, so nobody who waits is left out for ever.

How: a plan says whose the next 20 turns are, and repeats itself. When others come, everybody keeps the first of their planned
turns, as many as their share still is; when somebody goes, the others keep all theirs and take over what is free. So a turn the
promise needs is never moved back. Turns nobody is promised go to whom the most is owed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

WINDOW: Final = 20
"""The promise is about so many turns in a row."""
NOBODY: Final = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """Whose the next turns are (NOBODY: not promised), and how many turns each that waits is behind its exact share."""

    turns: tuple[str, ...] = (NOBODY,) * WINDOW
    owed: Mapping[str, float] = field(default_factory=dict)


def next_turn(plan: Plan, waiting: Mapping[str, int]) -> tuple[str, Plan]:
    """The production to go next, and the plan after its turn.

    `waiting` are the weights of all that have waiting work now, at least one, who has waited longest first.
    """
    total = sum(waiting.values())
    shares = {name: WINDOW * weight // total for name, weight in waiting.items()}
    turns = _filled(_kept(plan.turns, shares), shares)
    behind = sum(plan.owed.get(name, 0.0) for name in waiting) / len(waiting)
    owed = {name: plan.owed.get(name, 0.0) - behind + weight / total for name, weight in waiting.items()}
    chosen = turns[0] or max(waiting, key=lambda name: owed[name])
    owed[chosen] -= 1
    return chosen, Plan((*turns[1:], turns[0]), owed)


def _kept(turns: tuple[str, ...], shares: Mapping[str, int]) -> list[str]:
    """Everybody's first turns, as many as their share is; the others are free."""
    seen: Counter[str] = Counter()
    kept = []
    for name in turns:
        seen[name] += 1
        kept.append(name if seen[name] <= shares.get(name, 0) else NOBODY)
    return kept


def _filled(turns: list[str], shares: Mapping[str, int]) -> list[str]:
    """Every share is met: each free turn, from the first, goes to who is the furthest behind until there."""
    planned = Counter(turns)
    missing = {name: share - planned[name] for name, share in shares.items() if share > planned[name]}
    had: Counter[str] = Counter()
    for place in range(WINDOW):
        if turns[place] == NOBODY and missing:
            behind = {one: shares[one] * (place + 1) / WINDOW - had[one] for one in missing}
            turns[place] = first = max(behind, key=behind.__getitem__)
            missing[first] -= 1
            if not missing[first]:
                del missing[first]
        had[turns[place]] += 1
    return turns
