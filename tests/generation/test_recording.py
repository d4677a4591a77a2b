"""How an outcome becomes the commands of the one append that ends a generation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from generation.plan import Grounded
from generation.recording import depicted, ending, plan_of
from registry.deciders.clip import RecordClip
from registry.deciders.generation import EndGeneration, Generation
from registry.deciders.looks import DefineLook
from registry.deciders.pins import PinCharacter
from registry.deciders.production import ReleaseBudget
from registry.deciders.scene import RecordContinuity
from registry.deciders.submission import CloseSubmission, Submission
from registry.events.generation import ResultStored
from registry.events.marks import C2paMark, Marks
from registry.events.personal import ERASED
from registry.events.references import StoredBytes
from registry.events.submission import TaskFailed, TaskSucceeded
from tests.servers.world import ALONE, TALK, World, new_id

F2 = {"action": "They argue over the last seat.", "dialogue": TALK}
DIGEST = "ab" * 32


def planned(world: World, **fields: Any) -> tuple[str, Generation]:
    asked = world.ask(**fields)
    return asked, world.registry.state(world.studio, asked).state


def delivered(world: World, **fields: Any) -> tuple[str, Generation, Submission]:
    """A generation whose result is stored, with the submission that brought it."""
    asked, generation = planned(world, **fields)
    stored = StoredBytes(key="studio/clip", bytes=9, sha256=DIGEST, media_type="video/mp4")
    result = ResultStored(
        clip=new_id("clip"),
        fetched_from="https://example.com/newer",
        stored=stored,
        duration_us=5_041_000,
        width=16,
        height=9,
        has_audio=True,
        checked="decoded",
    )
    succeeded = TaskSucceeded(
        video_id="7", url="https://example.com/old", url_expires_at=8, duration="5.041", units="4"
    )
    submission = Submission(stage="succeeded", task_id="862931", succeeded=succeeded)
    stored_one = replace(generation, stage="stored", submission=new_id("submission"), result=result)
    return asked, stored_one, submission


def test_continuity_says_version_and_look(studio: World) -> None:
    """Who was in the clip is recorded as of the version and in the look it was pinned at, whatever the character became since."""
    mina = studio.mina.character
    studio.do(DefineLook(stream=mina, look="winter", wardrobe="a grey coat"))
    studio.do(PinCharacter(stream=studio.scene, character=mina, look="winter"))
    pinned = studio.registry.state(studio.studio, mina).version
    studio.do(DefineLook(stream=mina, look="winter", wardrobe="a red scarf"))
    _, continuity, *_ = ending(*delivered(studio, **F2), outcome="delivered")

    assert isinstance(continuity, RecordContinuity)
    cast = {one.character: (one.version, one.look) for one in continuity.continuity.cast}
    assert cast[mina] == (pinned, "winter")
    assert cast[studio.jun.character][1] is None
    assert "a grey coat" in str(continuity.continuity.prompt)


def test_a_delivery_is_clip_then_continuity_then_end(studio: World) -> None:
    """The commands stand in this order, so that lineage meets the clip before what speaks of it; then the books."""
    asked, generation, submission = delivered(studio, **F2)
    clip, continuity, end, *books = ending(asked, generation, submission, outcome="delivered")

    assert isinstance(clip, RecordClip)
    assert isinstance(continuity, RecordContinuity)
    assert isinstance(end, EndGeneration)
    assert books == [
        CloseSubmission(stream=str(generation.submission), reason="its generation ended as delivered"),
        ReleaseBudget(stream=studio.production, submission=str(generation.submission)),
    ]
    assert (continuity.stream, end.stream) == (studio.scene, asked)
    assert clip.stream == continuity.continuity.clip == end.clip
    assert clip.clip.kling_url == "https://example.com/newer"
    assert (continuity.continuity.units, continuity.continuity.duration_us) == ("4", 5_041_000)


def test_people_carry_their_numbers_and_voices(studio: World) -> None:
    """The record's cast is in the order of the payload, with each one's element, character version and voice number."""
    asked, generation, submission = delivered(studio, **F2)
    record = ending(asked, generation, submission, outcome="delivered")[1].continuity  # type: ignore[attr-defined]

    people = [(member.character, member.element, member.voice, member.version) for member in record.cast]
    mina, jun = studio.mina, studio.jun
    assert people == [(mina.character, mina.element, 1, 2), (jun.character, jun.element, 2, 2)]
    assert (record.assets, record.elements) == ((), (mina.element, jun.element))


def test_people_from_pictures(studio: World) -> None:
    """People grounded on pictures are recorded with their assets; those who do not speak have no voice."""
    turn = {"language": "Korean", "turns": [{"speaker": "Jun", "line": "먼저 왔는데요."}]}
    cast = [{"character": name, "identity": "images"} for name in ("Jun", "Mina")]
    asked, generation, submission = delivered(studio, action="He waits.", cast=cast, dialogue=turn)
    record = ending(asked, generation, submission, outcome="delivered")[1].continuity  # type: ignore[attr-defined]

    people = {member.character: (member.assets, member.voice) for member in record.cast}
    assert people[studio.mina.character] == ((studio.mina.portrait,), None)
    assert people[studio.jun.character][0] == (studio.jun.portrait,)
    assert people[studio.jun.character][1] is not None
    assert set(record.assets) == {studio.mina.portrait, studio.jun.portrait}


@pytest.mark.parametrize("outcome", ["failed", "refused", "lost"])
def test_an_end_without_a_clip(studio: World, outcome: Any) -> None:
    """Every other end is continuity and end, with the reason in both and no clip, whatever is stored."""
    asked, generation, submission = delivered(studio, **ALONE)
    commands = ending(asked, generation, submission, outcome=outcome, reason="because")

    assert [type(command) for command in commands] == [
        RecordContinuity,
        EndGeneration,
        CloseSubmission,
        ReleaseBudget,
    ]
    record = commands[0].continuity  # type: ignore[attr-defined]
    assert (record.outcome, record.reason, record.clip, record.clip_sha256) == (
        outcome,
        "because",
        None,
        None,
    )
    assert (commands[1].clip, commands[1].reason) == (None, "because")  # type: ignore[attr-defined]


def test_a_failure_records_what_it_cost(studio: World) -> None:
    """A failed task's deduction is in the record, as the provider wrote it."""
    asked, generation = planned(studio, **ALONE)
    failed = Submission(stage="closed", task_id="1", failed=TaskFailed(message="no", units="0"))
    record = ending(asked, generation, failed, outcome="failed")[0].continuity  # type: ignore[attr-defined]

    assert (record.units, record.task_id) == ("0", "1")


