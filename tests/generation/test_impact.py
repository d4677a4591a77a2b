"""What a change would touch, before it is made; asking writes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from generation.impact import Change, Impact, Kind, gather, impact
from registry.deciders.character import WithdrawReference
from registry.deciders.element import RetireElement
from registry.deciders.pins import PinCharacter
from registry.deciders.portrayal import UnlinkLikeness
from registry.deciders.voice import AdoptVoice
from tests.registry.events.golden import an_id
from tests.registry.log.opened import STUDIO, Opened, opened
from tests.registry.log.story import (
    ACCOUNT,
    CAFE,
    CLIP,
    ELEMENT,
    FACE,
    JUN,
    MINA,
    NEXT,
    OLD,
    SCENE,
    SHOT,
    SHOW,
    tell,
)
from tests.registry.views.bound import COAT, FIRST, OPEN, PERSON, SECOND, VOICE, bind, link, plan


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Opened]:
    with opened(tmp_path) as found:
        tell(found, with_identity=False)
        bind(found)
        yield found


def ask(log: Opened, kind: Kind, thing: str, change: Change = "retire", look: str | None = None) -> Impact:
    with log.registry.reading() as connection:
        return impact(gather(connection, STUDIO, kind, thing, look), change, look)


def ids(found: Impact) -> list[str]:
    return [binding.id for binding in found.elements]


def test_a_picture_of_a_look_touches_what_wears_it(told: Opened) -> None:
    """Elements whose recipe names it go stale with that cause; pins and shots of other looks are left alone."""
    told.handle(PinCharacter(stream=NEXT, character=MINA))
    found = ask(told, "asset", COAT)

    assert ids(found) == [FIRST, SECOND]
    assert found.elements[0].because == f"its recipe names {COAT}, which would be retired"
    assert [(pin.scene, pin.production, pin.look) for pin in found.pins] == [(None, SHOW, "winter")]
    assert [shot.shot for shot in found.shots] == [SHOT]
    assert (found.remint.units, found.clips) == ("0", 0)


def test_a_scene_pinned_otherwise_is_left_alone(told: Opened) -> None:
    """The scene's own pin goes before its production's: a shot that does not wear the look is not touched."""
    told.handle(PinCharacter(stream=SCENE, character=MINA))

    assert ask(told, "asset", COAT).shots == ()
    assert [shot.shot for shot in ask(told, "asset", FACE).shots] == [SHOT]


def test_a_picture_taken_back_leaves_pins_as_they_are(told: Opened) -> None:
    """A pinned version keeps its pictures, so withdrawing touches bindings and shots alone; superseding touches pins too."""
    assert ask(told, "asset", FACE, "withdraw").pins == ()
    assert ids(ask(told, "asset", FACE, "withdraw")) == [FIRST, SECOND]
    assert len(ask(told, "asset", FACE, "supersede").pins) == 1
    assert "superseded" in ask(told, "asset", FACE, "supersede").elements[0].because


def test_open_generations_are_named_through_elements_too(told: Opened) -> None:
    """A request that has not ended is touched by the picture it stands on, and by one that its element was made from."""
    plan(told, element=FIRST)
    plan(told, an_id("generation", 21), asset=CAFE)

    assert ask(told, "asset", COAT).generations == (OPEN,)
    assert ask(told, "element", FIRST).generations == (OPEN,)
    assert ask(told, "asset", CAFE).generations == (an_id("generation", 21),)
    assert ask(told, "asset", OLD).generations == ()


def test_a_voice_costs_a_new_one_and_its_elements(told: Opened) -> None:
    """Elements made with a voice go with it; making a voice anew costs 0.05 units, elements nothing."""
    found = ask(told, "voice", VOICE)

    assert ids(found) == [FIRST, SECOND]
    assert [(voice.id, voice.character) for voice in found.voices] == [(VOICE, MINA)]
    assert found.remint.units == "0.05"
    assert [shot.shot for shot in found.shots] == [SHOT]


def test_an_element_touches_whom_it_shows(told: Opened) -> None:
    """An adopted element that nothing was ever made of still names its character's pins and shots, and its clips."""
    found = ask(told, "element", ELEMENT)

    assert [(one.id, one.character, one.because) for one in found.elements] == [
        (ELEMENT, MINA, "it would be retired")
    ]
    assert [pin.production for pin in found.pins] == [SHOW]
    assert found.clips == 1
    assert CLIP


def test_a_character_takes_everything_along(told: Opened) -> None:
    """Retired, it touches its pins, bindings, shots and open requests, and there is nothing to make anew."""
    plan(told)
    told.handle(
        AdoptVoice(stream=an_id("voice", 2), voice_id="v2", account=ACCOUNT, character=MINA, attested_by="Y")
    )
    found = ask(told, "character", MINA)

    assert ids(found) == [ELEMENT, FIRST, SECOND]
    assert [voice.id for voice in found.voices] == [VOICE, an_id("voice", 2)]
    assert (len(found.pins), len(found.shots), found.generations, found.remint.units) == (1, 1, (OPEN,), "0")


def test_a_look_defined_anew_touches_that_look(told: Opened) -> None:
    """Only elements, pins and clips in the look are named, and the elements can be made anew."""
    found = ask(told, "character", MINA, "look", "winter")

    assert ids(found) == [FIRST, SECOND]
    assert found.voices == ()
    assert [pin.look for pin in found.pins] == ["winter"]
    assert found.clips == 1
    assert ask(told, "character", MINA, "look", "summer").elements == ()


def test_what_is_over_is_not_touched(told: Opened) -> None:
    """Retired elements and withdrawn references have nothing more to lose."""
    told.handle(RetireElement(stream=FIRST, reason="drifted"))
    assert ids(ask(told, "asset", COAT)) == [SECOND]

    told.handle(WithdrawReference(stream=JUN, asset=CAFE, role="other"))
    before = told.registry.feed.head(STUDIO)
    found = ask(told, "asset", CAFE)

    assert (found.pins, found.elements, found.shots, found.generations) == ((), (), (), ())
    assert told.registry.feed.head(STUDIO) == before


def test_another_voice_touches_what_was_made_with_the_old_one(told: Opened) -> None:
    """Elements made with the character's voice go stale; pins, shots' people and other elements stay as they are."""
    found = ask(told, "character", MINA, "voice")

    assert ids(found) == [FIRST, SECOND]
    assert (found.pins, found.voices, found.generations, found.remint.units) == ((), (), (), "0")


def test_a_person_takes_all_their_characters_along(told: Opened) -> None:
    """Without consent every character of theirs is touched with elements, voices, pins, shots and open requests."""
    plan(told)
    link(told)
    found = ask(told, "likeness", PERSON, "revoke")

    assert ids(found) == [ELEMENT, FIRST, SECOND]
    assert [voice.id for voice in found.voices] == [VOICE]
    assert {one.because for one in found.elements} == {f"{MINA} could not be shown any more"}
    assert (len(found.pins), len(found.shots), found.generations, found.remint.units) == (1, 1, (OPEN,), "0")
    told.handle(UnlinkLikeness(stream=MINA, reason="another sat for it"))
    assert ask(told, "likeness", PERSON, "revoke").elements == ()
