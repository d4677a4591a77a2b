"""API keys: issued to a named person or program, opening one studio or some productions of it, with roles that come and go and
limits of what they ask and spend, until expired or revoked.

Times are microseconds since 1970. A change that would change nothing is quiet, but for a second revocation.
"""

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
    read,
    unexpected,
)
from registry.deciders.studio import Studio
from registry.errors import InvalidCommand, Refusal
from registry.events.envelope import Event
from registry.events.studio import (
    KeyIssued,
    KeyLimited,
    KeyRevoked,
    KeyRotated,
    KeyScoped,
    Role,
    RoleGranted,
    RoleWithdrawn,
)

UNLIMITED: Final = KeyLimited(requests_per_minute=None, units_per_day=None)
"""As a key begins."""


class KeyAlreadyRevoked(Refusal):
    """The key was revoked before."""

    code = "key-already-revoked"


@dataclass(frozen=True, kw_only=True)
class IssueKey(Command):
    """Give somebody a key. `secret_sha256` is the digest of the secret part; the secret is shown once and kept nowhere.

    `expires_at` is later than `now`; None is never. `productions` are those it opens; none named is the whole studio.
    """

    studio: str
    holder: str
    secret_sha256: str
    roles: tuple[Role, ...] = ()
    expires_at: int | None = None
    productions: tuple[str, ...] = ()
    limits: KeyLimited | None = None
    now: int = 0

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.studio,)


@dataclass(frozen=True, kw_only=True)
class RotateKey(Command):
    """Give the key a new secret; the one it has opens until `old_until` all the same."""

    secret_sha256: str
    old_until: int


@dataclass(frozen=True, kw_only=True)
class GrantRole(Command):
    """Let the key do more. Quiet when it may."""

    role: Role


@dataclass(frozen=True, kw_only=True)
class WithdrawRole(Command):
    """Let the key do less. Quiet when it may not."""

    role: Role


@dataclass(frozen=True, kw_only=True)
class ScopeKey(Command):
    """Let the key open these productions alone; none is the whole studio. Quiet when it does."""

    productions: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class LimitKey(Command):
    """Bound what the key asks and spends. Quiet when it is so bounded."""

    limits: KeyLimited


@dataclass(frozen=True, kw_only=True)
class RevokeKey(Command):
    """Make the key open nothing."""

    reason: str


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it is."""

    exists: bool = False
    studio: str = ""
    roles: frozenset[Role] = frozenset()
    productions: tuple[str, ...] = ()
    limits: KeyLimited = UNLIMITED
    revoked: bool = False


def decide(command: Command, state: Key, reads: Reads) -> Sequence[Event]:
    if isinstance(command, IssueKey):
        return _issued(command, state, reads)
    must_exist(state.exists, command.stream)
    if state.revoked:
        raise KeyAlreadyRevoked(f"{command.stream} is revoked already", hint="issue another key")
    match command:
        case RotateKey():
            return [KeyRotated(secret_sha256=command.secret_sha256, old_until=command.old_until)]
        case GrantRole(role=role):
            return [] if role in state.roles else [RoleGranted(role=role)]
        case WithdrawRole(role=role):
            return [RoleWithdrawn(role=role)] if role in state.roles else []
        case ScopeKey():
            wanted = _productions(command.productions)
            return [] if wanted == state.productions else [KeyScoped(productions=wanted)]
        case LimitKey(limits=limits):
            return [] if limits == state.limits else [limits]
        case RevokeKey():
            return [KeyRevoked(reason=checked_text(command.reason, "reason"))]
        case _:
            raise unexpected(command)


def _issued(command: IssueKey, state: Key, reads: Reads) -> list[Event]:
    must_be_new(state.exists, command.stream)
    read(reads, command.studio, Studio)
    if command.expires_at is not None and command.expires_at <= command.now:
        raise InvalidCommand(
            f"expires_at is {command.expires_at}, which is over (now is {command.now})",
            hint="name a time to come, in microseconds since 1970, or leave it out",
            path="expires_at",
        )
    issued = KeyIssued(
        studio=command.studio,
        holder=checked_text(command.holder, "holder", most=NAME_LENGTH, least=1),
        secret_sha256=command.secret_sha256,
        roles=command.roles,
        expires_at=command.expires_at,
    )
    events: list[Event] = [issued]
    if command.productions:
        events.append(KeyScoped(productions=_productions(command.productions)))
    if command.limits not in (None, UNLIMITED):
        events.append(command.limits)
    return events


def _productions(named: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(named)))


def evolve(state: Key, event: Event) -> Key:
    match event:
        case KeyIssued():
            return Key(exists=True, studio=event.studio, roles=frozenset(event.roles))
        case KeyRotated():
            return state
        case KeyScoped(productions=productions):
            return replace(state, productions=productions)
        case KeyLimited():
            return replace(state, limits=event)
        case RoleGranted(role=role):
            return replace(state, roles=state.roles | {role})
        case RoleWithdrawn(role=role):
            return replace(state, roles=state.roles - {role})
        case KeyRevoked():
            return replace(state, revoked=True)
        case _:
            raise unexpected(event)


DECIDER = Decider(Key(), decide, evolve)
