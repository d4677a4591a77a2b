"""Characters and elements: who recurs, what shows them, and which of Kling's ids stands for them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from registry.deciders.character import (
    AssignReference,
    IntroduceCharacter,
    Reference,
    RetireCharacter,
    ReviseCharacter,
    WithdrawReference,
)
from registry.deciders.command import AlreadyExists, AlreadyRetired, Command
from registry.deciders.element import AdoptElement, RetireElement
from registry.errors import InvalidCommand, NotFound
from registry.events.asset import AssetRetired
from registry.events.character import (
    CharacterDescribed,
    CharacterIntroduced,
    CharacterRenamed,
    CharacterRetired,
    ReferenceAssigned,
    ReferenceWithdrawn,
)
from registry.events.element import ElementAdopted, ElementRetired
from tests.registry.deciders.given import folded, given
from tests.registry.events.golden import an_id, example

MINA, ASSET, ELEMENT, ACCOUNT = an_id("character"), an_id("asset"), an_id("element"), an_id("account")
INTRODUCED = CharacterIntroduced(
    depicts="fictional", name="Mina", aliases=("미나",), kind="person", description="A student"
)
RETIRED = CharacterRetired(reason="written out")
ASSIGNED = ReferenceAssigned(asset=ASSET, role="frontal")
PICTURE = example("AssetRegistered")
ADOPTED = ElementAdopted(element_id=7, account=ACCOUNT, character=MINA, made_from="image", attested_by="Yuna")
ADOPT = AdoptElement(
    stream=ELEMENT, element_id=7, account=ACCOUNT, character=MINA, made_from="image", attested_by=" Yuna "
)
ASSIGN = AssignReference(stream=MINA, asset=ASSET, role="frontal")


def test_a_character_is_introduced() -> None:
    """Aliases lose doubles and the name itself."""
    command = IntroduceCharacter(
        stream=MINA,
        depicts="fictional",
        name=" Mina ",
        aliases=("미나", "Mina", " 미나"),
        description="A student",
    )

    assert given().when(command) == [INTRODUCED]


def test_introductions_are_refused() -> None:
    """A character has a name, aliases that say something, and an id of its own: a repeat is refused, not quiet."""
    given().refuses(IntroduceCharacter(stream=MINA, depicts="fictional", name=" "), InvalidCommand, "name")
    given().refuses(
        IntroduceCharacter(stream=MINA, depicts="fictional", name="Mina", aliases=("",)),
        InvalidCommand,
        "aliases",
    )
    given(INTRODUCED).refuses(
        IntroduceCharacter(stream=MINA, depicts="fictional", name="Mina"), AlreadyExists
    )


def test_a_character_is_revised() -> None:
    """A revision writes one event per thing that changed; what is left out stays."""
    both = ReviseCharacter(stream=MINA, name="Mina Park", description="short hair")

    assert given(INTRODUCED).when(both) == [
        CharacterRenamed(name="Mina Park", aliases=("미나",)),
        CharacterDescribed(description="short hair"),
    ]
    assert given(INTRODUCED).when(ReviseCharacter(stream=MINA, aliases=())) == [
        CharacterRenamed(name="Mina", aliases=())
    ]


def test_revisions_are_refused() -> None:
    """Empty names and overlong descriptions are refused by field."""
    given(INTRODUCED).refuses(ReviseCharacter(stream=MINA, name=""), InvalidCommand, "name")
    long = ReviseCharacter(stream=MINA, description="x" * 5_001)
    given(INTRODUCED).refuses(long, InvalidCommand, "description")


def test_revising_to_the_same_is_quiet() -> None:
    """Saying what stands already writes nothing."""
    same = ReviseCharacter(stream=MINA, name="Mina", aliases=("미나", "Mina"), description="A student ")

    assert given(INTRODUCED).when(same) == []


def test_a_reference_is_assigned() -> None:
    """A live picture stands for the character in a role."""
    assert given(INTRODUCED).and_(ASSET, PICTURE).when(ASSIGN) == [ASSIGNED]


def test_references_are_live_pictures() -> None:
    """Not what is absent, retired, no picture, or no asset at all."""
    video = example("AssetRegistered", kind="video")
    somebody = replace(ASSIGN, asset=an_id("character", 2))

    given(INTRODUCED).refuses(ASSIGN, NotFound, ASSET)
    given(INTRODUCED).and_(ASSET, PICTURE, AssetRetired(reason="")).refuses(ASSIGN, AlreadyRetired, ASSET)
    given(INTRODUCED).and_(ASSET, video).refuses(ASSIGN, InvalidCommand, "video")
    given(INTRODUCED).and_(somebody.asset, INTRODUCED).refuses(somebody, NotFound, "no asset")


def test_assigning_again_is_quiet() -> None:
    """The same picture in the same role writes nothing; in another role it does."""
    known = given(INTRODUCED, ASSIGNED).and_(ASSET, PICTURE)

    assert known.when(ASSIGN) == []
    assert known.when(replace(ASSIGN, role="profile")) == [ReferenceAssigned(asset=ASSET, role="profile")]


def test_a_reference_is_withdrawn() -> None:
    """Withdrawing says why, and leaves the other roles of the picture alone."""
    command = WithdrawReference(stream=MINA, asset=ASSET, role="frontal", reason="hair")
    profile = ReferenceAssigned(asset=ASSET, role="profile")

    [withdrawn] = given(INTRODUCED, ASSIGNED, profile).when(command)

    assert withdrawn == ReferenceWithdrawn(asset=ASSET, role="frontal", reason="hair")
    assert folded(MINA, [INTRODUCED, ASSIGNED, profile, withdrawn]).references == (
        Reference(ASSET, "profile"),
    )


def test_only_references_are_withdrawn() -> None:
    """What stands for the character in another role, or no longer, is not found: a repeat is refused, not quiet."""
    command = WithdrawReference(stream=MINA, asset=ASSET, role="profile")

    given(INTRODUCED, ASSIGNED).refuses(command, NotFound, "profile")


def test_a_character_is_retired() -> None:
    """Retiring says why."""
    assert given(INTRODUCED).when(RetireCharacter(stream=MINA, reason="written out")) == [RETIRED]


@pytest.mark.parametrize(
    "command",
    [
        ReviseCharacter(stream=MINA, name="x"),
        ASSIGN,
        WithdrawReference(stream=MINA, asset=ASSET, role="frontal"),
        RetireCharacter(stream=MINA, reason=""),
    ],
    ids=lambda command: type(command).__name__,
)
def test_absent_and_retired_characters_refuse(command: Command) -> None:
    """Nothing is done to a character that is not there, or no longer plays; a second retirement is refused too."""
    given().and_(ASSET, PICTURE).refuses(command, NotFound, MINA)
    given(INTRODUCED, ASSIGNED, RETIRED).and_(ASSET, PICTURE).refuses(command, AlreadyRetired, MINA)


def test_every_event_is_a_version() -> None:
    """A scene casts a character as of a version, so each event of it counts."""
    assert folded(MINA, [INTRODUCED, ASSIGNED, RETIRED]).version == 3


def test_an_element_is_adopted() -> None:
    """Somebody attests that an id of an account shows a character."""
    known = given().and_(ACCOUNT, example("AccountOpened")).and_(MINA, INTRODUCED)

    assert known.when(ADOPT) == [ADOPTED]


@pytest.mark.parametrize("element_id", [0, -1, 2**63])
def test_element_ids_are_positive_int64(element_id: int) -> None:
    """Kling's element ids are positive 64-bit integers (contract R30)."""
    known = given().and_(ACCOUNT, example("AccountOpened")).and_(MINA, INTRODUCED)

    known.refuses(replace(ADOPT, element_id=element_id), InvalidCommand, str(element_id))


def test_adoptions_are_refused() -> None:
    """Account and character exist and the character still plays; somebody attests it; a repeat is refused, not quiet."""
    account, mina = example("AccountOpened"), INTRODUCED

    given().and_(MINA, mina).refuses(ADOPT, NotFound, ACCOUNT)
    given().and_(ACCOUNT, account).refuses(ADOPT, NotFound, MINA)
    given().and_(ACCOUNT, account).and_(MINA, mina, RETIRED).refuses(ADOPT, AlreadyRetired, MINA)
    known = given().and_(ACCOUNT, account).and_(MINA, mina)
    known.refuses(replace(ADOPT, attested_by=""), InvalidCommand, "attested_by")
    given(ADOPTED).and_(ACCOUNT, account).and_(MINA, mina).refuses(ADOPT, AlreadyExists, ELEMENT)


def test_an_element_is_retired() -> None:
    """Retiring says why; of an absent or retired element it is refused, not quiet."""
    command = RetireElement(stream=ELEMENT, reason="gone")
    gone = ElementRetired(reason="gone")

    assert given(ADOPTED).when(command) == [gone]
    given().refuses(command, NotFound, ELEMENT)
    given(ADOPTED, gone).refuses(command, AlreadyRetired, ELEMENT)
