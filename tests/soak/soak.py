"""A soak: an installation under a steady load for as long as one likes, looked at every few seconds."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from api.cli.processes import bootstrap_key
from tests.servers.sandbox import sandbox
from tests.soak.judging import Verdict, judge
from tests.soak.load import Load
from tests.soak.places import Place, at_work, place_on
from tests.soak.sampling import Sample, programs

WARM_UP_MOST: Final = 3600.0
"""Seconds after which caches and pools have what they need; a shorter soak is warm after a third of it."""
_SANDBOX: Final = (
    "--submitted-seconds",
    "0.3",
    "--processing-seconds",
    "0.7",
    "--one-film",
    "--units",
    "1e12",
)


@dataclass(frozen=True, slots=True)
class Course:
    """How long, how often somebody looks, and how long each of those who ask rests between two turns, all in seconds."""

    seconds: float
    every: float
    pause: float


def soak(engine: str, course: Course, say: Callable[[str], None]) -> tuple[Verdict, dict[str, int]]:
    """The verdict, and how much was done by kind; `say` hears every sample."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="soak-")))
        provider = stack.enter_context(sandbox(*_SANDBOX, fresh=True))
        place = stack.enter_context(place_on(engine, folder, provider))
        key = bootstrap_key(place.environment, "soak").key
        url = stack.enter_context(at_work(place, folder))
        load = Load(url, key, folder, course.pause)
        with load.running():
            samples = _looked(place, load, course, say)
    verdict = judge(samples, warm_up=min(WARM_UP_MOST, course.seconds / 3), wal_most=place.wal_most)
    verdict.wrong += load.wrong()
    return verdict, {**load.done, "failed": load.failed.total()}


def _looked(place: Place, load: Load, course: Course, say: Callable[[str], None]) -> list[Sample]:
    began, samples = time.monotonic(), list[Sample]()
    while (now := time.monotonic() - began) <= course.seconds:
        samples.append(Sample(now, programs(), place.wal()))
        say(samples[-1].line())
        load.must_go_on()
        time.sleep(max(0.0, course.every - (time.monotonic() - began) % course.every))
    return samples
