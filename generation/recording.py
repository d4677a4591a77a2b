"""An outcome -> the commands that record it for clip, scene and generation, in one append (invariant I11). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from generation.plan import Mapped, Plan
from registry.deciders.clip import RecordClip
from registry.deciders.command import Command
from registry.deciders.generation import EndGeneration, Generation
from registry.deciders.production import ReleaseBudget, ReserveBudget, SettleBudget
from registry.deciders.scene import RecordContinuity
from registry.deciders.submission import CloseSubmission, Submission
from registry.events.clip import ClipRecorded
from registry.events.generation import GenerationRequested, PlanCompiled, ResultStored
from registry.events.marks import Depiction, Marks
from registry.events.personal import Erased
from registry.events.references import CastMember, Ending, Purpose
from registry.events.scene import ContinuityRecorded


def ending(
    generation_id: str,
    generation: Generation,
    submission: Submission,
    *,
    outcome: Ending,
    reason: str = "",
) -> list[Command]:
    """Clip (when there is one), continuity, end: in this order, so that lineage meets the clip before what speaks of it."""
    commands: list[Command] = []
    if outcome == "delivered":
        clip = _clip(generation_id, generation, submission)
        commands.append(RecordClip(stream=_result(generation).clip, clip=clip))
    continuity = _continuity(generation_id, generation, submission, outcome, reason)
    requested = requested_of(generation)
    clip_id = _result(generation).clip if outcome == "delivered" else None
    commands.append(RecordContinuity(stream=requested.scene, continuity=continuity))
    commands.append(
        EndGeneration(
            stream=generation_id,
            outcome=outcome,
            clip=clip_id,
            reason=reason,
            submission=generation.submission,
        )
    )
    if generation.submission is not None:
        commands.append(
            CloseSubmission(stream=generation.submission, reason=f"its generation ended as {outcome}")
        )
        commands.append(_closing_the_books(requested.production, generation.submission, outcome))
    return commands


def reserving(generation: Generation, submission: str, subject: str) -> ReserveBudget:
    """Set the plan's estimate aside, in the append of the intent."""
    units = generation.plan.estimate_units if generation.plan else "0"
    production = requested_of(generation).production
    return ReserveBudget(stream=production, submission=submission, subject=subject, units=units)


def settling(generation: Generation, units: str | None) -> SettleBudget:
    """What the task cost, in the append that says it is done; None when the provider did not say."""
    if generation.submission is None:
        raise RuntimeError("a generation without its submission")
    return SettleBudget(
        stream=requested_of(generation).production, submission=generation.submission, units=units
    )


def _closing_the_books(production: str, submission: str, outcome: Ending) -> Command:
    """What is still set aside at the end is free again; unless nobody knows whether an abandoned call was charged."""
    if outcome == "abandoned":
        return SettleBudget(stream=production, submission=submission, units=None)
    return ReleaseBudget(stream=production, submission=submission)


def plan_of(generation: Generation) -> Plan | None:
    """The compiled plan; None once its people are erased."""
    if generation.plan is None or isinstance(generation.plan.plan, Erased):
        return None
    return Plan.model_validate(generation.plan.plan)


def _clip(generation_id: str, generation: Generation, submission: Submission) -> ClipRecorded:
    requested, result, succeeded = requested_of(generation), _result(generation), submission.succeeded
    if generation.submission is None or succeeded is None:
        raise RuntimeError(f"{generation_id} cannot be delivered: no task of it succeeded")
    plan = plan_of(generation)
    return ClipRecorded(
        generation=generation_id,
        submission=generation.submission,
        scene=requested.scene,
        shot=requested.shot,
        stored=result.stored,
        duration_us=result.duration_us,
        width=result.width,
        height=result.height,
        has_audio=result.has_audio,
        kling_video_id=succeeded.video_id,
        kling_url=result.fetched_from,
        kling_url_expires_at=succeeded.url_expires_at,
        kling_watermark_url=succeeded.watermark_url,
        continues=plan.parents[0] if plan and plan.parents else None,
        ai_generated=True,
        depicts_real_person=depicted(plan),
        marks=Marks(c2pa=result.c2pa, visible_watermark=_watermark(plan)),
    )


def depicted(plan: Plan | None) -> Depiction:
    """Whether a plan shows a real person: `no` only where somebody is shown and everything it stands on is of somebody fictional.

    Real people have allowed it, so their likeness is in the plan; a picture that stands for nobody may show anybody.
    """
    if plan is None:
        return "unknown"
    if any(one.likeness for one in plan.shows) or any(one.likeness for one in plan.grounded):
        return "yes"
    known = {one.asset for one in plan.shows if one.asset}
    seen = [one for one in plan.grounded if one.role != "person"]
    unseen = any(one.url or (one.asset and one.asset not in known) for one in seen)
    return "no" if plan.shows and not unseen else "unknown"


