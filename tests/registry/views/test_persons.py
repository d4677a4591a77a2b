"""Whom bytes are known to show or to concern: widely, and nobody who is made up."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from registry.deciders.asset import SupersedeAsset
from registry.deciders.character import AssignReference, WithdrawReference
from registry.deciders.likeness import GrantConsent, RegisterLikeness
from registry.deciders.portrayal import DeclareCharacter, LinkLikeness
from registry.events.asset import FrameOf
from registry.events.likeness import ConsentGranted
from registry.views.persons import persons_in
from tests.registry.events.golden import an_id
from tests.registry.log.older import grown
from tests.registry.log.opened import STUDIO, Opened, register
from tests.registry.log.story import CAFE, CLIP, MINA, OLD
from tests.registry.views.bound import COAT, bind

WHO = an_id("likeness", 5)
ONE, TWO, SCAN = an_id("asset", 50), an_id("asset", 51), an_id("asset", 52)


@pytest.fixture
def real(told: Opened) -> Opened:
    """Mina is played by somebody; further pictures are at hand."""
    told.handle(RegisterLikeness(stream=WHO, name="Hana Lim", minor=False))
    told.handle(DeclareCharacter(stream=MINA, depicts="real_person"))
    told.handle(LinkLikeness(stream=MINA, likeness=WHO))
    told.handle(register(ONE), register(TWO), register(SCAN))
    return told


def shown(log: Opened, thing: str) -> tuple[str, ...]:
    with log.registry.reading(STUDIO) as connection:
        return persons_in(connection, STUDIO, thing)


def test_nobody_made_up_is_a_person(told: Opened) -> None:
    """A picture of somebody fictional or of nobody, what does not exist, and what is no picture show no person."""
    told.handle(register(ONE))
    told.handle(AssignReference(stream=MINA, asset=ONE, role="other"))
    assert {shown(told, thing) for thing in (ONE, CAFE, OLD, an_id("asset", 99), STUDIO)} == {()}


def test_a_reference_shows_its_person(real: Opened) -> None:
    """The character and the likeness behind it; another's picture shows neither."""
    real.handle(AssignReference(stream=MINA, asset=ONE, role="other"))
    assert shown(real, ONE) == (MINA, WHO)
    assert shown(real, CAFE) == ()


def test_what_was_taken_back_still_shows_them(real: Opened) -> None:
    """A reference that was withdrawn is the picture it was."""
    real.handle(AssignReference(stream=MINA, asset=ONE, role="other"))
    real.handle(WithdrawReference(stream=MINA, asset=ONE, role="other"))
    assert shown(real, ONE) == (MINA, WHO)


def test_successors_and_predecessors_show_them(real: Opened) -> None:
    """In both directions, over several steps."""
    real.handle(AssignReference(stream=MINA, asset=ONE, role="other"))
    real.handle(SupersedeAsset(stream=SCAN, by=ONE, reason="sharper"))
    real.handle(SupersedeAsset(stream=ONE, by=TWO, reason="sharper still"))
    assert {shown(real, one) for one in (SCAN, ONE, TWO)} == {(MINA, WHO)}


def test_evidence_concerns_whoever_signed(real: Opened) -> None:
    """The scan of a consent is the person's, though it shows no face."""
    granted = ConsentGranted(consent=an_id("consent", 5), starts_at=10, evidence=SCAN, signed_by="Hana Lim")
    real.handle(GrantConsent(stream=WHO, consent=granted))
    assert shown(real, SCAN) == (WHO,)


def test_clips_show_whom_they_cast_and_frames_whom_their_clip_shows(real: Opened) -> None:
    """And what is cut from a clip shows the same people."""
    frame = replace(register(an_id("asset", 60)), derived_from=FrameOf(clip=CLIP, at_us=1_000_000))
    real.handle(frame)
    assert {MINA, WHO} <= set(shown(real, CLIP))
    assert shown(real, frame.stream) == shown(real, CLIP)


def test_what_an_element_was_made_of_shows_them(real: Opened) -> None:
    """A picture that is no reference any more, but went into an element of theirs."""
    bind(real)
    assert shown(real, COAT) == (MINA, WHO)


def test_the_evidence_of_older_consents_is_found(told: Opened, tmp_path: Path) -> None:
    """A database from before evidence had rows gets those of every consent that was ever given, as a rebuild would."""
    rows, again = grown(told.database, tmp_path, before="0006", table="view_evidence")
    assert again == rows != []
