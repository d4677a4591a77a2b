"""Clips: stored results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from registry.deciders.adopting import AdoptClip, decide_adoption
from registry.deciders.command import (
    Command,
    Decider,
    Reads,
    checked_text,
    must_be_new,
    must_exist,
    unexpected,
)
from registry.deciders.delivering import DeliverClip, decide_delivery
from registry.deciders.verdicts import (
    ApproveClip,
    NoteOnClip,
    RejectClip,
    Verdict,
    WithdrawApproval,
    decide_note,
    decide_verdict,
    evolve_verdict,
)
from registry.errors import InvalidCommand, Refusal
from registry.events.clip import (
    ApprovalWithdrawn,
    ClipAdopted,
    ClipApproved,
    ClipDecision,
    ClipDelivered,
    ClipErased,
    ClipFingerprinted,
    ClipKept,
    ClipNoted,
    ClipRecorded,
    ClipRejected,
    ClipWithdrawn,
)
from registry.events.envelope import Event
from registry.events.references import FootagePrint, StoredBytes


@dataclass(frozen=True, kw_only=True)
class RecordClip(Command):
    """Keep the result of a generation as a clip."""

    clip: ClipRecorded


@dataclass(frozen=True, kw_only=True)
class FingerprintClip(Command):
    """Keep by what a clip is recognised that had been kept without being looked at. `subjects` are those who are in it."""

    recognised_by: FootagePrint
    subjects: tuple[str, ...] = ()


class ClipGone(Refusal):
    """The clip's bytes are erased."""

    code = "clip-erased"


class ClipIsWithdrawn(Refusal):
    """The clip is not to be used any more, whatever is thought of it."""

    code = "clip-withdrawn"


@dataclass(frozen=True, kw_only=True)
class DecideClip(Command):
    """A person's decision about a clip; `likeness` is the revoked or erased one it is about, if it is."""

    decision: ClipDecision
    likeness: str | None = None
    reason: str


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip as it is; `kept` are the likenesses it was kept in spite of.

    Its facts stand in `recorded` where a generation made it, else in `adopted`, and `generation` is "" then. A withdrawn clip has
    no verdict. `deliveries` are the ids of those that are on record.
    """

    exists: bool = False
    scene: str = ""
    generation: str = ""
    recorded: ClipRecorded | None = None
    adopted: ClipAdopted | None = None
    kept: frozenset[str] = frozenset()
    verdict: Verdict = field(default_factory=Verdict)
    withdrawn: bool = False
    erased: bool = False
    deliveries: frozenset[str] = frozenset()
    fingerprinted: bool = False
    """Whether it was looked at after it was kept; of what was looked at then, its result tells."""

    @property
    def retired(self) -> bool:
        """Whether nothing new may stand on it."""
        return self.withdrawn

    @property
    def stored(self) -> StoredBytes | None:
        """Its bytes as they were kept, also once they are erased."""
        begun = self.recorded or self.adopted
        return begun.stored if begun else None

    @property
    def duration_us(self) -> int:
        if self.adopted is not None:
            return self.adopted.footage.duration_us
        return self.recorded.duration_us if self.recorded else 0


def decide(command: Command, state: Clip, reads: Reads) -> Sequence[Event]:
    match command:
        case RecordClip():
            must_be_new(state.exists, command.stream)
            return [command.clip]
        case AdoptClip():
            must_be_new(state.exists, command.stream)
            return [decide_adoption(command, reads)]
        case DecideClip():
            must_exist(state.exists, command.stream)
            return _decided(command, state)
        case ApproveClip() | RejectClip() | WithdrawApproval():
            must_exist(state.exists, command.stream)
            _must_be_in_use(state, command.stream)
            return decide_verdict(command, state.verdict)
        case DeliverClip():
            must_exist(state.exists, command.stream)
            _must_be_in_use(state, command.stream)
            return decide_delivery(command, state.verdict, state.deliveries, reads)
        case FingerprintClip(recognised_by=found, subjects=subjects):
            must_exist(state.exists, command.stream)
            _must_not_be_erased(state, command.stream)
            return [] if state.fingerprinted else [ClipFingerprinted(recognised_by=found, subjects=subjects)]
        case NoteOnClip():
            must_exist(state.exists, command.stream)
            _must_not_be_erased(state, command.stream)
            return decide_note(command, state.duration_us)
        case _:
            raise unexpected(command)


def _decided(command: DecideClip, state: Clip) -> Sequence[Event]:
    """Decided again alike is quiet; an erased clip cannot be had back."""
    reason, likeness = checked_text(command.reason, "reason", least=3), command.likeness
    if command.decision != "erase":
        _must_not_be_erased(state, command.stream)
    match command.decision:
        case "keep":
            if likeness is None:
                raise InvalidCommand(
                    "to keep a clip says in spite of whom", hint="name the likeness", path="likeness"
                )
            return [] if likeness in state.kept else [ClipKept(likeness=likeness, reason=reason)]
        case "withdraw":
            return [] if state.withdrawn else [ClipWithdrawn(likeness=likeness, reason=reason)]
        case "erase":
            return [] if state.erased else [ClipErased(likeness=likeness, reason=reason)]


def _must_not_be_erased(state: Clip, stream: str) -> None:
    """Raises ClipGone."""
    if state.erased:
        raise ClipGone(f"{stream} is erased", hint="nothing is left to decide")


def _must_be_in_use(state: Clip, stream: str) -> None:
    """Raises ClipGone and ClipIsWithdrawn."""
    _must_not_be_erased(state, stream)
    if state.withdrawn:
        raise ClipIsWithdrawn(
            f"{stream} is withdrawn: it is not to be used any more", hint="take another take of the shot"
        )


def evolve(state: Clip, event: Event) -> Clip:
    match event:
        case ClipRecorded():
            return Clip(True, event.scene, event.generation, event)
        case ClipAdopted():
            return Clip(True, event.scene, adopted=event)
        case ClipKept():
            return replace(state, kept=state.kept | {event.likeness})
        case ClipApproved() | ClipRejected() | ApprovalWithdrawn():
            return replace(state, verdict=evolve_verdict(event))
        case ClipNoted():
            return state
        case ClipDelivered():
            return replace(state, deliveries=state.deliveries | {event.delivery})
        case ClipFingerprinted():
            return replace(state, fingerprinted=True)
        case ClipWithdrawn():
            return replace(state, withdrawn=True, verdict=Verdict())
        case ClipErased():
            return replace(state, withdrawn=True, erased=True, verdict=Verdict())
        case _:
            raise unexpected(event)


DECIDER = Decider(Clip(), decide, evolve)
