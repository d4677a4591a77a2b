"""Who is behind a character: nobody or a real person, with which likeness; and with which voice it speaks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from registry.deciders.command import Command, Reads, checked_text, must_be_live, must_exist, read, unexpected
from registry.deciders.likeness import AlreadyErased, Likeness
from registry.errors import InvalidCommand, NotFound, Refusal
from registry.events.character import (
    CharacterDeclared,
    LikenessLinked,
    LikenessUnlinked,
    VoiceBound,
    VoiceUnbound,
)
from registry.events.envelope import Event
from registry.events.ids import is_id
from registry.events.references import CharacterKind, Depicts

SPEAKING_KINDS: Final[tuple[CharacterKind, ...]] = ("person", "creature")
"""Who can have a voice (contract R54: characters and humanoids)."""


class StillLinked(Refusal):
    """A likeness is linked to the character."""

    code = "still-linked"


@dataclass(frozen=True, kw_only=True)
class DeclareCharacter(Command):
    """Say whether a real person is behind the character."""

    depicts: Depicts
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class LinkLikeness(Command):
    """Say which real person is behind the character."""

    likeness: str

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.likeness,)


@dataclass(frozen=True, kw_only=True)
class UnlinkLikeness(Command):
    """The link was a mistake."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class BindVoice(Command):
    """Let the character speak with that voice; None: with none of its own."""

    voice: str | None
    reason: str = ""

    @property
    def reads(self) -> tuple[str, ...]:
        return () if self.voice is None else (self.voice,)


Portraying = DeclareCharacter | LinkLikeness | UnlinkLikeness
"""Who is behind a character can be put right at any time, also once it is retired."""


@dataclass(frozen=True, slots=True)
class Portrayal:
    """Whom a character depicts; `likeness` is the real person behind it, `voice` what it speaks with."""

    depicts: Depicts = "fictional"
    likeness: str | None = None
    voice: str | None = None


def checked_depicts(depicts: Depicts, kind: CharacterKind) -> Depicts:
    """Raises InvalidCommand for a thing that is said to depict a person."""
    if depicts == "real_person" and kind != "person":
        raise InvalidCommand(
            f"a {kind} depicts no real person", hint="introduce the person as a person", path="depicts"
        )
    return depicts


def decide_portrayal(
    command: Portraying, state: Portrayal, kind: CharacterKind, reads: Reads
) -> Sequence[Event]:
    """Raises InvalidCommand, NotFound, StillLinked and AlreadyErased."""
    match command:
        case DeclareCharacter(depicts=depicts):
            checked_depicts(depicts, kind)
            if depicts == "fictional" and state.likeness is not None:
                raise StillLinked(
                    f"{command.stream} is linked to {state.likeness}", hint="take the link back first"
                )
            reason = checked_text(command.reason, "reason")
            return [] if depicts == state.depicts else [CharacterDeclared(depicts=depicts, reason=reason)]
        case UnlinkLikeness():
            if state.likeness is None:
                raise NotFound(f"no likeness is linked to {command.stream}", hint="look at the character")
            reason = checked_text(command.reason, "reason", least=3)
            return [LikenessUnlinked(likeness=state.likeness, reason=reason)]
        case LinkLikeness():
            return _link(command, state, reads)


def _link(command: LinkLikeness, state: Portrayal, reads: Reads) -> Sequence[Event]:
    if read(reads, command.likeness, Likeness).erasing:
        raise AlreadyErased(f"{command.likeness} is erased", hint="nothing new may stand on an erased person")
    if state.depicts != "real_person":
        raise InvalidCommand(
            f"{command.stream} is declared {state.depicts}",
            hint="declare that it depicts a real person first",
            path="likeness",
        )
    if state.likeness == command.likeness:
        return []
    if state.likeness is not None:
        raise StillLinked(f"{command.stream} is linked to {state.likeness}", hint="take that link back first")
    return [LikenessLinked(likeness=command.likeness)]


def decide_voice(command: BindVoice, state: Portrayal, kind: CharacterKind, reads: Reads) -> Sequence[Event]:
    """Raises InvalidCommand for what cannot speak and for another's voice, NotFound, AlreadyRetired."""
    if command.voice == state.voice:
        return []
    if command.voice is None:
        return [VoiceUnbound(reason=checked_text(command.reason, "reason"))]
    if kind not in SPEAKING_KINDS:
        raise InvalidCommand(
            f"{command.stream} is a {kind}; only a person or a creature has a voice (contract R54)",
            hint="bind the voice to who speaks",
            path="voice",
        )
    voice = reads[command.voice]
    must_exist(is_id(command.voice, "voice") and voice.exists, command.voice)
    must_be_live(voice.retired, command.voice)
    if voice.character != command.stream:
        raise InvalidCommand(
            f"{command.voice} is the voice of {voice.character}",
            hint="adopt or mint a voice for this character",
            path="voice",
        )
    return [VoiceBound(voice=command.voice)]


def evolve_portrayal(state: Portrayal, event: Event) -> Portrayal:
    match event:
        case CharacterDeclared():
            return replace(state, depicts=event.depicts)
        case LikenessLinked():
            return replace(state, likeness=event.likeness)
        case LikenessUnlinked():
            return replace(state, likeness=None)
        case VoiceBound():
            return replace(state, voice=event.voice)
        case VoiceUnbound():
            return replace(state, voice=None)
        case _:
            raise unexpected(event)
