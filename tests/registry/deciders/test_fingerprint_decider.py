"""A clip that was kept without being looked at is looked at later."""

from __future__ import annotations

from dataclasses import replace

from registry.deciders.clip import ClipGone, FingerprintClip
from registry.errors import NotFound
from registry.events.clip import ClipWithdrawn
from tests.registry.deciders.given import given
from tests.registry.events.golden import an_id, example

RECORDED, DONE = example("ClipRecorded"), example("ClipFingerprinted")
LOOK = FingerprintClip(
    stream=an_id("clip"),
    recognised_by=DONE.recognised_by,  # type: ignore[attr-defined]
    subjects=DONE.subjects,  # type: ignore[attr-defined]
)


def test_a_clip_is_looked_at() -> None:
    """By what it is recognised is kept once, under the keys of those who are in it; a withdrawn clip is looked at too."""
    assert given(RECORDED).when(LOOK) == [DONE]
    assert given(RECORDED, ClipWithdrawn(reason="a brand is seen")).when(LOOK) == [DONE]
    assert given(RECORDED, DONE).when(replace(LOOK, subjects=())) == []


def test_what_is_gone_is_not_looked_at() -> None:
    """An erased clip has no bytes, and one that never was has neither."""
    given(RECORDED, example("ClipErased")).refuses(LOOK, ClipGone, LOOK.stream)
    given().refuses(LOOK, NotFound, LOOK.stream)
