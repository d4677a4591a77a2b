"""Generations: one request on its way to its one end (generation-machine: states of a generation)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal

from registry.deciders.command import (
    Command,
    Decider,
    Reads,
    checked_text,
    must_be_new,
    must_exist,
    read,
    unexpected,
)
from registry.deciders.production import Production, must_afford
from registry.deciders.production import must_be_open as production_must_be_open
from registry.deciders.scene import Scene
from registry.deciders.scene import must_be_open as scene_must_be_open
from registry.deciders.standing import Standing, must_stand
from registry.deciders.submission import BEFORE_ANY_TASK
from registry.errors import InvalidCommand, NotFound, Refusal
from registry.events.envelope import Event
from registry.events.generation import (
    ApprovalAwaited,
    CancelWanted,
    GenerationEnded,
    GenerationRequested,
    ParentAwaited,
    PlanApproved,
    PlanCompiled,
    PlanVoided,
    ResultStored,
    SubmissionOpened,
)
from registry.events.references import Ending, plain

Stage = Literal["none", "waiting", "approval", "voided", "planned", "submitting", "stored", "ended"]
"""`waiting` is for a parent, `approval` for a person, `voided` for a new plan in place of an approved one that drifted."""


class AlreadySubmitted(Refusal):
    """The generation has its one submission."""

    code = "already-submitted"


class NotThere(Refusal):
    """The generation is not at the stage this step needs."""

    code = "wrong-stage"


class AnotherPlan(Refusal):
    """The approval names another plan than the one that waits for it."""

    code = "another-plan"


class TooDear(Refusal):
    """The plan costs more than the request's `max_units`."""

    code = "max-units-exceeded"


@dataclass(frozen=True, kw_only=True)
class RequestGeneration(Command):
    """Take the request with its compiled plan, or with the generation it waits for; both events stand in one append.

    It is guarded by what the plan stands on: people may take their consent back while it is compiled.
    """

    requested: GenerationRequested
    plan: PlanCompiled | ParentAwaited
    standing: Standing = field(default_factory=Standing)

    @property
    def reads(self) -> tuple[str, ...]:
        parent = (self.plan.parent,) if isinstance(self.plan, ParentAwaited) else ()
        earlier = (self.requested.retry_of,) if self.requested.retry_of else ()
        return (self.requested.production, self.requested.scene, *parent, *earlier, *self.standing.reads)


@dataclass(frozen=True, kw_only=True)
class CompileAwaited(Command):
    """Here is the plan: the parent has its clip, or an approved plan was voided. `production` is the request's own."""

    plan: PlanCompiled
    production: str

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.production,)


@dataclass(frozen=True, kw_only=True)
class ApprovePlan(Command):
    """Approve exactly this plan, at a price of up to `ceiling_units`."""

    plan_digest: str
    ceiling_units: str


@dataclass(frozen=True, kw_only=True)
class VoidPlan(Command):
    """What would be sent now is not what was approved."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class WantCancel(Command):
    """Note that somebody wants a submitted generation cancelled."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class OpenSubmission(Command):
    """Begin the one submission, if everything the plan stands on still stands."""

    submission: str
    standing: Standing = field(default_factory=Standing)

    @property
    def reads(self) -> tuple[str, ...]:
        return self.standing.reads


@dataclass(frozen=True, kw_only=True)
class StoreResult(Command):
    """The provider's result is in our store."""

    result: ResultStored


@dataclass(frozen=True, kw_only=True)
class EndGeneration(Command):
    """The one end. `submission` is the generation's own, if it has one: what may have been accepted cannot be cancelled."""

    outcome: Ending
    clip: str | None = None
    reason: str = ""
    submission: str | None = None

    @property
    def reads(self) -> tuple[str, ...]:
        return () if self.submission is None else (self.submission,)


