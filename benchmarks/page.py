"""docs/reference/benchmarks.md: date, machine, every figure of one run beside its aim, and each miss with its reason."""

from __future__ import annotations

import os
import platform
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median

from pysqlite3 import dbapi2 as sqlite

from benchmarks.reasons import reason
from benchmarks.report import Compared, Report, rows, units, verdicts, ways
from benchmarks.timing import seconds_of
from tests.servers.postgres import BIN

_HEAD = """# Benchmarks

What this page says was measured in one run on {date}, with {sizes} sizes, on {machine}. `python -m benchmarks
{flags}` makes it anew; `make bench` runs everything with small sizes and writes nothing. Figures are medians with the
lowest and the highest round in brackets. What is compared took turns in the same run (A B A B); a ratio was taken
within each round before its median was. Ratios say more than figures: those hold on other machines, these do not.

{versions}.

## Aims

{aims}
"""
_MISSED = """### Missed

{reasons}
"""
_SYNCS = 200
_BLOCK = b"x" * 4096


@dataclass(frozen=True, slots=True)
class Printed:
    """A benchmark that says its figures itself: its name, the command and what it printed."""

    name: str
    command: str
    text: str


def page(reports: Sequence[Report], printed: Sequence[Printed], *, large: bool) -> str:
    """The whole page."""
    judged = [(report, one) for report in reports for one in report.compared if one.aim is not None]
    aims = [[report.title, *row] for report, one in judged for row in verdicts([one])]
    parts = [
        _HEAD.format(
            date=datetime.now(UTC).date().isoformat(),
            sizes="the published" if large else "small",
            flags="--large --write" if large else "--write",
            machine=machine(),
            versions=versions(),
            aims=_table(["", "case", "compared", "measured", "aim", ""], aims),
        )
    ]
    if reasons := [_reason(report, one) for report, one in judged if not one.met]:
        parts.append(_MISSED.format(reasons="\n".join(reasons)))
    parts += [_section(report) for report in reports]
    parts += [f"## {one.name}\n\n`{one.command}`\n\n```text\n{one.text.rstrip()}\n```\n" for one in printed]
    return "\n".join(parts)


def machine() -> str:
    """Processor, cores, memory, system, and how long the disk takes to make one block durable."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    with tempfile.TemporaryFile(buffering=0) as file:
        sync = median(seconds_of(_durable(file.fileno()), _SYNCS))
    return (
        f"{os.cpu_count()} cores ({names[0] if names else platform.machine()}), {memory:.0f} GiB, "
        f"{platform.system()} {platform.release()}; one `fdatasync` of 4 KiB took {1_000 * sync:.2f} ms at the median"
    )


def versions() -> str:
    packages = ", ".join(
        f"{name} {version(name)}" for name in ("eventsourcing", "psycopg", "sqlalchemy", "litestar")
    )
    return (
        f"Python {platform.python_version()}, PostgreSQL {_server()} with its defaults (fsync on, over TCP on the "
        f"loopback), SQLite {sqlite.sqlite_version}, {packages}"
    )


def _server() -> str:
    """As `postgres --version` ends."""
    said = subprocess.run([BIN / "postgres", "--version"], check=True, capture_output=True, text=True).stdout
    return said.split()[-1]


def _durable(file: int) -> Callable[[], object]:
    def once() -> None:
        os.write(file, _BLOCK)
        os.fdatasync(file)

    return once


def _reason(report: Report, one: Compared) -> str:
    return f"- {report.title}, {one.case}, {one.what}: by {one.missed_by}; {reason(report, one)}."


def _section(report: Report) -> str:
    parts = [f"## {report.title}", report.about]
    for unit in units(report.figures):
        parts.append(_table([unit, *ways(report.figures, unit)], rows(report.figures, unit)))
    free = [one for one in report.compared if one.aim is None]
    if free:
        parts.append(_table(["compared", "", "ratio"], [row[:3] for row in verdicts(free)]))
    return "\n\n".join(parts) + "\n"


def _table(head: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *body]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
