"""What a strip says of two clips, and against which clip each is held."""

from __future__ import annotations

from typing import Any

import pytest

from api.console.strip import Mark, against_which, compared
from registry.events.references import CastMember
from registry.events.scene import ContinuityRecorded
from registry.views.continuity import ContinuityCard
from tests.registry.events.golden import an_id

MINA, JUN = an_id("character"), an_id("character", 2)
FACE, OTHER = an_id("element"), an_id("element", 2)
LOW, HIGH = an_id("voice"), an_id("voice", 2)
FIRST, SECOND = an_id("clip"), an_id("clip", 2)
NAMES = {
    MINA: "Mina",
    JUN: "Jun",
    FACE: "Kling element 1",
    OTHER: "Kling element 2",
    LOW: "low",
    HIGH: "high",
}


def card(*cast: CastMember, **said: Any) -> ContinuityCard:
    record = ContinuityRecorded(
        generation=an_id("generation"), outcome="delivered", prompt="", cast=cast, **said
    )
    return ContinuityCard(position=1, recorded_at=1, clip=record.clip, record=record)


def mina(**said: Any) -> CastMember:
    return CastMember(character=MINA, version=1, **said)


SPOKEN = {"element": FACE, "voice": 1, "speaks_with": LOW}


@pytest.mark.parametrize(
    ("before", "now", "kept", "changed"),
    [
        (card(mina(**SPOKEN)), card(mina(**SPOKEN)), "cast look element voice", ()),
        (
            card(mina(**SPOKEN)),
            card(mina(**{**SPOKEN, "speaks_with": HIGH})),
            "cast look element",
            (Mark("voice", "Mina", "high", "low"),),
        ),
        (
            card(mina(element=FACE, look="winter")),
            card(mina(element=OTHER)),
            "cast",
            (
                Mark("look", "Mina", "as introduced", "winter"),
                Mark("element", "Mina", "Kling element 2", "Kling element 1"),
            ),
        ),
        (card(mina(element=FACE)), card(mina(element=FACE)), "cast look element", ()),
        (card(mina(element=FACE)), card(mina(), parents=(FIRST,)), "cast look", ()),
        (
            card(mina(), framing="wide shot"),
            card(CastMember(character=JUN, version=1), framing="close-up"),
            "",
            (
                Mark("cast", "Jun", "comes in"),
                Mark("cast", "Mina", "is not in it"),
                Mark("framing", None, "close-up", "wide shot"),
            ),
        ),
        (card(framing="wide shot"), card(), "", ()),
    ],
    ids=["all", "voice", "look and element", "silent", "in the film", "cast and framing", "unsaid"],
)
def test_what_is_carried_over_and_what_changed(
    before: ContinuityCard, now: ContinuityCard, kept: str, changed: tuple[Mark, ...]
) -> None:
    """What nobody said is neither; what a continued film carries by itself is no change."""
    assert compared(before, now, NAMES) == (tuple(kept.split()), changed)


@pytest.mark.parametrize(
    ("said", "against"),
    [
        ({}, (SECOND, "follows")),
        ({"parents": (FIRST,)}, (FIRST, "continues")),
        ({"parents": (FIRST,), "edited": FIRST}, (FIRST, "edits")),
    ],
)
def test_which_clip_it_is_held_against(said: dict[str, Any], against: tuple[str, str]) -> None:
    """The one it was made from, and where there is none, the one before it; the first of all against none."""
    assert against_which(card(**said), SECOND) == against
    assert against_which(card(), None) == (None, None)
