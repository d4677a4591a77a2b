"""`python -m tests.storm storm|race|repeat --count N --engine sqlite`: at any size; the last line is the verdict."""

from __future__ import annotations

import argparse
import sys

from tests import garbage
from tests.servers.engines import ENGINES
from tests.storm.places import home_on
from tests.storm.racing import race
from tests.storm.repeating import repeat
from tests.storm.storm import storm

KINDS = {"storm": storm, "race": race, "repeat": repeat}


def main() -> int:
    garbage.seldom()
    parser = argparse.ArgumentParser(prog="python -m tests.storm", description=__doc__)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--count", type=int, required=True, help="events, rounds or commands")
    parser.add_argument("--engine", choices=(*ENGINES, "both"), default="both")
    given = parser.parse_args()
    bad = 0
    for engine in ENGINES if given.engine == "both" else (given.engine,):
        with home_on(engine) as home:
            verdict = KINDS[given.kind](home, given.count)  # type: ignore[operator]
        print(f"{given.kind} on {engine}: {verdict.line()}", flush=True)  # noqa: T201
        bad += verdict.bad
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
