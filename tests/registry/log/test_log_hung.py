"""Processes that hang while they hold a lock on PostgreSQL: others wait for a while, and are told; readers never wait."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

from registry.errors import LogBusy
from registry.log.batch import Batch
from registry.log.engine import postgres
from tests.crash.workers import stopped, wait_for
from tests.registry.events.golden import an_id
from tests.registry.log.freezing import main
from tests.registry.log.opened import STUDIO, Opened, introduce, once, opened
from tests.servers.forking import Forked, forked

FOR_EVER, BRIEFLY = "600", "1"
"""How many seconds the server bears with a transaction that says nothing."""
ELSEWHERE = next(
    an_id("studio", n)
    for n in range(2, 100)
    if crc32(an_id("studio", n).encode()) % 4 != crc32(STUDIO.encode()) % 4
)
"""A studio whose commits have a pen of their own."""


@contextmanager
def frozen(home: Path, where: str, idle: str) -> Iterator[Forked]:
    """A process that stands still while it holds a lock."""
    with forked(main, str(home), where, idle, "frozen") as process:
        wait_for(lambda: stopped(process.pid), seconds=60)
        yield process


def woken(process: Forked) -> str:
    """What it says once it goes on."""
    os.kill(process.pid, signal.SIGCONT)
    said = process.said()
    assert process.wait() == 0
    return said.strip()


def names(log: Opened, studio: str = STUDIO) -> Counter[str]:
    return Counter(event.event.name for event in log.registry.feed.after(studio, 0))  # type: ignore[attr-defined]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits for a lock gives up after a second."""
    monkeypatch.setattr(postgres, "_LOCK_SECONDS", 1)


def test_a_frozen_writer_is_cut_off(on_postgres: Path) -> None:
    """Who waits behind a frozen writer goes on once the server has cut it off; awake, it finds out and repeats: all land once."""
    with opened(on_postgres) as log, frozen(on_postgres, "append", BRIEFLY) as process:
        log.handle(introduce(name="waiting"))
        said = woken(process).split()

        assert names(log) == {"waiting": 1, "frozen": 1}
        assert [event.event_id for event in log.registry.feed.after(STUDIO, 1)] == said
        assert log.registry.rebuild().different == ()


def test_others_are_not_held_up_by_a_frozen_writer(on_postgres: Path, impatient: None) -> None:
    """While one hangs within an append, reads and another studio go on, its own studio is told in time, and then all is well."""
    with opened(on_postgres) as log:
        log.handle(introduce(name="before"))
        with frozen(on_postgres, "append", FOR_EVER) as process:
            log.handle(introduce(name="elsewhere"), log=ELSEWHERE)
            assert (names(log), names(log, ELSEWHERE)) == ({"before": 1}, {"elsewhere": 1})
            with pytest.raises(LogBusy, match="has held it for more than 1 s") as refused:
                log.handle(introduce(name="in vain"))
            assert refused.value.detail["landed"] is False
            said = woken(process).split()
        log.handle(introduce(name="after"))

        assert names(log) == {"before": 1, "frozen": 1, "after": 1}
        assert [event.event_id for event in log.registry.feed.after(STUDIO, 1, limit=1)] == said


def test_a_frozen_claim_is_cut_off(on_postgres: Path) -> None:
    """A worker that hangs within a claim keeps nobody from appending, and others from claiming only until it is cut off."""
    with opened(on_postgres) as log, frozen(on_postgres, "claim", BRIEFLY) as process:
        log.handle(introduce(name="meanwhile"))

        assert log.registry.claim(owner="waiting", lease_us=1) is None
        assert woken(process) == "None"
        assert names(log) == {"meanwhile": 1}


def test_a_killed_writer_lets_go(on_postgres: Path, impatient: None) -> None:
    """Who was told that the lock is held repeats under its key once the holder is dead: it happens once, the dead one's not."""
    with opened(on_postgres) as log:
        character = introduce(name="again")
        with frozen(on_postgres, "append", FOR_EVER) as process:
            with pytest.raises(LogBusy):
                log.handle(character, idempotency=once("key", "b"))
            process.kill()
        first = log.handle(character, idempotency=once("key", "b"))
        second = log.handle(character, idempotency=once("key", "b"))

        assert (first.replayed, second.replayed) == (False, True)
        assert names(log) == {"again": 1}


def test_what_takes_too_long_is_told(on_postgres: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that holds the head for too long each time is given up, known not to have landed; others are carried out."""
    monkeypatch.setattr(postgres, "_HELD_SECONDS", 0.3)
    monkeypatch.setattr(postgres, "_for_a_time", cache(postgres._for_a_time.__wrapped__))
    write = Batch.write

    def slow(batch: Batch, *given: Any) -> None:
        write(batch, *given)
        time.sleep(0.5 * any(row["stream"] == character.stream for row in batch.rows))

    with opened(on_postgres) as log:
        log.handle(introduce(name="before"))
        character = introduce(name="slow")
        monkeypatch.setattr(Batch, "write", slow)
        with pytest.raises(LogBusy, match="4 times") as refused:
            log.handle(character)
        log.handle(introduce(name="after"))

        assert refused.value.detail["landed"] is False
        assert names(log) == {"before": 1, "after": 1}
