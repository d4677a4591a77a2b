"""Productions: shows, and the Kling account that pays for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from registry.deciders.account import Account
from registry.deciders.command import (
    NAME_LENGTH,
    AlreadyClosed,
    Command,
    Decider,
    Reads,
    checked_text,
    must_be_new,
    must_exist,
    read,
    unexpected,
)
from registry.events.envelope import Event
from registry.events.production import AccountChosen, ProductionClosed, ProductionOpened


@dataclass(frozen=True, kw_only=True)
class OpenProduction(Command):
    """Begin a show. `unplaced` is the id of the scene that takes requests naming no scene; open it in the same append."""

    name: str
    unplaced: str


@dataclass(frozen=True, kw_only=True)
class ChooseAccount(Command):
    """Send this show's requests under that account."""

    account: str

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.account,)


@dataclass(frozen=True, kw_only=True)
class CloseProduction(Command):
    """Take no further scenes or requests."""

    reason: str


@dataclass(frozen=True, slots=True)
class Production:
    """A production as it is."""

    exists: bool = False
    name: str = ""
    unplaced: str = ""
    account: str | None = None
    closed: bool = False


def decide(command: Command, state: Production, reads: Reads) -> Sequence[Event]:
    if isinstance(command, OpenProduction):
        must_be_new(state.exists, command.stream)
        name = checked_text(command.name, "name", most=NAME_LENGTH, least=1)
        return [ProductionOpened(name=name, unplaced=command.unplaced)]
    must_exist(state.exists, command.stream)
    must_be_open(state, command.stream)
    match command:
        case ChooseAccount():
            read(reads, command.account, Account)
            return [] if command.account == state.account else [AccountChosen(account=command.account)]
        case CloseProduction():
            return [ProductionClosed(reason=checked_text(command.reason, "reason"))]
        case _:
            raise unexpected(command)


def must_be_open(state: Production, stream: str) -> None:
    """Raises AlreadyClosed."""
    if state.closed:
        raise AlreadyClosed(f"{stream} is closed", hint="open another production")


def evolve(state: Production, event: Event) -> Production:
    match event:
        case ProductionOpened():
            return Production(exists=True, name=event.name, unplaced=event.unplaced)
        case AccountChosen():
            return replace(state, account=event.account)
        case ProductionClosed():
            return replace(state, closed=True)
        case _:
            raise unexpected(event)


DECIDER = Decider(Production(), decide, evolve)
