"""Whose turn is it? Productions that wait for the slots of one lane share them by weight; pure.

A turn is one intent. The promise: any 20 turns in a row during which a production always had waiting work hold at least
floor(20 x its weight / the weights of all that waited or had a turn among them) of its own.

How: for each window of 20 turns that ends now or later, what is still owed to a production has a latest turn at which it must be
begun; the earliest of these goes first. Where nobody is in a hurry, those with the least for their weight go first, and of those
the one whose last turn is the longest ago.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

WINDOW: Final = 20
"""The promise is about so many turns in a row."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A past turn: whose it was, when that work began to wait (`since`), and when the turn came (`at`); log positions."""

    production: str
    since: int
    at: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """A production with waiting work: since when its oldest waits, and when its last turn was (0: never); log positions."""

    production: str
    weight: int
    since: int
    last: int = 0


def next_turn(waiting: Sequence[Waiting], past: Sequence[Turn], weights: Mapping[str, int]) -> str | None:
    """The production to go next; None when none waits.

    `past` are the lane's last turns, oldest first (more than 19 are not looked at); `weights` those of productions in `past` that
    may not be waiting any more (1 when not named).
    """
    if not waiting:
        return None
    if len(waiting) == 1:
        return waiting[0].production
    recent = list(past[-(WINDOW - 1) :])
    known = {turn.production: weights.get(turn.production, 1) for turn in recent}
    known |= {one.production: one.weight for one in waiting}
    plan = _Plan(waiting, recent, known)
    return min(waiting, key=plan.rank).production


@dataclass(frozen=True)
class _Plan:
    waiting: Sequence[Waiting]
    recent: Sequence[Turn]
    weights: Mapping[str, int]

    def rank(self, one: Waiting) -> tuple[int, float, int, int, str]:
        had = sum(turn.production == one.production for turn in self.recent)
        return self._latest(one), (had + 1) / one.weight, one.last, one.since, one.production

    def _latest(self, one: Waiting) -> int:
        """The latest turn from now (0 is this one) that still keeps the promise; WINDOW when nothing is owed."""
        sure, latest = self._waited(one), WINDOW
        for ahead in range(WINDOW):
            kept = self.recent[max(0, len(self.recent) - (WINDOW - 1 - ahead)) :]
            if WINDOW - 1 - ahead > sure:
                continue
            had = sum(turn.production == one.production for turn in kept)
            if (owed := self._share(one, kept) - had) > 0:
                latest = min(latest, ahead - owed + 1)
        return latest

    def _share(self, one: Waiting, kept: Sequence[Turn]) -> int:
        """Turns of a window that holds `kept`; one at least, while there is room for one for everybody."""
        present = {turn.production for turn in kept} | {other.production for other in self.waiting}
        total = sum(self.weights[name] for name in present)
        shares = [WINDOW * self.weights[name] // total for name in present]
        least = 1 if sum(max(1, share) for share in shares) <= WINDOW else 0
        return max(least, WINDOW * one.weight // total)

    def _waited(self, one: Waiting) -> int:
        """At how many of the last turns in a row it waited: its own turns say since when what they took had waited."""
        since = one.since
        for covered, turn in enumerate(reversed(self.recent)):
            if turn.production == one.production:
                since = min(since, turn.since)
            elif turn.at < since:
                return covered
        return len(self.recent)
