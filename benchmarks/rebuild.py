"""Making the views of a long log anew.

- read: the same events read and decoded in order, and nothing done with them, as the limit
- replay: those events projected into the scratch tables
- compare: rows of both sides compared and digested
- whole: a rebuild that finds nothing, from its beginning to its certificate; and one that finds every row missing and
  adds it

Each is a process of its own, so that the memory is its own: what it grew by above an opened log, in MB.

    python -m benchmarks.rebuild [--events 100000] [--postgres] [--json]
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.lives import fill
from benchmarks.report import arguments
from registry.log.feed.feed import walk
from registry.log.rebuild.rebuild import BATCH
from tests.registry.log.opened import STUDIO, Opened, opened
from tests.servers.homes import settle
from tests.servers.postgres import postgres_server

AIM = 50_000
"""Events a second of the whole rebuild."""
BOUND_MB = 192
"""What a rebuild's memory may grow by, however long the log is: a page cache of 64 MiB, a batch of events and its rows, a page of
rows of both sides; and as much again for what the allocator keeps."""
Figures = dict[str, float]


def main() -> None:
    options = _options()
    with _home(options.postgres) as folder:
        said: dict[str, Any] = {"engine": "postgresql" if options.postgres else "sqlite"}
        said |= {"aim": AIM, "bound_mb": BOUND_MB}
        for step in (_filled, _read, _repaired, _equal):
            said[step.__name__.strip("_")] = _apart(step, folder, options.events)
    grown = max(said[step]["grown_mb"] for step in ("repaired", "equal"))
    said["memory"] = f"grew by {grown:.0f} MB, {'within' if grown <= BOUND_MB else 'BEYOND'} the bound"
    said["ratio"] = round(said["equal"]["events_per_second"] / said["read"]["events_per_second"], 2)
    if options.json:
        print(json.dumps(said))
        return
    for name, figures in said.items():
        shown = (
            ", ".join(f"{one} {value:,.1f}" for one, value in figures.items())
            if isinstance(figures, dict)
            else f"{figures}"
        )
        print(f"{name:>10}: {shown}")


def _filled(log: Opened, count: int) -> Figures:
    start = time.perf_counter()
    events = fill(log, count)
    return {"events": events, "seconds": time.perf_counter() - start}


def _read(log: Opened, _count: int) -> Figures:
    start = time.perf_counter()
    with log.database.reading() as connection:
        until = log.registry.head(connection, STUDIO)
        batches = walk(connection, log.registry._log.reader, STUDIO, after=0, until=until, size=BATCH)
        events = sum(len(batch) for batch in batches)
    return {"events_per_second": events / (time.perf_counter() - start)}


def _repaired(log: Opened, _count: int) -> Figures:
    return _rebuilt(log, "the views were never made")


def _equal(log: Opened, _count: int) -> Figures:
    return _rebuilt(log, None)


def _rebuilt(log: Opened, replace: str | None) -> Figures:
    spent = {"events": 0.0, "rows": 0.0}
    done = {"events": 0, "rows": 0}
    last = start = time.perf_counter()

    def progress(what: str, so_far: int, _all: int) -> None:
        nonlocal last
        now = time.perf_counter()
        spent[what] += now - last
        done[what] = max(done[what], so_far)
        last = now

    rebuilt = log.registry.rebuild(progress, replace=replace)
    seconds = time.perf_counter() - start
    if bool(rebuilt.different) is not bool(replace):
        raise RuntimeError(f"found to differ: {rebuilt.different}")
    return {
        "events_per_second": rebuilt.events / seconds,
        "replayed_per_second": done["events"] / spent["events"],
        "rows": done["rows"],
        "rows_per_second": done["rows"] / spent["rows"],
        "seconds": seconds,
    }


def _apart(step: Callable[[Opened, int], Figures], folder: Path, count: int) -> Figures:
    """Run a step in a process of its own, with what its memory grew by."""
    context = get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_measured, (step, folder, count))


def _measured(step: Callable[[Opened, int], Figures], folder: Path, count: int) -> Figures:
    with opened(folder) as log:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        figures = step(log, count)
        return figures | {"grown_mb": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024}


@contextmanager
def _home(postgres: bool) -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        if not postgres:
            yield Path(folder)
            return
        with postgres_server(durable=True) as server:
            yield settle(Path(folder), server.database())


def _options() -> argparse.Namespace:
    options = arguments(__doc__)
    options.add_argument("--events", type=int, default=100_000)
    options.add_argument("--postgres", action="store_true")
    return options.parse_args()


if __name__ == "__main__":
    main()
