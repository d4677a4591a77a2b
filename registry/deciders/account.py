"""Kling accounts: where we send, and under whose key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from registry.deciders.command import (
    NAME_LENGTH,
    Command,
    Decider,
    Reads,
    checked_text,
    must_be_new,
    unexpected,
)
from registry.events.account import AccountOpened
from registry.events.envelope import Event


@dataclass(frozen=True, kw_only=True)
class OpenAccount(Command):
    """Send under this account from here on. Keys stay in the settings; only their fingerprint is recorded."""

    name: str
    region: str
    host: str
    key_fingerprint: str


@dataclass(frozen=True, slots=True)
class Account:
    """An account as it is. `host` is the API's base URL."""

    exists: bool = False
    name: str = ""
    region: str = ""
    host: str = ""
    key_fingerprint: str = ""


def decide(command: Command, state: Account, _reads: Reads) -> Sequence[Event]:
    match command:
        case OpenAccount():
            must_be_new(state.exists, command.stream)
            return [
                AccountOpened(
                    name=checked_text(command.name, "name", most=NAME_LENGTH, least=1),
                    region=checked_text(command.region, "region", most=NAME_LENGTH, least=1),
                    host=checked_text(command.host, "host", most=NAME_LENGTH, least=1),
                    key_fingerprint=command.key_fingerprint,
                )
            ]
        case _:
            raise unexpected(command)


def evolve(_state: Account, event: Event) -> Account:
    match event:
        case AccountOpened():
            return Account(True, event.name, event.region, event.host, event.key_fingerprint)
        case _:
            raise unexpected(event)


DECIDER = Decider(Account(), decide, evolve)
