"""The spine: request -> grounds -> resolve -> compile -> check -> handle. `preview` stops before `handle`.

Heavy work happens here, before the log is asked; what could have changed since is guarded again when the submission is opened.
"""

from __future__ import annotations

from generation import compile as compiler
from generation.gather import Gathered, gather
from generation.plan import Plan, Preview
from generation.shot import ShotRequest
from registry.deciders.generation import RequestGeneration
from registry.events.envelope import Context
from registry.events.generation import GenerationRequested, PlanCompiled
from registry.log.roles import Handled
from registry.registry import Idempotency, Registry


def preview(registry: Registry, studio: str, request: ShotRequest, *, as_of: int | None = None) -> Preview:
    """What would be sent for this request now, or would have been sent as of a position of the log, with every finding.

    Writes nothing, spends nothing. Raises NotFound, and InvalidCommand for a position the log does not have.
    """
    return compiler.preview(request, gather(registry, studio, request, as_of=as_of).grounds)


def request_generation(
    registry: Registry,
    studio: str,
    request: ShotRequest,
    *,
    generation: str,
    context: Context,
    idempotency: Idempotency | None = None,
) -> Handled:
    """Compile and take the request: GenerationRequested + PlanCompiled in one append. A worker carries it on from there.

    Raises CannotResolve and PayloadRefused with everything that was found, NotFound, and what `Registry.handle` raises; then
    nothing was written.
    """
    gathered = gather(registry, studio, request)
    plan = compiler.compile_plan(request, gathered.grounds)
    command = RequestGeneration(
        stream=generation, requested=_requested(request, gathered, plan), plan=_compiled(plan)
    )
    return registry.handle(studio, [command], context=context, idempotency=idempotency)


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


def _compiled(plan: Plan) -> PlanCompiled:
    return PlanCompiled(
        pattern=plan.pattern,
        endpoint=plan.endpoint,
        account=plan.account,
        plan=plan.model_dump(mode="json"),
        plan_digest=plan.plan_digest,
        estimate_units=plan.estimate.units,
        as_of=plan.as_of,
        compiler=plan.compiler_version,
        subjects=subjects_of(plan),
    )