@dataclass(frozen=True, slots=True)
class Generation:
    """A generation as it is, with what the worker needs to carry it on."""

    stage: Stage = "none"
    requested: GenerationRequested | None = None
    plan: PlanCompiled | None = None
    parent: str | None = None
    awaited: ApprovalAwaited | None = None
    approved: PlanApproved | None = None
    cancel_wanted: CancelWanted | None = None
    submission: str | None = None
    result: ResultStored | None = None
    outcome: Ending | None = None
    clip: str | None = None

    @property
    def exists(self) -> bool:
        return self.stage != "none"


def decide(command: Command, state: Generation, reads: Reads) -> Sequence[Event]:
    if isinstance(command, RequestGeneration):
        return _request(command, state, reads)
    must_exist(state.exists, command.stream)
    match command:
        case CompileAwaited():
            _must_be(state, command.stream, "waiting", "voided")
            return _planned(_requested(state), command.plan, read(reads, command.production, Production))
        case ApprovePlan():
            return _approve(command, state)
        case VoidPlan():
            _must_be(state, command.stream, "planned")
            return [] if state.approved is None else [_voided(state.approved, command.reason)]
        case WantCancel():
            return _want_cancel(command, state)
        case OpenSubmission():
            return _open(command, state, reads)
        case StoreResult():
            if state.stage == "stored":
                return []
            _must_be(state, command.stream, "submitting")
            return [command.result]
        case EndGeneration():
            return _end(command, state, reads)
        case _:
            raise unexpected(command)


def _request(command: RequestGeneration, state: Generation, reads: Reads) -> Sequence[Event]:
    must_be_new(state.exists, command.stream)
    requested = command.requested
    production = read(reads, requested.production, Production)
    production_must_be_open(production, requested.production)
    scene = read(reads, requested.scene, Scene)
    scene_must_be_open(scene, requested.scene)
    if scene.production != requested.production:
        raise InvalidCommand(
            f"{requested.scene} belongs to {scene.production}, not to {requested.production}",
            hint="name the scene's own production, or leave it out",
            path="production",
        )
    if requested.shot is not None and requested.shot not in scene.shots:
        raise NotFound(
            f"there is no {requested.shot} planned in {requested.scene}", hint="plan the shot first"
        )
    if requested.retry_of is not None:
        must_have_ended(read(reads, requested.retry_of, Generation), requested.retry_of)
    must_stand(command.standing, reads)
    if isinstance(command.plan, ParentAwaited):
        read(reads, command.plan.parent, Generation)
        return [requested, command.plan]
    must_afford(production, requested.production, Decimal(command.plan.estimate_units) * requested.takes)
    return [requested, *_planned(requested, command.plan, production)]


def must_cost_at_most(max_units: str | None, units: Decimal) -> None:
    """Raises TooDear."""
    if max_units is not None and units > Decimal(max_units):
        raise TooDear(
            f"the plan costs {plain(units)} units, the request allows {max_units}",
            hint="raise max_units, or ask for fewer seconds or a cheaper mode",
            path="max_units",
            needed_units=plain(units),
        )


def _planned(requested: GenerationRequested, plan: PlanCompiled, production: Production) -> list[Event]:
    """The plan, and the wait for a person when the request or the production asks for one. Raises TooDear."""
    units = Decimal(plan.estimate_units)
    must_cost_at_most(requested.max_units, units)
    by_rule = production.approval_above is not None and units > production.approval_above
    if not (requested.approval or by_rule):
        return [plan]
    asked_by: Literal["request", "production"] = "production" if by_rule else "request"
    awaited = ApprovalAwaited(plan_digest=plan.plan_digest, units=plan.estimate_units, asked_by=asked_by)
    return [plan, awaited]


