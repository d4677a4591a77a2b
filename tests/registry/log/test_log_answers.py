"""Idempotent commands: one key, one command, one answer, whatever happens in between."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from registry.deciders.character import ReviseCharacter
from registry.errors import KeyReused, NotFound
from registry.log.roles import Handled
from registry.registry import ANSWER_LIFETIME_US, Idempotency
from tests.registry.log.opened import STUDIO, Clock, Opened, describe, introduce, new_id, once, opened


def count(log: Opened) -> int:
    return len(log.registry.feed.after(STUDIO, 0, limit=1_000))


def test_a_repeat_gets_the_first_answer(open_log: Opened) -> None:
    """The same key and command answer the first bytes, write nothing, and say so."""
    first = open_log.handle(introduce(), idempotency=once("k", "body"))
    open_log.handle(introduce())

    again = open_log.handle(introduce(), idempotency=once("k", "body", answer="other"))

    assert (first.answer, first.replayed) == (b"made 1", False)
    assert (again.answer, again.replayed, again.recorded) == (b"made 1", True, ())
    assert open_log.registry.answered(STUDIO, "k", "body") == b"made 1"
    assert count(open_log) == 2


def test_the_answer_sees_the_views(open_log: Opened) -> None:
    """The answer is built in the commit, after the views: it tells what it made."""
    for number in (1, 2):
        made = open_log.handle(introduce(), idempotency=once(f"k{number}", "b"))
        assert made.answer == f"made {number}".encode()


def test_another_body_under_the_key_is_refused(open_log: Opened) -> None:
    """A key belongs to one command: before any work and under the lock alike."""
    open_log.handle(introduce(), idempotency=once("k", "body"))

    with pytest.raises(KeyReused):
        open_log.handle(introduce(), idempotency=once("k", "other"))
    with pytest.raises(KeyReused):
        open_log.registry.answered(STUDIO, "k", "other")
    assert count(open_log) == 1


def test_keys_are_each_studios_own(open_log: Opened) -> None:
    """Two studios may use the same key for different things."""
    open_log.handle(introduce(), idempotency=once("k", "a"))

    assert not open_log.handle(introduce(), idempotency=once("k", "b"), log="studio_2").replayed
    assert open_log.registry.answered("studio_3", "k", "c") is None


def test_refusals_are_not_stored(open_log: Opened) -> None:
    """After a refusal the same key may be used again, and then counts."""
    stream = new_id("asset")
    with pytest.raises(NotFound):
        open_log.handle(describe(stream, "x"), idempotency=once("k", "body"))

    assert open_log.registry.answered(STUDIO, "k", "body") is None
    assert not open_log.handle(introduce(), idempotency=once("k", "body")).replayed


def test_quiet_commands_are_answered_too(open_log: Opened) -> None:
    """A command that changes nothing still answers its repeats the same."""
    stream = new_id("character")
    open_log.handle(introduce(stream))
    first = open_log.handle(ReviseCharacter(stream=stream, name="Mina"), idempotency=once("k", "body"))

    assert (first.recorded, first.position, first.answer) == ((), 1, b"made 1")
    assert open_log.registry.answered(STUDIO, "k", "body") == b"made 1"


def test_answers_survive_a_restart(home: Path) -> None:
    """A repeat after the process was closed and opened again gets the first answer."""
    with opened(home) as log:
        log.handle(introduce(), idempotency=once("k", "body"))
    with opened(home) as log:
        assert log.handle(introduce(), idempotency=once("k", "body")).answer == b"made 1"
        assert count(log) == 1


def test_concurrent_twins_happen_once(open_log: Opened) -> None:
    """Of 16 callers with one key at once, one writes and all get its answer."""
    answers: list[Handled] = []
    start = threading.Barrier(16)

    def call() -> None:
        start.wait()
        answers.append(open_log.handle(introduce(), idempotency=once("k", "body")))

    threads = [threading.Thread(target=call) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {handled.answer for handled in answers} == {b"made 1"}
    assert sorted(handled.replayed for handled in answers) == [False] + [True] * 15
    assert count(open_log) == 1


def test_an_answer_that_cannot_be_built_writes_nothing(open_log: Opened) -> None:
    """When building the answer fails the command fails with it: no change without its answer."""

    def broken(_connection: object) -> bytes:
        raise NotFound("the view has no such row", hint="")

    with pytest.raises(NotFound):
        open_log.handle(introduce(), idempotency=Idempotency("k", "body", broken))
    assert count(open_log) == 0


def test_answers_expire(open_log: Opened) -> None:
    """After seven days a key is free again, for any command."""
    clock = open_log.clock
    assert isinstance(clock, Clock)
    open_log.handle(introduce(), idempotency=once("k", "body"))

    clock.now += ANSWER_LIFETIME_US - 1
    assert open_log.registry.answered(STUDIO, "k", "body") == b"made 1"
    clock.now += 1
    assert open_log.handle(introduce(), idempotency=once("k", "other")).answer == b"made 2"
