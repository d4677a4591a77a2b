"""`python -m tests.crash --kills N`: the ordeal in all modes; with `--houses N`, whole processes killed instead; with
`--powercut N`, the power cut at every system call of N appends; with
`--terrace N`, two services and two workers on PostgreSQL and a bucket, one of each killed while N generations run; with
`--restarts N`, the database server crashes N times under load; with
`--projections N`, a writer killed N times on each engine while it fills its views, which are then compared with a rebuild.

The last line says kills, double, lost, stuck; or cuts, disks, lost, corrupt.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from dataclasses import replace
from itertools import product

from tests import garbage
from tests.crash.breaking import WAYS
from tests.crash.ordeal import Tally, ordeal, warmed
from tests.crash.schedules import FAULTS, POINTS, Mode

MODES = [
    Mode(resend, duplicates)  # type: ignore[arg-type]
    for resend, duplicates in product(("never", "same_id_after_disproof"), ("refuse", "accept"))
]


def main() -> int:
    garbage.seldom()
    given = _parser().parse_args()
    if given.houses or given.terrace or given.restarts or given.projections:
        return _processes(given)
    if given.powercut:
        return _power_cuts(given.powercut, given.seed)
    modes = [mode for mode in MODES if given.resend in (None, mode.resend)]
    modes = [mode for mode in modes if given.duplicates in (None, mode.duplicates)]
    modes = [replace(mode, broken=how, fault=given.fault) for mode in modes for how in given.broken]
    total, began = Tally(), time.monotonic()
    with warmed() as (provider, stage):
        for mode in modes:
            tally = ordeal(mode, provider, stage, kills=-(-given.kills // len(modes)), seed=given.seed)
            print(*tally.said, f"{mode}: {tally.line()}", sep="\n", flush=True)  # noqa: T201
            for name in ("kills", "settled", "double", "lost", "stuck", "wrong"):
                setattr(total, name, getattr(total, name) + getattr(tally, name))
            total.died |= tally.died
    seconds = time.monotonic() - began
    print("nobody died at:", ", ".join(sorted(set(POINTS) - total.died)) or "no point was left out")  # noqa: T201
    print(f"{total.line()} seconds={seconds:.0f} kills_per_second={total.kills / seconds:.1f}")  # noqa: T201
    return 1 if total.bad else 0


def _processes(given: argparse.Namespace) -> int:
    from tests.crash.houses import houses
    from tests.crash.projections import projections
    from tests.crash.restarts import restarts
    from tests.crash.terrace import terrace

    began = time.monotonic()
    if given.terrace:
        tally = terrace(given.terrace, seed=given.seed, durable=True, database_dies=given.database_dies)
    elif given.restarts:
        tally = restarts(given.restarts, seed=given.seed)
    elif given.projections:
        tally = projections(given.projections, seed=given.seed)
    else:
        tally = houses(given.houses, seed=given.seed)
    print(*tally.said, f"{tally.line()} seconds={time.monotonic() - began:.0f}", sep="\n")  # noqa: T201
    return 1 if tally.bad else 0


def _power_cuts(appends: int, seed: int) -> int:
    from tests.crash.powercut.cuts import Trial, everywhere, recorded

    began = time.monotonic()
    trial = Trial(*recorded(appends), seed, thorough=200)
    for tally in everywhere(trial, jobs=os.cpu_count() or 1):
        print(*tally.said, tally.line(), sep="\n", flush=True)  # noqa: T201
    print(f"appends={appends} {tally.line()} seconds={time.monotonic() - began:.0f}")  # noqa: T201
    return 1 if tally.bad else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=2_000)
    parser.add_argument("--houses", type=int, default=0)
    parser.add_argument("--powercut", type=int, default=0)
    parser.add_argument("--terrace", type=int, default=0)
    parser.add_argument("--database-dies", action="store_true", help="of a terrace, now and then")
    parser.add_argument("--restarts", type=int, default=0)
    parser.add_argument("--projections", type=int, default=0)
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--resend", choices=("never", "same_id_after_disproof"))
    parser.add_argument("--duplicates", choices=("refuse", "accept"))
    parser.add_argument("--broken", choices=WAYS, nargs="+", default=[""])
    parser.add_argument("--fault", choices=tuple(FAULTS), default="")
    return parser


if __name__ == "__main__":
    sys.exit(main())
