"""The spine: request -> grounds -> resolve -> compile -> check -> handle. `preview` stops before `handle`.

Heavy work happens here, before the log is asked; what could have changed since is guarded again when the submission is opened.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from generation import compile as compiler
from generation.gather import Gathered, gather
from generation.grounds import Grounds
from generation.plan import Plan, Preview, model_of
from generation.policies import GUIDE, Policies
from generation.shot import ShotRequest
from registry.deciders.generation import RequestGeneration
from registry.events.envelope import Context
from registry.events.generation import GenerationRequested, ParentAwaited, PlanCompiled
from registry.log.roles import Handled
from registry.registry import Idempotency, Registry

_NOT_YET: Final = "https://not-yet.klingai.com/"
"""Stands for the address of a clip that is still being made while the rest of its continuation is judged; never sent."""


def preview(
    registry: Registry,
    studio: str,
    request: ShotRequest,
    *,
    policies: Policies = GUIDE,
    as_of: int | None = None,
) -> Preview:
    """What would be sent for this request now, or would have been sent as of a position of the log, with every finding.

    Writes nothing, spends nothing. Raises NotFound, and InvalidCommand for a position the log does not have.
    """
    gathered = gather(registry, studio, request, policies=policies, as_of=as_of)
    pending = _pending_parent(gathered.grounds)
    return compiler.preview(request, _as_if_delivered(gathered.grounds) if pending else gathered.grounds)


def request_generation(  # noqa: PLR0913 - what is asked, and under what it is taken
    registry: Registry,
    studio: str,
    request: ShotRequest,
    *,
    generation: str,
    context: Context,
    policies: Policies = GUIDE,
    idempotency: Idempotency | None = None,
) -> Handled:
    """Compile and take the request: GenerationRequested + PlanCompiled in one append. A worker carries it on from there.

    A request that continues a generation still running is taken with ParentAwaited instead, and compiled when its clip is there.

    Raises CannotResolve and PayloadRefused with everything that was found, NotFound, and what `Registry.handle` raises; then
    nothing was written.
    """
    gathered = gather(registry, studio, request, policies=policies)
    pending = _pending_parent(gathered.grounds)
    if pending is None:
        plan = compiler.compile_plan(request, gathered.grounds)
        second: PlanCompiled | ParentAwaited = compiled(plan)
    else:
        # Everything but the parent's address is judged now, so that a request that cannot be made does not wait.
        plan = compiler.compile_plan(request, _as_if_delivered(gathered.grounds))
        second = ParentAwaited(parent=pending)
    command = RequestGeneration(stream=generation, requested=_requested(request, gathered, plan), plan=second)
    return registry.handle(studio, [command], context=context, idempotency=idempotency)


def _pending_parent(grounds: Grounds) -> str | None:
    """The generation this request continues, while it still runs (short-window chaining, guide E)."""
    return grounds.parent.generation if grounds.parent and grounds.parent.running else None


def _as_if_delivered(grounds: Grounds) -> Grounds:
    if grounds.parent is None:
        return grounds
    return replace(grounds, parent=replace(grounds.parent, url=_NOT_YET, url_expires_at_us=None))


def subjects_of(plan: Plan) -> tuple[str, ...]:
    """The streams whose keys seal texts about this plan: everybody who is in it (empty: the text's own stream)."""
    return tuple(sorted({person.character for person in plan.mapping}))


def _requested(request: ShotRequest, gathered: Gathered, plan: Plan) -> GenerationRequested:
    return GenerationRequested(
        production=gathered.production,
        scene=gathered.scene,
        shot=request.shot,
        request=request.model_dump(mode="json"),
        client_reference=request.client_reference,
        subjects=subjects_of(plan),
    )


def compiled(plan: Plan) -> PlanCompiled:
    """The event that keeps a plan."""
    return PlanCompiled(
        pattern=plan.pattern,
        endpoint=plan.endpoint,
        model=model_of(plan.payload),
        account=plan.account,
        plan=plan.model_dump(mode="json"),
        plan_digest=plan.plan_digest,
        estimate_units=plan.estimate.units,
        priced_on=plan.estimate.priced_on,
        policies=plan.policies.model_dump(),
        as_of=plan.as_of,
        compiled_at=plan.compiled_at_us,
        compiler=plan.compiler_version,
        subjects=subjects_of(plan),
    )
