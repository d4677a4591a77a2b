"""What people say of a take: it goes into the film, it does not and why, the word is taken back; and remarks at a time code.

A clip has one verdict at a time. Approved alike again is quiet; whoever rejects an approved clip takes the approval back first,
so that nobody turns down unseen what somebody else has just taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from registry.deciders.command import Command, checked_text
from registry.errors import InvalidCommand, Refusal
from registry.events.clip import (
    ApprovalWithdrawn,
    ClipApproved,
    ClipNoted,
    ClipRejected,
    RejectionCause,
)
from registry.events.envelope import Event


class ClipApprovedAlready(Refusal):
    """The clip is approved; it is not turned down before that is taken back."""

    code = "clip-approved"


class NotApproved(Refusal):
    """There is no approval to take back."""

    code = "not-approved"


@dataclass(frozen=True, kw_only=True)
class ApproveClip(Command):
    """Take the clip into the film."""

    note: str = ""


@dataclass(frozen=True, kw_only=True)
class RejectClip(Command):
    """Turn the clip down. `framing` and `scale_ruled_out` as in the event."""

    cause: RejectionCause
    reason: str
    framing: str | None = None
    scale_ruled_out: str = ""


@dataclass(frozen=True, kw_only=True)
class WithdrawApproval(Command):
    """Take an approval back."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class NoteOnClip(Command):
    """Remark on the clip. `subjects` are those who are in it."""

    text: str
    at_us: int | None = None
    subjects: tuple[str, ...] = ()


Judging = ApproveClip | RejectClip | WithdrawApproval
"""The commands about a clip's verdict."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was said of a clip last; nothing at first."""

    approved: bool = False
    rejected: ClipRejected | None = None


def decide_verdict(command: Judging, verdict: Verdict) -> Sequence[Event]:
    match command:
        case ApproveClip():
            note = checked_text(command.note, "note")
            return [] if verdict.approved else [ClipApproved(note=note)]
        case RejectClip():
            return _reject(command, verdict)
        case WithdrawApproval():
            reason = checked_text(command.reason, "reason", least=3)
            if not verdict.approved:
                raise NotApproved(
                    f"{command.stream} is not approved",
                    hint="look at its verdict: it may be taken back already",
                )
            return [ApprovalWithdrawn(reason=reason)]


def _reject(command: RejectClip, verdict: Verdict) -> Sequence[Event]:
    rejected = ClipRejected(
        cause=command.cause,
        reason=checked_text(command.reason, "reason", least=3),
        framing=command.framing,
        scale_ruled_out=checked_text(command.scale_ruled_out, "scale_ruled_out"),
    )
    if verdict.approved:
        raise ClipApprovedAlready(
            f"{command.stream} is approved", hint="take the approval back first, then reject it"
        )
    return [] if rejected == verdict.rejected else [rejected]


def decide_note(command: NoteOnClip, duration_us: int) -> Sequence[Event]:
    """Two remarks of the same words are two remarks. Raises InvalidCommand for a time code outside the clip."""
    text = checked_text(command.text, "text", least=1)
    if command.at_us is not None and not 0 <= command.at_us <= duration_us:
        raise InvalidCommand(
            f"at_us is {command.at_us}, and the clip is {duration_us} us long",
            hint="name a time within the clip, in microseconds from its beginning, or none",
            path="at_us",
        )
    return [ClipNoted(text=text, at_us=command.at_us, subjects=command.subjects)]


def evolve_verdict(event: ClipApproved | ClipRejected | ApprovalWithdrawn) -> Verdict:
    """The newest word counts."""
    match event:
        case ClipApproved():
            return Verdict(approved=True)
        case ClipRejected():
            return Verdict(rejected=event)
        case ApprovalWithdrawn():
            return Verdict()
