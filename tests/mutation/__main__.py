"""`python -m tests.mutation --group auth --sample 200 --target 90`: break the code in every small way; count what none notices.

Without `--resume` everything is tried anew; with it what was killed stays so while its function is the same, and what lived is
tried again. The last lines are the scores; what lived stands in `.mutation/GROUP/lived.txt`. Ends with 1 below the target,
2 when not every mutant could be tried.
"""

from __future__ import annotations

import argparse
import sys
from random import Random
from time import monotonic
from typing import TYPE_CHECKING

from tests.mutation.groups import GROUPS
from tests.mutation.judging import Score, end_of

if TYPE_CHECKING:
    from tests.mutation.workshop import Workshop


def chosen(names: list[str], sample: int, seed: int) -> list[str]:
    """So many of them, the same ones for the same seed; 0 is all."""
    return sorted(Random(seed).sample(names, sample)) if 0 < sample < len(names) else names


def tried(workshop: Workshop, names: list[str], *, resume: bool) -> Score:
    """Try what has to be tried, and count. A run forgets the verdicts on functions that changed: those are tried after it."""
    known = workshop.verdicts() if resume else {}
    waiting = [name for name in names if end_of(known.get(name)) not in ("killed", "timed out")] or names[:1]
    while waiting:
        workshop.run(waiting)
        verdicts = workshop.verdicts()
        waiting = [name for name in names if end_of(verdicts.get(name)) == "not tried"]
    score = Score()
    for name in names:
        score.count(name, verdicts.get(name), *workshop.change(name))
    lived = "\n\n".join(f"{name}\n{change}" for name, change in score.lived.items())
    (workshop.folder / "lived.txt").write_text(lived + "\n")
    return score


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--group", choices=(*GROUPS, "all"), default="all")
    parser.add_argument("--sample", type=int, default=0, help="how many mutants of each group; 0: all")
    parser.add_argument("--seed", type=int, default=20261130)
    parser.add_argument("--target", type=float, default=90.0, help="percent")
    parser.add_argument("--resume", action="store_true", help="keep what was killed before")
    given = parser.parse_args()
    from tests.mutation.workshop import ToolFailed, Workshop

    scores: dict[str, Score] = {}
    for name in GROUPS if given.group == "all" else (given.group,):
        workshop, began = Workshop(name, GROUPS[name]), monotonic()
        if not given.resume:
            workshop.clear()
        with workshop.opened():
            names = chosen(workshop.names(), given.sample, given.seed)
            print(f"{name}: {len(names)} mutants", flush=True)  # noqa: T201
            try:
                scores[name] = tried(workshop, names, resume=given.resume)
            except ToolFailed as failed:
                print(f"{name}: {failed}")  # noqa: T201
                return 2
        print(f"{name}: {monotonic() - began:.0f} s", flush=True)  # noqa: T201
    print("\n".join(score.line(name) for name, score in scores.items()))  # noqa: T201
    return 0 if all(score.percent >= given.target for score in scores.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
