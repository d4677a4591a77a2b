"""What was measured, kept beside the code: a file for each benchmark, with when, where and of which commit it was.

A page is made of all of them, so a benchmark can be run anew by itself, and what it says stays true of the commit that it names.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Final, Self

from pysqlite3 import dbapi2 as sqlite

from benchmarks.report import Report
from benchmarks.timing import seconds_of
from tests.servers.postgres import BIN

KEPT: Final = Path(__file__).parent / "measured"
_ROOT: Final = Path(__file__).parents[1]
_SYNCS: Final = 200
_BLOCK: Final = b"x" * 4096


@dataclass(frozen=True, slots=True)
class Measured:
    """One benchmark's run: its `report`, or the `text` it printed where it makes none. `note` is what to know of this run."""

    name: str
    command: str
    on: str
    commit: str
    machine: str
    versions: str
    report: Report | None = None
    text: str = ""
    note: str = ""

    @classmethod
    def now(cls, name: str, command: str, *, report: Report | None = None, text: str = "") -> Self:
        """Just measured, here."""
        today = datetime.now(UTC).date().isoformat()
        return cls(name, command, today, _commit(), machine(), versions(), report, text)

    @classmethod
    def kept(cls, name: str) -> Self | None:
        """The last run that was kept; None where none was."""
        file = KEPT / f"{name}.json"
        if not file.exists():
            return None
        told = json.loads(file.read_text())
        report = told.pop("report")
        return cls(**told, report=Report.read(report) if report else None)

    def keep(self) -> None:
        """In the place of the run before."""
        (KEPT / f"{self.name}.json").write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n")


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


def _commit() -> str:
    """As people write it; with a plus where files have been changed since."""
    head = _git("rev-parse", "--short", "HEAD")
    return f"{head}+" if _git("status", "--porcelain", "--untracked-files=no") else head


def _git(*words: str) -> str:
    return subprocess.run(
        ["git", *words], check=True, capture_output=True, text=True, cwd=_ROOT
    ).stdout.strip()


def _server() -> str:
    """As `postgres --version` ends."""
    said = subprocess.run([BIN / "postgres", "--version"], check=True, capture_output=True, text=True).stdout
    return said.split()[-1]


def _durable(file: int) -> Callable[[], object]:
    def once() -> None:
        os.write(file, _BLOCK)
        os.fdatasync(file)

    return once
