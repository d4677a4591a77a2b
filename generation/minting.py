"""Making an element or a voice: gather -> draft -> every rule -> plan -> one append. A worker carries it on from there.

The paid call is a submission like a generation's (`submission`): the same intent, the same look-ups, the same books.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from generation.allowances import must_be_allowed
from generation.carrying import mint_standing
from generation.errors import CannotResolve, PayloadRefused
from generation.gaps import NO_BUDGET, NOT_ALLOWED
from generation.plan import MintEndpoint, MintPlan, MintPreview
from generation.policies import GUIDE, Policies
from generation.prices import creation_price
from generation.provisions import mint_grounds
from generation.realise import Draft, element_draft, voice_draft
from generation.recipe import ElementRecipeRequest, MintGrounds, VoiceRequest
from generation.refusing import Refusals, refused_uses
from generation.rules.catalogue import judge
from generation.rules.finding import Finding
from generation.rules.subject import Subject
from registry.deciders.command import Command
from registry.deciders.element import MintElement
from registry.deciders.minting import must_pay
from registry.deciders.standing import must_stand
from registry.deciders.voice import MintVoice
from registry.errors import NotFound, Refusal
from registry.events.canonical import canonical_sha256
from registry.events.element import ElementInputs, ElementMintRequested
from registry.events.envelope import Context
from registry.events.voice import VoiceInputs, VoiceMintRequested
from registry.log.roles import Handled
from registry.registry import Idempotency, Registry

MINT_COMPILER: Final = "1"
"""Raised whenever the same recipe and grounds would give other bytes."""


def preview_element(
    registry: Registry, studio: str, request: ElementRecipeRequest, *, policies: Policies = GUIDE
) -> MintPreview:
    """What would be sent for this recipe, with every finding. Writes nothing, spends nothing; never raises on a request."""
    return _shown(*_element(registry, studio, request, policies))


def preview_voice(
    registry: Registry, studio: str, request: VoiceRequest, *, policies: Policies = GUIDE
) -> MintPreview:
    """What would be sent to make this voice, with every finding."""
    return _shown(*_voice(registry, studio, request, policies))


def mint_element(  # noqa: PLR0913 - what is asked, and under what it is taken
    registry: Registry,
    studio: str,
    request: ElementRecipeRequest,
    *,
    element: str,
    context: Context,
    idempotency: Idempotency | None = None,
    remint_of: str | None = None,
    reason: str = "",
    policies: Policies = GUIDE,
) -> Handled:
    """Take the recipe: ElementMintRequested under the new id `element`.

    `remint_of` is the binding it takes the place of, `reason` why. Raises CannotResolve and PayloadRefused with everything that
    was found, and what `Registry.handle` raises; then nothing was written but the use of a likeness that is not allowed.
    """
    refusals = Refusals(registry, studio, context, idempotency)
    plan, draft, grounds = _element(registry, studio, request, policies)
    refusals.keep(_denied(registry, studio, plan, draft))
    _must_be_sendable(plan, draft)
    if not isinstance(draft.inputs, ElementInputs) or grounds.account is None:
        raise RuntimeError("a recipe without inputs has no finding")
    requested = ElementMintRequested(
        account=grounds.account,
        inputs=draft.inputs,
        character_version=grounds.version,
        name=draft.name,
        description=draft.description,
        recipe_digest=plan.recipe_digest,
        production=request.production,
        remint_of=remint_of,
        reason=reason,
        plan=plan.model_dump(mode="json"),
        plan_digest=plan.plan_digest,
        estimate_units=plan.estimate.units,
    )
    command = MintElement(stream=element, requested=requested)
    must_be_allowed(registry, studio, context.actor, Decimal(plan.estimate.units))
    return registry.handle(studio, [command], context=context, idempotency=idempotency)


def mint_voice(  # noqa: PLR0913 - what is asked, and under what it is taken
    registry: Registry,
    studio: str,
    request: VoiceRequest,
    *,
    voice: str,
    context: Context,
    idempotency: Idempotency | None = None,
    remint_of: str | None = None,
    reason: str = "",
    policies: Policies = GUIDE,
) -> Handled:
    """Take the request for a voice: VoiceMintRequested under the new id `voice`. Raises like `mint_element`."""
    refusals = Refusals(registry, studio, context, idempotency)
    plan, draft, grounds = _voice(registry, studio, request, policies)
    refusals.keep(_denied(registry, studio, plan, draft))
    _must_be_sendable(plan, draft)
    if not isinstance(draft.inputs, VoiceInputs) or grounds.account is None:
        raise RuntimeError("a voice without inputs has no finding")
    requested = VoiceMintRequested(
        account=grounds.account,
        inputs=draft.inputs,
        url=request.url,
        name=draft.name,
        recipe_digest=plan.recipe_digest,
        production=request.production,
        remint_of=remint_of,
        reason=reason,
        plan=plan.model_dump(mode="json"),
        plan_digest=plan.plan_digest,
        estimate_units=plan.estimate.units,
    )
    command = MintVoice(stream=voice, requested=requested)
    must_be_allowed(registry, studio, context.actor, Decimal(plan.estimate.units))
    return registry.handle(studio, [command], context=context, idempotency=idempotency)


def _element(
    registry: Registry, studio: str, request: ElementRecipeRequest, policies: Policies
) -> tuple[MintPlan, Draft, MintGrounds]:
    grounds = mint_grounds(registry, studio, request, policies)
    draft = element_draft(request, grounds)
    named = [*(attached.asset or attached.clip for attached in draft.attachments)]
    inputs = draft.inputs
    voice = inputs.voice if isinstance(inputs, ElementInputs) else None
    voiced = voice is not None or request.video is not None
    plan = _plan("advanced-custom-elements", request, grounds, draft, named=[*named, voice], voiced=voiced)
    return _judged(registry, studio, plan, draft), draft, grounds


def _voice(
    registry: Registry, studio: str, request: VoiceRequest, policies: Policies
) -> tuple[MintPlan, Draft, MintGrounds]:
    grounds = mint_grounds(registry, studio, request, policies)
    draft = voice_draft(request, grounds)
    named = [attached.asset or attached.clip for attached in draft.attachments]
    plan = _plan("custom-voices", request, grounds, draft, named=named, voiced=True)
    return _judged(registry, studio, plan, draft), draft, grounds


def _plan(
    endpoint: MintEndpoint,
    request: ElementRecipeRequest | VoiceRequest,
    grounds: MintGrounds,
    draft: Draft,
    *,
    named: list[str | None],
    voiced: bool,
) -> MintPlan:
    likeness = grounds.character.portrayal.likeness if grounds.character else None
    inputs = draft.inputs.model_dump(mode="json") if draft.inputs else {}
    source = {"url": request.url} if isinstance(request, VoiceRequest) else {}
    pictures = {attached.ref: attached.sha256 for attached in draft.attachments if attached.key}
    return MintPlan(
        endpoint=endpoint,
        account=grounds.account or "",
        payload=draft.payload,
        attachments=draft.attachments,
        recipe_digest=canonical_sha256(
            {"inputs": inputs, "name": draft.name, "description": draft.description, **source}
        ),
        plan_digest=canonical_sha256({"endpoint": endpoint, "payload": draft.payload, "pictures": pictures}),
        findings=(),
        grounds=tuple(dict.fromkeys(name for name in (request.character, *named) if name is not None)),
        likenesses=() if likeness is None else (likeness,),
        voiced=voiced,
        production=request.production,
        estimate=creation_price(endpoint),
        compiled_at_us=grounds.now_us,
        compiler_version=MINT_COMPILER,
    )


def _judged(registry: Registry, studio: str, plan: MintPlan, draft: Draft) -> MintPlan:
    """Every rule over the payload; then, of a mint that nothing else stops, consent and money."""
    judged = judge(Subject(plan.endpoint, plan.payload, draft.facts), in_parts=_blocks(draft.found))
    findings = (*draft.found, *judged)
    if not _blocks(draft.found):
        findings = (*findings, *_objections(registry, studio, plan))
    return plan.model_copy(update={"findings": findings})


def _objections(registry: Registry, studio: str, plan: MintPlan) -> list[Finding]:
    """What the intent's own guards would refuse now, said at the door."""
    found = []
    if (refused := _not_standing(registry, studio, plan)) is not None:
        found.append(NOT_ALLOWED.at("character", refused.message))
    try:
        production = {name: registry.state(studio, name).state for name in (plan.production,) if name}
        must_pay(plan.production, plan.estimate.units, production)
    except (Refusal, NotFound) as refused:
        found.append(NO_BUDGET.at("production", refused.message))
    return found


