"""Pins: a scene or a production holds on to a character as it was, lets go of it, moves on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from registry.deciders.command import AlreadyClosed, AlreadyRetired, Command
from registry.deciders.looks import LookAlreadyRetired
from registry.deciders.pins import MovePin, Pin, PinCharacter, ReleasePin
from registry.errors import InvalidCommand, NotFound
from registry.events.character import CharacterRetired, LookDefined, LookRetired
from registry.events.envelope import Event
from registry.events.pins import CharacterPinned, PinReleased
from registry.events.production import ProductionClosed, ProductionOpened
from registry.events.scene import SceneClosed, SceneOpened
from tests.registry.deciders.given import Given, folded, given
from tests.registry.events.golden import an_id, example

MINA, SCENE, SHOW = an_id("character"), an_id("scene"), an_id("production")
SHOW_OPENED = ProductionOpened(name="Late Trains", unplaced=an_id("scene", 9))
OPENED = SceneOpened(production=SHOW, name="Café", episode=3, number=12, setting="dusk")
INTRODUCED, RETIRED = example("CharacterIntroduced"), CharacterRetired(reason="")
WINTER = LookDefined(look="winter", wardrobe="a coat", styling="", age="")
HOLDERS = [(SCENE, OPENED, SceneClosed(reason="")), (SHOW, SHOW_OPENED, ProductionClosed(reason=""))]
holders = pytest.mark.parametrize(("holder", "opened", "closed"), HOLDERS, ids=["scene", "production"])


def pinned(version: int, look: str | None = None) -> CharacterPinned:
    return CharacterPinned(character=MINA, character_version=version, look=look)


def with_mina(opened: Event, *held: Event, mina: tuple[Event, ...] = (INTRODUCED, WINTER)) -> Given:
    """Mina is at version 2, with the look winter since then, unless something else is said."""
    return given(opened, *held).and_(MINA, *mina)


@holders
def test_a_character_is_pinned(holder: str, opened: Event, closed: Event) -> None:
    """As it is now unless a version is named, in the look that is named; pinned again, it moves."""
    now, then = (
        PinCharacter(stream=holder, character=MINA),
        PinCharacter(stream=holder, character=MINA, version=1),
    )

    assert with_mina(opened).when(replace(now, look="winter")) == [pinned(2, "winter")]
    assert with_mina(opened, pinned(2, "winter")).when(then) == [pinned(1)]
    assert folded(holder, [opened, pinned(2, "winter"), pinned(1)]).pins == {MINA: Pin(1)}


@holders
def test_pins_are_refused(holder: str, opened: Event, closed: Event) -> None:
    """Not to an absent or retired character, a version it never had, a look it has not or had not yet, nor once closed."""
    pin = PinCharacter(stream=holder, character=MINA)

    given(opened).refuses(pin, NotFound, MINA)
    with_mina(opened, mina=(INTRODUCED, RETIRED)).refuses(pin, AlreadyRetired, MINA)
    for version in (0, -1, 3):
        with_mina(opened).refuses(replace(pin, version=version), InvalidCommand, "versions 1 to 2")
    with_mina(opened).refuses(replace(pin, look="summer"), NotFound, "it has winter")
    early = with_mina(opened).refuses(
        replace(pin, version=1, look="winter"), InvalidCommand, "since version 2"
    )
    assert "version 2" in early.hint
    gone = with_mina(opened, mina=(INTRODUCED, WINTER, LookRetired(look="winter", reason="")))
    gone.refuses(replace(pin, look="winter"), LookAlreadyRetired, "winter")
    with_mina(opened, closed).refuses(pin, AlreadyClosed, holder)


@holders
def test_pinning_the_same_is_quiet(holder: str, opened: Event, closed: Event) -> None:
    """The same version in the same look writes nothing."""
    assert with_mina(opened, pinned(2)).when(PinCharacter(stream=holder, character=MINA)) == []


@holders
def test_a_pin_moves_to_the_character_of_today(holder: str, opened: Event, closed: Event) -> None:
    """It keeps its look; where the character has not changed since, nothing is written."""
    move = MovePin(stream=holder, character=MINA)
    longer: Any = (INTRODUCED, WINTER, example("CharacterDescribed"))

    assert with_mina(opened, pinned(2, "winter"), mina=longer).when(move) == [pinned(3, "winter")]
    assert with_mina(opened, pinned(2, "winter")).when(move) == []


@holders
def test_only_pins_move(holder: str, opened: Event, closed: Event) -> None:
    """What is not pinned is not found, and a retired character or look is moved to no more."""
    move = MovePin(stream=holder, character=MINA)

    with_mina(opened).refuses(move, NotFound, "not pinned")
    with_mina(opened, pinned(1), mina=(INTRODUCED, RETIRED)).refuses(move, AlreadyRetired, MINA)
    gone = (INTRODUCED, WINTER, LookRetired(look="winter", reason=""))
    with_mina(opened, pinned(2, "winter"), mina=gone).refuses(move, LookAlreadyRetired, "winter")


@holders
def test_a_pin_is_released(holder: str, opened: Event, closed: Event) -> None:
    """Releasing says why; a character that is gone since can be released too."""
    release = ReleasePin(stream=holder, character=MINA, reason=" new costume")
    released = PinReleased(character=MINA, reason="new costume")

    assert with_mina(opened, pinned(1), mina=(INTRODUCED, RETIRED)).when(release) == [released]
    assert folded(holder, [opened, pinned(1), released]).pins == {}


@holders
def test_only_pins_are_released(holder: str, opened: Event, closed: Event) -> None:
    """What is not pinned is not found: a repeat is refused, not quiet."""
    commands: list[Command] = [
        ReleasePin(stream=holder, character=MINA),
        ReleasePin(stream=holder, character=holder),
    ]

    for command in commands:
        with_mina(opened).refuses(command, NotFound, "not pinned")
