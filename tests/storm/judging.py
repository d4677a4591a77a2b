"""The verdict on a storm: what was committed, less what each reader saw of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

Seen = tuple[int, str]
"""Position and event id."""


@dataclass
class Verdict:
    """What came of it: all counts but `committed`, `rolled_back` and `kills` must be 0. `readers` counts by who read."""

    committed: int
    kills: int
    lost: int
    holes: int
    readers: dict[str, Mapping[str, int]] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def bad(self) -> int:
        return self.lost + self.holes + sum(sum(counts.values()) for counts in self.readers.values())

    def line(self) -> str:
        """One line for people."""
        said = [f"events={self.committed} kills={self.kills} lost={self.lost} holes={self.holes}"]
        for reader, counts in self.readers.items():
            said.append(reader + ": " + " ".join(f"{name}={count}" for name, count in counts.items()))
        return "; ".join(said) + f"; seconds={self.seconds:.1f}"


def judge_log(log: Iterable[Seen], acknowledged: Iterable[str]) -> tuple[list[str], Verdict]:
    """The ids by position, and the verdict on the log itself: its holes, and what was acknowledged and is not there."""
    ids: list[str] = []
    holes, last = 0, 0
    for position, event_id in log:
        holes += position != last + 1
        last = position
        ids.append(event_id)
    lost = set(acknowledged) - set(ids)
    return ids, Verdict(committed=len(ids), kills=0, lost=len(lost), holes=holes)


def judge_reader(ids: list[str], seen: Iterable[Seen]) -> dict[str, int]:
    """What a reader missed, had twice, had out of order, and had that was never committed."""
    times = bytearray(len(ids) + 1)
    inversions = phantoms = last = 0
    for position, event_id in seen:
        if not 1 <= position <= len(ids) or ids[position - 1] != event_id:
            phantoms += 1
            continue
        inversions += position < last
        last = position
        times[position] = min(times[position] + 1, 255)
    missing = times.count(0) - 1
    twice = sum(1 for count in times if count > 1)
    return {"missing": missing, "duplicates": twice, "inversions": inversions, "phantoms": phantoms}


def lines_of(lines: Iterable[str]) -> Iterator[Seen]:
    """What a reader wrote down."""
    for line in lines:
        position, _, event_id = line.rstrip("\n").partition(" ")
        yield int(position), event_id
