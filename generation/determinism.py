"""The determinism audit: past generations compiled again, all or a sample, and what drifted, by the compiler that made it.

A page at a time, in the order they were asked for: whoever asks holds the counts, so a million generations need no more memory
here than one page. A sample is the same for the same seed as long as it is bounded at the same position.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import NamedTuple, TypedDict

from generation.compile import COMPILER_VERSION
from generation.compiler import compiler_version
from generation.replayed import CompilerTally, DeterminismPage, Replayed, Verdict
from generation.replaying import replays
from registry.registry import Connection, Registry
from registry.views import generations


class Bounds(TypedDict):
    """What a scope is looked up by."""

    until: int
    production: str | None


class Scope(NamedTuple):
    """Which generations: of a production (None: all), asked for up to the position `until`; so many of them, drawn by `seed`."""

    until: int
    production: str | None = None
    sample: int | None = None
    seed: str = ""

    @property
    def bounds(self) -> Bounds:
        return {"until": self.until, "production": self.production}


def audit(registry: Registry, studio: str, scope: Scope, *, after: int, limit: int) -> DeterminismPage:
    """Compile the next `limit` generations in scope again, those asked for after the position `after`."""
    with registry.snapshot(studio) as connection:
        if scope.sample is None:
            of = None if after else generations.how_many(connection, studio, **scope.bounds)
            chosen = generations.asked_for(connection, studio, **scope.bounds, after=after, limit=limit + 1)
        else:
            drawn = _drawn(_every(connection, studio, scope), scope.sample, scope.seed)
            of, chosen = len(drawn), [one for one in drawn if one[0] > after][: limit + 1]
    mine = chosen[:limit]
    items = tuple(one for _, generation in mine for one in replays(registry, studio, generation))
    return DeterminismPage(
        items=items,
        compiler_now=compiler_version(COMPILER_VERSION),
        by_compiler=tallied(items),
        examined=len(mine),
        of=of,
        until=scope.until,
        next=mine[-1][0] if len(chosen) > limit else None,
    )


def tallied(items: Iterable[Replayed]) -> tuple[CompilerTally, ...]:
    """Plans counted by the compiler that made them, in the order of its name."""
    counts: Counter[tuple[str, Verdict]] = Counter((one.compiler, one.verdict) for one in items)
    return tuple(
        CompilerTally(
            compiler=compiler,
            same=counts[compiler, "same"],
            drifted=counts[compiler, "drifted"],
            unknown=counts[compiler, "unknown"],
        )
        for compiler in sorted({compiler for compiler, _ in counts})
    )


def _every(connection: Connection, studio: str, scope: Scope) -> Iterator[tuple[int, str]]:
    after = 0
    while some := generations.asked_for(connection, studio, **scope.bounds, after=after):
        yield from some
        after = some[-1][0]


def _drawn(asked: Iterable[tuple[int, str]], sample: int, seed: str) -> list[tuple[int, str]]:
    """So many of them, each as likely as any other, in their order; whoever knows the seed draws the same."""
    return sorted(
        heapq.nsmallest(sample, asked, key=lambda one: sha256(f"{seed}\0{one[1]}".encode()).digest())
    )
