"""Pins of characters, for whatever can hold them: scenes and productions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from registry.deciders.character import Character
from registry.deciders.command import Command, Reads, checked_text, must_be_live, read
from registry.deciders.looks import must_have_look
from registry.errors import InvalidCommand, NotFound
from registry.events.envelope import Event
from registry.events.pins import CharacterPinned, PinReleased


@dataclass(frozen=True, kw_only=True)
class PinCharacter(Command):
    """Use the character as of this version (None: as it is now) in this look. Pinned again, it moves."""

    character: str
    version: int | None = None
    look: str | None = None

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.character,)


@dataclass(frozen=True, kw_only=True)
class ReleasePin(Command):
    """Use the character as it is now again."""

    character: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class MovePin(Command):
    """Move a pin to the character as it is now, in the look it names."""

    character: str

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.character,)


Pinning = PinCharacter | ReleasePin | MovePin


@dataclass(frozen=True, slots=True)
class Pin:
    """A character as of a version, in a look."""

    version: int
    look: str | None = None


Pins = Mapping[str, Pin]
"""Character -> its pin."""


def decide_pin(command: Pinning, pins: Pins, reads: Reads) -> Sequence[Event]:
    """Raises NotFound, AlreadyRetired, LookAlreadyRetired and InvalidCommand (a version the character never had, or had without
    that look).
    """
    match command:
        case ReleasePin():
            _pinned(command, pins)
            return [PinReleased(character=command.character, reason=checked_text(command.reason, "reason"))]
        case MovePin():
            return _pin(command, None, _pinned(command, pins).look, pins, reads)
        case PinCharacter():
            return _pin(command, command.version, command.look, pins, reads)


def _pinned(command: Pinning, pins: Pins) -> Pin:
    if command.character not in pins:
        raise NotFound(
            f"{command.character} is not pinned by {command.stream}", hint="look at what is pinned there"
        )
    return pins[command.character]


def _pin(
    command: Pinning, version: int | None, look: str | None, pins: Pins, reads: Reads
) -> Sequence[Event]:
    character = read(reads, command.character, Character)
    must_be_live(character.retired, command.character)
    version = character.version if version is None else version
    if not 1 <= version <= character.version:
        raise InvalidCommand(
            f"{command.character} has versions 1 to {character.version}, not {version}",
            hint="look at the character's history",
            path="version",
        )
    if look is not None:
        _must_have_had(character, version, look, command.character)
    if pins.get(command.character) == Pin(version, look):
        return []
    return [CharacterPinned(character=command.character, character_version=version, look=look)]


def _must_have_had(character: Character, version: int, look: str, id: str) -> None:
    since = must_have_look(character.looks, look, id).since
    if since > version:
        raise InvalidCommand(
            f"{id} has the look {look!r} since version {since}, not in version {version}",
            hint=f"pin version {since} or a later one",
            path="look",
        )


def evolve_pins(pins: Pins, event: CharacterPinned | PinReleased) -> Pins:
    if isinstance(event, CharacterPinned):
        return {**pins, event.character: Pin(event.character_version, event.look)}
    return {name: pin for name, pin in pins.items() if name != event.character}
