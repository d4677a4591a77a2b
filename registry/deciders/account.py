"""Kling accounts: where we send, under whose key, how much at once, whether at all, and what the provider has beside our log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

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
from registry.errors import InvalidCommand
from registry.events.account import (
    AccountHeld,
    AccountKeyAttested,
    AccountOpened,
    AccountReconciled,
    AccountResumed,
    CensusTaken,
    ChargeWithoutEventFound,
    EventWithoutChargeFound,
    OrphanTaskFound,
    Scope,
    SlotsSet,
)
from registry.events.envelope import Event


@dataclass(frozen=True, kw_only=True)
class OpenAccount(Command):
    """Send under this account from here on. Keys stay in the settings; only their fingerprint is recorded."""

    name: str
    region: str
    host: str
    key_fingerprint: str


@dataclass(frozen=True, kw_only=True)
class AttestKey(Command):
    """Vouch that a key belongs to this account: it is sent under from here on, and may look up what earlier keys sent."""

    key_fingerprint: str
    reason: str
    seen_task: str | None = None


@dataclass(frozen=True, kw_only=True)
class HoldAccount(Command):
    """Stop the account's calls of a scope. Quiet while they are held already: one alarm for all that wait."""

    held: AccountHeld


@dataclass(frozen=True, kw_only=True)
class ResumeAccount(Command):
    """Let calls of a scope out again. What a person held, only a person resumes."""

    scope: Scope
    by: Literal["provider", "person"]
    reason: str
    model: str | None = None


@dataclass(frozen=True, kw_only=True)
class SetSlots(Command):
    """How many tasks of a model may be open at once."""

    model: str
    slots: int
    pack: str = ""


Finding = OrphanTaskFound | ChargeWithoutEventFound | EventWithoutChargeFound


@dataclass(frozen=True, kw_only=True)
class NoteFinding(Command):
    """Something at the provider that the log cannot explain. Quiet while the same is known of that task."""

    finding: Finding


@dataclass(frozen=True, kw_only=True)
class RecordReconciliation(Command):
    """The account was compared with the provider. Quiet when this run is recorded."""

    reconciled: AccountReconciled


KEPT_US: Final = 30 * 86_400 * 1_000_000
"""How long the provider keeps results (contract section 10); without a window, tasks of this time are compared."""


@dataclass(frozen=True, kw_only=True)
class RecordCensus(Command):
    """The account's elements and voices were compared with the provider's. Quiet when this census is recorded."""

    taken: CensusTaken


Held = tuple[Scope, str | None]
"""A hold's scope, and its model when it is one model's."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account as it is. `host` is the API's base URL; `key_fingerprint` the key we send under, `keys` all attested ones.

    `found` holds the last finding about each task, `last_run` and `last_census` name the last reconciliation and census;
    `compared_at` is when the last one began that read all that the provider keeps (microseconds since 1970).
    """

    exists: bool = False
    name: str = ""
    region: str = ""
    host: str = ""
    key_fingerprint: str = ""
    keys: frozenset[str] = frozenset()
    holds: Mapping[Held, AccountHeld] = field(default_factory=dict)
    slots: Mapping[str, int] = field(default_factory=dict)
    found: Mapping[str, Finding] = field(default_factory=dict)
    last_run: str = ""
    compared_at: int = 0
    last_census: str = ""

    def speaks_for(self, key_fingerprint: str, host: str) -> bool:
        """Whether asking now answers for what was sent under that key to that host: same host, a key of this account."""
        return host == self.host and key_fingerprint in self.keys

    def knows(self, finding: Finding) -> bool:
        """Whether this was found before. An orphan is one finding, whatever its status and deduction become."""
        known = self.found.get(finding.task_id)
        if isinstance(finding, OrphanTaskFound) and isinstance(known, OrphanTaskFound):
            return known.kind == finding.kind
        return known == finding


