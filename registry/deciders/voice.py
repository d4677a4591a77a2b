"""Voices: who speaks with a `voice_id` of one Kling account, or with a preset of the vendor's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from registry.deciders.account import Account
from registry.deciders.asset import Asset
from registry.deciders.binding import NotMade, noted, orders_deletion
from registry.deciders.character import Character
from registry.deciders.command import (
    NAME_LENGTH,
    Command,
    Decider,
    Reads,
    checked_text,
    must_be_live,
    must_be_new,
    must_exist,
    read,
    unexpected,
)
from registry.deciders.minting import (
    EndMint,
    Mint,
    OpenMint,
    ended,
    must_end,
    must_pay,
    open_mint,
    submitted,
)
from registry.deciders.portrayal import SPEAKING_KINDS
from registry.errors import InvalidCommand, Refusal
from registry.events.element import LostCause
from registry.events.envelope import Event
from registry.events.generation import SubmissionOpened
from registry.events.voice import (
    VoiceAdopted,
    VoiceDeleted,
    VoiceLost,
    VoiceMinted,
    VoiceMintFailed,
    VoiceMintRequested,
    VoiceRecovered,
    VoiceRetired,
)


class ForeignVoice(Refusal):
    """The voice is another account's."""

    code = "foreign-voice"


@dataclass(frozen=True, kw_only=True)
class AdoptVoice(Command):
    """Take over a voice that exists at Kling, attested to be a character's. Without `account` it is a preset."""

    voice_id: str
    account: str | None
    character: str
    name: str = ""
    attested_by: str

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.character,) if self.account is None else (self.character, self.account)


@dataclass(frozen=True, kw_only=True)
class MintVoice(Command):
    """Make a custom voice. The plan in it is compiled and checked."""

    requested: VoiceMintRequested

    @property
    def reads(self) -> tuple[str, ...]:
        wanted, inputs = self.requested, self.requested.inputs
        named = (
            wanted.account,
            inputs.character,
            wanted.production,
            wanted.remint_of,
            inputs.recording,
            inputs.clip,
        )
        return tuple(name for name in named if name is not None)


@dataclass(frozen=True, kw_only=True)
class RetireVoice(Command):
    """Let nobody new speak with it; with `delete` the provider is asked to delete it too, also one that was retired before."""

    reason: str
    delete: bool = False


