"""Grounds of pinned characters: an older version's pictures, names and looks, the same from the views and from the log."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from generation.gather import gather
from generation.grounds import CharacterGround, ReferenceGround
from generation.shot import ShotRequest
from registry.deciders.character import AssignReference, RetireCharacter, ReviseCharacter, WithdrawReference
from registry.deciders.command import Command
from registry.deciders.looks import DefineLook, RetireLook
from registry.deciders.pins import MovePin, PinCharacter, ReleasePin
from registry.registry import Registry
from tests.generation.past import LOOKS, PEOPLE, PICTURES, SCENES, SHOW, STUDIO, Still, begin
from tests.servers.world import CONTEXT

MINA, SCENE, WINTER = PEOPLE[0], SCENES[0], LOOKS[0]


@pytest.fixture
def past(tmp_path: Path) -> Iterator[Registry]:
    """Mina is at version 3: introduced, with a portrait, with a look."""
    registry = begin(tmp_path, Still())
    yield registry
    registry.close()


def do(registry: Registry, *commands: Command) -> None:
    registry.handle(STUDIO, commands, context=CONTEXT)


def mina(registry: Registry, **fields: Any) -> CharacterGround:
    """Mina as the views give her, which is as the log gives her at its head."""
    request = ShotRequest.model_validate({"scene": SCENE, "action": "She waits.", **fields})
    now = gather(registry, STUDIO, request).grounds
    then = gather(registry, STUDIO, request, as_of=now.position).grounds
    assert then.people == now.people
    assert then.assets == now.assets
    return now.people[MINA]


def grow(registry: Registry) -> None:
    """Mina goes on to version 8: another name, other pictures, other words for her look."""
    do(registry, ReviseCharacter(stream=MINA, name="Sora"))
    do(registry, AssignReference(stream=MINA, asset=PICTURES[1], role="frontal", look=WINTER))
    do(registry, WithdrawReference(stream=MINA, asset=PICTURES[0], role="frontal"))
    do(registry, DefineLook(stream=MINA, look=WINTER, wardrobe="a red scarf"))
    do(registry, DefineLook(stream=MINA, look="summer"))


def test_nobody_is_pinned_by_themselves(past: Registry) -> None:
    """Without a pin a character is as it is now, with all its looks and pictures."""
    grow(past)
    found = mina(past)

    assert (found.version, found.current, found.pinned_by, found.look) == (8, 8, None, None)
    assert found.references == (ReferenceGround("frontal", PICTURES[1], WINTER),)
    assert (set(found.looks), found.looks[WINTER].wardrobe) == ({WINTER, "summer"}, "a red scarf")


@pytest.mark.parametrize(("holder", "by"), [(SCENE, "scene"), (SHOW, "production")])
def test_a_pin_holds_on_to_name_pictures_and_looks(past: Registry, holder: str, by: str) -> None:
    """What came after the pinned version is not there, and the newest version is told beside it."""
    do(past, PinCharacter(stream=holder, character=MINA, look=WINTER))
    grow(past)
    found = mina(past)

    assert (found.version, found.current, found.pinned_by, found.look) == (3, 8, by, WINTER)
    assert (found.name, found.references) == ("Mina", (ReferenceGround("frontal", PICTURES[0]),))
    assert (set(found.looks), found.looks[WINTER].wardrobe) == ({WINTER}, "a coat")


def test_a_scene_s_pin_goes_before_its_production_s(past: Registry) -> None:
    """Scene, then production, then the character of today; another scene keeps the production's."""
    do(past, PinCharacter(stream=SHOW, character=MINA, version=2))
    do(past, PinCharacter(stream=SCENE, character=MINA, look=WINTER))
    grow(past)
    assert (mina(past).pinned_by, mina(past).version) == ("scene", 3)
    assert mina(past, scene=SCENES[1], cast=[{"character": MINA}]).version == 2

    do(past, ReleasePin(stream=SCENE, character=MINA))
    assert (mina(past).pinned_by, mina(past).version, mina(past).look) == ("production", 2, None)
    do(past, MovePin(stream=SHOW, character=MINA))
    assert (mina(past).pinned_by, mina(past).version) == ("production", 8)


def test_what_may_be_used_is_for_today_to_say(past: Registry) -> None:
    """A character or a look that was retired since is retired in an older version too."""
    do(past, PinCharacter(stream=SCENE, character=MINA, look=WINTER))
    do(past, RetireLook(stream=MINA, look=WINTER, reason="cut"))
    assert mina(past).looks[WINTER].retired

    do(past, RetireCharacter(stream=MINA, reason="cut"))
    assert (mina(past).retired, mina(past).version) == (True, 3)


def test_words_mean_whom_they_mean_today(past: Registry) -> None:
    """A pinned character is found by its name of today, and called by the one of its version."""
    do(past, PinCharacter(stream=SCENE, character=MINA, version=1))
    grow(past)
    request = ShotRequest.model_validate(
        {"scene": SCENE, "action": "She waits.", "cast": [{"character": "sora"}]}
    )
    found = gather(past, STUDIO, request).grounds.people["sora"]

    assert (found.id, found.name, found.references) == (MINA, "Mina", ())


def test_a_version_is_folded_once(past: Registry) -> None:
    """Several pinned streams are one question to the log, asked again they are none, and versions never reached are left out."""
    grow(past)
    with past.snapshot() as connection:
        seen: list[str] = []
        connection.connection.dbapi_connection.set_trace_callback(seen.append)  # type: ignore[union-attr]
        first = past.versions(connection, STUDIO, {MINA: 3, PEOPLE[1]: 1, SCENE: 99})
        again = past.versions(connection, STUDIO, {MINA: 3, PEOPLE[1]: 1})
        asked = [one for one in seen if "FROM events" in one]
        plan = [row[3] for one in asked for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {one}")]

    assert len(asked) == 1
    assert (
        {stream: folded.version for stream, folded in first.items()}
        == {MINA: 3, PEOPLE[1]: 1}
        == {stream: folded.version for stream, folded in again.items()}
    )
    assert first[MINA].state.looks[WINTER].wardrobe == "a coat"
    assert not any(step.startswith("SCAN") for step in plan)
