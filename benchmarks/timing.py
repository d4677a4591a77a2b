"""Taking times: ways that take turns (A B A B), medians with their extremes, and callers in threads.

A machine is never quiet for long, so ways that are compared run in the same process by turns, and a ratio is taken
within each round before its median is.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Self, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of some values with the lowest and the highest."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        return cls(median(values), min(values), max(values))


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast something went: its times a second, and the seconds of CPU that this process spent on each."""

    per_second: float
    cpu: float


def alternate(ways: Mapping[str, Callable[[], T]], rounds: int) -> dict[str, list[T]]:
    """Let the ways take turns, every other round from the last to the first; what each came to, round by round."""
    came: dict[str, list[T]] = {name: [] for name in ways}
    for turn in range(rounds):
        for name in list(ways) if turn % 2 == 0 else reversed(list(ways)):
            came[name].append(ways[name]())
    return came


def ratio(ours: Sequence[float], peers: Sequence[float]) -> Spread:
    """Ours over the peer's, round by round."""
    return Spread.of([mine / theirs for mine, theirs in zip(ours, peers, strict=True)])


def seconds_of(job: Callable[[], object], times: int) -> list[float]:
    """How long each of so many runs takes."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        job()
        taken.append(time.perf_counter() - began)
    return taken


def percentile(values: Sequence[float], percent: int) -> float:
    """The value that so many percent of the values stay below."""
    return quantiles(values, n=100, method="inclusive")[percent - 1]


def pace(job: Callable[[], object], seconds: float) -> Pace:
    """One caller, over and over for so long. The first run is not counted."""
    job()
    return paced([job], seconds)


def paced(jobs: Sequence[Callable[[], object]], seconds: float) -> Pace:
    """As many callers as there are jobs, each in a thread of its own, over and over for so long. Raises what a job raises."""
    start, done = threading.Barrier(len(jobs) + 1), [0] * len(jobs)
    failures: list[BaseException] = []
    end = float("inf")

    def call(number: int, job: Callable[[], object]) -> None:
        start.wait()
        try:
            while time.perf_counter() < end:
                job()
                done[number] += 1
        except BaseException as failure:  # noqa: BLE001 - raised again by who waits for the threads
            failures.append(failure)

    threads = [threading.Thread(target=call, args=one, daemon=True) for one in enumerate(jobs)]
    for thread in threads:
        thread.start()
    began, cpu = time.perf_counter(), time.process_time()
    end = began + seconds
    start.wait()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    spent, used = time.perf_counter() - began, time.process_time() - cpu
    return Pace(sum(done) / spent, used / max(1, sum(done)))
