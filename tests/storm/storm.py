"""A storm: eight processes write, three read, one holds transactions open; then the verdict."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Final

from sqlalchemy import text

from registry.log.feed import subscriptions
from tests.registry.log.opened import STUDIO, Opened
from tests.storm import reading
from tests.storm.forking import begun, join_all
from tests.storm.judging import Seen, Verdict, judge_log, judge_reader, lines_of
from tests.storm.places import at
from tests.storm.writing import hold, write

WRITERS: Final = 8
_COUNTERS: Final = {
    "sqlite": "INTEGER PRIMARY KEY AUTOINCREMENT",
    "postgresql": "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
}
_PAGE: Final = 20_000
PATIENCE: Final = 600.0
"""Seconds in which a reader must have caught up once the writers are done; it takes a moment unless something is wrong."""


def storm(home: Path, events: int, *, seed: int = 1) -> Verdict:
    """`events` is how many the writers append in all, besides the few that they begin with."""
    began, chance = time.monotonic(), random.Random(seed)
    done, following, late = (home / name for name in ("done", "seen-following", "seen-late"))
    with at(home) as log, ExitStack() as stack:
        _prepare(home, log)
        end = partial(log.registry.feed.head, STUDIO)
        writers = stack.enter_context(begun(*((write, (home, n, events // WRITERS)) for n in range(WRITERS))))
        stack.enter_context(begun((hold, (home, done))))
        follower = stack.enter_context(begun((reading.follow, (home, following, done))))
        kills = _kill_readers(home, chance, lambda: end() >= events // 2 or _all_ended(writers))
        latecomer = stack.enter_context(begun((reading.follow, (home, late, done))))
        kills += _kill_readers(home, chance, lambda: _all_ended(writers))
        join_all(writers, seconds=PATIENCE)
        done.write_text(str(end()))
        last = stack.enter_context(begun((reading.apply, (home, done))))
        join_all([*follower, *latecomer, *last], seconds=PATIENCE)
        verdict = _judged(home, log, {"follower": following, "latecomer": late})
    verdict.kills, verdict.seconds = kills, time.monotonic() - began
    return verdict


def _prepare(home: Path, log: Opened) -> None:
    counter = _COUNTERS[log.database.dialect]
    log.define(f"CREATE TABLE storm_seen (turn {counter}, position BIGINT, event_id VARCHAR)")
    log.registry._log.apart(
        lambda connection: subscriptions.put(connection, STUDIO, reading.NAME, position=0, now=1)
    )


def _kill_readers(home: Path, chance: random.Random, enough: Callable[[], bool]) -> int:
    """Begin the reader with a name and kill it, again and again; how often."""
    kills, never = 0, home / "never"
    while not enough():
        with begun((reading.apply, (home, never))):
            time.sleep(chance.uniform(0.05, 1.5))
        kills += 1
    return kills


def _all_ended(started: list[ForkServerProcess]) -> bool:
    return all(process.exitcode is not None for process in started)


def _judged(home: Path, log: Opened, readers: dict[str, Path]) -> Verdict:
    acknowledged = (line for path in home.glob("acknowledged-*") for line in path.read_text().splitlines())
    ids, verdict = judge_log(_rows(log, "position", f"events WHERE log = '{STUDIO}' AND"), acknowledged)
    for name, path in readers.items():
        with path.open(encoding="ascii") as lines:
            verdict.readers[name] = judge_reader(ids, lines_of(lines))
    verdict.readers["killed"] = judge_reader(ids, _rows(log, "turn", "storm_seen WHERE"))
    return verdict


def _rows(log: Opened, key: str, table: str) -> Iterator[Seen]:
    """Position and event id of every row, by that key, page by page."""
    query = text(f"SELECT {key}, position, event_id FROM {table} {key} > :after ORDER BY {key} LIMIT {_PAGE}")
    after = 0
    with log.database.reading() as connection:
        while rows := connection.execute(query, {"after": after}).all():
            yield from ((position, event_id) for _, position, event_id in rows)
            after = rows[-1][0]
