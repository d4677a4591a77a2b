"""Voices: what a Kling `voice_id` is whose, made or adopted; and with which voice a character speaks."""

from __future__ import annotations

from typing import Any, Final

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from api.bodies import Retirement
from api.errors import Web
from api.roles import must_be
from api.routes.answering import Answer, Reply, answer_card, answer_page, card_reply
from api.routes.commanding import Change, Visit, named
from api.routes.retiring import retire
from api.voicing import (
    AnotherVoice,
    BoundVoice,
    NewVoice,
    PresetVoiceCard,
    PresetVoices,
    VoiceToPreview,
)
from generation.errors import KlingUnreachable
from generation.kling.client import NoInformation
from generation.kling.library import ListedVoice
from generation.minting import mint_voice, preview_voice
from generation.plan import MintPreview
from generation.recipe import VoiceRequest
from generation.reminting import voice_request
from generation.shelves import entries_of
from registry.deciders.account import Account
from registry.deciders.character import ReviseCharacter
from registry.deciders.portrayal import BindVoice
from registry.deciders.voice import AdoptVoice, RetireVoice
from registry.errors import AlreadyRegistered, InvalidCommand, Refusal
from registry.registry import Connection
from registry.views import accounts, characters
from registry.views import voices as view
from registry.views.characters import CharacterCard
from registry.views.page import Page, Span
from registry.views.voices import VoiceCard

_SOURCES: Final = ("recording", "clip", "url")


class VoiceTaken(Refusal):
    """The account's voice is another character's, or nobody may use it any more."""

    code = "voice-taken"


@post("/voices", opt={"again": True}, sync_to_thread=True)
def make_or_adopt(data: JSONBody[NewVoice], change: NamedDependency[Change]) -> Answer[VoiceCard]:
    """Adopt a voice that exists at Kling (201), or make one from a recording, a clip or an address (202, by one paid call).

    The same voice for the same character again answers the first adoption (200). Of an account one voice is one character's; a
    preset may be several characters'.
    """
    if (first := change.earlier()) is not None:
        return first
    if data.voice_id is None:
        return _mint(change, asked_for(data))
    return _adopt(change, data, data.voice_id)


@post("/voices/preview", opt={"role": "reader"}, status_code=200, sync_to_thread=True)
def preview(data: JSONBody[VoiceToPreview], question: NamedDependency[Visit]) -> Answer[MintPreview]:
    """What would be sent to make this voice, at which price, and what speaks against it. Writes nothing, spends nothing."""
    if data.voice_id is not None:
        raise InvalidCommand(
            f"{data.voice_id} exists at Kling: there is nothing to make",
            hint="name a recording, a clip or an address instead of voice_id",
            path="voice_id",
        )
    question.must_reach(data.production, data.clip)
    policies = question.continuity.settings.policies()
    shown = preview_voice(question.registry, question.studio, asked_for(data), policies=policies)
    return answer_card(shown)


def asked_for(data: NewVoice) -> VoiceRequest:
    """The voice that is to be made."""
    return VoiceRequest(
        character=data.character,
        account=data.account,
        production=data.production,
        name=data.name or None,
        **{source: getattr(data, source) for source in _SOURCES},
    )


def _adopt(change: Change, data: NewVoice, voice_id: str) -> Answer[VoiceCard]:
    if (bound := _bound(change, data, voice_id)) is not None:
        return _again(change, bound, data)
    voice = change.registry.make_id("voice")
    command = AdoptVoice(
        stream=voice,
        voice_id=voice_id,
        account=data.account,
        character=data.character,
        name=data.name or "",
        attested_by=data.attested_by or change.caller.holder,
    )
    try:
        return change.create(command, reply=lambda connection: _reply(change, connection, voice, 201))
    except AlreadyRegistered:
        bound = _bound(change, data, voice_id)
        if bound is None:
            raise
        return _again(change, bound, data)


def _bound(change: Change, data: NewVoice, voice_id: str) -> VoiceCard | None:
    return change.read(view.voice_bound_as, data.account, voice_id, character=data.character)


def _again(change: Change, bound: VoiceCard, data: NewVoice) -> Answer[VoiceCard]:
    if bound.character != data.character or bound.state in ("retired", "deleted"):
        state = "already" if bound.character != data.character else f"and is {bound.state}"
        raise VoiceTaken(
            f"voice_id {data.voice_id} of {data.account or 'the vendor'} is {bound.id}, which is {bound.character}'s {state}",
            hint="a voice is one character's: make another, or look the id up at Kling",
            path="voice_id",
        )
    nothing = ReviseCharacter(stream=bound.character)
    return change.make(nothing, reply=lambda connection: _reply(change, connection, bound.id, 200))


def _mint(
    change: Change, wanted: VoiceRequest, *, remint_of: str | None = None, reason: str = ""
) -> Answer[VoiceCard]:
    must_be(change.caller, "submitter")
    change.must_pay_within(wanted.production)
    change.must_reach(wanted.clip)
    change.must_not_match()
    voice = change.registry.make_id("voice")
    handled = mint_voice(
        change.registry,
        change.studio,
        wanted,
        voice=voice,
        context=change.context(),
        idempotency=change.idempotency(lambda connection: _reply(change, connection, voice, 202)),
        remint_of=remint_of,
        reason=reason,
        policies=change.continuity.settings.policies(),
    )
    return change.told(handled)