@dataclass(frozen=True, kw_only=True)
class NoteOnVoice(Command):
    """What a census saw, or that the provider has deleted it."""

    event: VoiceLost | VoiceRecovered | VoiceDeleted


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice as it is. `voice_id` is None until it is made; a preset has no `account`."""

    exists: bool = False
    voice_id: str | None = None
    account: str | None = None
    character: str = ""
    mint: Mint[VoiceMintRequested] | None = None
    retired: bool = False
    lost: LostCause | None = None
    deleted: bool = False
    doomed: bool = False
    """Its deletion at the provider was asked for; done once it is `deleted`."""

    @property
    def live(self) -> bool:
        """Whether somebody may speak with it."""
        return self.voice_id is not None and not (self.retired or self.lost or self.deleted)

    @property
    def unfit(self) -> str | None:
        """Why nobody may be heard with it, in words that go on from its id. A lost one may still speak in its elements (W461)."""
        return "is deleted at Kling" if self.deleted else None


def must_be_usable_on(account: str, voice: Voice, stream: str) -> None:
    """Raises AlreadyRetired, NotMade and ForeignVoice."""
    must_be_live(voice.retired, stream)
    if not voice.live:
        raise NotMade(f"{stream} cannot be used: {voice.lost or 'it is not made'}", hint="mint it anew")
    if voice.account not in (None, account):
        raise ForeignVoice(
            f"{stream} is a voice of {voice.account}, not of {account}",
            hint="mint it on that account too",
            path="voice",
        )


def decide(command: Command, state: Voice, reads: Reads) -> Sequence[Event]:
    match command:
        case AdoptVoice():
            return _adopt(command, state, reads)
        case MintVoice():
            return _mint(command, state, reads)
    must_exist(state.exists, command.stream)
    match command:
        case OpenMint():
            return open_mint(command, state.mint, reads)
        case EndMint():
            return _end(command, state, reads)
        case NoteOnVoice():
            return noted(command.event, state, vendor_id=state.voice_id, stream=command.stream)
        case RetireVoice():
            delete = orders_deletion(state, delete=command.delete, stream=command.stream)
            return [VoiceRetired(reason=checked_text(command.reason, "reason"), delete=delete)]
        case _:
            raise unexpected(command)


def _adopt(command: AdoptVoice, state: Voice, reads: Reads) -> Sequence[Event]:
    must_be_new(state.exists, command.stream)
    if command.account is not None:
        read(reads, command.account, Account)
    _must_speak(command.character, reads)
    return [
        VoiceAdopted(
            voice_id=command.voice_id,
            account=command.account,
            character=command.character,
            name=checked_text(command.name, "name", most=NAME_LENGTH),
            attested_by=checked_text(command.attested_by, "attested_by", most=NAME_LENGTH, least=1),
        )
    ]


def _must_speak(character: str, reads: Reads) -> None:
    speaker = read(reads, character, Character)
    must_be_live(speaker.retired, character)
    if speaker.kind not in SPEAKING_KINDS:
        raise InvalidCommand(
            f"{character} is a {speaker.kind}; only a person or a creature has a voice (contract R54)",
            hint="name who speaks",
            path="character",
        )


def _mint(command: MintVoice, state: Voice, reads: Reads) -> Sequence[Event]:
    must_be_new(state.exists, command.stream)
    wanted, inputs = command.requested, command.requested.inputs
    read(reads, wanted.account, Account)
    _must_speak(inputs.character, reads)
    if inputs.recording is not None:
        recording = read(reads, inputs.recording, Asset)
        must_be_live(recording.retired, inputs.recording)
        if recording.kind not in ("audio", "video"):
            raise InvalidCommand(
                f"{inputs.recording} is a {recording.kind}; a voice is made from a recording",
                hint="name a recording of one person speaking, 5 to 30 s (contract R58)",
                path="recording",
            )
    if inputs.clip is not None:
        must_exist(reads[inputs.clip].exists, inputs.clip)
    if wanted.remint_of is not None:
        before = read(reads, wanted.remint_of, Voice)
        if before.character != inputs.character:
            raise InvalidCommand(
                f"{wanted.remint_of} is the voice of {before.character}",
                hint="mint anew instead",
                path="remint_of",
            )
    must_pay(wanted.production, wanted.estimate_units, reads)
    return [wanted]


def _end(command: EndMint, state: Voice, reads: Reads) -> Sequence[Event]:
    if not must_end(command, state.mint, reads):
        return []
    if command.outcome != "delivered":
        return [VoiceMintFailed(outcome=command.outcome, reason=command.reason)]
    return [
        VoiceMinted(
            voice_id=command.made_id,
            trial_url=command.trial_url,
            task_id=command.task_id,
            units=command.units,
        )
    ]


def evolve(state: Voice, event: Event) -> Voice:
    match event:
        case VoiceAdopted():
            return Voice(True, event.voice_id, event.account, event.character)
        case VoiceMintRequested():
            return Voice(True, None, event.account, event.inputs.character, Mint(event))
        case VoiceRetired():
            return replace(state, retired=True, doomed=state.doomed or event.delete)
        case VoiceLost():
            return replace(state, lost=event.cause)
        case VoiceRecovered():
            return replace(state, lost=None)
        case VoiceDeleted():
            return replace(state, deleted=True)
        case _:
            return _minted(state, event)


def _minted(state: Voice, event: Event) -> Voice:
    match event:
        case SubmissionOpened():
            return replace(state, mint=submitted(state.mint, event.submission))
        case VoiceMinted():
            return replace(state, voice_id=event.voice_id, mint=ended(state.mint, "delivered"))
        case VoiceMintFailed():
            return replace(state, mint=ended(state.mint, event.outcome))
        case _:
            raise unexpected(event)


DECIDER = Decider(Voice(), decide, evolve)
