"""Keys that sign checkpoints follow each other, each named before it signs anything."""

from __future__ import annotations

import pytest

from registry.deciders.signing import STREAM, NotTheSigningKey, RotateCheckpointKey
from registry.errors import InvalidCommand
from registry.events.signing import CheckpointKeyRotated
from tests.registry.deciders.given import given

FIRST, SECOND, THIRD = ("A" * 43 + "=", "Q" * 42 + "Q=", "g" * 42 + "g=")
NAMED = CheckpointKeyRotated(public=FIRST, reason="the first checkpoint is made")


def rotate(public: str, previous: str | None, reason: str = "the yearly change") -> RotateCheckpointKey:
    return RotateCheckpointKey(stream=STREAM, public=public, previous=previous, reason=reason)


def test_keys_follow_each_other() -> None:
    """The first has none before it; the next one names whose place it takes."""
    assert given().when(rotate(FIRST, None, NAMED.reason)) == [NAMED]
    [event] = given(NAMED).when(rotate(SECOND, FIRST))
    assert event == CheckpointKeyRotated(public=SECOND, previous=FIRST, reason="the yearly change")


@pytest.mark.parametrize(("public", "previous"), [(SECOND, None), (THIRD, SECOND)])
def test_another_key_does_not_hand_on(public: str, previous: str | None) -> None:
    """Whoever does not know the key that signs now puts none in its place."""
    with pytest.raises(NotTheSigningKey, match="does not sign"):
        given(NAMED).when(rotate(public, previous))


def test_a_change_has_a_reason() -> None:
    """Two letters are none."""
    with pytest.raises(InvalidCommand, match="reason"):
        given(NAMED).when(rotate(SECOND, FIRST, "ok"))


def test_a_key_is_named_once() -> None:
    """A rotation that was cut short and is given again writes nothing twice."""
    assert given(NAMED).when(rotate(FIRST, None)) == []
