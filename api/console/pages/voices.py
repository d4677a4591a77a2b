"""A voice for a character: one of Kling's own, one that an account has, or one that is made from a recording."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from api.console.pages.assets import limits
from api.console.pages.making import asked, payers
from api.console.rendering import page
from api.console.words import written
from api.errors import Web
from api.routes.commanding import Visit, named
from api.routes.voices import asked_for, presets
from api.voicing import NewVoice, PresetVoiceCard
from generation.errors import KlingUnreachable
from generation.minting import preview_voice
from generation.recipe import VoiceRequest
from generation.reminting import voice_request
from registry.views import assets, characters, voices
from registry.views.assets import AssetCard
from registry.views.page import Span
from registry.views.voices import VoiceCard

_RECORDINGS: Final = Span(limit=30, newest=True)


@get("/characters/{character:str}/voice", sync_to_thread=True)
def ask_for_voice(  # noqa: PLR0913 - the fields of a voice
    request: Web,
    character: FromPath[str],
    visit: NamedDependency[Visit],
    *,
    account: FromQuery[str] = "",
    production: FromQuery[str] = "",
    recording: FromQuery[str] = "",
    clip: FromQuery[str] = "",
    name: FromQuery[str] = "",
    remint: FromQuery[str] = "",
    listed: FromQuery[str] = "",
) -> Response[str]:
    """What making one would cost, and Kling's own voices where they are asked for (`listed` names the account)."""
    card = visit.read(characters.character, character)
    paid = payers(visit, account, production)
    visit.must_reach(production or None, clip or None)
    before = visit.read(voices.voice, named("voice", remint)) if remint else None
    said = {"account": paid["account"], "production": production, "recording": recording, "clip": clip}
    wanted = _wanted(visit, character, before, {**said, "name": name})
    preview = None
    if wanted is not None and (wanted.account or wanted.production):
        policies = visit.continuity.settings.policies()
        preview = preview_voice(visit.registry, visit.studio, wanted, policies=policies)
    found, silent = _listed(visit, listed)
    return page(
        request,
        "voice.html",
        title=f"A voice for {card.name}",
        visit=visit,
        character=card,
        said={**said, "name": name},
        wanted=wanted,
        preview=preview,
        payload=written(preview and preview.payload),
        remint=before,
        recordings=_recordings(visit, recording),
        presets=found,
        silent=silent,
        listed=listed,
        limits=limits(visit),
        **paid,
    )


def _wanted(
    visit: Visit, character: str, before: VoiceCard | None, said: dict[str, str]
) -> VoiceRequest | None:
    """The voice that the fields ask for, or that is made again; None where no recording is chosen yet."""
    if before is not None:
        return voice_request(
            visit.registry,
            visit.studio,
            before.id,
            account=said["account"] or None,
            production=said["production"] or None,
        )
    if not said["recording"] and not said["clip"]:
        return None
    return asked_for(asked(NewVoice, {"character": character, **said}))


def _recordings(visit: Visit, chosen: str) -> list[AssetCard]:
    """The newest sound and footage that a voice may be made from, and the one that is chosen."""
    newest = [
        one
        for kind in ("audio", "video")
        for one in visit.read(assets.assets, span=_RECORDINGS, kind=kind).items
        if not one.retired and not one.erased
    ]
    there = {one.id for one in newest}
    if chosen and chosen not in there:
        newest.insert(0, visit.read(assets.asset, named("asset", chosen)))
    return newest


def _listed(visit: Visit, account: str) -> tuple[tuple[PresetVoiceCard, ...], KlingUnreachable | None]:
    """What Kling lists, asked for now; or why it says nothing."""
    if not account:
        return (), None
    try:
        return presets(visit, named("account", account)), None
    except KlingUnreachable as silent:
        return (), silent


ROUTES: Any = Router("/", route_handlers=[ask_for_voice], opt={"reach": "library"})
