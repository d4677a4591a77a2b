"""Power cuts: at each moment of a run the disk is laid out as it may have been left, opened, and judged."""

from __future__ import annotations

import multiprocessing
import tempfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random
from typing import Final

from tests.crash.powercut.disk import Disk
from tests.crash.powercut.operations import Acknowledged, Operation
from tests.crash.powercut.remains import remains, seen, seen_names
from tests.crash.powercut.reopening import Promises, Verdict, promises, reopen
from tests.crash.powercut.tracing import watched

ENOUGH: Final = 10
"""Bad verdicts after which a run stops: it has failed."""
PARTS: Final = 20
"""A long run tells how it goes on so many times."""


@dataclass
class Tally:
    """What a run came to: moments at which the power was cut, disks that were opened, and what was wrong with how many."""

    cuts: int = 0
    disks: int = 0
    lost: int = 0
    corrupt: int = 0
    said: list[str] = field(default_factory=list)

    @property
    def bad(self) -> int:
        return self.lost + self.corrupt

    def add(self, verdict: Verdict, where: str) -> None:
        self.disks += 1
        self.lost += bool(verdict.lost)
        self.corrupt += bool(verdict.corrupt)
        if verdict != Verdict():
            self.said.append(f"{where}: {verdict}")

    def join(self, other: Tally) -> None:
        for name in ("cuts", "disks", "lost", "corrupt", "said"):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def line(self) -> str:
        return f"cuts={self.cuts} disks={self.disks} lost={self.lost} corrupt={self.corrupt}"


@dataclass(frozen=True)
class Trial:
    """A watched run, and how to try it: `draws` random disks at each cut, one disk in `thorough` looked at in full."""

    operations: Sequence[Operation]
    promised: Promises
    seed: int
    draws: int = 1
    thorough: int = 20
    patience: int = ENOUGH

    def at(self, cuts: Collection[int]) -> Tally:
        """Cut the power after each of these operations."""
        tally, disk, before = Tally(), Disk(), list[Acknowledged]()
        for number, operation in enumerate(self.operations):
            disk.carry_out(number, operation)
            if isinstance(operation, Acknowledged):
                before.append(operation)
            if number not in cuts:
                continue
            tally.cuts += 1
            chance = Random(f"{self.seed} {number}")
            for kind, tree in remains(disk, number, operation, chance=chance, draws=self.draws):
                verdict = reopen(tree, self.promised, before, thoroughly=not chance.randrange(self.thorough))
                tally.add(verdict, f"{kind} after {number} {type(operation).__name__}")
            if tally.bad >= self.patience:
                break
        return tally


def recorded(appends: int, pragmas: Iterable[str] = ()) -> tuple[list[Operation], Promises]:
    """Watch a run, and learn from how it ended what it promised."""
    with tempfile.TemporaryDirectory() as folder:
        chosen = [word for pragma in pragmas for word in ("--pragma", pragma)]
        operations = watched("appending", Path(folder), "--appends", str(appends), *chosen)
    disk = Disk()
    for number, operation in enumerate(operations):
        disk.carry_out(number, operation)
    calls = [operation for operation in operations if isinstance(operation, Acknowledged)]
    assert len(calls) == appends
    return operations, promises(calls, disk.tree(seen_names, seen))


def everywhere(trial: Trial, *, jobs: int) -> Iterator[Tally]:
    """Cut the power after every operation, in so many processes; what it came to so far, now and then.

    Each part goes through the whole run with gaps that the others fill, so one that is stopped has been everywhere.
    """
    total = Tally()
    for part in range(PARTS):
        cuts = range(part, len(trial.operations), PARTS)
        for tally in _at_once(trial, [set(cuts[job::jobs]) for job in range(jobs)]):
            total.join(tally)
        yield total
        if total.bad >= trial.patience:
            return


def _at_once(trial: Trial, shares: list[set[int]]) -> list[Tally]:
    """Each share in a fork of this process, which owns no thread: what was watched is too much to be sent about."""
    forks = [_fork(trial, share) for share in shares]
    tallies = [told.recv() for _, told in forks]
    for fork, _ in forks:
        fork.join()
    return tallies


def _fork(trial: Trial, share: set[int]) -> tuple[BaseProcess, Connection]:
    """A process at work, and where it will say what it found; one that dies says EOFError."""
    context = multiprocessing.get_context("fork")
    told, telling = context.Pipe(duplex=False)
    fork = context.Process(target=lambda: telling.send(trial.at(share)))
    fork.start()
    telling.close()
    return fork, told