def decide(command: Command, state: Account, _reads: Reads) -> Sequence[Event]:
    if isinstance(command, OpenAccount):
        must_be_new(state.exists, command.stream)
        return [
            AccountOpened(
                name=checked_text(command.name, "name", most=NAME_LENGTH, least=1),
                region=checked_text(command.region, "region", most=NAME_LENGTH, least=1),
                host=checked_text(command.host, "host", most=NAME_LENGTH, least=1),
                key_fingerprint=command.key_fingerprint,
            )
        ]
    must_exist(state.exists, command.stream)
    match command:
        case AttestKey(key_fingerprint=key):
            reason = checked_text(command.reason, "reason", least=3)
            if key == state.key_fingerprint:
                return []
            return [AccountKeyAttested(key_fingerprint=key, reason=reason, seen_task=command.seen_task)]
        case HoldAccount(held=held):
            return _hold(held, state)
        case ResumeAccount():
            return _resume(command, state)
        case SetSlots(model=model, slots=slots, pack=pack):
            return [] if state.slots.get(model) == slots else [SlotsSet(model=model, slots=slots, pack=pack)]
        case NoteFinding(finding=finding):
            return [] if state.knows(finding) else [finding]
        case RecordReconciliation(reconciled=reconciled):
            return _record(reconciled, state)
        case RecordCensus(taken=taken):
            return [] if taken.census == state.last_census else [taken]
        case _:
            raise unexpected(command)


def _record(reconciled: AccountReconciled, state: Account) -> Sequence[Event]:
    if reconciled.reconciliation == state.last_run:
        return []
    if reconciled.since >= reconciled.until:
        raise InvalidCommand(
            f"the window from {reconciled.since} until {reconciled.until} holds nothing",
            hint="name a moment before the end as its beginning",
            path="since",
        )
    return [reconciled]


def _hold(held: AccountHeld, state: Account) -> Sequence[Event]:
    """A person's hold is said even when the provider's stands already: it does not end by itself."""
    _must_name_its_model(held.scope, held.model)
    standing = state.holds.get((held.scope, held.model))
    if standing is not None and standing.by in (held.by, "person"):
        return []
    return [held]


def _resume(command: ResumeAccount, state: Account) -> Sequence[Event]:
    _must_name_its_model(command.scope, command.model)
    standing = state.holds.get((command.scope, command.model))
    if standing is None or (standing.by == "person" and command.by == "provider"):
        return []
    reason = checked_text(command.reason, "reason", least=3)
    return [AccountResumed(scope=command.scope, by=command.by, reason=reason, model=command.model)]


def _must_name_its_model(scope: Scope, model: str | None) -> None:
    if (scope == "model") != (model is not None):
        raise InvalidCommand(
            f"a hold of scope {scope} comes with model {model}",
            hint="name a model with the scope model, and with no other",
            path="model",
        )


def evolve(state: Account, event: Event) -> Account:
    match event:
        case AccountOpened(key_fingerprint=key):
            return Account(True, event.name, event.region, event.host, key, frozenset({key}))
        case AccountKeyAttested(key_fingerprint=key):
            return replace(state, key_fingerprint=key, keys=state.keys | {key})
        case AccountHeld():
            return replace(state, holds={**state.holds, (event.scope, event.model): event})
        case AccountResumed():
            ended = (event.scope, event.model)
            return replace(state, holds={held: why for held, why in state.holds.items() if held != ended})
        case SlotsSet():
            return replace(state, slots={**state.slots, event.model: event.slots})
        case OrphanTaskFound() | ChargeWithoutEventFound() | EventWithoutChargeFound():
            return replace(state, found={**state.found, event.task_id: event})
        case AccountReconciled(reconciliation=run, ran_at=ran_at):
            compared_at = ran_at if _whole(event) else 0
            return replace(state, last_run=run, compared_at=max(state.compared_at, compared_at))
        case CensusTaken(census=census):
            return replace(state, last_census=census)
        case _:
            raise unexpected(event)


def _whole(run: AccountReconciled) -> bool:
    """Whether it read everything, of all the time that the provider keeps."""
    return run.complete and run.since <= run.ran_at - KEPT_US and run.until >= run.ran_at


DECIDER = Decider(Account(), decide, evolve)
