"""What writes in a storm: calls of several events from several threads, some of which fail after they have inserted."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from registry.errors import LogBusy
from registry.log.feed import subscriptions
from registry.registry import Idempotency
from tests.registry.log.opened import Opened, describe, new_id, register
from tests.storm.forking import in_threads
from tests.storm.places import at

THREADS: Final = 4
ROLLED_BACK: Final = 0.02
"""The share of calls whose transaction fails after its events were inserted and projected."""
SIZES: Final = (1, 2, 5, 30)
"""Events of a call: most calls are small, most events come in large ones."""


_OTHER_HEAD: Final = text("INSERT INTO heads VALUES ('studio_other', 0, 0, '')")


class Thrown(Exception):
    """What makes a transaction fail at its end."""


def write(home: Path, number: int, events: int) -> None:
    """Append `events` events, and note the id of each that was acknowledged; `rolled` counts what was not to be."""
    with at(home) as log, (home / f"acknowledged-{number}").open("wb", buffering=0) as told:
        shares = enumerate(_shares(events), number * THREADS)
        in_threads(_write, *((log, told.fileno(), seed, share) for seed, share in shares))


def _shares(events: int) -> list[int]:
    return [events // THREADS + (part < events % THREADS) for part in range(THREADS)]


def _write(log: Opened, told: int, seed: int, events: int) -> None:
    chance, stream = random.Random(seed), new_id("asset")
    calls: list[int] = []
    while sum(calls) < events:
        calls.append(min(chance.choice(SIZES), events - sum(calls)))
    _acknowledge(log, told, [register(stream)])
    for said, size in enumerate(calls):
        while chance.random() < ROLLED_BACK:
            _fail(log, [describe(stream, f"thrown {said} {part}") for part in range(size)])
        _acknowledge(log, told, [describe(stream, f"{said} {part}") for part in range(size)])


def _acknowledge(log: Opened, told: int, commands: list[object]) -> None:
    """Repeated under its key until it is known to have happened, as a client does."""
    key = new_id("call")
    once = Idempotency(key, key, lambda _: b"done")
    while True:
        try:
            handled = log.handle(*commands, idempotency=once)  # type: ignore[arg-type]
        except LogBusy:
            continue
        for event in handled.recorded:  # none when the repeat found that it had happened
            os.write(told, f"{event.event_id}\n".encode())
        return


def _fail(log: Opened, commands: list[object]) -> None:
    def throw(_connection: Connection) -> bytes:
        raise Thrown

    key = new_id("call")
    try:
        log.handle(*commands, idempotency=Idempotency(key, key, throw))  # type: ignore[arg-type]
    except (Thrown, LogBusy):
        return
    raise AssertionError("a call that cannot be answered was acknowledged")


def hold(home: Path, done: Path) -> None:
    """Keep transactions open while others write: one that reads and must not see anything move, and one that has written.

    It takes no turns, as no stranger would; where it cannot get in to write for long it tries again.
    """
    with at(home) as log:
        while not done.exists():
            with log.database.snapshot() as reader, suppress(Thrown, OperationalError), _written(log):
                seen = _heads(reader)
                time.sleep(0.1 if log.database.dialect == "sqlite" else 3.0)
                if seen != _heads(reader):
                    raise AssertionError("a snapshot moved while it was open")
                raise Thrown  # what was written is undone
            time.sleep(1.0)


@contextmanager
def _written(log: Opened) -> Iterator[None]:
    """A transaction that has written to another log and does not end. In a file it keeps everybody else from writing."""
    with log.database.writing() as connection:
        subscriptions.put(connection, "studio_other", "open", position=0, now=1)
        connection.execute(_OTHER_HEAD)
        yield


def _heads(connection: Connection) -> list[tuple[object, ...]]:
    return [tuple(row) for row in connection.execute(text("SELECT log, position FROM heads ORDER BY log"))]
