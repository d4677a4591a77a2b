"""Elements: whom an `element_id` of one Kling account shows, on whose word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from registry.deciders.account import Account
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
from registry.errors import InvalidCommand
from registry.events.element import ElementAdopted, ElementRetired
from registry.events.envelope import Event

INT64 = range(1, 2**63)


@dataclass(frozen=True, kw_only=True)
class AdoptElement(Command):
    """Take over an element that exists at Kling, attested to show a character (contract R30)."""

    element_id: int
    account: str
    character: str
    made_from: Literal["image", "video"] | None = None
    attested_by: str

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.account, self.character)


@dataclass(frozen=True, kw_only=True)
class RetireElement(Command):
    """Let nothing new stand on it."""

    reason: str


@dataclass(frozen=True, slots=True)
class Element:
    """An element binding as it is."""

    exists: bool = False
    element_id: int = 0
    account: str = ""
    character: str = ""
    made_from: Literal["image", "video"] | None = None
    retired: bool = False


def decide(command: Command, state: Element, reads: Reads) -> Sequence[Event]:
    match command:
        case AdoptElement():
            return _adopt(command, state, reads)
        case RetireElement():
            must_exist(state.exists, command.stream)
            must_be_live(state.retired, command.stream)
            return [ElementRetired(reason=checked_text(command.reason, "reason"))]
        case _:
            raise unexpected(command)


def _adopt(command: AdoptElement, state: Element, reads: Reads) -> Sequence[Event]:
    must_be_new(state.exists, command.stream)
    read(reads, command.account, Account)
    must_be_live(read(reads, command.character, Character).retired, command.character)
    if command.element_id not in INT64:
        raise InvalidCommand(
            f"element_id {command.element_id} is not a positive 64-bit integer",
            hint="copy the id as Kling lists it",
            path="element_id",
        )
    return [
        ElementAdopted(
            element_id=command.element_id,
            account=command.account,
            character=command.character,
            made_from=command.made_from,
            attested_by=checked_text(command.attested_by, "attested_by", most=NAME_LENGTH, least=1),
        )
    ]


def evolve(state: Element, event: Event) -> Element:
    match event:
        case ElementAdopted():
            return Element(True, event.element_id, event.account, event.character, event.made_from)
        case ElementRetired():
            return replace(state, retired=True)
        case _:
            raise unexpected(event)


DECIDER = Decider(Element(), decide, evolve)
