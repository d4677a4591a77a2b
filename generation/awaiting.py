"""Requests that are compiled later than at the door: when their parent has its clip, or when an approved plan drifted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from generation.compile import compile_plan
from generation.desk import Desk, Held, Moved, Step, Wait
from generation.ending import end
from generation.errors import CannotResolve, PayloadRefused
from generation.gather import gather
from generation.intake import compiled
from generation.plan import Plan
from generation.refusing import denied_uses
from generation.resolve import resolve
from generation.shot import ShotRequest
from generation.subjects import subjects_of
from registry.deciders.command import Command
from registry.deciders.generation import CompileAwaited
from registry.errors import InvalidCommand, NotFound, Refusal
from registry.events.personal import Erased

_ERASED = "the people of this request were erased before it was sent"


@dataclass(frozen=True, slots=True)
class _NoPlan:
    """Why there is none, and the uses of a likeness that were not allowed."""

    why: str
    uses: Sequence[Command] = ()


def compile_awaited(desk: Desk, held: Held) -> Step:
    """Compile what waited. It ends as refused when there will never be a parent's clip, or when the rules now say no."""
    requested, parent = held.generation.requested, held.generation.parent
    if requested is None:
        raise RuntimeError(f"{held.id} has no request")
    if parent is not None:
        outcome = desk.registry.state(held.lease.log, parent).state.outcome
        if outcome is None:
            return Wait(desk.durations.poll_first, f"waits for {parent}")
        if outcome != "delivered":
            return end(desk, held, "refused", f"there is nothing to continue from: {parent} ended {outcome}")
    plan = _compiled_now(desk, held)
    if isinstance(plan, _NoPlan):
        return end(desk, held, "refused", plan.why, *plan.uses)
    subjects = tuple(sorted({*requested.subjects, *subjects_of(desk.registry, held.lease.log, plan)}))
    try:
        held.append(
            desk,
            CompileAwaited(stream=held.id, plan=compiled(plan, subjects), production=requested.production),
        )
    except Refusal as refused:
        return end(desk, held, "refused", refused.message)
    return Moved()


def drift(desk: Desk, held: Held, plan: Plan) -> str | None:
    """What differs between an approved plan and the one that the same request gives now; None when nothing does."""
    approved = held.generation.approved
    if approved is None:
        return None
    now = _compiled_now(desk, held)
    if isinstance(now, _NoPlan):
        return now.why
    if now.plan_digest != plan.plan_digest:
        return f"the same request now gives plan {now.plan_digest}"
    if Decimal(now.estimate.units) > Decimal(approved.ceiling_units):
        return f"it now costs {now.estimate.units} units, approved were {approved.ceiling_units}"
    return None


def _compiled_now(desk: Desk, held: Held) -> Plan | _NoPlan:
    """The plan as the door would make it now, or why there is none."""
    requested = held.generation.requested
    if requested is None or isinstance(requested.request, Erased):
        return _NoPlan(_ERASED)
    request = ShotRequest.model_validate(requested.request)
    uses: Sequence[Command] = ()
    try:
        grounds = gather(desk.registry, held.lease.log, request, policies=desk.policies).grounds
        uses = denied_uses(resolve(request, grounds).shows, production=requested.production, subject=held.id)
        return compile_plan(request, grounds)
    except (CannotResolve, PayloadRefused, NotFound, InvalidCommand) as refused:
        return _NoPlan(f"it cannot be compiled any more: {_told(refused)}", uses)


def _told(refused: CannotResolve | PayloadRefused | NotFound | InvalidCommand) -> str:
    """Every blocking finding, in words."""
    found = getattr(refused, "gaps", ()) or getattr(refused, "findings", ())
    return (
        "; ".join(f"{finding.rule} {finding.message}" for finding in found if finding.blocks)
        or refused.message
    )
