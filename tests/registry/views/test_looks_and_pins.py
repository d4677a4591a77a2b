"""Looks with their pictures on a character's card, and pins with what has happened since on those of scenes and productions."""

from __future__ import annotations

from typing import Any

from registry.deciders.looks import DefineLook
from registry.deciders.pins import MovePin, PinCharacter, ReleasePin
from registry.views import characters, productions, scenes
from registry.views.looks import LookCard, ReferenceCard
from registry.views.pins import PinCard
from tests.registry.log.opened import STUDIO, Opened
from tests.registry.log.story import FACE, JUN, MINA, NEXT, SCENE, SHOW


def card(told: Opened, question: Any, id: str) -> Any:
    with told.registry.reading() as connection:
        return question(connection, STUDIO, id)


def test_a_character_with_its_looks(told: Opened) -> None:
    """Looks stand in order of definition, say what they say now, and show their own pictures alone; each event is a version."""
    mina = card(told, characters.character, MINA)
    worn = ReferenceCard(asset=FACE, role="wardrobe", look="winter")
    winter, summer = mina.looks

    assert winter == LookCard(
        look="winter",
        version=2,
        since=3,
        wardrobe="a grey coat",
        styling="",
        age="forty",
        retired=False,
        references=(worn,),
    )
    assert (summer.look, summer.since, summer.retired, summer.references) == ("summer", 6, True, ())
    assert mina.version == told.registry.state(STUDIO, MINA).version == 8
    assert worn in mina.references
    assert card(told, characters.character, JUN).looks == ()


def test_a_retired_look_is_taken_up_again(told: Opened) -> None:
    """Defining it again ends its retirement and keeps since when it is there."""
    told.handle(DefineLook(stream=MINA, look="summer", wardrobe="a linen dress"))

    summer = card(told, characters.character, MINA).looks[1]

    assert (summer.version, summer.since, summer.retired, summer.wardrobe) == (2, 6, False, "a linen dress")


def test_a_scene_says_how_far_its_pins_are_behind(told: Opened) -> None:
    """A pin at an older version says so, and what happened since in words and order; a moved one has nothing to say."""
    behind = PinCard(
        character=MINA,
        version=4,
        current_version=8,
        look="winter",
        behind=True,
        changed=("look defined", "look defined", "look retired", "voice bound"),
    )
    assert card(told, scenes.scene, SCENE).pins == (behind,)
    version = card(told, scenes.scene, SCENE).version

    told.handle(MovePin(stream=SCENE, character=MINA))

    moved = card(told, scenes.scene, SCENE)
    assert moved.pins == (behind.model_copy(update={"version": 8, "behind": False, "changed": ()}),)
    assert moved.version == version + 1 == told.registry.state(STUDIO, SCENE).version


def test_pins_of_a_production_are_its_own(told: Opened) -> None:
    """A production shows what it pins and not what it let go; its scenes do not repeat it; each pin counts from its version."""
    told.handle(PinCharacter(stream=SHOW, character=JUN, version=1))
    show = card(told, productions.production, SHOW)

    assert [(pin.character, pin.version, len(pin.changed)) for pin in show.pins] == [
        (MINA, 1, 7),
        (JUN, 1, 4),
    ]
    assert show.pins[1].changed[0] == "character renamed"
    assert card(told, scenes.scene, NEXT).pins == ()
    assert show.version == told.registry.state(STUDIO, SHOW).version

    told.handle(ReleasePin(stream=SHOW, character=MINA))

    assert [pin.character for pin in card(told, productions.production, SHOW).pins] == [JUN]
    with told.registry.reading() as connection:
        listed = {one.id: one.pins for one in scenes.scenes(connection, STUDIO).items}
        assert listed[SCENE] == card(told, scenes.scene, SCENE).pins
        assert productions.productions(connection, STUDIO).items[0].pins[0].character == JUN
