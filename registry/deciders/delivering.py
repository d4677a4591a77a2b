"""A clip is handed to somebody, and how that was disclosed goes on record: looked at once more where the record is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from registry.deciders.command import NAME_LENGTH, Command, Reads, checked_text, must_be_new
from registry.deciders.verdicts import Verdict
from registry.errors import InvalidCommand, Refusal
from registry.events.clip import ClipDelivered
from registry.events.envelope import Event
from registry.events.marks import BASES

if TYPE_CHECKING:
    from registry.deciders.standing import Standing  # it knows assets, which know clips


class ClipRejectedBefore(Refusal):
    """The take was turned down; it is not handed to anybody before somebody approves it."""

    code = "clip-rejected"


@dataclass(frozen=True, kw_only=True)
class DeliverClip(Command):
    """Put a delivery on record. `standing` names everybody whose consent must hold for it."""

    delivered: ClipDelivered
    standing: Standing

    @property
    def reads(self) -> tuple[str, ...]:
        return self.standing.reads


def decide_delivery(
    command: DeliverClip, verdict: Verdict, deliveries: frozenset[str], reads: Reads
) -> Sequence[Event]:
    """Raises AlreadyExists, InvalidCommand, ClipRejectedBefore, NoConsent and NotFound."""
    said = command.delivered
    must_be_new(said.delivery in deliveries, said.delivery)
    roles, _ = BASES[said.basis]
    if said.role not in roles:
        raise InvalidCommand(
            f"the basis {said.basis} is for {' or '.join(roles)}, not for a {said.role}",
            hint="name a basis of this role",
            path="basis",
        )
    if verdict.rejected is not None:
        raise ClipRejectedBefore(
            f"{command.stream} was rejected ({verdict.rejected.cause})",
            hint="approve it first, or deliver another take",
        )
    command.standing.must_hold(reads)
    to = checked_text(str(said.to), "to", most=NAME_LENGTH, least=1)
    reviewer = checked_text(str(said.reviewer), "reviewer", most=NAME_LENGTH, least=1)
    note = checked_text(str(said.note), "note")
    return [said.model_copy(update={"to": to, "reviewer": reviewer, "note": note})]
