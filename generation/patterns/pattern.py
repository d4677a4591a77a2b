"""What a pattern of the guide is: when it fits, what it has behind it, and how its payload is built."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from generation.patterns.ingredients import Ingredients
from generation.payloads import Body
from generation.resolve import Resolution

Evidence = Literal["live-confirmed", "verified route", "doc-derived", "legal, not approved"]
"""What stands behind a payload: a live run of this shape, a live run of its route, the documents alone, or only the contract."""

Build = Callable[[Resolution, str], Body]
"""A resolution without gaps, and the composed prompt, to the wire body."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that must hold for a pattern, and how to say that it does not."""

    holds: Callable[[Ingredients], bool]
    otherwise: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """One approved payload shape. `durations` are the approved ones in seconds; empty when the guide names none."""

    name: str
    title: str
    when: str
    cites: tuple[str, ...]
    evidence: Evidence
    endpoint: str
    durations: tuple[int, ...]
    conditions: tuple[Condition, ...]
    build: Build

    def misses(self, asked: Ingredients) -> tuple[str, ...]:
        """Why the pattern is not for this request; empty when it fits."""
        return tuple(condition.otherwise for condition in self.conditions if not condition.holds(asked))

    def fits(self, asked: Ingredients) -> bool:
        return not self.misses(asked)
