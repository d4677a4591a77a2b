"""Runs the benchmarks one after another, each as a process of its own; `make bench` does it with small sizes.

    python -m benchmarks [--only append --only api] [--large] [--write]

`--large` takes the sizes that are published, for all of them an hour on a quiet machine. `--write` keeps what was measured
(benchmarks/measured/) as soon as each has ended, and makes docs/reference/benchmarks.md of all that is kept. A benchmark that
fails stops the run. `api` asks with wrk, which no Python package brings: `apt-get install wrk`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from benchmarks.measured import Measured
from benchmarks.page import page
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
    "console": ("--clips", "10000"),
    "streams": (),
    "body": (),
    "compile": (),
    "worker": (),
    "near": (),
}
"""The benchmarks in the order of the page, with the arguments of a published run; without `--large` each has its own
defaults."""
COMPARED: Final = ("append", "replay", "lineage", "audit", "lookup", "intake", "api", "receipts", "console")
"""Those that answer a report of figures, ratios and aims; the others are shown as they print."""


def main() -> None:
    options = _options()
    for name in options.only or LARGE:
        say(f"{name}:")
        measured = _measured(name, LARGE[name] if options.large else ())
        told = as_text(measured.report) if measured.report else f"{name}\n\n{measured.text.rstrip()}"
        print(f"\n{told}")
        if options.write:
            measured.keep()
    if options.write:
        PAGE.write_text(page([kept for kept in map(Measured.kept, LARGE) if kept]))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", action="append", choices=LARGE, help="this one alone (repeatable)")
    parser.add_argument("--large", action="store_true", help="the sizes that are published")
    parser.add_argument("--write", action="store_true", help="keep what is measured, and make the page")
    options = parser.parse_args()
    if options.write and not options.large:
        parser.error("what is kept has the published sizes: say --large too")
    return options


def _measured(name: str, sizes: tuple[str, ...]) -> Measured:
    command = " ".join((f"python -m benchmarks.{name}", *sizes))
    if name in COMPARED:
        return Measured.now(name, command, report=Report.read(json.loads(_said(name, *sizes, "--json"))))
    if name == "rebuild":
        report = rebuilds({engine: _rebuilt(engine, sizes) for engine in ("PostgreSQL", "SQLite")})
        return Measured.now(name, command, report=report)
    return Measured.now(name, command, text=_said(name, *sizes))


def _rebuilt(engine: str, sizes: tuple[str, ...]) -> dict[str, Any]:
    on_postgres = ("--postgres",) if engine == "PostgreSQL" else ()
    said: dict[str, Any] = json.loads(_said("rebuild", *sizes, *on_postgres, "--json"))
    return said


def _said(name: str, *arguments: str) -> str:
    command = [sys.executable, "-m", f"benchmarks.{name}", *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    main()
