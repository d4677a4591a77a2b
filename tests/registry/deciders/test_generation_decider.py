"""Generations and clips: one request, one submission, one end."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from registry.deciders.clip import RecordClip
from registry.deciders.command import AlreadyClosed, AlreadyExists, AlreadyRetired, Command
from registry.deciders.generation import (
    AlreadySubmitted,
    CompileAwaited,
    EndGeneration,
    NotThere,
    OpenSubmission,
    RequestGeneration,
    StoreResult,
)
from registry.deciders.standing import Standing
from registry.errors import InvalidCommand, NotFound
from registry.events.clip import ClipRecorded
from registry.events.generation import (
    GenerationEnded,
    GenerationRequested,
    ParentAwaited,
    PlanCompiled,
    ResultStored,
    SubmissionOpened,
)
from registry.events.references import Ending
from tests.registry.deciders.given import Given, given
from tests.registry.events.golden import an_id, example

GENERATION, SUBMISSION, CLIP = an_id("generation"), an_id("submission"), an_id("clip")
SHOW, SCENE = an_id("production"), an_id("scene")
REQUESTED, PLAN, STORED = (
    example("GenerationRequested", shot=None, approval=False, retry_of=None),
    example("PlanCompiled"),
    example("ResultStored"),
)
RECORDED = example("ClipRecorded")
assert isinstance(REQUESTED, GenerationRequested)
assert isinstance(PLAN, PlanCompiled)
assert isinstance(STORED, ResultStored)
assert isinstance(RECORDED, ClipRecorded)
INTENT = example("SubmissionIntended")
OPENED = SubmissionOpened(submission=SUBMISSION)
ENDED = GenerationEnded(outcome="delivered", clip=CLIP, reason="")
REQUEST = RequestGeneration(stream=GENERATION, requested=REQUESTED, plan=PLAN)
OPEN = OpenSubmission(
    stream=GENERATION, submission=SUBMISSION, standing=Standing((an_id("element"), an_id("asset")))
)
PLANNED, SUBMITTING = (REQUESTED, PLAN), (REQUESTED, PLAN, OPENED)
PARENT = an_id("generation", 2)
AWAITED = ParentAwaited(parent=PARENT)
STAGES = {
    "waiting": (REQUESTED, AWAITED),
    "planned": PLANNED,
    "submitting": SUBMITTING,
    "stored": (*SUBMITTING, STORED),
    "ended": (*SUBMITTING, STORED, ENDED),
}


def standing(*history: object) -> Given:
    """A show with one open scene, two grounds, and a generation with this history."""
    return (
        given(*history)  # type: ignore[arg-type]
        .and_(SHOW, example("ProductionOpened"))
        .and_(SCENE, example("SceneOpened"), example("ShotPlanned"))
        .and_(an_id("element"), example("ElementAdopted"))
        .and_(an_id("asset"), example("AssetRegistered"))
    )


def test_a_request_comes_with_its_plan() -> None:
    """Request and compiled plan are one append: no generation exists without knowing what it would send."""
    assert standing().when(REQUEST) == [REQUESTED, PLAN]


def test_a_request_may_wait_for_its_parent() -> None:
    """A continuation of a generation that still runs is taken without a plan, and gets it when the parent's clip is there."""
    request = replace(REQUEST, plan=AWAITED)
    compile_now = CompileAwaited(stream=GENERATION, plan=PLAN, production=SHOW)

    assert standing().and_(PARENT, *SUBMITTING).when(request) == [REQUESTED, AWAITED]
    assert standing(REQUESTED, AWAITED).when(compile_now) == [PLAN]


def test_a_parent_that_does_not_exist_is_not_waited_for() -> None:
    """Waiting for an unknown generation would be waiting for ever."""
    standing().and_(PARENT).refuses(replace(REQUEST, plan=AWAITED), NotFound, PARENT)


def test_a_plan_is_compiled_once() -> None:
    """A second compile is refused: the payload that is sent is the one that was planned."""
    standing(*PLANNED).refuses(
        CompileAwaited(stream=GENERATION, plan=PLAN, production=SHOW), NotThere, "planned"
    )


def test_a_generation_is_requested_once() -> None:
    """Requesting it again is refused, not quiet: idempotency keys answer repeats."""
    standing(*PLANNED).refuses(REQUEST, AlreadyExists, GENERATION)


def test_requests_need_an_open_scene_of_their_production() -> None:
    """Absent or closed shows and scenes, scenes of another show and unplanned shots take no requests."""
    standing().and_(SHOW).refuses(REQUEST, NotFound, SHOW)
    standing().and_(SCENE).refuses(REQUEST, NotFound, SCENE)
    over = standing().and_(SHOW, example("ProductionOpened"), example("ProductionClosed"))
    over.refuses(REQUEST, AlreadyClosed, SHOW)
    closed = standing().and_(SCENE, example("SceneOpened"), example("SceneClosed"))
    closed.refuses(REQUEST, AlreadyClosed, SCENE)
    elsewhere = standing().and_(SCENE, example("SceneOpened", production=an_id("production", 2)))
    elsewhere.refuses(REQUEST, InvalidCommand, "belongs to")


