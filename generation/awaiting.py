"""A request that continues a generation still running: wait for its clip, then compile as the door would have."""

from __future__ import annotations

from generation.compile import compile_plan
from generation.desk import Desk, Held, Moved, Step, Wait
from generation.errors import CannotResolve, PayloadRefused
from generation.gather import gather
from generation.intake import compiled
from generation.shot import ShotRequest
from generation.submission import end
from registry.deciders.generation import CompileAwaited
from registry.errors import InvalidCommand, NotFound
from registry.events.personal import Erased


def compile_awaited(desk: Desk, held: Held) -> Step:
    """Compile when the parent has its clip; end as refused when it will never have one, or when the rules now say no."""
    requested, parent = held.generation.requested, held.generation.parent
    if requested is None or parent is None:
        raise RuntimeError(f"{held.id} waits for nothing")
    outcome = desk.registry.state(held.lease.log, parent).state.outcome
    if outcome is None:
        return Wait(desk.durations.poll_first, f"waits for {parent}")
    if outcome != "delivered":
        return end(desk, held, "refused", f"there is nothing to continue from: {parent} ended {outcome}")
    if isinstance(requested.request, Erased):
        return end(desk, held, "refused", "the people of this request were erased before it was sent")
    request = ShotRequest.model_validate(requested.request)
    try:
        plan = compile_plan(
            request, gather(desk.registry, held.lease.log, request, policies=desk.policies).grounds
        )
    except (CannotResolve, PayloadRefused, NotFound, InvalidCommand) as refused:
        return end(desk, held, "refused", f"it cannot be compiled any more: {_told(refused)}")
    held.append(desk, CompileAwaited(stream=held.id, plan=compiled(plan)))
    return Moved()


def _told(refused: CannotResolve | PayloadRefused | NotFound | InvalidCommand) -> str:
    """Every blocking finding, in words."""
    found = getattr(refused, "gaps", ()) or getattr(refused, "findings", ())
    return (
        "; ".join(f"{finding.rule} {finding.message}" for finding in found if finding.blocks)
        or refused.message
    )
