"""The spine: request -> grounds -> resolve -> compile -> check -> handle. `preview` stops before `handle`.

Heavy work happens here, before the log is asked; what could have changed since is guarded again when the submission is opened.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Final, Self

from generation import compile as compiler
from generation.affording import must_suit, objections
from generation.allowances import Then, must_be_allowed, not_allowed
from generation.errors import CannotResolve
from generation.gather import Gathered, gather
from generation.grounds import Grounds
from generation.moments import microseconds
from generation.plan import Plan, Preview, model_of
from generation.policies import GUIDE, Policies
from generation.refusing import Refusals, denied_uses, refused_uses
from generation.resolve import resolve
from generation.seen import must_be_seen, objection
from generation.shot import ShotRequest
from generation.standing import standing_of
from generation.subjects import subjects_of
from registry.deciders.generation import RequestGeneration
from registry.deciders.production import Production
from registry.deciders.standing import NoConsent
from registry.events.envelope import Context
from registry.events.generation import GenerationRequested, ParentAwaited, PlanCompiled
from registry.log.roles import Handled
from registry.registry import Idempotency, Registry

_NOT_YET: Final = "https://not-yet.klingai.com/"
"""Stands for the address of a clip that is still being made while the rest of its continuation is judged; never sent."""


@dataclass(frozen=True, slots=True)
class Takes:
    """The new generations' ids, one per take in order, and the ended generation that they try again."""

    ids: tuple[str, ...]
    retry_of: str | None = None

    @classmethod
    def named(cls, generation: str | Self, request: ShotRequest) -> Takes:
        """The takes of these ids, or of the one. Raises RuntimeError unless they are as many as the request asks for."""
        takes = Takes((generation,)) if isinstance(generation, str) else generation
        if len(takes.ids) != request.takes:
            raise RuntimeError(f"{request.takes} takes were asked for, and {len(takes.ids)} ids given")
        return takes

    @classmethod
    def of(cls, request: ShotRequest, make_id: Callable[[str], str], *, retry_of: str | None = None) -> Self:
        """A new id for every take that the request asks for."""
        return cls(tuple(make_id("generation") for _ in range(request.takes)), retry_of)


def preview(  # noqa: PLR0913 - what is asked, as of when, and who pays
    registry: Registry,
    studio: str,
    request: ShotRequest,
    *,
    policies: Policies = GUIDE,
    as_of: int | None = None,
    at: int | None = None,
    payer: str = "",
) -> Preview:
    """What would be sent for this request now, or would have been sent as of a position of the log, with every finding.

    A position is judged at `at` (microseconds since 1970), or else when its event was recorded. `payer` is the key whose
    allowance, beside the studio's, would have to hold the price on that day.

    Writes nothing, spends nothing. Raises NotFound, and InvalidCommand for a position the log does not have.
    """
    gathered = gather(registry, studio, request, policies=policies, as_of=as_of, at=at)
    shown = compiler.preview(request, _judged_now(gathered.grounds))
    found = objection(request, shown.plan_digest)
    if shown.estimate is not None:
        units = Decimal(shown.estimate.units)
        production = _production(registry, studio, gathered, as_of=as_of)
        found += objections(request, units, production, stream=gathered.production)
        then = None if as_of is None else Then(as_of, gathered.grounds.now_us)
        found += not_allowed(registry, studio, payer, units * request.takes, then)
    if not found:
        return shown
    return shown.model_copy(update={"sendable": False, "findings": (*shown.findings, *found)})


def _production(
    registry: Registry, studio: str, gathered: Gathered, *, as_of: int | None = None
) -> Production:
    state = registry.state(studio, gathered.production, as_of=as_of).state
    if not isinstance(state, Production):
        raise RuntimeError(f"{gathered.production} is no production")
    return state


