"""Kill after kill: forks one life after the other from a warm process, ends each with SIGKILL, and adds up the verdicts.

The provider is another process, and its ledger is the judge.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, Final

from tests.crash.judging import Began
from tests.crash.lives import Place, Stage, live
from tests.crash.schedules import Mode, Schedule, schedules
from tests.crash.warming import staged, warm
from tests.servers.sandbox import Sandbox, sandbox

CHAPTER: Final = 150
"""Generations in one folder; then a new one begins, so that logs stay short and clocks near the wall's."""
JUMP: Final = 10.0
"""Seconds by which both clocks go on after a death: more than any lease that is held."""
ENOUGH: Final = 10
"""Bad verdicts after which a run stops: it has failed."""


@dataclass
class Tally:
    """What a run came to. `said` tells the bad ones; `died` has every point at which a worker was killed."""

    kills: int = 0
    settled: int = 0
    double: int = 0
    lost: int = 0
    stuck: int = 0
    wrong: int = 0
    said: list[str] = field(default_factory=list)
    died: set[str] = field(default_factory=set)

    @property
    def bad(self) -> int:
        return self.double + self.lost + self.stuck + self.wrong

    def add(self, judged: dict[str, Any], schedule: Schedule) -> None:
        self.settled += 1
        self.double += judged["double"]
        self.lost += judged["lost"]
        self.stuck += bool(judged["stuck"])
        self.wrong += bool(judged["wrong"])
        if judged["double"] or judged["lost"] or judged["stuck"] or judged["wrong"]:
            self.said.append(f"{schedule}: {judged}")

    def line(self) -> str:
        return (
            f"kills={self.kills} settled={self.settled} double={self.double} lost={self.lost} "
            f"stuck={self.stuck} wrong={self.wrong}"
        )


@contextmanager
def warmed() -> Iterator[tuple[Sandbox, Stage]]:
    """A provider whose films are done at once, a studio on it to be copied, and this process ready to fork."""
    flags = ("--submitted-seconds", "0", "--processing-seconds", "0", "--one-film")
    with sandbox(*flags, fresh=True) as provider, tempfile.TemporaryDirectory() as folder:
        yield provider, warm(provider, Path(folder))


def ordeal(mode: Mode, provider: Sandbox, stage: Stage, *, kills: int, seed: int) -> Tally:
    """So many kills of workers that carry one generation after the other, in one mode."""
    tally, plan = Tally(), schedules(seed, mode.fault)
    provider.habits(duplicate_external_ids=mode.duplicates)
    while tally.kills < kills and not _over(mode, tally):
        with tempfile.TemporaryDirectory() as folder:
            _chapter(staged(stage, folder, mode), provider, plan, tally, kills)
    return tally


def _over(mode: Mode, tally: Tally) -> bool:
    """A protocol that was broken on purpose is found out with the first double payment."""
    return tally.double > 0 if mode.broken else tally.bad >= ENOUGH


def _chapter(stage: Stage, provider: Sandbox, plan: Iterator[Schedule], tally: Tally, kills: int) -> None:
    """Lives in one folder, until enough generations have settled or enough workers were killed."""
    place, schedule, until = Place(), next(plan), tally.settled + CHAPTER
    while True:
        last = tally.kills >= kills or tally.settled >= until or _over(stage.mode, tally)
        status, schedule = _life(stage, place, schedule, plan, tally, last=last)
        if last:
            return
        if status != -signal.SIGKILL:
            tally.wrong += 1
            tally.said.append(f"a worker ended with {status} in {schedule}")
            return
        tally.kills += 1
        place.ahead += int(JUMP * 1_000_000)
        _quiet(provider)
        provider.clock(advance_seconds=JUMP)


def _life(
    stage: Stage, place: Place, schedule: Schedule, plan: Iterator[Schedule], tally: Tally, *, last: bool
) -> tuple[int, Schedule]:
    """One process from its fork to its death; the schedules it used up are taken from the plan here as well."""
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(reading)
        _child(stage, place, chain([schedule], plan), writing, last=last)
    os.close(writing)
    with os.fdopen(reading) as lines:
        for line in lines:
            said = json.loads(line)
            place.ahead = said.get("ahead", place.ahead)
            if "died" in said:
                place.deaths.append(said["died"])
                tally.died.add(said["died"])
            if "began" in said:
                place.began = Began(**said["began"])
                place.posts = place.began.posts
            if "settled" in said:
                tally.add(said, schedule)
                schedule = next(plan)
                place.deaths, place.began = [], None
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), schedule


def _child(stage: Stage, place: Place, plan: Iterator[Schedule], writing: int, *, last: bool) -> None:
    status = 1
    gc.disable()  # it does not live long enough, and looking at what is shared would copy it
    try:

        def say(what: dict[str, Any]) -> None:
            os.write(writing, json.dumps(what).encode() + b"\n")

        live(stage, place, plan, last=last, say=say)
        status = 0
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        os._exit(status)


def _quiet(provider: Sandbox) -> None:
    """Wait until the provider has dealt with everything the dead worker sent: real time must not hide in the jump."""
    end = time.monotonic() + 20
    while provider.underway():
        assert time.monotonic() < end, "the provider does not come to rest"
        time.sleep(0.002)
