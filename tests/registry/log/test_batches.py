"""What one call may not do to the log: a value an event refuses, a version that is not there, an answer without events."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from registry.deciders.character import ReviseCharacter
from registry.errors import InvalidCommand, LogBusy, NotFound, RegistryError, VersionConflict
from registry.log.roles import Handle, Handled
from registry.registry import Idempotency
from tests.registry.log.opened import (
    ME,
    START,
    STUDIO,
    Clock,
    Opened,
    describe,
    introduce,
    new_id,
    once,
    opened,
    register,
)


@pytest.fixture
def log(on_file: Path) -> Iterator[Opened]:
    with opened(on_file) as found:
        yield found


def test_a_value_that_an_event_refuses_is_named(log: Opened) -> None:
    """By its place and what it was, cut where it is long; nothing that speaks of our code or repeats the value elsewhere."""
    ghost: Any = "g" * 300
    with pytest.raises(InvalidCommand, match=f"^depicts cannot be '{'g' * 199}: Input should be") as refused:
        log.handle(replace(introduce(), depicts=ghost))

    assert refused.value.hint == "change depicts"
    assert refused.value.detail["path"] == "depicts"
    [error] = refused.value.detail["errors"]
    assert (error["loc"], error.keys()) == (("depicts",), {"type", "loc", "msg"})
    assert log.registry.feed.head(STUDIO) == 0


def test_a_version_that_is_not_there_is_told(log: Opened) -> None:
    """With what is there now and what to do; the same of a stream that was never begun."""
    stream = new_id("asset")
    log.handle(register(stream), describe(stream, "a"))
    for named, kind, words in (
        ({stream: 1}, VersionConflict, f"^{stream} is at version 2, not 1$"),
        ({stream: 3}, VersionConflict, f"^{stream} is at version 2, not 3$"),
        ({new_id("asset"): 1}, NotFound, "^there is no asset_"),
    ):
        with pytest.raises(kind, match=words) as refused:
            log.registry.handle(STUDIO, [describe(stream, "b")], context=ME, expected=named)
        assert refused.value.hint
    found = log.registry.handle(STUDIO, [describe(stream, "b")], context=ME, expected={stream: 2})
    assert [one.version for one in found.recorded] == [3]


def test_events_of_one_call_follow_one_another(log: Opened) -> None:
    """Positions, versions and times, whatever the clock does between them; each event has an id of its own."""
    clock = log.clock
    assert isinstance(clock, Clock)
    stream = new_id("asset")
    log.handle(introduce())
    clock.now = START + 9
    written = log.handle(register(stream), describe(stream, "a"), introduce()).recorded
    clock.now = START + 3
    late = log.handle(introduce()).recorded

    assert [one.position for one in (*written, *late)] == [2, 3, 4, 5]
    assert [one.version for one in written] == [1, 2, 1]
    assert {one.recorded_at for one in (*written, *late)} == {START + 9}
    assert len({one.event_id for one in (*written, *late)}) == 4
    assert {one.event_id.partition("_")[0] for one in written} == {"event"}


def test_what_is_done_once_may_count_what_it_changed(log: Opened) -> None:
    """Without any event, an answer writes by itself, and a repeat writes nothing."""
    log.handle(introduce(), introduce())

    def build(connection: Connection) -> bytes:
        changed = connection.execute(text("UPDATE view_characters SET name = 'x'"))
        return str(changed.rowcount).encode()

    first = log.registry.once(STUDIO, ME, Idempotency("k", "b", build))
    again = log.registry.once(STUDIO, ME, Idempotency("k", "b", build))

    assert (first.answer, first.replayed, first.recorded, first.position) == (b"2", False, (), 2)
    assert (again.answer, again.replayed, again.position) == (b"2", True, 2)


def test_twins_that_wait_together_happen_once(log: Opened) -> None:
    """Of two calls under one key in one batch the second gets the answer of the first."""
    begun, go_on = threading.Event(), threading.Event()
    done: list[Handled] = []

    def hold(_connection: Connection) -> None:
        begun.set()
        assert go_on.wait(20)

    def call() -> None:
        done.append(log.handle(introduce(), idempotency=once("k", "b")))

    threads = [threading.Thread(target=log.registry._log.transact, args=(hold,))]
    threads[0].start()
    assert begun.wait(20)
    threads += [threading.Thread(target=call) for _ in range(2)]
    for thread in threads[1:]:
        thread.start()
    while log.registry.waiting() < 2:
        time.sleep(0.001)
    go_on.set()
    for thread in threads:
        thread.join()

    assert sorted(one.replayed for one in done) == [False, True]
    assert {(one.answer, one.position) for one in done} == {(b"made 1", 1)}
    assert log.registry.feed.head(STUDIO) == 1


def test_two_who_share_a_log_see_what_the_other_wrote(on_file: Path) -> None:
    """Before each decides: also of streams it had in mind, and of those it never read."""
    stream, other = new_id("character"), new_id("character")
    with opened(on_file) as one, opened(on_file) as two:
        one.handle(introduce(stream, "Mina"), introduce(other, "Jun"))
        two.handle(ReviseCharacter(stream=stream, name="Min"))
        one.handle(ReviseCharacter(stream=stream, name="Mi"))
        quiet = two.handle(ReviseCharacter(stream=stream, name="Mi"), ReviseCharacter(stream=other, name="J"))

        assert [(event.stream, event.version) for event in quiet.recorded] == [(other, 2)]
        assert [event.version for event in one.registry.feed.after(STUDIO, 0, stream=stream)] == [1, 2, 3]


def test_a_failure_goes_to_whom_it_belongs(log: Opened) -> None:
    """What the database says is told in our words; a mistake of ours stays what it is; neither harms the next call."""

    def broken(_connection: Connection) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        log.registry._log.transact(broken)
    with pytest.raises(RegistryError):
        log.registry._log.transact(lambda connection: connection.execute(text("SELECT * FROM nowhere")))
    assert log.handle(introduce()).position == 1


def test_a_log_that_shuts_down_says_that_nothing_landed(on_file: Path) -> None:
    """So whoever asked may ask again without fear."""
    with opened(on_file) as found:
        log = found.registry._log
        assert found.registry.waiting() == 0
    with pytest.raises(LogBusy, match="shutting down") as busy:
        log.handle(Handle(STUDIO, (introduce(),), ME, expected={}))

    assert busy.value.detail == {"landed": False}
    assert busy.value.hint
