"""API keys: issued to a named person or program, opening one studio, until revoked."""

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
    must_exist,
    read,
    unexpected,
)
from registry.deciders.studio import Studio
from registry.errors import Refusal
from registry.events.envelope import Event
from registry.events.studio import KeyIssued, KeyRevoked, Role


class KeyAlreadyRevoked(Refusal):
    """The key was revoked before."""

    code = "key-already-revoked"


@dataclass(frozen=True, kw_only=True)
class IssueKey(Command):
    """Give somebody a key. `secret_sha256` is the digest of the secret part; the secret is shown once and kept nowhere."""

    studio: str
    holder: str
    secret_sha256: str
    roles: tuple[Role, ...] = ()

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.studio,)


@dataclass(frozen=True, kw_only=True)
class RevokeKey(Command):
    """Make the key open nothing."""

    reason: str


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it is."""

    exists: bool = False
    studio: str = ""
    revoked: bool = False


def decide(command: Command, state: Key, reads: Reads) -> Sequence[Event]:
    match command:
        case IssueKey():
            must_be_new(state.exists, command.stream)
            read(reads, command.studio, Studio)
            holder = checked_text(command.holder, "holder", most=NAME_LENGTH, least=1)
            return [
                KeyIssued(
                    studio=command.studio,
                    holder=holder,
                    secret_sha256=command.secret_sha256,
                    roles=command.roles,
                )
            ]
        case RevokeKey():
            must_exist(state.exists, command.stream)
            if state.revoked:
                raise KeyAlreadyRevoked(f"{command.stream} is revoked already", hint="nothing is left to do")
            return [KeyRevoked(reason=checked_text(command.reason, "reason"))]
        case _:
            raise unexpected(command)


def evolve(state: Key, event: Event) -> Key:
    match event:
        case KeyIssued():
            return Key(exists=True, studio=event.studio)
        case KeyRevoked():
            return replace(state, revoked=True)
        case _:
            raise unexpected(event)


DECIDER = Decider(Key(), decide, evolve)
