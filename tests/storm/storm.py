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

from registry.log import subscriptions
from tests.registry.log.opened import STUDIO, Opened
from tests.storm import reading
from tests.storm.forking import begun, join_all
from tests.storm.judging import Seen, Verdict, judge_log, judge_reader, lines_of
from tests.storm.places import Place
from tests.storm.writing import hold, write

WRITERS: Final = 8
PATIENCE: Final = 600.0
"""Seconds in which a reader must have caught up once the writers are done; it takes a moment unless something is wrong."""


def storm(place: Place, events: int, *, seed: int = 1) -> Verdict:
    """`events` is how many the writers append in all, besides the few that they begin with."""
    began, chance = time.monotonic(), random.Random(seed)
    done, following, late = (place.folder / name for name in ("done", "seen-following", "seen-late"))
    with place.opened() as log, ExitStack() as stack:
        _prepare(place, log)
        end = partial(log.registry.feed.head, STUDIO)
        writers = stack.enter_context(
            begun(*((write, (place, n, events // WRITERS)) for n in range(WRITERS)))
        )
        stack.enter_context(begun((hold, (place, done))))
        follower = stack.enter_context(begun((reading.follow, (place, following, done))))
        kills = _kill_readers(place, chance, lambda: end() >= events // 2 or _all_ended(writers))
        latecomer = stack.enter_context(begun((reading.follow, (place, late, done))))
        kills += _kill_readers(place, chance, lambda: _all_ended(writers))
        join_all(writers, seconds=PATIENCE)
        done.write_text(str(end()))
        last = stack.enter_context(begun((reading.apply, (place, done))))
        join_all([*follower, *latecomer, *last], seconds=PATIENCE)
        verdict = _judged(place, log, {"follower": following, "latecomer": late})
    verdict.kills, verdict.seconds = kills, time.monotonic() - began
    return verdict


def _prepare(place: Place, log: Opened) -> None:
    log.raw(f"CREATE TABLE storm_seen (turn {place.counter}, position BIGINT, event_id VARCHAR)")
    log.registry._log.transact(
        lambda connection: subscriptions.put(connection, STUDIO, reading.NAME, position=0, now=1)
    )


def _kill_readers(place: Place, chance: random.Random, enough: Callable[[], bool]) -> int:
    """Begin the reader with a name and kill it, again and again; how often."""
    kills, never = 0, place.folder / "never"
    while not enough():
        with begun((reading.apply, (place, never))):
            time.sleep(chance.uniform(0.05, 1.5))
        kills += 1
    return kills


def _all_ended(started: list[ForkServerProcess]) -> bool:
    return all(process.exitcode is not None for process in started)


def _judged(place: Place, log: Opened, readers: dict[str, Path]) -> Verdict:
    rows = _rows(log, f"SELECT position, event_id FROM events WHERE log = '{STUDIO}' ORDER BY position")
    acknowledged = (
        line for path in place.folder.glob("acknowledged-*") for line in path.read_text().splitlines()
    )
    ids, verdict = judge_log(rows, acknowledged)
    for name, path in readers.items():
        with path.open(encoding="ascii") as lines:
            verdict.readers[name] = judge_reader(ids, lines_of(lines))
    applied = _rows(log, "SELECT position, event_id FROM storm_seen ORDER BY turn")
    verdict.readers["killed"] = judge_reader(ids, applied)
    return verdict


def _rows(log: Opened, query: str) -> Iterator[Seen]:
    with log.database.reading() as connection:
        yield from (tuple(row) for row in connection.execute(text(query)))  # type: ignore[misc]
