"""Erasure: ordered, carried out, recorded; each thing erased once, and an erased clip stays so."""

from __future__ import annotations

import pytest

from registry.deciders.asset import EraseAsset, RetireAsset
from registry.deciders.character import EraseCharacter, ReviseCharacter
from registry.deciders.clip import ClipGone, DecideClip
from registry.deciders.command import AlreadyRetired, Command
from registry.deciders.likeness import (
    AlreadyErased,
    GrantConsent,
    OrderErasure,
    RecordErasure,
    RevokeConsent,
    Use,
)
from registry.errors import InvalidCommand, NotFound
from registry.events.asset import AssetErased
from registry.events.character import CharacterErased
from registry.events.clip import ClipErased, ClipKept, ClipWithdrawn
from registry.events.likeness import ErasureOrdered, LikenessErased
from tests.registry.deciders.given import folded, given
from tests.registry.events.golden import an_id, example

HER, ANNA, FACE, CLIP = an_id("likeness"), an_id("character"), an_id("asset"), an_id("clip")
REGISTERED, GRANTED = example("LikenessRegistered"), example("ConsentGranted", productions=[], territories=[])
ORDER = OrderErasure(stream=HER, basis="request")
ORDERED = ErasureOrdered(basis="request")
ERASED = LikenessErased(likeness=HER, streams=(HER, ANNA), clips=(CLIP,), blobs=2)
RECORD = RecordErasure(stream=HER, erased=ERASED)
NOW = Use(production=None, purpose="draft", voice=False, at=1)


def test_an_order_blocks_at_once() -> None:
    """From the order on no consent covers anything, whatever else of the erasure is done."""
    state = folded(HER, [REGISTERED, GRANTED])
    assert state.covering(NOW, ()) is not None

    assert given(REGISTERED, GRANTED).when(ORDER) == [ORDERED]

    assert folded(HER, [REGISTERED, GRANTED, ORDERED]).covering(NOW, ()) is None


def test_nobody_cannot_be_erased() -> None:
    """An order for a likeness that does not exist is refused."""
    given().refuses(ORDER, NotFound, HER)


def test_an_order_after_the_record_is_refused() -> None:
    """Erasing twice is said, and leads to the record."""
    refused = given(REGISTERED, ORDERED, ERASED).refuses(ORDER, AlreadyErased, HER)

    assert "record" in refused.hint


def test_ordering_again_is_quiet() -> None:
    """An erasure that did not finish is taken up with the same command, and ordered once."""
    assert given(REGISTERED, ORDERED).when(ORDER) == []


def test_the_record_is_written() -> None:
    """What was erased is on record, with its streams and clips."""
    assert given(REGISTERED, ORDERED).when(RECORD) == [ERASED]


def test_a_record_of_nobody_is_refused() -> None:
    """There is no record of an erasure of a likeness that does not exist."""
    given().refuses(RECORD, NotFound, HER)


def test_a_record_stands() -> None:
    """Recorded again, by a second process that finished the same erasure, nothing is written."""
    assert given(REGISTERED, ORDERED, ERASED).when(RECORD) == []


@pytest.mark.parametrize(
    "command",
    [
        GrantConsent(stream=HER, consent=GRANTED),  # type: ignore[arg-type]
        RevokeConsent(stream=HER, consent=an_id("consent"), reason="x"),
    ],
)
def test_nothing_is_said_of_the_erased(command: Command) -> None:
    """No consent is granted or revoked once the erasure is ordered."""
    given(REGISTERED, GRANTED, ORDERED).refuses(command, AlreadyErased)


def test_a_character_is_erased() -> None:
    """The tombstone says with whom, and nobody casts the character again."""
    introduced = example("CharacterIntroduced")

    assert given(introduced).when(EraseCharacter(stream=ANNA, likeness=HER)) == [
        CharacterErased(likeness=HER)
    ]
    given(introduced, CharacterErased(likeness=HER)).refuses(
        ReviseCharacter(stream=ANNA, name="Anna"), AlreadyRetired
    )


def test_a_character_that_is_not_cannot_be_erased() -> None:
    """An unknown character has no tombstone."""
    given().refuses(EraseCharacter(stream=ANNA, likeness=HER), NotFound)


def test_a_character_is_erased_once() -> None:
    """Erased again, also retired, it stays quiet."""
    history = [example("CharacterIntroduced"), example("CharacterRetired"), CharacterErased(likeness=HER)]

    assert given(*history).when(EraseCharacter(stream=ANNA, likeness=HER)) == []


def test_an_asset_is_erased() -> None:
    """The tombstone takes bytes and digests out of what is known, and nothing new stands on it."""
    registered = example("AssetRegistered")
    erased = AssetErased(likeness=HER)

    assert given(registered).when(EraseAsset(stream=FACE, likeness=HER)) == [erased]
    state = folded(FACE, [registered, erased])
    assert (state.original, state.rendition, state.retired) == (None, None, True)
    given(registered, erased).refuses(RetireAsset(stream=FACE, reason="x"), AlreadyRetired)


def test_an_asset_that_is_not_cannot_be_erased() -> None:
    """An unknown asset has no tombstone."""
    given().refuses(EraseAsset(stream=FACE, likeness=HER), NotFound)


def test_an_asset_is_erased_once() -> None:
    """Erased again it stays quiet."""
    history = [example("AssetRegistered"), AssetErased(likeness=HER)]

    assert given(*history).when(EraseAsset(stream=FACE, likeness=HER)) == []


@pytest.mark.parametrize(
    ("decision", "event"),
    [
        ("keep", ClipKept(likeness=HER, reason="seen from behind")),
        ("withdraw", ClipWithdrawn(likeness=HER, reason="seen from behind")),
        ("erase", ClipErased(likeness=HER, reason="seen from behind")),
    ],
)
def test_a_clip_is_decided(decision: str, event: object) -> None:
    """Each clip is kept, withdrawn or erased by itself, with a reason; decided alike again it is quiet."""
    command = DecideClip(stream=CLIP, decision=decision, likeness=HER, reason="seen from behind")  # type: ignore[arg-type]

    assert given(example("ClipRecorded")).when(command) == [event]
    assert given(example("ClipRecorded"), event).when(command) == []  # type: ignore[arg-type]


def test_a_clip_that_goes_is_live_no_more() -> None:
    """Nothing new stands on a clip that was withdrawn or erased."""
    clip = example("ClipRecorded")

    assert not folded(CLIP, [clip]).retired
    assert folded(CLIP, [clip, ClipWithdrawn(reason="x")]).retired
    assert folded(CLIP, [clip, ClipErased(reason="x")]).retired


def test_bad_decisions_of_clips() -> None:
    """To keep a clip one says in spite of whom; an erased one cannot be had back; an unknown one is not decided."""
    keep = DecideClip(stream=CLIP, decision="keep", reason="fine by us")
    given(example("ClipRecorded")).refuses(keep, InvalidCommand)
    given(example("ClipRecorded"), ClipErased(reason="x")).refuses(keep, ClipGone)
    given().refuses(keep, NotFound)