def test_an_end_whose_people_were_erased(studio: World) -> None:
    """Without its plan a generation still ends, and the record keeps what is no personal data."""
    asked, generation = planned(studio, **F2)
    assert generation.plan is not None
    erased = replace(generation, plan=generation.plan.model_copy(update={"plan": ERASED}))
    record = ending(asked, erased, Submission(), outcome="refused")[0].continuity  # type: ignore[attr-defined]

    assert plan_of(erased) is None
    assert (record.pattern, record.plan_digest) == ("F2", generation.plan.plan_digest)
    assert {member.character for member in record.cast} == {studio.mina.character, studio.jun.character}


def test_a_clip_says_that_it_is_made_and_what_its_plan_knew(studio: World) -> None:
    """Whether a real person is depicted, as far as the plan knew; the watermark asked for; what its file says of itself."""
    asked, generation, submission = delivered(studio, **F2, watermark=True)
    said = C2paMark(state="valid", manifest="urn:c2pa:1")
    assert generation.result is not None
    generation = replace(generation, result=generation.result.model_copy(update={"c2pa": said}))
    clip = ending(asked, generation, submission, outcome="delivered")[0].clip  # type: ignore[attr-defined]

    assert (clip.ai_generated, clip.depicts_real_person) == (True, "no")
    assert clip.marks == Marks(c2pa=said, visible_watermark="requested")
    alone = ending(*delivered(studio, **ALONE), outcome="delivered")[0].clip  # type: ignore[attr-defined]
    assert (alone.depicts_real_person, alone.marks.visible_watermark) == ("unknown", "not_requested")


def test_only_who_is_known_to_be_fictional_is_no_real_person(studio: World) -> None:
    """A likeness is somebody; a picture of nobody, one from elsewhere, nobody at all and an erased plan may be anybody."""
    plan = plan_of(planned(studio, **F2)[1])
    assert plan is not None
    cafe = Grounded(role="reference", marker=None, asset=studio.cafe)
    mina = plan.shows[0]
    likeness = new_id("likeness")

    assert depicted(plan) == "no"
    assert (
        depicted(plan.model_copy(update={"shows": (mina.model_copy(update={"likeness": likeness}),)}))
        == "yes"
    )
    assert depicted(plan.model_copy(update={"grounded": (*plan.grounded, cafe)})) == "unknown"
    known = plan.model_copy(
        update={
            "grounded": (*plan.grounded, cafe),
            "shows": (mina.model_copy(update={"asset": studio.cafe}),),
        }
    )
    assert depicted(known) == "no"
    elsewhere = cafe.model_copy(update={"asset": None, "url": "https://example.com/x.png"})
    assert depicted(plan.model_copy(update={"grounded": (elsewhere,)})) == "unknown"
    assert depicted(plan.model_copy(update={"shows": ()})) == depicted(None) == "unknown"
