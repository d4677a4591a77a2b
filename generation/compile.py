"""From a request and its grounds to a plan. Pure: the same inputs give the same bytes.

1. `resolve` grounds the cast and collects every gap.
2. `choose` asks the table of combinations for the one answer.
3. `compose` writes the prompt, and the answer builds the payload with references in place of bytes.
4. `judge` runs every rule; the caller's reasons are written onto the cautions they name.
5. A plan is made of it. `compile_plan` refuses one that something blocks; `preview` shows how far it came.

When something is missing or refused, the payload is still put together from the rest, so that the rules can report what is wrong
there in the same answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from generation.compiler import compiler_version
from generation.errors import CannotResolve, PayloadRefused
from generation.grounds import AssetGround, Grounds, ParentGround
from generation.inventory import (
    attachments_of,
    digest_of,
    grounded_on,
    mapping_of,
    pictures_of,
    price_of,
    shown_by,
    wire_bytes_of,
)
from generation.patterns.choose import Choice, choose
from generation.patterns.omni import assemble, blob, clip
from generation.plan import Attachment, Plan, Preview
from generation.prices import priced
from generation.prompt import compose, framing_of
from generation.resolve import Resolution, resolve
from generation.rules.catalogue import judge
from generation.rules.finding import Finding, with_reasons
from generation.rules.subject import Facts, Picture, Subject, Video
from generation.shot import ShotRequest
from generation.voices import judge_voices

COMPILER_VERSION: Final = "1"
"""Raised whenever the same request and grounds would give other bytes; `generation.compiler` says which source it was, too."""


def compile_plan(request: ShotRequest, grounds: Grounds) -> Plan:
    """The plan to send. Raises CannotResolve(gaps) or PayloadRefused(findings), each with everything that was found."""
    draft = _draft(request, grounds)
    blocking = [finding for finding in draft.findings if finding.blocks]
    if draft.resolution.gaps:
        raise CannotResolve(
            f"the request cannot be resolved: {_counted(blocking)}",
            hint="each finding names the value and what to do about it",
            gaps=draft.findings,
        )
    if blocking or draft.plan is None:
        raise PayloadRefused(
            f"the payload is refused: {_counted(blocking)}",
            hint="correct what is marked E; for what is marked W, write your reason into accept under the finding's id",
            findings=draft.findings,
        )
    return draft.plan


def preview(request: ShotRequest, grounds: Grounds) -> Preview:
    """What would be sent, and everything there is to say about it. Never raises on a request."""
    draft = _draft(request, grounds)
    if draft.plan is None:
        why = draft.choice.why if draft.choice else ()
        return Preview(sendable=False, findings=draft.findings, why=why, takes=request.takes)
    shared = {name: getattr(draft.plan, name) for name in Preview.model_fields if name in Plan.model_fields}
    total = priced(Decimal(draft.plan.estimate.units) * request.takes)
    sendable = not any(finding.blocks for finding in draft.findings)
    return Preview(sendable=sendable, takes=request.takes, total=total, **shared)


def judge_parts(request: ShotRequest, grounds: Grounds) -> tuple[Finding, ...]:
    """Gaps, and what the rules that stand on parts say of a payload put together from whatever is there. Never raises."""
    resolution = resolve(request, grounds)
    payload = assemble(resolution, compose(resolution)).as_wire()
    facts = _facts(resolution, grounds, None, attachments_of(resolution))
    return (
        *resolution.gaps,
        *resolution.remarks,
        *judge(Subject("omni-video", payload, facts), in_parts=True),
    )


@dataclass(frozen=True, slots=True)
class _Draft:
    """How far the request came. The plan is there unless something outright refuses it."""

    resolution: Resolution
    choice: Choice | None
    findings: tuple[Finding, ...]
    plan: Plan | None


def _draft(request: ShotRequest, grounds: Grounds) -> _Draft:
    resolution = resolve(request, grounds)
    choice = None if resolution.gaps else choose(resolution)
    attachments = attachments_of(resolution)
    payload = (choice.build if choice else assemble)(resolution, compose(resolution)).as_wire()
    endpoint = choice.endpoint if choice else "omni-video"
    subject = Subject(endpoint, payload, _facts(resolution, grounds, choice, attachments))
    judged = judge(subject, in_parts=choice is None or choice.refused)
    voiced = judge_voices(resolution, grounds)
    chosen = choice.findings if choice else ()
    found = (*resolution.gaps, *resolution.remarks, *chosen, *judged, *voiced)
    findings = with_reasons(found, _reasons(request)) + _idle_reasons(request, found)
    refused = any(finding.severity == "E" for finding in findings)
    plan = None
    if choice is not None and not refused:
        plan = _plan(
            resolution, grounds, choice=choice, payload=payload, attachments=attachments, findings=findings
        )
    return _Draft(resolution, choice, findings, plan)


def _plan(
    resolution: Resolution,
    grounds: Grounds,
    *,
    choice: Choice,
    payload: dict[str, Any],
    attachments: tuple[Attachment, ...],
    findings: tuple[Finding, ...],
) -> Plan:
    assert resolution.account is not None  # noqa: S101 - its absence is a gap
    return Plan(
        pattern=choice.name,
        evidence=choice.evidence,
        endpoint=choice.endpoint,
        account=resolution.account.id,
        payload=payload,
        attachments=attachments,
        plan_digest=digest_of(choice.endpoint, choice.name, payload=payload, attachments=attachments),
        wire_bytes=wire_bytes_of(payload, attachments),
        findings=findings,
        why=choice.why,
        grounded=grounded_on(resolution, payload),
        mapping=mapping_of(resolution, _every_prompt(payload)),
        shows=shown_by(resolution),
        estimate=price_of(payload, resolution.seconds),
        duration=resolution.seconds,
        sound=resolution.sound,
        framing=framing_of(resolution),
        parents=(resolution.parent.clip,) if resolution.parent else (),
        policies=grounds.policies,
        as_of=grounds.position,
        compiled_at_us=grounds.now_us,
        compiler_version=compiler_version(COMPILER_VERSION),
    )


def _every_prompt(payload: dict[str, Any]) -> str:
    return "\n".join([payload["prompt"], *(shot["prompt"] for shot in payload.get("multi_prompt", ()))])


def _facts(
    resolution: Resolution, grounds: Grounds, choice: Choice | None, attachments: tuple[Attachment, ...]
) -> Facts:
    ours = pictures_of(resolution)
    elements = (person.element for person in resolution.people)
    parent = resolution.parent
    shown = {reference.asset for person in grounds.people.values() for reference in person.references}
    shown |= grounds.portraits
    return Facts(
        element_kinds={element.element_id: element.kind for element in elements if element and element.kind},
        pictures={
            blob(asset): Picture(asset.width, asset.height, asset.rendition_bytes, asset.format)
            for asset in ours
        },
        videos={clip(parent.clip): _video(parent)} if parent else {},
        references=frozenset(attachment.ref for attachment in attachments),
        portraits=frozenset(blob(asset) for asset in ours if asset.id in shown),
        cut_from_scene=_cut_from_scene(ours, grounds),
        request=resolution.request,
        setting=resolution.setting,
        retake=resolution.retake,
        pattern=choice.name if choice else None,
        durations=choice.durations if choice else (),
        policies=grounds.policies,
    )


def _video(parent: ParentGround) -> Video:
    """Of footage that was not made here the size is said too: the vendor's limits are not presumed of it."""
    return Video(parent.duration_seconds, parent.width, parent.height, parent.bytes)


