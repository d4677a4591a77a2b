"""What is said of takes and of records: approved, turned down, taken back, remarked on, set right."""

from __future__ import annotations

from dataclasses import replace

import pytest

from registry.deciders.clip import ClipGone, ClipIsWithdrawn
from registry.deciders.command import Command
from registry.deciders.records import CorrectContinuity
from registry.deciders.verdicts import (
    ApproveClip,
    ClipApprovedAlready,
    NotApproved,
    NoteOnClip,
    RejectClip,
    WithdrawApproval,
)
from registry.errors import InvalidCommand, NotFound
from registry.events.clip import ApprovalWithdrawn, ClipApproved, ClipNoted, ClipRejected, ClipWithdrawn
from registry.events.scene import ContinuityCorrected, LookWorn, SceneClosed, ShotPlanned
from tests.registry.deciders.given import folded, given
from tests.registry.events.golden import an_id, example

CLIP, SCENE, SHOT, MADE = an_id("clip"), an_id("scene"), an_id("shot"), an_id("generation")
MINA, JUN = an_id("character"), an_id("character", 2)
RECORDED, ERASED = example("ClipRecorded"), example("ClipErased")
WITHDRAWN = ClipWithdrawn(reason="a brand is seen")
APPROVE = ApproveClip(stream=CLIP, note=" right ")
REJECT = RejectClip(stream=CLIP, cause="motion", reason=" she slides ", framing="wide shot")
UNDO = WithdrawApproval(stream=CLIP, reason="another take")
NOTE = NoteOnClip(stream=CLIP, text=" she blinks ", at_us=1_000_000, subjects=(MINA,))
APPROVED = ClipApproved(note="right")
REJECTED = ClipRejected(cause="motion", reason="she slides", framing="wide shot")
OPENED, RECORD = example("SceneOpened"), example("ContinuityRecorded", shot=None)
PLANNED = ShotPlanned(shot=SHOT, number=1, action="They argue.")
CORRECT = CorrectContinuity(
    stream=SCENE,
    generation=MADE,
    shot=SHOT,
    framing=" wide shot ",
    looks=(LookWorn(character=MINA, look="summer"),),
    reason=" seen on screen ",
)


def test_a_take_is_approved() -> None:
    """What was turned down may be taken after all; approved again is quiet, whatever is said with it."""
    assert given(RECORDED).when(APPROVE) == [APPROVED]
    assert given(RECORDED, REJECTED).when(APPROVE) == [APPROVED]
    assert given(RECORDED, APPROVED).when(replace(APPROVE, note="very right")) == []


def test_a_take_is_turned_down() -> None:
    """Cause, reason and framing are written down; the same again is quiet, another cause is not; an approved take is refused."""
    assert given(RECORDED).when(REJECT) == [REJECTED]
    assert given(RECORDED, REJECTED).when(REJECT) == []
    assert len(given(RECORDED, REJECTED).when(replace(REJECT, cause="other"))) == 1
    given(RECORDED, APPROVED).refuses(REJECT, ClipApprovedAlready, CLIP)
    given(RECORDED).refuses(replace(REJECT, reason="x"), InvalidCommand, "reason")


def test_an_approval_is_taken_back() -> None:
    """After it the take may be turned down; where nothing is approved there is nothing to take back."""
    undone = ApprovalWithdrawn(reason="another take")

    assert given(RECORDED, APPROVED).when(UNDO) == [undone]
    assert given(RECORDED, APPROVED, undone).when(REJECT) == [REJECTED]
    for history in ((), (APPROVED, undone), (REJECTED,)):
        given(RECORDED, *history).refuses(UNDO, NotApproved, CLIP)
    given(RECORDED, APPROVED).refuses(replace(UNDO, reason="  "), InvalidCommand, "reason")


@pytest.mark.parametrize("command", [APPROVE, REJECT, UNDO], ids=lambda one: type(one).__name__)
def test_what_is_not_in_use_is_not_judged(command: Command) -> None:
    """A clip that is absent, withdrawn or erased has no verdict, and one that it had is over."""
    given().refuses(command, NotFound, CLIP)
    given(RECORDED, WITHDRAWN).refuses(command, ClipIsWithdrawn, CLIP)
    given(RECORDED, ERASED).refuses(command, ClipGone, CLIP)
    assert not folded(CLIP, [RECORDED, APPROVED, WITHDRAWN]).verdict.approved


def test_a_clip_is_remarked_on() -> None:
    """At a time code within it or on the whole, also when it is withdrawn; two remarks of the same words are two."""
    noted = ClipNoted(text="she blinks", at_us=1_000_000, subjects=(MINA,))

    assert given(RECORDED).when(NOTE) == [noted]
    assert given(RECORDED, noted, WITHDRAWN).when(NOTE) == [noted]
    assert given(RECORDED).when(replace(NOTE, at_us=None)) == [noted.model_copy(update={"at_us": None})]
    for outside in (-1, 5_041_668):
        given(RECORDED).refuses(replace(NOTE, at_us=outside), InvalidCommand, str(outside))
    given(RECORDED).refuses(replace(NOTE, text=" "), InvalidCommand, "text")
    given(RECORDED, ERASED).refuses(NOTE, ClipGone, CLIP)
    given().refuses(NOTE, NotFound, CLIP)


def test_a_record_is_set_right() -> None:
    """Shot, framing and looks, under those of whom the record speaks, and also on a closed scene."""
    corrected = ContinuityCorrected(
        generation=MADE,
        shot=SHOT,
        framing="wide shot",
        looks=CORRECT.looks,
        reason="seen on screen",
        subjects=(MINA, JUN),
    )
    scene = given(OPENED, PLANNED, RECORD)

    assert scene.when(CORRECT) == [corrected]
    assert given(*scene.history, SceneClosed(reason="done")).when(CORRECT) == [corrected]
    [framed] = scene.when(CorrectContinuity(stream=SCENE, generation=MADE, framing="x", reason="seen"))
    assert (framed.shot, framed.framing, framed.looks) == (None, "x", ())  # type: ignore[attr-defined]


def test_a_record_that_says_so_already_is_left_alone() -> None:
    """The same correction again, or what the record said from the first, is quiet; back to what it said is not."""
    scene = given(OPENED, PLANNED, RECORD)
    done = given(*scene.history, *scene.when(CORRECT))

    assert done.when(CORRECT) == []
    [worn] = scene.when(CorrectContinuity(stream=SCENE, generation=MADE, looks=CORRECT.looks, reason="seen"))
    assert given(*scene.history, worn).when(replace(CORRECT, shot=None, framing=None)) == []
    as_it_was = CorrectContinuity(stream=SCENE, generation=MADE, framing="medium close shot", reason="seen")
    assert scene.when(as_it_was) == []
    assert len(done.when(as_it_was)) == 1


def test_corrections_that_cannot_be() -> None:
    """No record of that generation, a shot the scene does not plan, somebody who is not in it, no reason, no scene."""
    scene = given(OPENED, PLANNED, RECORD)
    scene.refuses(replace(CORRECT, generation=an_id("generation", 9)), NotFound, "generation")
    scene.refuses(replace(CORRECT, shot=an_id("shot", 9)), NotFound, "shot")
    scene.refuses(replace(CORRECT, looks=(LookWorn(character=JUN, look="x"),)), InvalidCommand, JUN)
    scene.refuses(replace(CORRECT, reason=""), InvalidCommand, "reason")
    scene.refuses(replace(CORRECT, framing=" "), InvalidCommand, "framing")
    given().refuses(CORRECT, NotFound, SCENE)