def _approve(command: ApprovePlan, state: Generation) -> Sequence[Event]:
    approved = PlanApproved(plan_digest=command.plan_digest, ceiling_units=command.ceiling_units)
    if approved == state.approved:
        return []
    _must_be(state, command.stream, "approval")
    awaited = state.awaited
    if awaited is None or awaited.plan_digest != command.plan_digest:
        waits = awaited.plan_digest if awaited else "none"
        raise AnotherPlan(
            f"{command.stream} waits for approval of plan {waits}, not {command.plan_digest}",
            hint="look at the plan as it is now, and approve its own digest",
            path="plan_digest",
            stage=state.stage,
        )
    if Decimal(command.ceiling_units) < Decimal(awaited.units):
        raise InvalidCommand(
            f"the plan costs {awaited.units} units, the ceiling is {command.ceiling_units}",
            hint="approve a ceiling of at least the estimate, or leave the plan unapproved",
            path="ceiling_units",
            stage=state.stage,
            needed_units=awaited.units,
        )
    return [approved]


def _voided(approved: PlanApproved, reason: str) -> PlanVoided:
    return PlanVoided(plan_digest=approved.plan_digest, reason=reason)


def _want_cancel(command: WantCancel, state: Generation) -> Sequence[Event]:
    _must_be(state, command.stream, "submitting", "stored")
    reason = checked_text(command.reason, "reason")
    return [] if state.cancel_wanted is not None else [CancelWanted(reason=reason)]


def must_have_ended(state: Generation, stream: str) -> None:
    """Raises NotThere."""
    if state.stage != "ended":
        raise NotThere(
            f"{stream} is {state.stage}: it has not come to its end, and may still deliver",
            hint="wait for its end, or cancel it",
            stage=state.stage,
        )


def _open(command: OpenSubmission, state: Generation, reads: Reads) -> Sequence[Event]:
    if state.submission is not None:
        raise AlreadySubmitted(
            f"{command.stream} has {state.submission} already",
            hint="a generation has one submission (invariant I1)",
        )
    _must_be(state, command.stream, "planned")
    must_stand(command.standing, reads)
    return [SubmissionOpened(submission=command.submission)]


def _end(command: EndGeneration, state: Generation, reads: Reads) -> Sequence[Event]:
    if state.stage == "ended":
        return []
    if command.outcome == "cancelled":
        _must_be_free(command, state, reads)
    if command.outcome == "delivered":
        _must_be(state, command.stream, "stored")
    return [GenerationEnded(outcome=command.outcome, clip=command.clip, reason=command.reason)]


def _must_be_free(command: EndGeneration, state: Generation, reads: Reads) -> None:
    """Only what certainly has no paid task can be cancelled. Raises NotThere."""
    if state.submission is None:
        return
    stage = reads[state.submission].stage if command.submission == state.submission else "unread"
    if stage not in BEFORE_ANY_TASK:
        raise NotThere(
            f"{command.stream} was submitted, and {state.submission} is {stage}",
            hint="a paid task is followed to its end",
            stage=state.stage,
        )


def _requested(state: Generation) -> GenerationRequested:
    if state.requested is None:
        raise RuntimeError("a generation without its request")
    return state.requested


def _must_be(state: Generation, stream: str, *stages: Stage) -> None:
    if state.stage not in stages:
        raise NotThere(
            f"{stream} is {state.stage}, this step needs it {' or '.join(stages)}",
            hint="read it again",
            stage=state.stage,
        )


def evolve(state: Generation, event: Event) -> Generation:
    match event:
        case GenerationRequested():
            return replace(state, stage="planned", requested=event)
        case PlanCompiled():
            return replace(state, stage="planned", plan=event)
        case ParentAwaited():
            return replace(state, stage="waiting", parent=event.parent)
        case ApprovalAwaited():
            return replace(state, stage="approval", awaited=event)
        case PlanApproved():
            return replace(state, stage="planned", approved=event)
        case PlanVoided():
            return replace(state, stage="voided", approved=None)
        case CancelWanted():
            return replace(state, cancel_wanted=event)
        case SubmissionOpened():
            return replace(state, stage="submitting", submission=event.submission)
        case ResultStored():
            return replace(state, stage="stored", result=event)
        case GenerationEnded():
            return replace(state, stage="ended", outcome=event.outcome, clip=event.clip)
        case _:
            raise unexpected(event)


DECIDER = Decider(Generation(), decide, evolve)