def _cut_from_scene(pictures: tuple[AssetGround, ...], grounds: Grounds) -> dict[str, str]:
    """Pictures that were cut from a clip of this very scene, with that clip (guide 3D)."""
    scene = grounds.scene.id if grounds.scene else None
    return {
        blob(asset): asset.made_from_clip
        for asset in pictures
        if scene is not None and asset.made_from_clip is not None and asset.made_from_scene == scene
    }


def _reasons(request: ShotRequest) -> dict[str, str]:
    """`mode_reason` is the written reason for every caution about the mode."""
    mode = dict.fromkeys(("W201", "W202", "W203"), request.mode_reason) if request.mode_reason else {}
    return {**{rule: reason for rule, reason in mode.items() if reason}, **request.accept}


def _idle_reasons(request: ShotRequest, found: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """A reason that met no caution is told: it may be a misspelt id."""
    cautions = {finding.rule for finding in found if finding.severity == "W"}
    return tuple(
        Finding(
            rule="I304",
            severity="I",
            title="A reason that nothing asked for",
            message=f"accept names {rule}, and no caution of that id was raised",
            about="request",
            path="$.accept",
            cites=("guide 2",),
        )
        for rule in sorted(request.accept)
        if rule not in cautions
    )


def _counted(findings: list[Finding]) -> str:
    ids = ", ".join(dict.fromkeys(finding.rule for finding in findings))
    return f"{len(findings)} finding{'s' if len(findings) != 1 else ''} ({ids})"
