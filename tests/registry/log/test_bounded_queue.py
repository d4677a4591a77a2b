"""The bounded queue before the writer: who comes when it is full is told so in time, and knows that nothing happened."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from registry.errors import LogBusy
from registry.log import pen
from registry.log.engine import postgres
from registry.log.engine.postgres import PostgresDatabase
from registry.log.pen import Ticket
from registry.registry import Registry
from tests.registry.log.opened import STUDIO, introduce, once, opened

PLACES = 3


@pytest.fixture(autouse=True)
def _few_places(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few who may wait, and they wait for long: what is held is held until the test lets go."""
    monkeypatch.setattr(pen, "QUEUE_SIZE", PLACES)
    monkeypatch.setattr(postgres, "_LOCK_SECONDS", 120)


@contextmanager
def held(registry: Registry) -> Iterator[None]:
    """Somebody else holds the head of the studio's log: its row, or on SQLite the turn to write."""
    database: Any = registry._log.database
    if isinstance(database, PostgresDatabase):
        with database._owner.begin() as connection:
            connection.execute(text("SELECT * FROM heads WHERE log = :log FOR UPDATE"), {"log": STUDIO})
            yield
    else:
        with database.turn():
            yield


@contextmanager
def full(registry: Registry, call: Callable[[], object]) -> Iterator[None]:
    """The queue is full of calls that wait for the head; when the head is let go, each of them ends well."""
    failures: list[Exception] = []

    def wait() -> None:
        try:
            call()
        except Exception as failure:  # noqa: BLE001 - any failure at all is what the test looks for
            failures.append(failure)

    threads: list[threading.Thread] = []
    with held(registry):
        while registry.waiting() < PLACES:
            threads.append(threading.Thread(target=wait))
            threads[-1].start()
            time.sleep(0.05)
        yield
    for thread in threads:
        thread.join(60)
    assert failures == []


def patience(registry: Registry, seconds: float) -> None:
    """How long a caller waits for a place, and then for the commit."""
    registry._log._timeout = seconds


def test_one_too_many_is_told_and_the_others_land(home: Path) -> None:
    """A full queue refuses a command that then has not landed; all who had a place land once, and so does its repetition."""
    with opened(home) as log:
        log.handle(introduce(name="first"))
        patience(log.registry, 120)
        command, key = introduce(name="one too many"), once("key", "body")
        with full(log.registry, lambda: log.handle(introduce(name="waiting"))):
            patience(log.registry, 0.2)
            with pytest.raises(LogBusy, match="too many commands wait for the log") as refused:
                log.handle(command, idempotency=key)
            assert refused.value.detail["landed"] is False
            assert log.registry.waiting() == PLACES
            patience(log.registry, 120)
        before = [event.event.name for event in log.registry.feed.after(STUDIO, 0)]  # type: ignore[attr-defined]
        handled = [log.handle(command, idempotency=key) for _ in range(2)]
        names = [event.event.name for event in log.registry.feed.after(STUDIO, len(before))]  # type: ignore[attr-defined]

        assert set(before) == {"first", "waiting"}
        assert len(before) > PLACES
        assert names == ["one too many"]
        assert [one.replayed for one in handled] == [False, True]
        assert log.registry.waiting() == 0
        assert log.registry.rebuild().different == ()


class Asked(Future[Any]):
    """A result that remembers how long it was waited for."""

    seconds: float | None = None

    def result(self, timeout: float | None = None) -> Any:
        self.seconds = timeout
        return super().result(timeout)


def test_the_wait_for_a_place_counts() -> None:
    """A caller's patience is one for both: what went into waiting for a place is no longer there to wait for the commit."""

    def serve(tickets: list[Ticket]) -> None:
        for ticket in tickets:
            ticket.done.set_result("served")

    asked, served = Asked(), pen.Pen("queue", serve)
    assert served.submit(Ticket(lambda _: None, None, asked), timeout=60) == "served"
    served.close()
    assert asked.seconds is not None
    assert 0 < asked.seconds < 60


def test_a_place_that_becomes_free_is_taken(home: Path) -> None:
    """Who comes when the queue is full waits for a place first, and is served when there is one in time."""
    with opened(home) as log:
        log.handle(introduce(name="first"))
        patience(log.registry, 120)
        with full(log.registry, lambda: log.handle(introduce(name="waiting"))):
            late = threading.Thread(target=log.handle, args=(introduce(name="late"),))
            late.start()
        late.join(60)
        names = [event.event.name for event in log.registry.feed.after(STUDIO, 0)]  # type: ignore[attr-defined]

        assert names.count("late") == 1


def test_who_waits_for_too_long_is_told_that_nobody_knows(home: Path) -> None:
    """A command that has a place and is not committed in time may land later: its caller is not told that it did not."""
    with opened(home) as log:
        log.handle(introduce(name="first"))
        with held(log.registry):
            patience(log.registry, 0.2)
            with pytest.raises(LogBusy, match=r"did not answer within 0\.2 s; whether .* is unknown") as told:
                log.handle(introduce(name="later"))
            assert "landed" not in told.value.detail
            patience(log.registry, 120)
        log.handle(introduce(name="last"))
        names = [event.event.name for event in log.registry.feed.after(STUDIO, 0)]  # type: ignore[attr-defined]

        assert names == ["first", "later", "last"]