def _watermark(plan: Plan | None) -> Literal["requested", "not_requested", "unknown"]:
    """What the payload asked for (contract R42)."""
    if plan is None:
        return "unknown"
    asked = plan.payload.get("watermark_info") or {}
    return "requested" if asked.get("enabled") else "not_requested"


def _continuity(
    generation_id: str, generation: Generation, submission: Submission, outcome: Ending, reason: str
) -> ContinuityRecorded:
    requested, compiled, plan = requested_of(generation), generation.plan, plan_of(generation)
    result = generation.result if outcome == "delivered" else None
    ended = submission.succeeded or submission.failed
    return ContinuityRecorded(
        generation=generation_id,
        submission=generation.submission,
        outcome=outcome,
        reason=reason,
        shot=requested.shot,
        clip=result.clip if result else None,
        clip_sha256=result.stored.sha256 if result else None,
        duration_us=result.duration_us if result else None,
        pattern=compiled.pattern if compiled else None,
        prompt=_prompt(compiled, plan),
        cast=_cast(plan) if plan else _cast_unseen(requested) if compiled else (),
        elements=_ordered(plan, "element"),
        assets=_ordered(plan, "asset"),
        parents=plan.parents if plan else (),
        **_places(plan),
        **_parent_served(plan, submission),
        framing=plan.framing if plan else None,
        plan_digest=compiled.plan_digest if compiled else None,
        wire_digest=submission.intent.wire_digest if submission.intent else None,
        task_id=submission.task_id,
        units=ended.units if ended else None,
        subjects=requested.subjects,
    )


def _places(plan: Plan | None) -> dict[str, Any]:
    """Which picture is the first frame and which the last, and which clip was changed; nothing for an erased plan."""
    if plan is None:
        return {}
    frames: dict[str, Any] = {
        one.role: one.asset for one in plan.grounded if one.role in ("opening", "closing")
    }
    videos = plan.payload.get("video_list") or ()
    edited = any(video.get("refer_type") == "base" for video in videos)
    return {**frames, "edited": plan.parents[0] if edited and plan.parents else None}


def _parent_served(plan: Plan | None, submission: Submission) -> dict[str, Any]:
    """Who served the parent clip to the provider, and which bytes if it was us; nothing when nothing was sent."""
    served = [attached for attached in plan.attachments if attached.clip] if plan else []
    if not served or submission.intent is None:
        return {}
    if served[0].relay:
        return {"parent_from": "relay", "parent_sha256": served[0].sha256}
    return {"parent_from": "provider"}


def _prompt(compiled: PlanCompiled | None, plan: Plan | None) -> str | Erased:
    if compiled is None:
        return ""
    return str(plan.payload.get("prompt", "")) if plan else Erased()


def _cast(plan: Plan) -> tuple[CastMember, ...]:
    """Everybody who can be recognised: who was cast, and who came in by a portrait or by the clip gone on from."""
    mapping = {mapped.character: mapped for mapped in plan.mapping}
    cast = tuple(
        CastMember(
            character=person.character,
            version=person.version or 0,
            look=person.look,
            element=person.element,
            element_id=person.element_id,
            assets=(person.asset,) if person.asset else (),
            **_heard(mapping.get(person.character)),
            likeness=person.likeness,
            consent=person.consent,
        )
        for person in plan.grounded
        if person.role == "person" and person.character is not None
    )
    others = (
        CastMember(
            character=one.character,
            version=one.version,
            assets=(one.asset,) if one.asset else (),
            likeness=one.likeness,
            consent=one.consent,
        )
        for one in plan.shows
        if not one.cast
    )
    return (*cast, *others)


def _heard(mapped: Mapped | None) -> dict[str, Any]:
    """Under which number somebody spoke, and with which voice."""
    if mapped is None:
        return {}
    number = mapped.number if mapped.voice else None
    return {"voice": number, "speaks_with": mapped.speaks_with, "voice_id": mapped.voice_id}


def _cast_unseen(requested: GenerationRequested) -> tuple[CastMember, ...]:
    """Who a plan that is erased was about: their ids are all that is left; at which version is not known."""
    return tuple(CastMember(character=subject, version=0) for subject in requested.subjects)


def _ordered(plan: Plan | None, what: str) -> tuple[str, ...]:
    found: Sequence[str | None] = [getattr(grounded, what) for grounded in plan.grounded] if plan else []
    return tuple(dict.fromkeys(name for name in found if name is not None))


def purpose_of(requested: GenerationRequested) -> Purpose:
    """What the clip is for. Nothing is sent of a request that is erased."""
    return "draft" if isinstance(requested.request, Erased) else requested.request.get("purpose", "draft")


def requested_of(generation: Generation) -> GenerationRequested:
    """What was asked. Raises RuntimeError for what is no generation yet."""
    if generation.requested is None:
        raise RuntimeError("a generation without its request")
    return generation.requested


def _result(generation: Generation) -> ResultStored:
    if generation.result is None:
        raise RuntimeError("a generation without its result")
    return generation.result
