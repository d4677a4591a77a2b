"""Grounds of a position: what was there then, judged at the time of then, and nothing that came later."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from generation.gather import gather
from generation.grounds import Grounds
from generation.intake import preview
from generation.shot import ShotRequest
from registry.deciders.asset import RetireAsset
from registry.deciders.character import IntroduceCharacter, ReviseCharacter, WithdrawReference
from registry.deciders.command import Command
from registry.deciders.scene import PlanShot
from registry.errors import InvalidCommand
from registry.registry import Registry
from tests.generation.past import (
    CLIPS,
    DAY_US,
    ELEMENTS,
    GENERATIONS,
    PEOPLE,
    PICTURES,
    SCENES,
    SHOTS,
    START,
    STUDIO,
    Still,
    adopted,
    asked,
    begin,
    delivered,
    picture,
)
from tests.servers.world import CONTEXT, open_registry


@pytest.fixture
def clock() -> Still:
    return Still()


@pytest.fixture
def past(tmp_path: Path, clock: Still) -> Iterator[Registry]:
    registry = begin(tmp_path, clock)
    yield registry
    registry.close()


def shot(**fields: Any) -> ShotRequest:
    return ShotRequest.model_validate({"scene": SCENES[0], "action": "They wait.", **fields})


def cast(*names: str) -> list[dict[str, str]]:
    return [{"character": name} for name in names]


def do(registry: Registry, *commands: Command) -> int:
    """Append; the position the log then ends at."""
    registry.handle(STUDIO, commands, context=CONTEXT)
    return registry.feed.head(STUDIO)


def then(registry: Registry, position: int, **fields: Any) -> Grounds:
    return gather(registry, STUDIO, shot(**fields), as_of=position).grounds


def test_a_name_means_whom_it_meant_then(past: Registry) -> None:
    """A name is compared with the names of that position, and an old name is found there though nobody bears it now."""
    before = past.feed.head(STUDIO)
    renamed = do(past, ReviseCharacter(stream=PEOPLE[0], name="Sora"))

    assert then(past, before, cast=cast("Mina")).people["Mina"].id == PEOPLE[0]
    assert then(past, renamed, cast=cast("sora")).people["sora"].version == 4
    assert "Mina" not in then(past, renamed, cast=cast("Mina")).people
    assert "Sora" not in then(past, before, cast=cast("Sora")).people


def test_what_came_later_is_not_there_yet(past: Registry) -> None:
    """People, pictures, clips, scenes and shots of later positions are absent."""
    before = past.feed.head(STUDIO)
    planned = PlanShot(stream=SCENES[0], shot=SHOTS[1], action="They leave.")
    do(
        past,
        IntroduceCharacter(stream=PEOPLE[2], depicts="fictional", name="Ara"),
        picture(PICTURES[2]),
        planned,
    )
    do(past, adopted(ELEMENTS[2], PEOPLE[0]))
    do(past, *asked(GENERATIONS[0]), *delivered(GENERATIONS[0], CLIPS[0]))
    grounds = then(past, before, cast=cast("Ara", PEOPLE[2]), opening=PICTURES[2], continue_from=CLIPS[0])

    assert (set(grounds.people), set(grounds.assets)) == ({PEOPLE[0]}, {PICTURES[0]})
    assert grounds.parent is None
    assert [(one.id, one.kind) for one in grounds.people[PEOPLE[0]].elements] == [(ELEMENTS[0], "image")]
    assert grounds.scene is not None
    assert SHOTS[1] not in grounds.scene.shots
    assert then(past, 1).scene is None


def test_retirement_is_not_foreseen(past: Registry) -> None:
    """A picture that was retired later is usable as of the position before."""
    before = past.feed.head(STUDIO)
    after = do(past, RetireAsset(stream=PICTURES[0], reason="not cleared"))

    retired = [then(past, at, opening=PICTURES[0]).assets[PICTURES[0]].retired for at in (before, after)]
    assert retired == [False, True]


def asked_of_the_log(registry: Registry, position: int) -> tuple[list[str], str]:
    """The statements about events that folding makes, and how SQLite would carry them out."""
    with registry.snapshot() as connection:
        seen: list[str] = []
        connection.connection.dbapi_connection.set_trace_callback(seen.append)  # type: ignore[union-attr]
        registry.states(connection, STUDIO, [*PEOPLE, *PICTURES], as_of=position)
        connection.connection.dbapi_connection.set_trace_callback(None)  # type: ignore[union-attr]
        about = [one for one in seen if "FROM events" in one]
        plans = [connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {one}") for one in about]
        return about, " ".join(row[3] for plan in plans for row in plan)


def test_folding_reads_the_streams_and_not_the_log(past: Registry) -> None:
    """As-of statements find their events by stream: by position they would walk the whole log."""
    statements, plan = asked_of_the_log(past, past.feed.head(STUDIO))

    assert len(statements) == 2
    assert plan.count("(log=? AND stream=?)") == 2
    assert "SCAN" not in plan


def test_a_version_is_folded_once(past: Registry) -> None:
    """A past state is kept by its version: asked again, also as of a later position, only what changed is read."""
    before = past.feed.head(STUDIO)
    asked_of_the_log(past, before)
    again, _ = asked_of_the_log(past, before)
    later = do(past, ReviseCharacter(stream=PEOPLE[0], name="Sora"))
    changed, _ = asked_of_the_log(past, later)

    assert (len(again), len(changed)) == (1, 2)
    assert PEOPLE[0] in changed[1]
    assert PEOPLE[1] not in changed[1]
    assert then(past, before, cast=cast("Mina")).people["Mina"].id == PEOPLE[0]


def test_an_address_expires_by_the_clock_of_then(past: Registry, clock: Still) -> None:
    """A clip can be continued as of a position recorded before its address expired, however late that is asked."""
    waiting = do(past, *asked(GENERATIONS[0]))
    fresh = do(past, *delivered(GENERATIONS[0], CLIPS[0], expires_at=START + 30 * DAY_US))
    clock.now += 31 * DAY_US
    stale = do(past, ReviseCharacter(stream=PEOPLE[1], name="June"))

    def found(position: int, named: str) -> list[str]:
        shown = preview(past, STUDIO, shot(cast=[], continue_from=named), as_of=position)
        return [one.message for one in shown.findings if one.severity == "E"]

    assert found(waiting, GENERATIONS[0]) == []  # it still ran then: the continuation would have waited
    assert found(fresh, GENERATIONS[0]) == found(fresh, CLIPS[0]) == []
    assert "expired 1 days ago" in found(stale, CLIPS[0])[0]
    assert then(past, fresh, continue_from=CLIPS[0]).now_us == START


@pytest.mark.parametrize("beyond", [-1, 0, 1, 2**70])
def test_a_position_the_log_does_not_have(past: Registry, beyond: int) -> None:
    """A position below one or beyond the head is refused, naming the head."""
    head = past.feed.head(STUDIO)
    position = head + beyond if beyond > 0 else beyond

    with pytest.raises(InvalidCommand, match=f"no position {position}: .* from 1 to {head}$"):
        then(past, position)


@pytest.mark.parametrize(
    ("erased", "fields"),
    [
        (PEOPLE[0], {}),
        (PEOPLE[0], {"cast": cast("Mina")}),
        (PICTURES[0], {"cast": [], "opening": PICTURES[0]}),
    ],
)
def test_what_was_erased_since_is_unknown(tmp_path: Path, erased: str, fields: dict[str, Any]) -> None:
    """When a key is gone, what stood on it is refused as unknown, by id and by name, and the rest is answered."""
    begin(tmp_path, Still()).close()
    with sqlite3.connect(tmp_path / "keys.sqlite") as keys:
        keys.execute("DELETE FROM keys WHERE stream = ?", (erased,))
    keys.close()
    registry = open_registry(tmp_path, Still())
    head = registry.feed.head(STUDIO)

    with pytest.raises(InvalidCommand, match=rf"unknown: erased since \({erased}\)"):
        then(registry, head, **fields)
    assert then(registry, head, cast=cast("Jun"), scene=SCENES[1]).people["Jun"].id == PEOPLE[1]
    registry.close()


def test_a_portrait_was_one_when_it_stood_for_somebody(past: Registry) -> None:
    """A picture is a portrait at the positions at which it stood for a character, whatever became of it."""
    before = past.feed.head(STUDIO)
    gone = do(past, WithdrawReference(stream=PEOPLE[0], asset=PICTURES[0], role="frontal"))

    assert then(past, before, cast=[], opening=PICTURES[0]).portraits == {PICTURES[0]}
    assert then(past, gone, cast=[], opening=PICTURES[0]).portraits == frozenset()
    assert gather(past, STUDIO, shot(cast=[], opening=PICTURES[0])).grounds.portraits == frozenset()
