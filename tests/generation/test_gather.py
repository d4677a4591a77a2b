"""The grounds of a request: whom its words mean, and what is there as of one position."""

from __future__ import annotations

from typing import Any

import pytest

from generation.gather import Gathered, gather
from generation.intake import preview
from generation.shot import ShotRequest
from registry.deciders.character import IntroduceCharacter, RetireCharacter
from registry.deciders.element import RetireElement
from registry.deciders.scene import CastInScene
from tests.servers.world import ALONE, World, new_id


def grounds_of(world: World, **fields: Any) -> Gathered:
    shot = {"scene": world.scene, "action": "They wait.", **fields}
    return gather(world.registry, world.studio, ShotRequest.model_validate(shot))


def cast(*names: str) -> list[dict[str, str]]:
    return [{"character": name} for name in names]


def test_the_whole_cast_of_the_scene(studio: World) -> None:
    """Without a word about people, the scene's cast is loaded with pictures, elements and versions, as of the newest position."""
    gathered = grounds_of(studio)
    mina = gathered.grounds.people[studio.mina.character]

    assert set(gathered.grounds.people) == {studio.mina.character, studio.jun.character}
    assert [element.id for element in mina.elements] == [studio.mina.element]
    assert [reference.asset for reference in mina.references] == [studio.mina.portrait]
    assert set(gathered.grounds.assets) == {studio.mina.portrait, studio.jun.portrait}
    assert (gathered.scene, gathered.grounds.position) == (studio.scene, studio.log()[-1].position)


@pytest.mark.parametrize("word", ["Mina", "mina", "MINA", "Lead", "lead"])
def test_people_are_called_by_name_alias_or_id(studio: World, word: str) -> None:
    """A name or alias in any case means the character; so does the id."""
    lead = new_id("character")
    studio.do(IntroduceCharacter(stream=lead, depicts="fictional", name="Somebody", aliases=("Lead",)))
    expected = lead if word.casefold() == "lead" else studio.mina.character

    found = grounds_of(studio, cast=cast(word, expected)).grounds.people
    assert (found[word].id, found[expected].id) == (expected, expected)


def test_the_scene_s_own_people_come_first(studio: World) -> None:
    """A name that several characters bear means the one who is cast in the scene."""
    studio.do(IntroduceCharacter(stream=new_id("character"), depicts="fictional", name="Mina"))

    assert grounds_of(studio, cast=cast("Mina")).grounds.people["Mina"].id == studio.mina.character


def test_a_name_that_could_be_two(studio: World) -> None:
    """A name that two characters of the scene bear means neither, and both are told."""
    other = new_id("character")
    studio.do(
        IntroduceCharacter(stream=other, depicts="fictional", name="Mina"),
        CastInScene(stream=studio.scene, character=other),
    )

    grounds = grounds_of(studio, cast=cast("Mina")).grounds

    assert "Mina" not in grounds.people
    assert grounds.ambiguous == {"Mina": (studio.mina.character, other)}


def test_the_living_before_the_retired(studio: World) -> None:
    """Of two of one name outside the scene, the one who is not retired is meant."""
    old, new = new_id("character"), new_id("character")
    studio.do(
        IntroduceCharacter(stream=old, depicts="fictional", name="Sora"),
        IntroduceCharacter(stream=new, depicts="fictional", name="Sora"),
    )
    studio.do(RetireCharacter(stream=old, reason="recast"))

    assert grounds_of(studio, cast=cast("Sora")).grounds.people["Sora"].id == new


def test_what_is_not_there_is_left_out(studio: World) -> None:
    """Unknown people, pictures and clips are no error here: the resolution reports them, all at once."""
    gone = new_id("asset")
    grounds = grounds_of(studio, cast=cast("Nobody"), opening=gone, continue_from=new_id("clip")).grounds

    assert "Nobody" not in grounds.people
    assert gone not in grounds.assets
    assert grounds.parent is None


def test_a_retired_element_is_told_as_such(studio: World) -> None:
    """Retirement is loaded, not hidden: the resolution must be able to say it."""
    studio.do(RetireElement(stream=studio.mina.element, reason="a new one"))

    (element,) = grounds_of(studio).grounds.people[studio.mina.character].elements
    assert element.retired


def test_a_clip_by_the_generation_that_makes_it(studio: World) -> None:
    """A generation that still runs is a parent without a clip; without a scene the production's unplaced one is meant."""
    asked = studio.ask(**ALONE)
    gathered = grounds_of(studio, scene=None, production=studio.production, continue_from=asked)

    assert gathered.grounds.parent is not None
    assert (gathered.grounds.parent.generation, gathered.grounds.parent.clip) == (asked, asked)
    assert gathered.grounds.parent.task_id is None
    assert (gathered.scene, gathered.grounds.scene) == (studio.unplaced, None)


def test_a_scene_or_a_production_that_is_not_there(studio: World) -> None:
    """Places that do not exist are left out, and nothing else that is named with them is."""
    nowhere = grounds_of(studio, scene=new_id("scene"), cast=cast("Mina"), opening=studio.cafe).grounds
    unopened = grounds_of(studio, scene=None, production=new_id("production")).grounds

    assert (nowhere.scene, nowhere.production, nowhere.account) == (None, None, None)
    assert ([*nowhere.people], studio.cafe in nowhere.assets) == (["Mina"], True)
    assert (unopened.production, unopened.account) == (None, None)


def test_what_shots_frames_edits_and_retakes_name(studio: World) -> None:
    """Whoever a shot names and the closing picture are loaded; a clip to edit or to answer that is not there is left out."""
    turns = [{"speaker": "jun", "line": "No."}]
    shots = [
        {"action": "She waits.", "duration": 5, "cast": ["MINA"]},
        {"duration": 5, "dialogue": {"language": "Korean", "turns": turns}},
    ]
    nothing = new_id("clip")

    told = grounds_of(studio, shots=shots, closing=studio.mina.portrait, retake_of=nothing).grounds
    edited = grounds_of(studio, edit=nothing).grounds

    assert {"MINA", "jun"} <= set(told.people)
    assert studio.mina.portrait in told.assets
    assert (told.retake, edited.parent) == (None, None)


def test_a_picture_elsewhere_is_not_looked_for(studio: World) -> None:
    """A picture that is named by its address is no asset of ours."""
    away = {"url": "https://cdn.example.com/a.png"}

    found = grounds_of(studio, opening=away, references=[away]).grounds.assets

    assert set(found) == {studio.mina.portrait, studio.jun.portrait}


def test_a_portrait_is_known_whoever_is_cast(studio: World) -> None:
    """A picture to open on that stands for somebody is a portrait even where nobody is cast, and one of a place is not."""
    asked = {"scene": None, "production": studio.production, "cast": []}

    told = grounds_of(studio, **asked, opening=studio.mina.portrait).grounds
    assert (told.people, told.portraits) == ({}, {studio.mina.portrait})
    assert grounds_of(studio, **asked, opening=studio.cafe).grounds.portraits == frozenset()


def test_a_portrait_is_a_caution_whoever_is_cast(studio: World) -> None:
    """Opening another scene on somebody's portrait needs a reason although nobody is cast (guide A2.6)."""
    fields = {"production": studio.production, "cast": [], "action": "She waits.", "setting": "a harbour"}
    asked = ShotRequest.model_validate(fields | {"opening": studio.mina.portrait})

    shown = preview(studio.registry, studio.studio, asked)
    assert [found.rule for found in shown.findings if found.blocks] == ["W209"]
