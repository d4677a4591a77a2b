"""Hostile values, poisoned commands and changed files: refused or named, one by one, and never a crash."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import pytest

from registry.deciders.character import AssignReference
from registry.errors import (
    AlreadyRegistered,
    HistoryTampered,
    InvalidCommand,
    NotFound,
    RegistryError,
    UnknownEvent,
)
from registry.events.envelope import Context
from registry.log.batch import Batch
from tests.registry.events.golden import an_id
from tests.registry.log.opened import (
    STUDIO,
    Opened,
    describe,
    everything,
    introduce,
    register,
)


@pytest.mark.parametrize("stream", ["", "mina", "asset_1", "shot_01jd0000000000000000000001", "asset_\x00"])
def test_ids_of_nothing_are_not_found(open_log: Opened, stream: str) -> None:
    """What is no id of anything we keep is not found, written or read, never a crash."""
    with pytest.raises(NotFound):
        open_log.handle(describe(stream, "x"))
    with pytest.raises(NotFound):
        open_log.registry.state(STUDIO, stream)


@pytest.mark.parametrize(
    ("command", "path"),
    [
        (introduce(name="Mi\x00na"), "$"),
        (introduce(name="Mi\ud800na"), "$"),
        (replace(register(), kind="song"), "kind"),
        (AssignReference(stream=an_id("character"), asset="no id", role="frontal"), ""),
    ],
)
def test_values_that_cannot_be_kept_are_refused(open_log: Opened, command: object, path: str) -> None:
    """Text no engine keeps exactly and words an event does not know are the caller's fault, in our own words."""
    before = everything(open_log)

    with pytest.raises((InvalidCommand, NotFound)) as refused:
        open_log.handle(command)  # type: ignore[arg-type]

    assert refused.value.detail.get("path", "") == path
    assert everything(open_log) == before


def test_contexts_that_cannot_be_kept_are_refused(open_log: Opened) -> None:
    """The caller's own correlation id is checked like any stored text."""
    with pytest.raises(InvalidCommand, match="surrogate"):
        open_log.registry.handle(STUDIO, [introduce()], context=Context(actor="a", correlation_id="\ud800"))


def test_a_poisoned_command_fails_only_its_caller(open_log: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    """Among ten calls of one batch, the two that break a view's uniqueness fail and the others land."""
    open_log.handle(register(fingerprint="f" * 64))
    entered, gate, decided = threading.Event(), threading.Event(), []
    decide = Batch.decide

    def gathered(batch: Batch, call: object) -> object:
        entered.set()
        assert gate.wait(30)
        decided.append(len(batch.rows))
        return decide(batch, call)  # type: ignore[arg-type]

    monkeypatch.setattr(Batch, "decide", gathered)
    outcomes: dict[int, object] = {}

    def call(number: int) -> None:
        try:
            outcomes[number] = open_log.handle(register(fingerprint="f" * 64 if number in (3, 7) else None))
        except RegistryError as refused:
            outcomes[number] = refused

    threads = [threading.Thread(target=call, args=(number,)) for number in range(10)]
    threads[0].start()
    assert entered.wait(30)
    for thread in threads[1:]:
        thread.start()
    while open_log.registry._log._writer.pens[0].waiting() < 9:
        time.sleep(0.005)
    gate.set()
    for thread in threads:
        thread.join()

    assert max(decided) > 1
    assert {n for n, outcome in outcomes.items() if isinstance(outcome, AlreadyRegistered)} == {3, 7}
    assert [event.position for event in open_log.registry.feed.after(STUDIO, 0)] == list(range(1, 10))


def test_unknown_events_stop_the_feed(open_log: Opened) -> None:
    """A type this code does not know stops feed, state and rebuild by its name."""
    stream = open_log.handle(introduce()).recorded[0].stream
    open_log.unguard()
    open_log.raw("UPDATE events SET type = 'CharacterCloned'")

    for read in (
        lambda: open_log.registry.feed.after(STUDIO, 0),
        lambda: open_log.registry.state(STUDIO, stream),
        open_log.registry.rebuild,
    ):
        with pytest.raises(UnknownEvent, match="CharacterCloned version 1"):
            read()


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"name":5}', b"\xff", b'{"name":{"sealed":1}}'])
def test_changed_bodies_are_tampering(open_log: Opened, body: bytes) -> None:
    """A stored body that no longer says its event is named by position, whatever was put there."""
    open_log.handle(introduce())
    open_log.unguard()
    open_log.raw("UPDATE events SET body = :body", body=body)

    with pytest.raises(HistoryTampered):
        open_log.registry.feed.after(STUDIO, 0)


def test_a_removed_event_is_noticed(open_log: Opened) -> None:
    """A hole stops the feed and the rebuild: order is proof."""
    open_log.handle(introduce(), introduce(), introduce())
    open_log.unguard()
    open_log.raw("DELETE FROM events WHERE position = 2")

    with pytest.raises(HistoryTampered, match="from position 1 to 3"):
        open_log.registry.feed.after(STUDIO, 0)
    open_log.raw("DELETE FROM events WHERE position = 3")
    with pytest.raises(HistoryTampered, match="should reach position 3 but ends at 1"):
        open_log.registry.rebuild()


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_a_hole_as_long_as_a_page_is_noticed(open_log: Opened, limit: int) -> None:
    """A page that finds nothing is the end of the log only if the head says so; at the real end it is silent."""
    open_log.handle(introduce(), introduce(), introduce(), introduce(), introduce())
    assert open_log.registry.feed.after(STUDIO, 5, limit=limit) == []
    assert len(open_log.registry.feed.after(STUDIO, 3, limit=limit)) == min(limit, 2)
    open_log.unguard()
    open_log.raw("DELETE FROM events WHERE position IN (2, 3, 5)")

    for after in (1, 4):
        with pytest.raises(HistoryTampered):
            open_log.registry.feed.after(STUDIO, after, limit=limit)
