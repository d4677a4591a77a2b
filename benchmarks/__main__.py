"""Runs the benchmarks one after another, each as a process of its own; `make bench` does it with small sizes.

    python -m benchmarks [--only append --only api] [--large] [--write]

`--large` takes the sizes that are published, and needs about half an hour on a quiet machine; `--write` makes
docs/reference/benchmarks.md of the run. A benchmark that fails stops the run, and nothing is written. `api` asks with wrk,
which no Python package brings: `apt-get install wrk`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from benchmarks.page import Printed, page
from benchmarks.rebuilding import rebuilds
from benchmarks.report import Report, as_text, say

PAGE: Final = Path(__file__).parents[1] / "docs/reference/benchmarks.md"
LARGE: Final = {
    "append": ("--seconds", "1", "--rounds", "5"),
    "replay": ("--log", "20000", "--seconds", "1", "--rounds", "5"),
    "rebuild": ("--events", "1000000"),
    "lineage": ("--clips", "1000000", "--starts", "300", "--rounds", "5"),
    "audit": ("--events", "1000000", "--proofs", "1000"),
    "lookup": ("--fingerprints", "1000000"),
    "intake": ("--rounds", "5", "--repeats", "5"),
    "api": ("--seconds", "3", "--rounds", "5"),
    "receipts": ("--events", "1000000", "--rounds", "5"),
    "streams": (),
    "body": (),
    "compile": (),
    "worker": (),
    "near": (),
}
"""The benchmarks in the order of the page, with the arguments of a published run; without `--large` each has its own
defaults."""
COMPARED: Final = ("append", "replay", "lineage", "audit", "lookup", "intake", "api", "receipts")
"""Those that answer a report of figures, ratios and aims; the others are shown as they print."""


def main() -> None:
    options = _options()
    reports: list[Report] = []
    printed: list[Printed] = []
    for name in options.only or LARGE:
        say(f"{name}:")
        sizes = LARGE[name] if options.large else ()
        if name in COMPARED:
            reports.append(Report.read(json.loads(_said(name, *sizes, "--json"))))
        elif name == "rebuild":
            reports.append(rebuilds({engine: _rebuilt(engine, sizes) for engine in ("PostgreSQL", "SQLite")}))
        else:
            printed.append(
                Printed(name, " ".join((f"python -m benchmarks.{name}", *sizes)), _said(name, *sizes))
            )
    for report in reports:
        print(f"\n{as_text(report)}")
    for one in printed:
        print(f"\n{one.name}\n\n{one.text.rstrip()}")
    if options.write:
        PAGE.write_text(page(reports, printed, large=options.large))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", action="append", choices=LARGE, help="this one alone (repeatable)")
    parser.add_argument("--large", action="store_true", help="the sizes that are published")
    parser.add_argument("--write", action="store_true", help="make docs/reference/benchmarks.md of this run")
    options = parser.parse_args()
    if options.write and options.only:
        parser.error("the page is made of one whole run: leave --only out")
    return options


def _rebuilt(engine: str, sizes: tuple[str, ...]) -> dict[str, Any]:
    on_postgres = ("--postgres",) if engine == "PostgreSQL" else ()
    said: dict[str, Any] = json.loads(_said("rebuild", *sizes, *on_postgres, "--json"))
    return said


def _said(name: str, *arguments: str) -> str:
    command = [sys.executable, "-m", f"benchmarks.{name}", *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    main()
