"""What is told of many people at once agrees with the card of each."""

from __future__ import annotations

import pytest

from registry.deciders.clip import DecideClip
from registry.deciders.element import RetireElement
from registry.deciders.likeness import GrantConsent, OrderErasure, RegisterLikeness, RevokeConsent
from registry.deciders.portrayal import DeclareCharacter, LinkLikeness
from registry.events.likeness import ConsentGranted
from registry.views import likenesses
from registry.views.consents import PersonCard, ending, people
from registry.views.page import Span
from tests.registry.events.golden import an_id
from tests.registry.log.opened import STUDIO, Opened
from tests.registry.log.story import CLIP, ELEMENT, FACE, MINA

NOBODY = an_id("likeness", 7)
SORA, WHO, CONSENT, LATER = an_id("likeness"), an_id("likeness", 5), an_id("consent", 5), an_id("consent", 6)


@pytest.fixture
def allowed(told: Opened) -> Opened:
    """Mina is played by somebody who allowed it from 10 to 20, and from 15 to 30."""
    told.handle(RegisterLikeness(stream=WHO, name="Hana Lim", minor=False))
    told.handle(DeclareCharacter(stream=MINA, depicts="real_person"))
    told.handle(LinkLikeness(stream=MINA, likeness=WHO))
    for consent, first, last in ((CONSENT, 10, 20), (LATER, 15, 30)):
        said = {"starts_at": first, "ends_at": last, "evidence": FACE, "signed_by": "Hana Lim"}
        told.handle(GrantConsent(stream=WHO, consent=ConsentGranted(consent=consent, **said)))
    return told


def person(log: Opened, now: int = 12) -> PersonCard:
    with log.registry.reading() as connection:
        return next(one for one in people(connection, STUDIO, now=now).items if one.id == WHO)


@pytest.mark.parametrize(
    ("now", "standing", "ends_at"),
    [(9, "not_begun", None), (12, "valid", 20), (16, "valid", 30), (30, "over", None)],
)
def test_consents_stand_together(allowed: Opened, now: int, standing: str, ends_at: int | None) -> None:
    """The best of them counts, until the last of those that hold ends; who has given none stands with none."""
    found = person(allowed, now)
    assert (found.standing, found.ends_at, found.characters) == (standing, ends_at, (MINA,))
    allowed.handle(RegisterLikeness(stream=NOBODY, name="Ira Novak", minor=False))
    with allowed.registry.reading() as connection:
        assert people(connection, STUDIO, now=now).items[-1].standing == "none"


def test_what_is_left_agrees_with_the_card(allowed: Opened) -> None:
    """Nothing before a consent is taken back; then as many as the card lists, through every decision and an erasure."""
    steps = (
        RevokeConsent(stream=WHO, consent=CONSENT, reason="no"),
        DecideClip(stream=CLIP, decision="keep", likeness=WHO, reason="seen from behind"),
        RetireElement(stream=ELEMENT, reason="no"),
        OrderErasure(stream=WHO, basis="request"),
    )
    assert (person(allowed).clips, person(allowed).bindings) == (0, 0)
    counted = []
    for step in steps:
        allowed.handle(step)
        with allowed.registry.reading() as connection:
            left = likenesses.likeness(connection, STUDIO, WHO, now=12).follow_ups
            [found] = people(connection, STUDIO, now=12, ended=True).items
        assert (found.clips, found.bindings) == (len(left.clips), len(left.elements) + len(left.voices))
        counted.append((found.clips, found.bindings))
    assert counted == [(1, 2), (0, 2), (0, 1), (0, 1)]


def test_people_come_in_pages(allowed: Opened) -> None:
    """In both orders, a card at a time."""
    with allowed.registry.reading() as connection:
        for newest, order in ((False, [SORA, WHO]), (True, [WHO, SORA])):
            first = people(connection, STUDIO, now=12, span=Span(limit=1, newest=newest))
            assert first.next is not None
            second = people(connection, STUDIO, now=12, span=Span(first.next, 1, newest=newest))
            assert [one.id for one in (*first.items, *second.items)] == order
            assert second.next is None


def test_consents_that_end_soon(allowed: Opened) -> None:
    """Those that hold and end before the bound, the next first; not one that was taken back, nor one that has not begun."""
    with allowed.registry.reading() as connection:
        assert [one.id for one in ending(connection, STUDIO, now=16, until=31)] == [CONSENT, LATER]
        assert [one.id for one in ending(connection, STUDIO, now=12, until=31)] == [CONSENT]
        assert ending(connection, STUDIO, now=16, until=20) == ()
    allowed.handle(RevokeConsent(stream=WHO, consent=CONSENT, reason="no"))
    with allowed.registry.reading() as connection:
        assert [(one.id, one.name) for one in ending(connection, STUDIO, now=16, until=31)] == [
            (LATER, "Hana Lim")
        ]
