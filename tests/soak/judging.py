"""The verdict on a soak: what grew after the warm-up, and whether that is more than is allowed. Functions of samples alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Final

from tests.soak.sampling import Sample

MEMORY_MOST: Final = 0.05
"""By so much of itself a program's memory may grow from the warm-up to the end."""
COUNT_MOST: Final = 2
"""So many files, threads or processes more: a connection and a thread come and go at any moment."""
LEAST_WARM_UP: Final = 600.0
"""Seconds. A program that has run for less still fills its caches and pools: its growth is told, and no limit is applied."""
MEASURES: Final = ("memory", "files", "threads", "processes")
JUDGED: Final = {"service": MEASURES, "worker": MEASURES, "database": ("processes",)}
"""Of the database, how many connections are held; the others are the surroundings, and the sandbox forgets nothing by design."""


@dataclass
class Verdict:
    """What came of it. `growth` by program and measure: memory as a share of itself, the others as counts.

    `beyond` names the limits that were passed, `wrong` what may never be, however short the soak.
    """

    samples: int
    warm_up: float
    growth: dict[str, dict[str, float]]
    wal: int
    wal_most: int
    beyond: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def applied(self) -> bool:
        """Whether the limits count."""
        return self.warm_up >= LEAST_WARM_UP

    @property
    def bad(self) -> bool:
        return bool(self.wrong or (self.applied and self.beyond))

    def line(self, **more: object) -> str:
        """One line of JSON."""
        return json.dumps({**more, **asdict(self), "limits_applied": self.applied, "bad": self.bad})


def judge(samples: Sequence[Sample], *, warm_up: float, wal_most: int) -> Verdict:
    """Compare the first tenth after the warm-up (seconds) with the last, by medians. Raises ValueError for too few samples."""
    warm = [sample for sample in samples if sample.seconds >= warm_up]
    if len(warm) < 2:
        raise ValueError(
            f"{len(warm)} samples after a warm-up of {warm_up:g} s are too few: sample more often"
        )
    names = set.intersection(*(set(sample.programs) for sample in samples))
    growth = {name: {what: _growth(warm, name, what) for what in MEASURES} for name in sorted(names)}
    wal = max(sample.wal for sample in samples)
    verdict = Verdict(len(samples), warm_up, growth, wal, wal_most)
    verdict.beyond = _beyond(growth)
    if wal > wal_most:
        verdict.beyond.append(f"the write-ahead log had {wal} bytes, {wal_most} are allowed")
    seen = set.union(*(set(sample.programs) for sample in samples))
    verdict.wrong = [f"the {name} was not there all the time" for name in sorted(seen - names)]
    return verdict


def _growth(samples: Sequence[Sample], name: str, what: str) -> float:
    size = max(1, len(samples) // 10)
    first, last = (
        median(getattr(sample.programs[name], what) for sample in end)
        for end in (samples[:size], samples[-size:])
    )
    return round(last / first - 1, 4) if what == "memory" else last - first


def _beyond(growth: dict[str, dict[str, float]]) -> list[str]:
    found = []
    for name, measures in JUDGED.items():
        for what in measures if name in growth else ():
            grown, most = growth[name][what], MEMORY_MOST if what == "memory" else COUNT_MOST
            if grown > most:
                found.append(f"{what} of the {name} grew by {grown:g}, {most:g} is allowed")
    return found
