"""Reads that are noted. Each is its own fact: the same bytes read twice were read twice, so nothing here is quiet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from registry.deciders.command import Command, Decider, Reads, unexpected
from registry.errors import InvalidCommand
from registry.events.envelope import Event
from registry.events.reads import BytesRead

_LONGEST_PART = 60


@dataclass(frozen=True, kw_only=True)
class NoteRead(Command):
    """Put on record that bytes are handed out now."""

    read: BytesRead


@dataclass(frozen=True, slots=True)
class Noted:
    """A stream of reads as it is."""

    exists: bool = False


def decide(command: Command, _state: Noted, _reads: Reads) -> Sequence[Event]:
    match command:
        case NoteRead(read=read):
            return [_checked(read)]
        case _:
            raise unexpected(command)


def _checked(read: BytesRead) -> BytesRead:
    if len(read.part) > _LONGEST_PART:
        raise InvalidCommand(
            f"a part of {len(read.part)} characters is none", hint="name one range", path="part"
        )
    return read


def evolve(_state: Noted, event: Event) -> Noted:
    match event:
        case BytesRead():
            return Noted(exists=True)
        case _:
            raise unexpected(event)


DECIDER = Decider(Noted(), decide, evolve)
