"""What the views tell of a real person: consents at a time, refused uses, and what is left to do once consent was taken back."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event

from registry.deciders.clip import DecideClip
from registry.deciders.element import MintElement, NoteOnElement, RetireElement
from registry.deciders.likeness import GrantConsent, OrderErasure, RefuseUse, RegisterLikeness, RevokeConsent
from registry.deciders.minting import EndMint
from registry.deciders.portrayal import DeclareCharacter, LinkLikeness
from registry.deciders.voice import NoteOnVoice, RetireVoice
from registry.errors import NotFound
from registry.events.element import ElementDeleted
from registry.events.likeness import ConsentGranted, LikenessUseRefused
from registry.events.voice import VoiceDeleted
from registry.views import likenesses
from registry.views.followups import FollowUps, follow_ups_of
from registry.views.likenesses import LikenessCard
from tests.registry.events.golden import an_id
from tests.registry.log.opened import STUDIO, Opened, register
from tests.registry.log.story import CLIP, ELEMENT, FACE, JUN, MADE, MINA, SHOW, VOICE
from tests.registry.views.bound import COAT, minted

SORA, WHO, CONSENT = an_id("likeness"), an_id("likeness", 5), an_id("consent", 5)
MAKING = an_id("element", 11)


@pytest.fixture
def allowed(told: Opened) -> Opened:
    """Mina is played by somebody who allowed it from 10 to 20."""
    granted = ConsentGranted(consent=CONSENT, starts_at=10, ends_at=20, evidence=FACE, signed_by="Hana Lim")
    told.handle(RegisterLikeness(stream=WHO, name="Hana Lim", minor=False))
    told.handle(DeclareCharacter(stream=MINA, depicts="real_person"))
    told.handle(LinkLikeness(stream=MINA, likeness=WHO))
    told.handle(GrantConsent(stream=WHO, consent=granted))
    return told


def card(log: Opened, now: int = 15) -> LikenessCard:
    with log.registry.reading() as connection:
        return likenesses.likeness(connection, STUDIO, WHO, now=now)


def left(log: Opened) -> dict[str, list[str]]:
    """The ids of what is left to do."""
    todo = card(log).follow_ups
    return {
        "elements": [one.id for one in todo.elements],
        "voices": [one.id for one in todo.voices],
        "clips": [one.clip for one in todo.clips],
    }


@pytest.mark.parametrize(("now", "state"), [(9, "not_begun"), (10, "valid"), (19, "valid"), (20, "over")])
def test_a_consent_as_of_a_time(allowed: Opened, now: int, state: str) -> None:
    """It begins with its first instant and is over with its last; who signed is told."""
    [consent] = card(allowed, now).consents

    assert (consent.id, consent.state, consent.signed_by, consent.ends_at) == (
        CONSENT,
        state,
        "Hana Lim",
        20,
    )


def test_nothing_is_left_to_do_while_it_holds(allowed: Opened) -> None:
    """Follow-ups open with the revocation; before it the characters are listed and nothing is asked."""
    assert card(allowed).characters == (MINA,)
    assert card(allowed).follow_ups == FollowUps()


def test_a_revocation_opens_what_is_to_be_done(allowed: Opened) -> None:
    """Live elements and voices with where each is retired, and undecided clips with where each is decided."""
    allowed.handle(RevokeConsent(stream=WHO, consent=CONSENT, reason="she changed her mind"))
    told = card(allowed)

    [consent] = told.consents
    assert (consent.state, consent.revoked_because) == ("revoked", "she changed her mind")
    assert left(allowed) == {"elements": [ELEMENT], "voices": [VOICE], "clips": [CLIP]}
    assert told.follow_ups.elements[0].retire == f"/v1/elements/{ELEMENT}/retire"
    assert told.follow_ups.voices[0].retire == f"/v1/voices/{VOICE}/retire"
    assert told.follow_ups.clips[0].decide == f"/v1/clips/{CLIP}/decide"


@pytest.mark.parametrize(
    ("done", "emptied"),
    [
        (RetireElement(stream=ELEMENT, reason="revoked"), "elements"),
        (NoteOnElement(stream=ELEMENT, event=ElementDeleted()), "elements"),
        (RetireVoice(stream=VOICE, reason="revoked"), "voices"),
        (NoteOnVoice(stream=VOICE, event=VoiceDeleted()), "voices"),
        (DecideClip(stream=CLIP, decision="withdraw", reason="revoked"), "clips"),
        (DecideClip(stream=CLIP, decision="keep", likeness=WHO, reason="seen from behind"), "clips"),
    ],
    ids=["element retired", "element deleted", "voice retired", "voice deleted", "withdrawn", "kept"],
)
def test_what_is_done_is_not_left(allowed: Opened, done: Any, emptied: str) -> None:
    """Each thing leaves the list when it is dealt with, in whatever way, and the others stay."""
    allowed.handle(RevokeConsent(stream=WHO, consent=CONSENT, reason="no"))
    before = left(allowed)
    allowed.handle(done)

    assert left(allowed) == {**before, emptied: []}


def test_an_element_that_was_never_made(allowed: Opened) -> None:
    """One in the making is to be retired, as it would be made; one whose making failed is not."""
    allowed.handle(register(COAT))
    asked = minted(MAKING).requested
    inputs = asked.inputs.model_copy(update={"voice": VOICE})
    allowed.handle(MintElement(stream=MAKING, requested=asked.model_copy(update={"inputs": inputs})))
    allowed.handle(RevokeConsent(stream=WHO, consent=CONSENT, reason="no"))
    assert left(allowed)["elements"] == [ELEMENT, MAKING]

    allowed.handle(EndMint(stream=MAKING, outcome="refused", reason="no consent"))
    assert left(allowed)["elements"] == [ELEMENT]


def test_an_erasure_opens_them_too(allowed: Opened) -> None:
    """From the order on the person is being erased, and what is left to do is listed."""
    allowed.handle(OrderErasure(stream=WHO, basis="request"))

    assert (card(allowed).erasing, card(allowed).erased) == (True, False)
    assert left(allowed) == {"elements": [ELEMENT], "voices": [VOICE], "clips": [CLIP]}


def test_refused_uses_are_told_newest_first(allowed: Opened) -> None:
    """Who was asked for, for what, and why it was not allowed; `subject` where it had an id."""
    for subject, why in ((None, "it has not begun"), (MADE, "it was revoked")):
        told = LikenessUseRefused(character=MINA, production=SHOW, subject=subject, reason=why)
        allowed.handle(RefuseUse(stream=WHO, refused=told))

    refused = [(one.character, one.subject, one.reason) for one in card(allowed).refused]
    assert refused == [(MINA, MADE, "it was revoked"), (MINA, None, "it has not begun")]


def test_a_clip_is_left_to_whom_nobody_decided_it_for(allowed: Opened) -> None:
    """It was kept for the person in its record; whoever is behind its character only since has a say of her own."""
    with allowed.registry.reading() as connection:
        left = follow_ups_of(connection, STUDIO, {SORA: [], WHO: [MINA]})
    assert {who: [one.clip for one in todo.clips] for who, todo in left.items()} == {SORA: [], WHO: [CLIP]}


def test_people_are_listed_and_nobody_is_not_found(told: Opened) -> None:
    """In order of registration; an unknown id is not found."""
    with told.registry.reading() as connection:
        page = likenesses.likenesses(connection, STUDIO, now=0)
        assert [(one.id, one.name) for one in page.items] == [(SORA, "Sora Park")]
        with pytest.raises(NotFound):
            likenesses.likeness(connection, STUDIO, an_id("likeness", 9), now=0)


def test_a_list_of_people_is_asked_for_at_once(allowed: Opened) -> None:
    """Each is told as by themselves, what is left to do too; more people are not more questions."""
    once = questions(allowed)
    for number in range(10, 14):
        who, consent = an_id("likeness", number), an_id("consent", number)
        granted = ConsentGranted(
            consent=consent, starts_at=10, ends_at=20, evidence=FACE, signed_by="somebody"
        )
        allowed.handle(RegisterLikeness(stream=who, name=f"Person {number}", minor=False))
        allowed.handle(GrantConsent(stream=who, consent=granted))
        refused = LikenessUseRefused(character=JUN, production=SHOW, subject=None, reason=f"{number}")
        allowed.handle(RefuseUse(stream=who, refused=refused))
        allowed.handle(RevokeConsent(stream=who, consent=consent, reason="no"))
    allowed.handle(RevokeConsent(stream=WHO, consent=CONSENT, reason="no"))
    assert questions(allowed) <= once + 3
    with allowed.registry.reading() as connection:
        listed = likenesses.likenesses(connection, STUDIO, now=15).items
        alone = [likenesses.likeness(connection, STUDIO, one.id, now=15) for one in listed]
    assert list(listed) == alone
    assert [one.refused[0].reason for one in listed[2:]] == ["10", "11", "12", "13"]
    assert listed[1].follow_ups == card(allowed).follow_ups != FollowUps()


def questions(log: Opened) -> int:
    """How many it takes to list everybody."""
    asked: list[str] = []
    engine = log.database.engine
    event.listen(engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
    with log.registry.reading() as connection:
        likenesses.likenesses(connection, STUDIO, now=15)
    return len([one for one in asked if one.lstrip().startswith(("SELECT", "WITH"))])
