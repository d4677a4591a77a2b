"""Studios: the tenants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from registry.deciders.command import (
    NAME_LENGTH,
    Command,
    Decider,
    Reads,
    checked_text,
    must_be_new,
    unexpected,
)
from registry.events.envelope import Event
from registry.events.studio import StudioOpened


@dataclass(frozen=True, kw_only=True)
class OpenStudio(Command):
    """Begin a studio with a log of its own."""

    name: str


@dataclass(frozen=True, slots=True)
class Studio:
    """A studio as it is."""

    exists: bool = False
    name: str = ""


def decide(command: Command, state: Studio, _reads: Reads) -> Sequence[Event]:
    match command:
        case OpenStudio():
            must_be_new(state.exists, command.stream)
            return [StudioOpened(name=checked_text(command.name, "name", most=NAME_LENGTH, least=1))]
        case _:
            raise unexpected(command)


def evolve(state: Studio, event: Event) -> Studio:
    match event:
        case StudioOpened():
            return replace(state, exists=True, name=event.name)
        case _:
            raise unexpected(event)


DECIDER = Decider(Studio(), decide, evolve)
