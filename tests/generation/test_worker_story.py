"""Requests of every pattern, carried from the door to a recorded clip over real HTTP."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from registry.events.clip import ClipRecorded
from registry.events.scene import ContinuityRecorded
from registry.events.submission import SubmissionIntended
from tests.crash.hooks import hooked
from tests.crash.invariants import check_all
from tests.servers.sandbox import Sandbox
from tests.servers.world import ALONE, TALK, World

BY_IMAGES = [{"character": name, "identity": "images"} for name in ("Mina", "Jun")]
ARGUE = {"action": "They argue over the last seat."}
PLAIN: dict[str, dict[str, Any]] = {
    "text2video": ALONE,
    "A2": {**ARGUE, "cast": BY_IMAGES, "dialogue": TALK},
    "F": ARGUE,
    "F2": {**ARGUE, "dialogue": TALK},
}
GENERATION = ["GenerationRequested", "PlanCompiled", "SubmissionOpened", "ResultStored", "GenerationEnded"]
SUBMISSION = ["SubmissionIntended", "SubmissionConfirmed", "TaskProcessing", "TaskSucceeded"]
WHILE_CARRIED = [
    "SubmissionOpened",
    "SubmissionIntended",
    "BudgetReserved",
    "SubmissionConfirmed",
    "TaskProcessing",
    "TaskSucceeded",
    "BudgetSettled",
    "ResultStored",
    "ClipRecorded",
    "ContinuityRecorded",
    "GenerationEnded",
]


def request_of(world: World, pattern: str) -> dict[str, Any]:
    if pattern == "A":
        return {"cast": [], "action": "The lamps come on.", "opening": world.cafe}
    if pattern == "E":
        parent = world.carry(world.ask(**ALONE))[0]
        return {"cast": [], "action": "The rain begins.", "continue_from": parent.clip}
    return PLAIN[pattern]


@pytest.mark.parametrize("pattern", ["text2video", "A", "A2", "E", "F", "F2"])
def test_a_request_becomes_a_recorded_clip(world: World, provider: Sandbox, pattern: str) -> None:
    """Each pattern leaves exactly its events in order, one append at the end, and one task of exactly the intended bytes."""
    asked = world.ask(**request_of(world, pattern))
    start = world.log()[-1].position
    provider.clock(speed=0)
    for state, seconds in (("confirmed", 0.06), ("processing", 0.2)):
        world.work_until(lambda state=state: state in [card.state for card in world.submissions()])  # type: ignore[misc]
        provider.clock(advance_seconds=seconds)
    card = world.carry(asked)[0]

    assert (card.pattern, card.outcome, card.reason) == (pattern, "delivered", "")
    made = [event.type for event in world.log()[start:]]
    assert (made, world.types(asked)) == (WHILE_CARRIED, GENERATION)
    assert world.types(str(card.submission)) == SUBMISSION
    posts = provider.ledger(world.submission(asked).external_task_id)
    assert [(post["accepted"], post["code"]) for post in posts] == [(True, 0)]
    check_all(world, provider.ledger())


def test_the_intent_is_older_than_its_post(world: World, provider: Sandbox) -> None:
    """When the POST begins, the intent is in the log and the provider has received nothing (I3)."""
    seen: list[tuple[list[str], int]] = []

    def at(point: str, _external: str) -> None:
        if point == "before:create":
            intent, reserved = world.log()[-2:]
            assert isinstance(intent.event, SubmissionIntended)
            assert reserved.type == "BudgetReserved"
            seen.append((world.types(intent.stream), len(provider.ledger(intent.event.external_task_id))))
            assert intent.event.send_deadline > intent.recorded_at

    replace(world, desk=hooked(world.desk, at)).carry(world.ask(**ALONE))

    assert seen == [(["SubmissionIntended"], 0)]


def test_the_record_says_what_the_clip_is_made_of(world: World) -> None:
    """The continuity record of a conversation names its people with voices, elements, task, price and both digests."""
    card = world.carry(world.ask(**PLAIN["F2"]))[0]
    record, clip = _last(world, ContinuityRecorded), _last(world, ClipRecorded)
    submission = world.submission(card.id)

    people = [(member.character, member.element, member.voice) for member in record.cast]
    assert people == [
        (world.mina.character, world.mina.element, 1),
        (world.jun.character, world.jun.element, 2),
    ]
    assert record.elements == (world.mina.element, world.jun.element)
    assert (record.task_id, record.units) == (submission.task_id, "4")
    assert (record.plan_digest, record.wire_digest) == (card.plan_digest, submission.wire_digest)
    assert (record.clip_sha256, record.duration_us) == (clip.stored.sha256, clip.duration_us)
    assert clip.stored.key == f"{world.studio}/{submission.id}/clip"


def test_a_continuation_names_its_parent(world: World) -> None:
    """A continued clip's record and clip point at the parent, and the intent froze the address that was sent (guide E)."""
    request = request_of(world, "E")
    card = world.carry(world.ask(**request))[0]
    record, clip, intent = (
        _last(world, kind) for kind in (ContinuityRecorded, ClipRecorded, SubmissionIntended)
    )

    assert (record.parents, clip.continues) == ((request["continue_from"],), request["continue_from"])
    assert list(intent.video_urls) == [attached["ref"] for attached in (card.plan or {})["attachments"]]


def test_a_request_without_a_scene_is_recorded_in_the_unplaced_one(world: World) -> None:
    """A request that names only its production ends in that production's unplaced scene."""
    card = world.carry(world.ask(**ALONE, scene=None, production=world.production))[0]

    assert card.scene == world.unplaced
    assert world.types(world.unplaced)[-1] == "ContinuityRecorded"


def test_the_provider_s_words_are_kept(world: World) -> None:
    """The answers to the POST and to the last poll are in the store, byte for byte as the submission names them."""
    submission = world.submission(world.carry(world.ask(**ALONE))[0].id)

    assert len(submission.answers) == 2
    for answer in submission.answers:
        with world.desk.blobs.open(answer.key, sha256=answer.sha256) as chunks:
            assert b"".join(chunks).startswith(b'{"code":0')


def test_a_batch_is_carried_by_several_workers(world: World, provider: Sandbox) -> None:
    """Two workers that take turns on one database carry six requests, each once."""
    asked = [world.ask(**ALONE) for _ in range(6)]
    workers = [world.worker("worker-1"), world.worker("worker-2")]
    while any(world.card(name).stage != "ended" for name in asked):
        for worker in workers:
            worker.work_once()

    assert {world.card(name).outcome for name in asked} == {"delivered"}
    check_all(world, provider.ledger())


def _last(world: World, kind: type[Any]) -> Any:
    return next(event.event for event in reversed(world.log()) if isinstance(event.event, kind))
