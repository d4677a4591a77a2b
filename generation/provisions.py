"""Loading the grounds of a mint: everything its recipe stands on, folded from the log; nothing decided."""

from __future__ import annotations

from dataclasses import replace

from generation.policies import Policies
from generation.present import own_voice
from generation.recipe import ElementRecipeRequest, Footage, MintGrounds, VoiceOf, VoiceRequest, handed_in
from generation.resolve import RELAY_MARGIN_US
from generation.source import asset_ground
from registry.deciders.account import Account
from registry.deciders.character import Character
from registry.deciders.production import Production
from registry.events.clip import ClipAdopted
from registry.events.ids import is_id
from registry.registry import Registry


def mint_grounds(
    registry: Registry, studio: str, request: ElementRecipeRequest | VoiceRequest, policies: Policies
) -> MintGrounds:
    """Everything the recipe stands on, folded from the log. What is not there is absent."""
    folded = registry.state(studio, request.character)
    character: Character | None = folded.state if folded.version else None
    now = registry.clock()
    grounds = MintGrounds(
        now_us=now,
        character=character,
        version=folded.version,
        footage=_footage(registry, studio, request, now),
        relay=policies.old_parents == "relay",
        policies=policies,
    )
    grounds = _paying(registry, studio, request, grounds)
    if not isinstance(request, ElementRecipeRequest) or character is None:
        return grounds
    own = own_voice(registry, studio, request.character, account=grounds.account)
    named = [request.frontal, *(request.views or ()), *(one.asset for one in character.references)]
    assets = {name: registry.state(studio, name) for name in dict.fromkeys(named) if name}
    return replace(
        grounds,
        assets={
            name: asset_ground(name, one.state, scene=None) for name, one in assets.items() if one.version
        },
        voice=_voice_of(registry, studio, request.voice or own),
    )


def _paying(
    registry: Registry, studio: str, request: ElementRecipeRequest | VoiceRequest, grounds: MintGrounds
) -> MintGrounds:
    account, unknown = request.account, None
    if request.production is not None:
        folded = registry.state(studio, request.production)
        production: Production = folded.state
        unknown = None if folded.version else request.production
        account = account or production.account
    if account is not None:
        paying: Account = registry.state(studio, account).state
        if not paying.exists:
            return replace(grounds, unknown_account=account, unknown_production=unknown)
    return replace(grounds, account=account, unknown_production=unknown)


def _voice_of(registry: Registry, studio: str, voice: str | None) -> VoiceOf | None:
    if voice is None or not is_id(voice, "voice"):
        return None
    folded = registry.state(studio, voice)
    return VoiceOf(voice, folded.state) if folded.version else None


def _adopted(named: str, said: ClipAdopted, gone: str) -> Footage:
    """The vendor has never had it: only we can serve it."""
    facts = said.footage
    return Footage(
        named,
        "clip",
        stored=said.stored,
        seconds=facts.duration_us / 1_000_000,
        width=facts.width,
        height=facts.height,
        url=None,
        gone=gone,
    )


def _footage(
    registry: Registry, studio: str, request: ElementRecipeRequest | VoiceRequest, now: int
) -> Footage | None:
    named = request.video if isinstance(request, ElementRecipeRequest) else request.clip or request.recording
    if named is None:
        return None
    folded = registry.state(studio, named)
    if not folded.version:
        return None
    kept = folded.state
    if is_id(named, "asset"):
        return handed_in(named, kept)
    recorded, gone = kept.recorded, "erased" if kept.erased else "withdrawn" if kept.withdrawn else ""
    if (said := kept.adopted) is not None:
        return _adopted(named, said, gone)
    served = recorded.kling_url_expires_at > now + RELAY_MARGIN_US
    return Footage(
        named,
        "clip",
        stored=recorded.stored,
        seconds=recorded.duration_us / 1_000_000,
        width=recorded.width,
        height=recorded.height,
        url=recorded.kling_url if served and recorded.kling_url else None,
        gone=gone,
    )
