"""Studios: the tenants, what all their keys together may ask and spend, and their moves between installations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from registry.deciders.command import (
    NAME_LENGTH,
    Command,
    Decider,
    Reads,
    checked_text,
    must_be_new,
    must_exist,
    unexpected,
)
from registry.errors import Refusal
from registry.events.envelope import Event
from registry.events.studio import (
    StudioImported,
    StudioLimited,
    StudioMoved,
    StudioOpened,
    StudioReopened,
)

UNLIMITED: Final = StudioLimited(requests_per_minute=None, units_per_day=None)
"""As a studio begins."""


class NotMoved(Refusal):
    """The studio is worked on here; there is no move to call off."""

    code = "not-moved"


@dataclass(frozen=True, kw_only=True)
class OpenStudio(Command):
    """Begin a studio with a log of its own."""

    name: str


@dataclass(frozen=True, kw_only=True)
class LimitStudio(Command):
    """Bound what all keys of the studio ask and spend together. Quiet when they are so bounded."""

    limits: StudioLimited


@dataclass(frozen=True, kw_only=True)
class MoveStudio(Command):
    """Give the studio to another installation. Quiet when it was given away before."""


@dataclass(frozen=True, kw_only=True)
class ReopenStudio(Command):
    """Call the move off; nothing is sent until a person accepts it."""

    reopened: StudioReopened


@dataclass(frozen=True, kw_only=True)
class ImportStudio(Command):
    """Take a studio over, opening it under its `name` where nobody knows it. Quiet when this very history is here already."""

    name: str
    imported: StudioImported


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The studio was, or may have been, worked on elsewhere up to `at` (microseconds since 1970): see `StudioImported`."""

    doubt: str
    position: int
    at: int
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Studio:
    """A studio as it is. `elsewhere` is the last time it came here, or came back to life here."""

    exists: bool = False
    name: str = ""
    moved: bool = False
    elsewhere: Elsewhere | None = None
    limits: StudioLimited = UNLIMITED


def decide(command: Command, state: Studio, _reads: Reads) -> Sequence[Event]:
    match command:
        case OpenStudio():
            must_be_new(state.exists, command.stream)
            return [StudioOpened(name=_name(command.name))]
        case LimitStudio(limits=limits):
            must_exist(state.exists, command.stream)
            return [] if limits == state.limits else [limits]
        case MoveStudio():
            must_exist(state.exists, command.stream)
            return [] if state.moved else [StudioMoved()]
        case ReopenStudio(reopened=reopened):
            must_exist(state.exists, command.stream)
            if not state.moved:
                raise NotMoved(f"{command.stream} was not moved away", hint="go on working: it is open")
            return [reopened.model_copy(update={"reason": checked_text(reopened.reason, "reason", least=3)})]
        case ImportStudio(imported=imported):
            if not state.exists:
                return [StudioOpened(name=_name(command.name)), imported]
            return [] if _here(state, imported) else [imported]
        case _:
            raise unexpected(command)


def _name(name: str) -> str:
    return checked_text(name, "name", most=NAME_LENGTH, least=1)


def _here(state: Studio, imported: StudioImported) -> bool:
    known = state.elsewhere
    return not state.moved and known is not None and known.digest == imported.digest


def evolve(state: Studio, event: Event) -> Studio:
    match event:
        case StudioOpened():
            return replace(state, exists=True, name=event.name)
        case StudioLimited():
            return replace(state, limits=event)
        case StudioMoved():
            return replace(state, moved=True)
        case StudioReopened():
            return replace(state, moved=False, elsewhere=Elsewhere(event.doubt, event.position, event.at))
        case StudioImported():
            came = Elsewhere(event.doubt, event.position, event.at, event.digest)
            return replace(state, moved=False, elsewhere=came)
        case _:
            raise unexpected(event)


DECIDER = Decider(Studio(), decide, evolve)
