"""`python -m tests.soak --hours 8 --engine sqlite`: a line for every sample, and the verdict as one line of JSON at the end.

The exit code is 1 when a limit was passed after the warm-up, or when something was not done or not there.
"""

from __future__ import annotations

import argparse
import sys

from tests import garbage
from tests.servers.engines import ENGINES
from tests.soak.soak import Course, soak


def main() -> int:
    garbage.seldom()
    given = _parser().parse_args()
    course = Course(given.hours * 3600, given.every, given.pause)
    verdict, done = soak(given.engine, course, lambda line: print(line, flush=True))  # noqa: T201
    print(verdict.line(engine=given.engine, hours=given.hours, done=done))  # noqa: T201
    return 1 if verdict.bad else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--hours", type=float, required=True)
    parser.add_argument("--engine", choices=ENGINES, default="sqlite")
    parser.add_argument("--every", type=float, default=30.0, help="seconds from sample to sample")
    parser.add_argument(
        "--pause", type=float, default=0.5, help="seconds that who asks rests between two turns"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
