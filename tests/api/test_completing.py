"""What was never written is missed: a clip without the events that are appended together with it."""

from __future__ import annotations

from typing import Any

import pytest

from api import completing
from registry.log.feed.feed import Stored
from tests.registry.events.golden import an_id

CLIP, GENERATION = an_id("clip"), an_id("generation")
RECORDED = Stored(7, CLIP, "ClipRecorded", {"generation": GENERATION})
TOLD = Stored(8, an_id("scene"), "ContinuityRecorded", {"generation": GENERATION, "clip": CLIP})
ENDED = Stored(9, GENERATION, "GenerationEnded", {"clip": CLIP})


@pytest.mark.parametrize(
    ("events", "lacks"),
    [
        ([RECORDED, TOLD, ENDED], []),
        ([TOLD, ENDED], []),
        ([RECORDED, ENDED], ["what it was made from"]),
        ([RECORDED, TOLD], [f"the end of {GENERATION}"]),
        ([RECORDED], ["what it was made from", "the end of"]),
    ],
)
def test_a_clip_has_its_record(events: list[Any], lacks: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A clip whose continuity or whose generation's end is not in the log is named, with what it lacks."""
    monkeypatch.setattr(completing, "stored", lambda *_: iter(events))
    found = list(completing.unrecorded(None, an_id("studio")))  # type: ignore[arg-type]
    assert [(one.kind, one.thing, one.position) for one in found] == [("receipt", CLIP, 7)] * bool(lacks)
    assert all(what in found[0].message for what in lacks)
