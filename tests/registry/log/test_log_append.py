"""Appending and reading: one order, no holes, time that never steps back, refusals that leave no trace."""

from __future__ import annotations

import threading
from typing import Any

import orjson
import pytest

from registry.deciders.character import ReviseCharacter
from registry.deciders.command import AlreadyExists
from registry.errors import (
    LogClosed,
    NotFound,
    VersionConflict,
)
from registry.events.canonical import canonical
from registry.events.envelope import Context
from registry.proof.leaf import leaf_hash
from tests.registry.events.golden import an_id
from tests.registry.log.opened import (
    ME,
    START,
    STUDIO,
    Clock,
    Opened,
    describe,
    everything,
    introduce,
    new_id,
    register,
)


def test_what_was_written_is_read(open_log: Opened) -> None:
    """The caller, the feed and the file tell the same event, with the caller's context and exact bytes."""
    written = open_log.handle(introduce(name="Mina"))
    [read] = open_log.registry.feed.after(STUDIO, 0)

    assert (read,) == written.recorded
    assert (read.position, read.version, read.type, read.recorded_at) == (1, 1, "CharacterIntroduced", START)
    assert Context(read.actor, read.request_id, read.causation_id, read.correlation_id) == ME
    assert canonical(orjson.loads(read.body)) == read.body
    assert leaf_hash(read._asdict()) == read.leaf_hash


def test_callers_read_what_they_wrote(open_log: Opened) -> None:
    """States and views are there when handle returns."""
    written = open_log.handle(introduce(name="Mina"))

    assert open_log.registry.state(STUDIO, written.recorded[0].stream).state.name == "Mina"
    assert open_log.raw("SELECT name FROM view_characters") == [("Mina",)]


def test_positions_have_no_holes(open_log: Opened) -> None:
    """Across commands of several events, refusals and quiet ones, positions count 1, 2, 3."""
    mina = introduce()
    open_log.handle(mina, introduce(), register())
    with pytest.raises(AlreadyExists):
        open_log.handle(introduce(), mina)
    open_log.handle(ReviseCharacter(stream=mina.stream, name="Mina"))
    open_log.handle(ReviseCharacter(stream=mina.stream, name="Min", description="tall"))

    read = open_log.registry.feed.after(STUDIO, 0)

    assert [event.position for event in read] == [1, 2, 3, 4, 5]
    assert [event.version for event in read if event.stream == mina.stream] == [1, 2, 3]


def test_the_feed_goes_on_from_anywhere(open_log: Opened) -> None:
    """After a position come the next ones, before it the last ones backwards; up to a limit, of a stream, type or actor."""
    stream = new_id("asset")
    open_log.handle(introduce(), register(stream), introduce())
    open_log.handle(describe(stream, "a café"))
    feed = open_log.registry.feed

    assert [event.position for event in feed.after(STUDIO, 1, limit=2)] == [2, 3]
    assert [event.position for event in feed.after(STUDIO, 0, stream=stream)] == [2, 4]
    assert [event.position for event in feed.after(STUDIO, 0, type="CharacterIntroduced")] == [1, 3]
    assert feed.after(STUDIO, 0, actor="key_nobody") == []
    assert [event.position for event in feed.after(STUDIO, 3, actor=ME.actor)] == [4]
    assert feed.after(STUDIO, 4) == []
    back = [[3, 2], [4, 3], [4, 2], [3, 1], [2], []]
    asked: list[dict[str, Any]] = [
        {"before": 4, "limit": 2},
        {"limit": 2},
        {"stream": stream},
        {"type": "CharacterIntroduced"},
        {"stream": stream, "before": 4, "limit": 1},
        {"before": 1},
    ]
    assert [[event.position for event in feed.back(STUDIO, **one)] for one in asked] == back
    assert (feed.head(STUDIO), feed.head("system")) == (4, 0)


