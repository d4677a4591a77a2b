"""A clip is delivered: once under an id, on a ground of that role, in use, not turned down, with the consent of whom it shows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from registry.deciders.clip import ClipGone, ClipIsWithdrawn
from registry.deciders.command import AlreadyExists
from registry.deciders.delivering import ClipRejectedBefore, DeliverClip
from registry.deciders.likeness import Use
from registry.deciders.standing import NoConsent, Standing
from registry.errors import InvalidCommand, NotFound
from registry.events.character import CharacterDeclared, LikenessLinked
from registry.events.clip import ClipApproved, ClipDelivered, ClipRejected, ClipWithdrawn
from registry.events.likeness import ConsentGranted, ConsentRevoked
from registry.events.marks import BASES
from tests.registry.deciders.given import Given, folded, given
from tests.registry.events.golden import an_id, example

CLIP, MINA, WHO, SHOW = an_id("clip"), an_id("character"), an_id("likeness"), an_id("production")
RECORDED = example("ClipRecorded")
SAID: Any = example("ClipDelivered", to=" Han River ", reviewer=" Ana ", note=" x ")
DELIVER = DeliverClip(stream=CLIP, delivered=SAID, standing=Standing())
KEPT = SAID.model_copy(update={"to": "Han River", "reviewer": "Ana", "note": "x"})
REAL = (
    example("CharacterIntroduced"),
    CharacterDeclared(depicts="real_person", reason=""),
    LikenessLinked(likeness=WHO),
)
ALLOWED = ConsentGranted(
    consent=an_id("consent"),
    starts_at=10,
    ends_at=1_000,
    evidence=an_id("asset"),
    signed_by="x",
    purposes=("final",),
)


def showing(*likeness: Any) -> Given:
    """A clip in which Mina is seen, who is somebody real with these rights."""
    shown = given(RECORDED, ClipApproved(note="")).and_(MINA, *REAL).and_(SHOW, example("ProductionOpened"))
    return shown.and_(WHO, example("LikenessRegistered"), *likeness)


def used(at: int = 500, purpose: Any = "final") -> DeliverClip:
    return replace(
        DELIVER,
        standing=Standing(likenesses=(WHO,), use=Use(SHOW, purpose, voice=False, at=at), shows=(MINA,)),
    )


def test_a_delivery_goes_on_record() -> None:
    """As it was said, without space around words; a further one beside it; whatever was said of the take but a rejection."""
    assert given(RECORDED).when(DELIVER) == [KEPT]
    assert given(RECORDED, ClipApproved(note="")).when(DELIVER) == [KEPT]
    assert folded(CLIP, (RECORDED, KEPT)).deliveries == {SAID.delivery}
    again = replace(DELIVER, delivered=SAID.model_copy(update={"delivery": an_id("delivery", 2)}))
    assert len(given(RECORDED, KEPT).when(again)) == 1
    given(RECORDED, KEPT).refuses(DELIVER, AlreadyExists, SAID.delivery)


def test_what_is_not_to_be_used_is_not_delivered() -> None:
    """No clip, one that is erased, withdrawn, or turned down; nor without a recipient and a reviewer."""
    given().refuses(DELIVER, NotFound, CLIP)
    given(RECORDED, example("ClipErased")).refuses(DELIVER, ClipGone, CLIP)
    given(RECORDED, ClipWithdrawn(reason="a brand")).refuses(DELIVER, ClipIsWithdrawn, CLIP)
    given(RECORDED, ClipRejected(cause="motion", reason="she slides")).refuses(
        DELIVER, ClipRejectedBefore, "motion"
    )
    for name in ("to", "reviewer"):
        nobody = replace(DELIVER, delivered=SAID.model_copy(update={name: "  "}))
        given(RECORDED).refuses(nobody, InvalidCommand, name)


@pytest.mark.parametrize("basis", BASES)
@pytest.mark.parametrize("role", ["provider", "deployer"])
def test_a_ground_is_of_a_role(basis: Any, role: Any) -> None:
    """Each ground says in words what it stands for, and is taken from those whose duty it is about, and from nobody else."""
    roles, says = BASES[basis]
    command = replace(DELIVER, delivered=SAID.model_copy(update={"basis": basis, "role": role}))

    assert "Article" in says
    if role in roles:
        assert isinstance(given(RECORDED).when(command)[0], ClipDelivered)
    else:
        given(RECORDED).refuses(command, InvalidCommand, basis)


def test_consent_is_asked_where_the_record_is_written() -> None:
    """It must cover the purpose and the moment, and stand; whoever was linked since, or not at all, has not been asked."""
    assert showing(ALLOWED).when(used()) == [KEPT]
    showing().refuses(used(), NoConsent, "no consent")
    showing(ALLOWED).refuses(used(at=1_000), NoConsent, "over")
    showing(ALLOWED).refuses(used(purpose="draft"), NoConsent, "draft")
    revoked = ConsentRevoked(consent=ALLOWED.consent, reason="no more")
    showing(ALLOWED, revoked).refuses(used(), NoConsent, "revoked")
    since = replace(used(), standing=replace(used().standing, likenesses=()))
    showing(ALLOWED).refuses(since, NoConsent, "after this was asked")
    nobody = given(RECORDED).and_(MINA, *REAL[:2]).and_(SHOW, example("ProductionOpened"))
    nobody.refuses(
        replace(used(), standing=replace(used().standing, likenesses=())), NoConsent, "no likeness"
    )