def _not_standing(registry: Registry, studio: str, plan: MintPlan) -> Refusal | NotFound | None:
    """What the intent would refuse of its grounds and its people now."""
    standing = mint_standing(plan, at=registry.clock())
    try:
        must_stand(standing, {name: registry.state(studio, name).state for name in standing.reads})
    except (Refusal, NotFound) as refused:
        return refused
    return None


def _denied(registry: Registry, studio: str, plan: MintPlan, draft: Draft) -> list[Command]:
    """The use of a likeness that is not allowed, to be written down; nothing when something else keeps it from being judged."""
    refused = None if _blocks(draft.found) else _not_standing(registry, studio, plan)
    return [] if refused is None else refused_uses(refused, production=plan.production, subject=None)


def _blocks(findings: tuple[Finding, ...] | list[Finding]) -> bool:
    return any(finding.blocks for finding in findings)


def _shown(plan: MintPlan, _draft: Draft, grounds: MintGrounds) -> MintPreview:
    blocked = _blocks(plan.findings)
    return MintPreview(
        sendable=not blocked,
        endpoint=plan.endpoint,
        account=grounds.account,
        payload=plan.payload,
        recipe_digest=plan.recipe_digest,
        plan_digest=None if blocked else plan.plan_digest,
        findings=plan.findings,
        estimate=plan.estimate,
    )


def _must_be_sendable(plan: MintPlan, draft: Draft) -> None:
    blocking = [finding for finding in plan.findings if finding.blocks]
    if not blocking:
        return
    ids = ", ".join(dict.fromkeys(finding.rule for finding in blocking))
    told = f"{len(blocking)} finding{'s' if len(blocking) != 1 else ''} ({ids})"
    hint = "each finding names the value and what to do about it"
    if _blocks(draft.found):
        raise CannotResolve(f"it cannot be made: {told}", hint=hint, gaps=plan.findings)
    raise PayloadRefused(f"it is refused: {told}", hint=hint, findings=plan.findings)