def test_studios_do_not_share_a_log(open_log: Opened) -> None:
    """Each studio counts its own positions, and sees nothing of another's."""
    other = an_id("studio", 2)
    mina = open_log.handle(introduce()).recorded[0].stream
    open_log.handle(introduce(), log=other)

    assert [event.position for event in open_log.registry.feed.after(other, 0)] == [1]
    assert open_log.registry.state(other, mina).version == 0


def test_time_never_steps_back(open_log: Opened) -> None:
    """When the clock is set back an hour, new events carry the log's newest time instead."""
    clock = open_log.clock
    assert isinstance(clock, Clock)
    for now in (START, START + 5, START - 3_600_000_000, START + 6):
        clock.now = now
        open_log.handle(introduce(), introduce())

    times = [event.recorded_at - START for event in open_log.registry.feed.after(STUDIO, 0)]

    assert times == [0, 0, 5, 5, 5, 5, 6, 6]


def test_states_of_any_position(open_log: Opened) -> None:
    """A state as of a position is what was known then, including that it did not exist."""
    stream = new_id("character")
    open_log.handle(introduce())
    open_log.handle(introduce(stream, name="Mina"))
    open_log.handle(ReviseCharacter(stream=stream, name="Min"))
    seen = [open_log.registry.state(STUDIO, stream, as_of=position) for position in range(5)]

    assert [(folded.version, folded.state.name) for folded in seen] == [
        (0, ""),
        (0, ""),
        (1, "Mina"),
        (2, "Min"),
        (2, "Min"),
    ]


def test_a_refusal_leaves_no_trace(open_log: Opened) -> None:
    """When the last of several commands is refused, log, answers and views are as before, also on an empty log."""
    empty = everything(open_log)
    with pytest.raises(NotFound):
        open_log.handle(introduce(), describe(new_id("asset"), "x"))
    assert everything(open_log) == empty

    open_log.handle(introduce())
    before = everything(open_log)
    with pytest.raises(NotFound):
        open_log.handle(introduce(), register(), describe(new_id("asset"), "x"))
    assert everything(open_log) == before


def test_a_closed_log_takes_nothing(open_log: Opened) -> None:
    """Once its head says that it was moved, whatever was known of it before; opened again it goes on."""
    open_log.handle(introduce())
    open_log.raw("UPDATE heads SET closed = 'moved' WHERE log = :log", log=STUDIO)
    before = everything(open_log)
    with pytest.raises(LogClosed, match="moved to another installation"):
        open_log.handle(introduce())
    assert everything(open_log) == before

    open_log.raw("UPDATE heads SET closed = '' WHERE log = :log", log=STUDIO)
    assert open_log.handle(introduce()).recorded


def test_commands_see_those_before_them(open_log: Opened) -> None:
    """Within one call a command decides on what the commands before it decided."""
    stream = new_id("asset")

    written = open_log.handle(register(stream), describe(stream, "a"), describe(stream, "a"))

    assert [event.type for event in written.recorded] == ["AssetRegistered", "AssetDescribed"]


def test_a_named_version_must_be_current(open_log: Opened) -> None:
    """If-Match: the current version passes, an older one is a conflict that tells the current one."""
    stream = open_log.handle(register()).recorded[0].stream
    change = [describe(stream, "a")]
    open_log.registry.handle(STUDIO, change, context=ME, expected={stream: 1})

    with pytest.raises(VersionConflict, match="version 2, not 1") as conflict:
        open_log.registry.handle(STUDIO, [describe(stream, "b")], context=ME, expected={stream: 1})

    assert conflict.value.detail["current"] == 2
    with pytest.raises(NotFound):
        open_log.registry.handle(STUDIO, change, context=ME, expected={new_id("asset"): 1})


def test_waiting_for_news(open_log: Opened) -> None:
    """A reader wakes when something comes after its position, and is told when nothing does."""
    feed = open_log.registry.feed
    assert not feed.wait(STUDIO, 0, timeout=0.01)
    later = threading.Timer(0.05, open_log.handle, [introduce()])
    later.start()

    assert feed.wait(STUDIO, 0, timeout=10)
    later.join()
