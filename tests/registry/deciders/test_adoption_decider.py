"""Footage that we did not make becomes a clip on somebody's word, held against what is on record of whom it shows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from registry.deciders.adopting import AdoptClip
from registry.deciders.attesting import Attested, Seen
from registry.deciders.clip import ClipIsWithdrawn
from registry.deciders.command import AlreadyClosed, AlreadyExists
from registry.deciders.likeness import AlreadyErased
from registry.deciders.verdicts import ApproveClip, NoteOnClip
from registry.errors import InvalidCommand, NotFound
from registry.events.clip import ClipAdopted, ClipApproved, ClipWithdrawn
from registry.events.envelope import Event
from registry.events.references import CastMember
from registry.events.scene import ShotPlanned
from tests.registry.deciders.given import Given, given
from tests.registry.events.golden import an_id, example

CLIP, SCENE, SHOT, SHOW = an_id("clip"), an_id("scene"), an_id("shot"), an_id("production")
MINA, JUN, PERSON, OTHER = an_id("character"), an_id("character", 2), an_id("likeness"), an_id("likeness", 2)
SAID: Any = example("ClipAdopted")
SHOWN = Attested(
    production=SHOW,
    scene=SCENE,
    shot=SHOT,
    depicts="yes",
    seen=(Seen(MINA, "winter"), Seen(JUN)),
    likenesses=(OTHER,),
)
ADOPT = AdoptClip(
    stream=CLIP,
    label=" Harbour ",
    source=" second unit ",
    ai_generated=False,
    attested=SHOWN,
    stored=SAID.stored,
    footage=SAID.footage,
    marks=SAID.marks,
    recognised_by=SAID.recognised_by,
)
PEOPLE: dict[str, tuple[Event, ...]] = {
    SHOW: (example("ProductionOpened"),),
    SCENE: (
        example("SceneOpened", production=SHOW),
        ShotPlanned(shot=SHOT, number=1, action="They argue."),
    ),
    MINA: (
        example("CharacterIntroduced", depicts="real_person", kind="person"),
        example("LikenessLinked", likeness=PERSON),
        example("LookDefined", look="winter"),
    ),
    JUN: (example("CharacterIntroduced", depicts="fictional"),),
    OTHER: (example("LikenessRegistered"),),
}


def world(*history: Event, **others: tuple[Event, ...]) -> Given:
    """The production, scene and people that the footage names, with what else happened to them."""
    found = given(*history)
    for stream, events in PEOPLE.items():
        found = found.and_(stream, *events, *others.get(stream, ()))
    return found


def test_footage_is_adopted() -> None:
    """It says what was said, with everybody as they are now and who is behind them; its words are sealed under all of them."""
    (event,) = world().when(ADOPT)

    assert isinstance(event, ClipAdopted)
    assert (event.label, event.source, event.ai_generated) == ("Harbour", "second unit", False)
    assert event.cast == (
        CastMember(character=MINA, version=3, look="winter", likeness=PERSON),
        CastMember(character=JUN, version=1),
    )
    assert (event.scene, event.shot, event.likenesses) == (SCENE, SHOT, (OTHER,))
    assert event.sealed_under() == (MINA, JUN, OTHER)
    assert (event.stored, event.footage, event.recognised_by) == (
        SAID.stored, SAID.footage, SAID.recognised_by,
    )  # fmt: skip


def test_it_is_a_clip_like_any_other() -> None:
    """It is approved, remarked on up to its end, and withdrawn; and adopted once."""
    adopted = example("ClipAdopted")
    note = NoteOnClip(stream=CLIP, text="soft", at_us=SAID.footage.duration_us)
    assert given(adopted).when(ApproveClip(stream=CLIP)) == [ClipApproved(note="")]
    assert len(given(adopted).when(note)) == 1
    given(adopted).refuses(replace(note, at_us=SAID.footage.duration_us + 1), InvalidCommand)
    given(adopted, ClipWithdrawn(reason="a brand")).refuses(ApproveClip(stream=CLIP), ClipIsWithdrawn)
    world(adopted).refuses(ADOPT, AlreadyExists, CLIP)


@pytest.mark.parametrize(
    ("changed", "refusal", "words"),
    [
        ({"source": " x "}, InvalidCommand, "source has 1"),
        ({"attested": replace(SHOWN, shot=an_id("shot", 5))}, NotFound, an_id("shot", 5)),
        ({"attested": replace(SHOWN, seen=(Seen(an_id("character", 7)),))}, NotFound, an_id("character", 7)),
        ({"attested": replace(SHOWN, seen=(Seen(MINA, "summer"),))}, NotFound, "it has winter"),
        ({"attested": replace(SHOWN, likenesses=(an_id("likeness", 7),))}, NotFound, an_id("likeness", 7)),
        ({"attested": replace(SHOWN, depicts="no")}, InvalidCommand, OTHER),
        ({"attested": replace(SHOWN, depicts="no", likenesses=())}, InvalidCommand, MINA),
    ],
)
def test_what_does_not_hold_is_refused(changed: dict[str, Any], refusal: Any, words: str) -> None:
    """Nobody and nothing that is not there is named, and nobody real is seen where none is said to be."""
    world().refuses(replace(ADOPT, **changed), refusal, words)


def test_closed_places_and_erased_people_are_refused() -> None:
    """Nothing comes into a closed scene or production, or another production's scene; nothing is said of who was erased."""
    closed = {SCENE: (example("SceneClosed"),), SHOW: (example("ProductionClosed"),)}
    for stream, event in closed.items():
        world(**{stream: event}).refuses(ADOPT, AlreadyClosed, stream)
    elsewhere = example("SceneOpened", production=an_id("production", 2))
    world().and_(SCENE, elsewhere).refuses(ADOPT, NotFound, "is no scene of")
    world(**{OTHER: (example("ErasureOrdered"),)}).refuses(ADOPT, AlreadyErased, OTHER)
    world(**{MINA: (example("CharacterErased"),)}).refuses(ADOPT, AlreadyErased, MINA)


def test_retired_characters_are_seen_in_older_footage() -> None:
    """That nothing new may stand on a character does not unmake what shows it."""
    assert len(world(**{JUN: (example("CharacterRetired"),)}).when(ADOPT)) == 1
