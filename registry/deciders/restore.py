"""Restores: what was sent is missing from the log, and a person's word that sending may go on all the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from registry.deciders.account import Account
from registry.deciders.command import Command, Decider, Reads, checked_text, read, unexpected
from registry.errors import InvalidCommand, Refusal
from registry.events.envelope import Event
from registry.events.restore import RestoreAccepted


class NotReconciled(Refusal):
    """Accounts were not compared with the provider since the last send that the log lacks; the message names them."""

    code = "not-reconciled"


@dataclass(frozen=True, kw_only=True)
class AcceptRestore(Command):
    """Send again from an older log; `accounts` are all of the studio. Quiet when this restore was accepted before."""

    accepted: RestoreAccepted
    accounts: tuple[str, ...]

    @property
    def reads(self) -> tuple[str, ...]:
        return self.accounts


@dataclass(frozen=True, slots=True)
class Restore:
    """A restore as it is; it exists once it is accepted."""

    exists: bool = False


def decide(command: Command, state: Restore, reads: Reads) -> Sequence[Event]:
    match command:
        case AcceptRestore(accepted=accepted):
            if state.exists:
                return []
            reason = checked_text(accepted.reason, "reason", least=3)
            _must_be_compared(command, reads)
            return [accepted.model_copy(update={"reason": reason})]
        case _:
            raise unexpected(command)


def _must_be_compared(command: AcceptRestore, reads: Reads) -> None:
    """A whole comparison that began after the last send holds all that was sent before it."""
    accepted = command.accepted
    if strange := sorted(set(accepted.without) - set(command.accounts)):
        raise InvalidCommand(f"{', '.join(strange)} is no account here", hint="check the id", path="without")
    lacking = [
        account
        for account in command.accounts
        if account not in accepted.without and read(reads, account, Account).compared_at <= accepted.sent_at
    ]
    if lacking:
        raise NotReconciled(
            f"{', '.join(lacking)} was not compared with the provider, whole and without a window, since the restore",
            hint="POST /v1/reconciliations for each, look at what it finds, then accept; "
            "name in `without` an account that cannot be compared any more",
        )


def evolve(_state: Restore, event: Event) -> Restore:
    match event:
        case RestoreAccepted():
            return Restore(exists=True)
        case _:
            raise unexpected(event)


DECIDER = Decider(Restore(), decide, evolve)
