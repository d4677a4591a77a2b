"""NOTIFY after a commit on PostgreSQL: who waits elsewhere is woken by it, long before the next poll."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from registry.log.batch import Batch
from tests.registry.log.opened import STUDIO, Opened, introduce, opened

WITHIN_SECONDS = 5
POLL_SECONDS = 60
LISTENING = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"
NOTIFYING = LISTENING.replace("LISTEN", "NOTIFY")


@contextmanager
def waiting(folder: Path) -> Iterator[tuple[Opened, threading.Event]]:
    """A registry in which somebody waits for the first event of a log, and looks by himself once a minute."""
    with opened(folder) as reader:
        reader.registry.feed._news._poll_seconds = POLL_SECONDS
        told = threading.Event()
        reader.registry.feed.tell(STUDIO, 0, told.set)
        until(lambda: reader.raw(LISTENING))
        yield reader, told


def until(true: Any) -> None:
    """Come back once it is so."""
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.01)


def test_a_commit_wakes_who_waits_elsewhere(on_postgres: Path) -> None:
    """The commit of another process is told, not found by the next look; and so is every further one."""
    with waiting(on_postgres) as (reader, told), opened(on_postgres) as writer:
        writer.handle(introduce())
        assert told.wait(WITHIN_SECONDS)
        again = threading.Event()
        reader.registry.feed.tell(STUDIO, 1, again.set)
        writer.handle(introduce())
        assert again.wait(WITHIN_SECONDS)


@pytest.mark.parametrize("sessions", [LISTENING, NOTIFYING], ids=["listener", "announcer"])
def test_a_lost_session_loses_no_notice(on_postgres: Path, sessions: str) -> None:
    """The server ends the session that listens, or the one that tells: what is committed before there is another is told too."""
    with waiting(on_postgres) as (reader, told), opened(on_postgres) as writer:
        writer.handle(introduce(), log="studio_elsewhere")
        until(lambda: reader.raw(NOTIFYING))
        assert not told.is_set()
        ended = reader.raw(f"SELECT pg_terminate_backend(pid, 10000) FROM ({sessions}) AS found")
        assert ended == [(True,)]
        writer.handle(introduce())
        assert told.wait(WITHIN_SECONDS)


def test_what_is_rolled_back_is_not_told(on_postgres: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An append that fails within its transaction announces nothing; who waits gets the next one that stands, as the first."""
    with waiting(on_postgres) as (reader, told), opened(on_postgres) as writer:
        write = Batch.write

        def failing(batch: Batch, *given: Any) -> None:
            write(batch, *given)
            raise ValueError("in the middle of it")

        with monkeypatch.context() as broken:
            broken.setattr(Batch, "write", failing)
            with pytest.raises(ValueError, match="in the middle"):
                writer.handle(introduce(name="undone"))
        assert writer.database._notices._threads == {}, "nobody announced anything"  # type: ignore[attr-defined]
        assert not told.is_set()
        writer.handle(introduce(name="stands"))
        assert told.wait(WITHIN_SECONDS)
        found = reader.registry.feed.stretch(STUDIO, 0).events
        assert [(one.position, one.event.name) for one in found] == [(1, "stands")]  # type: ignore[attr-defined]
