"""Looks of a character: defined, defined again, retired; and what the character is said to depict."""

from __future__ import annotations

from dataclasses import replace

import pytest

from registry.deciders.character import AssignReference, WithdrawReference
from registry.deciders.command import AlreadyRetired
from registry.deciders.looks import DefineLook, LookAlreadyRetired, RetireLook
from registry.deciders.portrayal import DeclareCharacter, StillLinked
from registry.errors import InvalidCommand, NotFound
from registry.events.character import (
    CharacterDeclared,
    CharacterIntroduced,
    CharacterRetired,
    LikenessLinked,
    LookDefined,
    LookRetired,
    ReferenceAssigned,
    ReferenceWithdrawn,
)
from tests.registry.deciders.given import folded, given
from tests.registry.events.golden import an_id, example

MINA, ASSET = an_id("character"), an_id("asset")
INTRODUCED = CharacterIntroduced(depicts="fictional", name="Mina", aliases=(), kind="person", description="")
WINTER = LookDefined(look="winter", wardrobe="a grey coat", styling="hair tied back", age="")
RETIRED = LookRetired(look="winter", reason="cut")
DEFINE = DefineLook(stream=MINA, look="winter", wardrobe=" a grey coat", styling="hair tied back")


def test_a_look_is_defined() -> None:
    """A new look says what it says and is empty otherwise; the next definition keeps what it leaves out."""
    older = replace(DEFINE, wardrobe=None, styling=None, age="forty")
    state = folded(MINA, [INTRODUCED, WINTER, LookDefined(**{**WINTER.model_dump(), "age": "forty"})])

    assert given(INTRODUCED).when(DEFINE) == [WINTER]
    assert given(INTRODUCED, WINTER).when(older) == [LookDefined(**{**WINTER.model_dump(), "age": "forty"})]
    assert (state.looks["winter"].version, state.looks["winter"].since, state.version) == (2, 2, 3)


@pytest.mark.parametrize("name", ["", " winter", "winter ", "a\nb", "day/night", "x" * 61])
def test_looks_have_names(name: str) -> None:
    """What cannot be a name of a look is refused with the name."""
    given(INTRODUCED).refuses(replace(DEFINE, look=name), InvalidCommand, "no name of a look")


def test_looks_are_defined_for_the_living() -> None:
    """Not for an absent or a retired character, and not at any length."""
    given().refuses(DEFINE, NotFound, MINA)
    given(INTRODUCED, CharacterRetired(reason="")).refuses(DEFINE, AlreadyRetired, MINA)
    given(INTRODUCED).refuses(replace(DEFINE, wardrobe="x" * 501), InvalidCommand, "wardrobe")


def test_defining_the_same_is_quiet() -> None:
    """The same words write nothing, unless the look was retired: then it is taken up again."""
    assert given(INTRODUCED, WINTER).when(DEFINE) == []
    assert given(INTRODUCED, WINTER, RETIRED).when(DEFINE) == [WINTER]


def test_a_look_is_retired() -> None:
    """Retiring a look says why and leaves the character alone."""
    command = RetireLook(stream=MINA, look="winter", reason=" cut")

    assert given(INTRODUCED, WINTER).when(command) == [RETIRED]
    state = folded(MINA, [INTRODUCED, WINTER, RETIRED])
    assert (state.looks["winter"].retired, state.retired) == (True, False)


def test_only_live_looks_are_retired() -> None:
    """An unknown look is not found, with those there are; a repeat is refused, not quiet."""
    command = RetireLook(stream=MINA, look="summer", reason="")

    given(INTRODUCED, WINTER).refuses(command, NotFound, "it has winter")
    given(INTRODUCED, WINTER, RETIRED).refuses(replace(command, look="winter"), LookAlreadyRetired, "winter")


def test_a_picture_shows_a_look() -> None:
    """The same picture may stand for the character as introduced and in a look, each of which is withdrawn alone."""
    assign = AssignReference(stream=MINA, asset=ASSET, role="frontal", look="winter")
    base = ReferenceAssigned(asset=ASSET, role="frontal")
    there = given(INTRODUCED, WINTER, base).and_(ASSET, example("AssetRegistered"))
    worn = ReferenceAssigned(asset=ASSET, role="frontal", look="winter")

    assert there.when(assign) == [worn]
    assert given(INTRODUCED, WINTER, worn).and_(ASSET, example("AssetRegistered")).when(assign) == []
    withdraw = WithdrawReference(stream=MINA, asset=ASSET, role="frontal", look="winter")
    assert given(INTRODUCED, WINTER, base, worn).when(withdraw) == [
        ReferenceWithdrawn(asset=ASSET, role="frontal", look="winter", reason="")
    ]
    given(INTRODUCED, WINTER, base).refuses(withdraw, NotFound, "winter")
    given(INTRODUCED).and_(ASSET, example("AssetRegistered")).refuses(assign, NotFound, "no look")
    retired = given(INTRODUCED, WINTER, RETIRED).and_(ASSET, example("AssetRegistered"))
    retired.refuses(assign, LookAlreadyRetired, "winter")


def test_a_character_is_declared() -> None:
    """Who is behind a character is put right with a reason, also once it is retired."""
    command = DeclareCharacter(stream=MINA, depicts="real_person", reason="an actor plays her")
    declared = CharacterDeclared(depicts="real_person", reason="an actor plays her")

    assert given(INTRODUCED).when(command) == [declared]
    assert given(INTRODUCED, CharacterRetired(reason="")).when(command) == [declared]


def test_declarations_are_refused() -> None:
    """A thing depicts nobody, and a character with a likeness is not fictional."""
    thing = INTRODUCED.model_copy(update={"kind": "prop"})
    real = INTRODUCED.model_copy(update={"depicts": "real_person"})
    linked = LikenessLinked(likeness=an_id("likeness"))
    somebody = DeclareCharacter(stream=MINA, depicts="real_person")

    given().refuses(somebody, NotFound, MINA)
    given(thing).refuses(somebody, InvalidCommand, "prop")
    given(real, linked).refuses(replace(somebody, depicts="fictional"), StillLinked, linked.likeness)


def test_declaring_the_same_is_quiet() -> None:
    """Saying what stands already writes nothing."""
    assert given(INTRODUCED).when(DeclareCharacter(stream=MINA, depicts="fictional")) == []