def request_generation(  # noqa: PLR0913 - what is asked, and under what it is taken
    registry: Registry,
    studio: str,
    request: ShotRequest,
    *,
    generation: str | Takes,
    context: Context,
    policies: Policies = GUIDE,
    idempotency: Idempotency | None = None,
) -> Handled:
    """Compile and take the request: GenerationRequested + PlanCompiled in one append. A worker carries it on from there.

    `generation` is the id it gets; a request for several takes gets as many `Takes`, all with the same plan in the same append.
    A request that continues a generation still running is taken with ParentAwaited instead, and compiled when its clip is there.

    Raises CannotResolve and PayloadRefused with everything that was found, PlanChanged, NotFound, and what `Registry.handle`
    raises; then nothing was written, but that a person's likeness was asked for without their consent, if it was.
    """
    takes = Takes.named(generation, request)
    gathered = gather(registry, studio, request, policies=policies)
    place = gathered.production or None
    refusals = Refusals(registry, studio, context, idempotency)
    pending = _pending_parent(gathered.grounds)
    plan = _plan(request, _judged_now(gathered.grounds), refusals, place)
    shown = partial(preview, registry, studio, request, policies=policies, payer=context.actor)
    must_be_seen(request, plan.plan_digest, shown)
    subjects = subjects_of(registry, studio, plan, continues=pending)
    second = ParentAwaited(parent=pending) if pending else compiled(plan, subjects)
    units = Decimal(plan.estimate.units)
    must_be_allowed(registry, studio, context.actor, units * request.takes)
    if pending:
        must_suit(request, units, _production(registry, studio, gathered), stream=gathered.production)
    requested = _requested(request, gathered, subjects)
    standing = standing_of(plan, production=place, purpose=request.purpose, at=registry.clock())
    commands = [
        RequestGeneration(
            stream=name, requested=_take(requested, takes, number), plan=second, standing=standing
        )
        for number, name in enumerate(takes.ids, 1)
    ]
    try:
        return registry.handle(studio, commands, context=context, idempotency=idempotency)
    except NoConsent as refused:
        refusals.keep(refused_uses(refused, production=place, subject=None))
        raise


def _plan(request: ShotRequest, grounds: Grounds, refusals: Refusals, production: str | None) -> Plan:
    """The plan; where somebody's likeness stands against it, that is kept. Raises CannotResolve and PayloadRefused."""
    try:
        return compiler.compile_plan(request, grounds)
    except CannotResolve:
        refusals.keep(denied_uses(resolve(request, grounds).shows, production=production, subject=None))
        raise


def _take(requested: GenerationRequested, takes: Takes, number: int) -> GenerationRequested:
    several = len(takes.ids) > 1
    return requested.model_copy(
        update={
            "take": number,
            "takes": len(takes.ids),
            "first_take": takes.ids[0] if several else None,
            "retry_of": takes.retry_of,
        }
    )


def _pending_parent(grounds: Grounds) -> str | None:
    """The generation this request continues, while it still runs (short-window chaining, guide E)."""
    return grounds.parent.generation if grounds.parent and grounds.parent.running else None


def _judged_now(grounds: Grounds) -> Grounds:
    """Everything but a pending parent's address is judged now, so that a request that cannot be made does not wait."""
    if grounds.parent is None or not grounds.parent.running:
        return grounds
    return replace(grounds, parent=replace(grounds.parent, url=_NOT_YET, url_expires_at_us=None))


def _requested(request: ShotRequest, gathered: Gathered, subjects: tuple[str, ...]) -> GenerationRequested:
    return GenerationRequested(
        production=gathered.production,
        scene=gathered.scene,
        shot=request.shot,
        request=request.model_dump(mode="json"),
        client_reference=request.client_reference,
        priority=request.priority,
        needed_by=None if request.needed_by is None else microseconds(request.needed_by),
        approval=request.approval,
        max_units=request.max_units,
        subjects=subjects,
    )


def compiled(plan: Plan, subjects: tuple[str, ...]) -> PlanCompiled:
    """The event that keeps a plan, sealed under everybody it is about."""
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
        subjects=subjects,
    )