def _reply(change: Change, connection: Connection, voice: str, status: int) -> Reply:
    card = view.voice(connection, change.studio, voice)
    return card_reply(card, status=status, location=f"/v1/voices/{voice}")


@get("/voices", sync_to_thread=True)
def list_voices(
    request: Web,
    visit: NamedDependency[Visit],
    span: NamedDependency[Span],
    character: FromQuery[str | None] = None,
    account: FromQuery[str | None] = None,
) -> Answer[Page[VoiceCard]]:
    """Voices in the order they came to be; of a character, of an account."""
    page = visit.read(view.voices, span=span, character=character, account=account)
    return answer_page(request, page)


@get("/voices/presets", opt={"refuses": (404,)}, sync_to_thread=True)
def list_presets(
    visit: NamedDependency[Visit], account: FromQuery[str | None] = None
) -> Answer[PresetVoices]:
    """The vendor's own voices, asked for now under an account's key; the studio's only one unless it is named."""
    return answer_card(PresetVoices(items=presets(visit, account or _only_account(visit))))


def presets(visit: Visit, account: str) -> tuple[PresetVoiceCard, ...]:
    """The vendor's own voices, under the key of an account. Raises NotFound and KlingUnreachable."""
    visit.read(accounts.account, account)
    paying: Account = visit.registry.state(visit.studio, account).state
    with visit.continuity.kling_for(paying) as kling:
        found = entries_of(kling, "voice_preset")
    if isinstance(found, NoInformation):
        raise KlingUnreachable(f"Kling does not list its voices: {found.why}", hint="try again in a while")
    return tuple(
        PresetVoiceCard(voice_id=one.voice_id, name=one.voice_name, trial_url=one.trial_url)
        for one in found
        if isinstance(one, ListedVoice)
    )


def _only_account(visit: Visit) -> str:
    known = [card.id for card in visit.read(accounts.accounts).items]
    if len(known) == 1:
        return known[0]
    raise InvalidCommand(
        f"account is missing, and the studio has {len(known)} accounts: {', '.join(known) or 'none'}",
        hint="name one of them" if known else "open an account first",
        path="account",
    )


@get("/voices/{voice:str}", sync_to_thread=True)
def show_voice(voice: FromPath[str], visit: NamedDependency[Visit]) -> Answer[VoiceCard]:
    """One voice; `trial_url` is where it can be heard."""
    return answer_card(visit.read(view.voice, voice))


@post("/voices/{voice:str}/remint", opt={"role": "submitter"}, sync_to_thread=True, status_code=202)
def remint(
    voice: FromPath[str], data: JSONBody[AnotherVoice], change: NamedDependency[Change]
) -> Answer[VoiceCard]:
    """Make a voice again, on this or another account, by one paid call; what was made with the first keeps it.

    Where the first can be used no more, its character speaks with the new one as soon as that is there.
    """
    if (first := change.earlier()) is not None:
        return first
    before = change.read(view.voice, named("voice", voice))
    sources = {source: getattr(data, source) for source in _SOURCES}
    if any(sources.values()):
        pays = data.account or (None if data.production else before.account)
        wanted = VoiceRequest(
            character=before.character,
            account=pays,
            production=data.production,
            name=before.name[:20] or None,
            **sources,
        )
    else:
        wanted = voice_request(
            change.registry, change.studio, voice, account=data.account, production=data.production
        )
    return _mint(change, wanted, remint_of=voice, reason=data.reason)


@post("/voices/{voice:str}/retire", status_code=200, sync_to_thread=True)
def retire_voice(
    voice: FromPath[str], data: JSONBody[Retirement], change: NamedDependency[Change]
) -> Answer[VoiceCard]:
    """Let nobody new speak with it. With `delete` Kling deletes it right after, and `GET` says when that is done.

    A preset, and what is not in the account's own list, cannot be deleted (contract R59): 409, and nothing is retired.
    """
    command = RetireVoice(stream=named("voice", voice), reason=data.reason, delete=data.delete)
    return retire(change, command, reply=lambda connection: _reply(change, connection, voice, 200))


@post("/characters/{character:str}/voice", status_code=200, sync_to_thread=True)
def bind_voice(
    character: FromPath[str], data: JSONBody[BoundVoice], change: NamedDependency[Change]
) -> Answer[CharacterCard]:
    """Say what the character speaks with: one of its own voices, or none."""
    command = BindVoice(stream=named("character", character), voice=data.voice, reason=data.reason)
    return change.make(
        command,
        reply=lambda connection: card_reply(characters.character(connection, change.studio, character)),
    )


ROUTES: Any = Router(
    "/",
    route_handlers=[
        make_or_adopt,
        preview,
        list_voices,
        list_presets,
        show_voice,
        remint,
        retire_voice,
        bind_voice,
    ],
    opt={"reach": "library", "changes": "asset_writer"},
    tags=["Voices"],
)
