"""`python -m tests.fuzz --cases N --engine both --seed S`: at any size; every finding, and the verdict in the last line."""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.fuzz.fuzzing import fuzz
from tests.registry.blobs.test_media import filmed
from tests.servers.engines import ENGINES
from tests.servers.postgres import postgres_server

EVERY = 1_000


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--cases", type=int, required=True)
    parser.add_argument("--engine", choices=(*ENGINES, "both"), default="both")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        homes: dict[str, dict[str, str]] = {"sqlite": {}} if given.engine != "postgresql" else {}
        if given.engine != "sqlite":
            homes["postgresql"] = {"DATABASE_URL": stack.enter_context(postgres_server()).database()}
        footage = filmed(folder / "clip.mp4")
        verdict = fuzz(homes, folder, footage, cases=given.cases, seed=given.seed, progress=_say)
    for finding in verdict.wrong:
        print(finding)  # noqa: T201
    print("never did what they were asked:", ", ".join(sorted(verdict.asked_of() - verdict.reached())))  # noqa: T201
    print(f"fuzz with seed {given.seed}: {verdict.line()}")  # noqa: T201
    return 1 if verdict.wrong else 0


def _say(number: int) -> None:
    if number and number % EVERY == 0:
        print(f"  {number} asked", file=sys.stderr, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
