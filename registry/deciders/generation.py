"""Generations: one request on its way to its one end (generation-machine: states of a generation)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from registry.deciders.command import (
    Command,
    Decider,
    Reads,
    must_be_live,
    must_be_new,
    must_exist,
    read,
    unexpected,
)
from registry.deciders.production import Production
from registry.deciders.production import must_be_open as production_must_be_open
from registry.deciders.scene import Scene
from registry.deciders.scene import must_be_open as scene_must_be_open
from registry.errors import InvalidCommand, NotFound, Refusal
from registry.events.envelope import Event
from registry.events.generation import (
    GenerationEnded,
    GenerationRequested,
    ParentAwaited,
    PlanCompiled,
    ResultStored,
    SubmissionOpened,
)
from registry.events.scene import Ending

Stage = Literal["none", "waiting", "planned", "submitting", "stored", "ended"]


class AlreadySubmitted(Refusal):
    """The generation has its one submission."""

    code = "already-submitted"


class NotThere(Refusal):
    """The generation is not at the stage this step needs."""

    code = "wrong-stage"


@dataclass(frozen=True, kw_only=True)
class RequestGeneration(Command):
    """Take the request with its compiled plan, or with the generation it waits for; both events stand in one append."""

    requested: GenerationRequested
    plan: PlanCompiled | ParentAwaited

    @property
    def reads(self) -> tuple[str, ...]:
        parent = (self.plan.parent,) if isinstance(self.plan, ParentAwaited) else ()
        return (self.requested.production, self.requested.scene, *parent)


@dataclass(frozen=True, kw_only=True)
class CompileAwaited(Command):
    """The parent has its clip: here is the plan."""

    plan: PlanCompiled


@dataclass(frozen=True, kw_only=True)
class OpenSubmission(Command):
    """Begin the one submission. `grounds` are the streams the plan stands on; none may have been retired since."""

    submission: str
    grounds: tuple[str, ...] = ()

    @property
    def reads(self) -> tuple[str, ...]:
        return self.grounds


@dataclass(frozen=True, kw_only=True)
class StoreResult(Command):
    """The provider's result is in our store."""

    result: ResultStored


@dataclass(frozen=True, kw_only=True)
class EndGeneration(Command):
    """The one end."""

    outcome: Ending
    clip: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Generation:
    """A generation as it is, with what the worker needs to carry it on."""

    stage: Stage = "none"
    requested: GenerationRequested | None = None
    plan: PlanCompiled | None = None
    parent: str | None = None
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
            _must_be(state, command.stream, "waiting")
            return [command.plan]
        case OpenSubmission():
            return _open(command, state, reads)
        case StoreResult():
            if state.stage == "stored":
                return []
            _must_be(state, command.stream, "submitting")
            return [command.result]
        case EndGeneration():
            return _end(command, state)
        case _:
            raise unexpected(command)


def _request(command: RequestGeneration, state: Generation, reads: Reads) -> Sequence[Event]:
    must_be_new(state.exists, command.stream)
    requested = command.requested
    production_must_be_open(read(reads, requested.production, Production), requested.production)
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
    if isinstance(command.plan, ParentAwaited):
        read(reads, command.plan.parent, Generation)
    return [command.requested, command.plan]


def _open(command: OpenSubmission, state: Generation, reads: Reads) -> Sequence[Event]:
    if state.submission is not None:
        raise AlreadySubmitted(
            f"{command.stream} has {state.submission} already",
            hint="a generation has one submission (invariant I1)",
        )
    _must_be(state, command.stream, "planned")
    for stream in command.grounds:
        must_exist(reads[stream].exists, stream)
        must_be_live(getattr(reads[stream], "retired", False), stream)
    return [SubmissionOpened(submission=command.submission)]


def _end(command: EndGeneration, state: Generation) -> Sequence[Event]:
    if state.stage == "ended":
        return []
    if command.outcome == "delivered":
        _must_be(state, command.stream, "stored")
    return [GenerationEnded(outcome=command.outcome, clip=command.clip, reason=command.reason)]


def _must_be(state: Generation, stream: str, stage: Stage) -> None:
    if state.stage != stage:
        raise NotThere(f"{stream} is {state.stage}, this step needs it {stage}", hint="read it again")


def evolve(state: Generation, event: Event) -> Generation:
    match event:
        case GenerationRequested():
            return replace(state, stage="planned", requested=event)
        case PlanCompiled():
            return replace(state, stage="planned", plan=event)
        case ParentAwaited():
            return replace(state, stage="waiting", parent=event.parent)
        case SubmissionOpened():
            return replace(state, stage="submitting", submission=event.submission)
        case ResultStored():
            return replace(state, stage="stored", result=event)
        case GenerationEnded():
            return replace(state, stage="ended", outcome=event.outcome, clip=event.clip)
        case _:
            raise unexpected(event)


DECIDER = Decider(Generation(), decide, evolve)
