"""Rebuilds of the views: each is certified once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from registry.deciders.command import Command, Decider, Reads, checked_text, unexpected
from registry.errors import InvalidCommand
from registry.events.envelope import Event
from registry.events.rebuild import ViewsRebuilt


@dataclass(frozen=True, kw_only=True)
class CertifyViews(Command):
    """Put on record what a rebuild found. Quiet when it was certified before."""

    certified: ViewsRebuilt


@dataclass(frozen=True, slots=True)
class Rebuild:
    """A rebuild as it is; it exists once it is certified."""

    exists: bool = False


def decide(command: Command, state: Rebuild, _reads: Reads) -> Sequence[Event]:
    match command:
        case CertifyViews(certified=certified):
            return [] if state.exists else [_checked(certified)]
        case _:
            raise unexpected(command)


def _checked(certified: ViewsRebuilt) -> ViewsRebuilt:
    if certified.replaced and not certified.differences:
        raise InvalidCommand(
            "nothing differed, so nothing was replaced", hint="leave replaced out", path="replaced"
        )
    reason = checked_reason(certified.reason) if certified.replaced else ""
    return certified.model_copy(update={"reason": reason})


def checked_reason(reason: str) -> str:
    """Why rows are to be replaced. Raises InvalidCommand."""
    return checked_text(reason, "reason", most=500, least=3)


def evolve(_state: Rebuild, event: Event) -> Rebuild:
    match event:
        case ViewsRebuilt():
            return Rebuild(exists=True)
        case _:
            raise unexpected(event)


DECIDER = Decider(Rebuild(), decide, evolve)
