"""Likenesses: who allowed what, what they took back, and what may be said of them at all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from registry.deciders.command import AlreadyExists, AlreadyRetired, Command
from registry.deciders.likeness import (
    AlreadyErased,
    AlreadyRevoked,
    GrantConsent,
    RefuseUse,
    RegisterLikeness,
    RevokeConsent,
    Use,
)
from registry.errors import InvalidCommand, NotFound
from registry.events.asset import AssetRetired
from registry.events.likeness import (
    ConsentGranted,
    ConsentRevoked,
    ErasureOrdered,
    LikenessRegistered,
    LikenessUseRefused,
)
from tests.registry.deciders.given import Given, folded, given
from tests.registry.events.golden import an_id, example

WHO, CONSENT, PAPER, SHOW = an_id("likeness"), an_id("consent"), an_id("asset"), an_id("production")
REGISTERED = LikenessRegistered(name="Mina Park", minor=False)
REGISTER = RegisterLikeness(stream=WHO, name=" Mina Park ", minor=False)
GRANTED = ConsentGranted(
    consent=CONSENT,
    productions=(SHOW,),
    purposes=("draft",),
    territories=("DE", "KR"),
    starts_at=10,
    ends_at=20,
    evidence=PAPER,
    signed_by="Mina Park",
)
GRANT = GrantConsent(stream=WHO, consent=GRANTED)
REVOKE = RevokeConsent(stream=WHO, consent=CONSENT, reason=" she left ")
REVOKED = ConsentRevoked(consent=CONSENT, reason="she left")
USE = Use(SHOW, "draft", voice=False, at=10)


def known(*history: Any) -> Given:
    """The likeness with that history, its document and its production."""
    there = given(*history).and_(PAPER, example("AssetRegistered"))
    return there.and_(SHOW, example("ProductionOpened"))


def test_a_likeness_is_registered() -> None:
    """A real person has a name; a minor a guardian too."""
    minor = RegisterLikeness(stream=WHO, name="Mina", minor=True, guardian=" Sora Park ")

    assert given().when(REGISTER) == [REGISTERED]
    assert given().when(minor) == [LikenessRegistered(name="Mina", minor=True, guardian="Sora Park")]


def test_registrations_are_refused() -> None:
    """Not without a name, a minor not without a guardian, nobody else with one; a repeat is refused, not quiet."""
    given().refuses(replace(REGISTER, name=" "), InvalidCommand, "name")
    given().refuses(replace(REGISTER, minor=True), InvalidCommand, "guardian")
    given().refuses(replace(REGISTER, guardian="Sora"), InvalidCommand, "no minor")
    given(REGISTERED).refuses(REGISTER, AlreadyExists, WHO)


def test_a_consent_is_granted() -> None:
    """What the person allowed, with the document that says so."""
    assert known(REGISTERED).when(GRANT) == [GRANTED]


def test_grants_are_refused() -> None:
    """It ends after it starts; document and productions are there, the document in use; somebody signed; no consent twice."""
    backwards = replace(GRANT, consent=GRANTED.model_copy(update={"ends_at": 10}))
    unsigned = replace(GRANT, consent=GRANTED.model_copy(update={"signed_by": " "}))

    known(REGISTERED).refuses(
        backwards,
        InvalidCommand,
        "ends at 10, and it starts at 10",
    )
    known(REGISTERED).refuses(unsigned, InvalidCommand, "signed_by")
    given(REGISTERED).and_(SHOW, example("ProductionOpened")).refuses(GRANT, NotFound, PAPER)
    given(REGISTERED).and_(PAPER, example("AssetRegistered")).refuses(GRANT, NotFound, SHOW)
    known(REGISTERED).and_(PAPER, example("AssetRegistered"), AssetRetired(reason="")).refuses(
        GRANT, AlreadyRetired, PAPER
    )
    known(REGISTERED, GRANTED).refuses(GRANT, AlreadyExists, CONSENT)
    known().refuses(GRANT, NotFound, WHO)


def test_a_consent_is_revoked() -> None:
    """It covers nothing from then on."""
    assert given(REGISTERED, GRANTED).when(REVOKE) == [REVOKED]
    assert folded(WHO, [REGISTERED, GRANTED]).covering(USE, ("KR",)) is not None
    assert folded(WHO, [REGISTERED, GRANTED, REVOKED]).covering(USE, ("KR",)) is None


def test_revocations_are_refused() -> None:
    """Only what was granted can be revoked, and only once: a repeat is refused, not quiet."""
    given(REGISTERED).refuses(REVOKE, NotFound, CONSENT)
    given(REGISTERED, GRANTED, REVOKED).refuses(REVOKE, AlreadyRevoked, CONSENT)


def test_a_refused_use_is_written_down() -> None:
    """Each is an event of its own and changes nothing; also of somebody who is being erased, but not of nobody."""
    told = example("LikenessUseRefused")
    assert isinstance(told, LikenessUseRefused)
    command = RefuseUse(stream=WHO, refused=told)

    assert given(REGISTERED, told).when(command) == [told]
    assert given(REGISTERED, ErasureOrdered(basis="request")).when(command) == [told]
    given().refuses(command, NotFound, WHO)


@pytest.mark.parametrize("command", [GRANT, REVOKE], ids=lambda command: type(command).__name__)
def test_nothing_is_said_of_an_erased_person(command: Command) -> None:
    """Once an erasure is ordered there is nothing to grant or revoke, and nothing is allowed."""
    erased = known(REGISTERED, GRANTED, ErasureOrdered(basis="request"))
    state = folded(WHO, erased.history)

    erased.refuses(command, AlreadyErased, WHO)
    assert state.covering(USE, ("KR",)) is None
    assert state.why_not(USE, ("KR",)) == "the person was erased"


@pytest.mark.parametrize(
    ("use", "territories", "why"),
    [
        (USE, ("KR",), None),
        (replace(USE, at=19), ("DE", "KR"), None),
        (replace(USE, at=9), ("KR",), "it has not begun"),
        (replace(USE, at=20), ("KR",), "it is over"),
        (replace(USE, production=an_id("production", 2)), ("KR",), "it is for other productions"),
        (replace(USE, production=None), ("KR",), "it is for other productions"),
        (replace(USE, purpose="final"), ("KR",), "it is not for final clips"),
        (replace(USE, voice=True), ("KR",), "it does not cover the voice"),
        (USE, (), "the production is released in the whole world"),
        (USE, ("KR", "US"), "it does not cover US"),
    ],
)
def test_what_a_consent_covers(use: Use, territories: tuple[str, ...], why: str | None) -> None:
    """From its start up to its end, exclusive, for its productions, purposes and territories, with the voice if it says so."""
    state = folded(WHO, [REGISTERED, GRANTED])

    assert (state.covering(use, territories) is None) == (why is not None)
    assert why is None or state.why_not(use, territories) == f"{CONSENT}: {why}"


def test_consents_are_named_one_by_one() -> None:
    """Of no consent, and of each that stands and does not cover it, the reason says so; one that covers it is enough."""
    other = GRANTED.model_copy(update={"consent": an_id("consent", 2), "productions": (), "purposes": ()})
    final = replace(USE, purpose="final")
    third = GRANTED.model_copy(update={"consent": an_id("consent", 3)})

    assert folded(WHO, [REGISTERED]).why_not(USE, ()) == "there is no consent"
    assert (
        folded(
            WHO, [REGISTERED, GRANTED, REVOKED, GRANTED.model_copy(update={"consent": other.consent}), third]
        ).why_not(final, ("KR",))
        == f"{other.consent}: it is not for final clips; {third.consent}: it is not for final clips"
    )
    assert folded(WHO, [REGISTERED, GRANTED, REVOKED]).why_not(final, ("KR",)) == f"{CONSENT}: it was revoked"
    assert folded(WHO, [REGISTERED, GRANTED, other]).covering(final, ("KR",)).granted == other
