"""A soak for seconds: it runs, and judges. `make soak HOURS=8`: for as long as one likes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.servers.sandbox import ROOT
from tests.soak.judging import LEAST_WARM_UP, judge
from tests.soak.load import KINDS
from tests.soak.sampling import Sample, Use

STEADY = Use(memory=100_000_000, files=40, threads=20, processes=1)
WARM = LEAST_WARM_UP


def steady(_minute: int) -> Use:
    return STEADY


def samples(
    service: Callable[[int], Use] = steady,
    *,
    worker: Callable[[int], Use] = steady,
    wal: Callable[[int], int] = lambda _minute: 4_000_000,
) -> list[Sample]:
    """Two hours, a sample each minute, after which limits count from the tenth on."""
    return [
        Sample(60.0 * minute, {"service": service(minute), "worker": worker(minute)}, wal(minute))
        for minute in range(120)
    ]


def judged(found: list[Sample]) -> tuple[bool, list[str]]:
    verdict = judge(found, warm_up=WARM, wal_most=64_000_000)
    return verdict.bad, verdict.beyond + verdict.wrong


def test_what_stays_as_it_is_is_fine() -> None:
    """A program that grows while it warms up, and has a file and a thread more now and then, has no leak."""

    def warming(minute: int) -> Use:
        return Use(50_000_000 + 5_000_000 * min(minute, 10), 40 + minute % 3, 20 + minute % 2, 1)

    assert judged(samples(warming, worker=warming)) == (False, [])


@pytest.mark.parametrize(
    ("what", "leaking"),
    [
        ("memory", lambda minute: Use(100_000_000 + 100_000 * minute, 40, 20, 1)),
        ("files", lambda minute: Use(100_000_000, 40 + minute // 20, 20, 1)),
        ("threads", lambda minute: Use(100_000_000, 40, 20 + minute // 20, 1)),
        ("processes", lambda minute: Use(100_000_000, 40, 20, 1 + minute // 20)),
    ],
)
def test_what_grows_is_found(what: str, leaking: Callable[[int], Use]) -> None:
    """A tenth more memory, or a file in twenty minutes, is told, in the service and in the worker."""
    for name, found in {"service": samples(leaking), "worker": samples(worker=leaking)}.items():
        bad, said = judged(found)

        assert bad
        assert [line.partition(" grew")[0] for line in said] == [f"{what} of the {name}"]


def test_a_long_write_ahead_log_is_found() -> None:
    """One moment above the bound is enough: the disk was full then."""
    bad, said = judged(samples(wal=lambda minute: 64_000_001 if minute == 60 else 0))

    assert bad
    assert said == ["the write-ahead log had 64000001 bytes, 64000000 are allowed"]


def test_who_died_is_missed_however_short_the_soak() -> None:
    """A worker that is gone in the last samples cannot have passed, with limits and without."""
    found = samples()
    found[-1] = Sample(found[-1].seconds, {"service": STEADY}, 0)
    verdict = judge(found, warm_up=1.0, wal_most=1)

    assert (verdict.applied, verdict.bad) == (False, True)
    assert verdict.wrong == ["the worker was not there all the time"]


def test_limits_do_not_count_before_a_program_is_warm() -> None:
    """After a short warm-up growth is told and not held against anybody; too few samples tell nothing at all."""
    verdict = judge(samples(lambda minute: Use(1_000_000 * (minute + 1), 40, 20, 1)), warm_up=1, wal_most=1)

    assert not verdict.bad
    assert len(verdict.beyond) == 2
    with pytest.raises(ValueError, match="1 samples after a warm-up"):
        judge(samples()[:2], warm_up=60, wal_most=1)


@pytest.mark.slow
def test_a_soak_runs_and_judges() -> None:
    """Twelve seconds of real processes: everything was done, everybody was seen, and the last line is the verdict."""
    line = [sys.executable, "-m", "tests.soak", "--hours", str(12 / 3600), "--every", "2", "--pause", "0.1"]
    run = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)

    assert run.returncode == 0, (run.stdout + run.stderr)[-4000:]
    *said, verdict = run.stdout.splitlines()
    found = json.loads(verdict)
    assert found["samples"] == len(said) > 2
    assert not found["limits_applied"]
    assert set(found["growth"]) == {"load", "sandbox", "service", "worker"}
    assert set(found["done"]) == {*KINDS, "failed"}
    assert found["done"]["failed"] == 0
    assert 0 < found["wal"] < found["wal_most"]
