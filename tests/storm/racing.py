"""One winner: racers that all name the same version, at the same moment, again and again."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Final

from registry.errors import LogBusy, VersionConflict
from tests.registry.log.opened import ME, STUDIO, Opened, describe, new_id, register
from tests.servers.forking import processes
from tests.storm.forking import begun, in_threads, join_all
from tests.storm.places import at

PROCESSES: Final = 3
THREADS: Final = 2
RACERS: Final = PROCESSES * THREADS
"""Two in each process, so that some meet in one batch and others across processes."""
LAPS: Final = 50
"""Rounds on one stream, before the racers meet on another: what costs the same all the time."""
PATIENCE: Final = 3_600.0


@dataclass
class Race:
    """What came of it: winners -> in how many rounds there were so many; `wrong` counts other ends than winning and losing."""

    rounds: int
    winners: Counter[int] = field(default_factory=Counter)
    wrong: int = 0
    versions_off: int = 0
    seconds: float = 0.0

    @property
    def bad(self) -> int:
        return self.rounds - self.winners[1] + self.wrong + self.versions_off

    def line(self) -> str:
        """One line for people."""
        spread = " ".join(f"with_{count}_winners={rounds}" for count, rounds in sorted(self.winners.items()))
        return f"rounds={self.rounds} racers={RACERS} {spread} wrong={self.wrong} seconds={self.seconds:.1f}"


def race(home: Path, rounds: int) -> Race:
    """All racers, in all rounds."""
    began, streams = time.monotonic(), [new_id("asset") for _ in range(-(-rounds // LAPS))]
    barrier = processes().Barrier(RACERS)
    with at(home) as log:
        log.handle(*map(register, streams))
        with begun(
            *((run, (home, number, rounds, streams, barrier)) for number in range(PROCESSES))
        ) as racers:
            join_all(racers, seconds=PATIENCE)
        versions = [log.registry.state(STUDIO, stream).version for stream in streams]
    told = [path.read_text() for path in sorted(home.glob("raced-*"))]
    per_round = [Counter(ends) for ends in zip(*told, strict=True)]
    return Race(
        rounds=len(per_round),
        winners=Counter(ends["w"] for ends in per_round),
        wrong=sum(ends.total() - ends["w"] - ends["l"] for ends in per_round),
        versions_off=sum(
            version != 1 + min(LAPS, rounds - LAPS * lap) for lap, version in enumerate(versions)
        ),
        seconds=time.monotonic() - began,
    )


def run(home: Path, number: int, rounds: int, streams: list[str], barrier: Barrier) -> None:
    """The racers of one process; each writes down how every round ended for it."""
    with at(home) as log:
        racers = range(number * THREADS, (number + 1) * THREADS)
        in_threads(_race, *((log, home, racer, (rounds, streams, barrier)) for racer in racers))


def _race(log: Opened, home: Path, racer: int, course: tuple[int, list[str], Barrier]) -> None:
    rounds, streams, barrier = course
    ends = []
    for number in range(rounds):
        stream = streams[number // LAPS]
        command = describe(stream, f"{racer} in {number}")
        expected = {stream: number % LAPS + 1}
        barrier.wait(60)
        ends.append(_end(lambda: log.registry.handle(STUDIO, [command], context=ME, expected=expected)))  # noqa: B023
    (home / f"raced-{racer}").write_text("".join(ends))


def _end(call: Callable[[], object]) -> str:
    """w: it won, l: somebody else had, x: neither is known."""
    try:
        call()
    except VersionConflict:
        return "l"
    except LogBusy:
        return "x"
    return "w"