def test_a_shot_must_be_planned_in_the_scene() -> None:
    """A request for a planned shot is taken, for a dropped one it is refused."""
    shot = replace(REQUEST, requested=REQUESTED.model_copy(update={"shot": an_id("shot")}))
    dropped = standing().and_(SCENE, example("SceneOpened"), example("ShotPlanned"), example("ShotDropped"))

    assert standing().when(shot) == [shot.requested, PLAN]
    dropped.refuses(shot, NotFound, an_id("shot"))


def test_a_submission_is_opened() -> None:
    """A planned generation gets its one submission."""
    assert standing(*PLANNED).when(OPEN) == [OPENED]


def test_a_generation_has_one_submission() -> None:
    """A second one is refused by name, whatever became of the first (invariant I1): never quiet."""
    standing(*SUBMITTING).refuses(OPEN, AlreadySubmitted, SUBMISSION)
    other = replace(OPEN, submission=an_id("submission", 2))
    standing(*STAGES["ended"]).refuses(other, AlreadySubmitted, SUBMISSION)


def test_an_ended_generation_is_not_submitted() -> None:
    """A generation that was cancelled before its submission is never sent (invariant I6)."""
    standing(*PLANNED, GenerationEnded(outcome="cancelled")).refuses(OPEN, NotThere, "ended")


def test_grounds_must_still_stand() -> None:
    """An element or asset that was retired after the plan was made stops the submission (the guards of the intent)."""
    retired = standing(*PLANNED).and_(an_id("element"), example("ElementAdopted"), example("ElementRetired"))

    retired.refuses(OPEN, AlreadyRetired, an_id("element"))
    standing(*PLANNED).and_(an_id("asset")).refuses(OPEN, NotFound, an_id("asset"))


def test_a_result_is_stored_once() -> None:
    """The stored result is written down; storing it again after a crash is quiet."""
    command = StoreResult(stream=GENERATION, result=STORED)

    assert standing(*SUBMITTING).when(command) == [STORED]
    assert standing(*STAGES["stored"]).when(command) == []


@pytest.mark.parametrize("stage", ["planned", "ended"])
def test_results_belong_to_submitted_generations(stage: str) -> None:
    """Nothing is stored for what was not sent, and nothing after the end."""
    command = StoreResult(stream=GENERATION, result=STORED)

    standing(*STAGES[stage]).refuses(command, NotThere, stage)


def test_a_delivered_end_needs_the_stored_result() -> None:
    """Delivered means the bytes are in our store (invariant I7)."""
    end = EndGeneration(stream=GENERATION, outcome="delivered", clip=CLIP)

    assert standing(*STAGES["stored"]).when(end) == [ENDED]
    for stage in ("planned", "submitting"):
        standing(*STAGES[stage]).refuses(end, NotThere, stage)


@pytest.mark.parametrize("outcome", [ending for ending in get_args(Ending) if ending != "delivered"])
@pytest.mark.parametrize("stage", ["planned", "submitting", "stored"])
def test_every_generation_can_come_to_another_end(stage: str, outcome: Ending) -> None:
    """From every stage there is an end, with its reason; one that was submitted is cancelled only while it has no task."""
    end = EndGeneration(stream=GENERATION, outcome=outcome, reason="why", submission=SUBMISSION)
    waits = standing(*STAGES[stage]).and_(SUBMISSION, INTENT, example("SubmissionRejected"))

    assert waits.when(end) == [GenerationEnded(outcome=outcome, reason="why")]


@pytest.mark.parametrize("news", ["SubmissionUnknown", "SubmissionConfirmed", "SubmissionQuarantined"])
def test_what_may_be_paid_for_is_not_cancelled(news: str) -> None:
    """A paid task, or one that may exist, is followed to its end; so is one whose submission was not even read."""
    end = EndGeneration(stream=GENERATION, outcome="cancelled", submission=SUBMISSION)

    standing(*SUBMITTING).and_(SUBMISSION, INTENT, example(news)).refuses(end, NotThere, SUBMISSION)
    standing(*SUBMITTING).refuses(replace(end, submission=None), NotThere, "unread")


@pytest.mark.parametrize("outcome", get_args(Ending))
def test_there_is_exactly_one_end(outcome: Ending) -> None:
    """Ending again, the same way or another, is quiet (invariant I6)."""
    assert standing(*STAGES["ended"]).when(EndGeneration(stream=GENERATION, outcome=outcome)) == []


@pytest.mark.parametrize(
    "command",
    [
        OPEN,
        StoreResult(stream=GENERATION, result=STORED),
        EndGeneration(stream=GENERATION, outcome="failed"),
    ],
    ids=lambda command: type(command).__name__,
)
def test_unknown_generations_are_not_found(command: Command) -> None:
    """Nothing happens to a generation nobody requested."""
    standing().refuses(command, NotFound, GENERATION)


def test_a_clip_is_recorded_once() -> None:
    """A clip is the result of one generation; recording its id again is refused, not quiet."""
    record = RecordClip(stream=CLIP, clip=RECORDED)

    assert given().when(record) == [RECORDED]
    given(RECORDED).refuses(record, AlreadyExists, CLIP)
