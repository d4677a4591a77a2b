"""Submissions: one paid create call. This is the protocol that never pays twice, as a state machine.

```
none -> intended -> confirmed -> processing -> succeeded
              |          ^            `------> closed (failed)
              |          |-- found at any time before the end
              |-> unknown (looked up) -> disproved -> intended again (by policy), or
              |      `-----------------------`-----> quarantined: a person decides
              |                                       |- adopt          -> confirmed
              |                                       |- declare_absent -> absent -> intended again
              |                                       `- abandon        -> closed
              |-> waiting (load, or not a byte was sent) -> intended again
              |-> held    (the account was refused)      -> intended again
              `-> closed  (refused for good)
```

Whatever waits, is held, disproved or absent is closed when the generation it was for ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from registry.deciders.command import (
    Command,
    Decider,
    Reads,
    checked_text,
    must_be_new,
    must_exist,
    unexpected,
)
from registry.deciders.standing import Standing, must_stand
from registry.errors import InvalidCommand, Refusal
from registry.events.envelope import Event
from registry.events.personal import GONE, known
from registry.events.submission import (
    CallbackReceived,
    CreationSucceeded,
    Decision,
    ProviderAnomaly,
    QuarantineResolved,
    ResentAfter,
    SubmissionClosed,
    SubmissionConfirmed,
    SubmissionDisproved,
    SubmissionIntended,
    SubmissionNotSent,
    SubmissionQuarantined,
    SubmissionRejected,
    SubmissionResent,
    SubmissionUnknown,
    TaskFailed,
    TaskProcessing,
    TaskSucceeded,
)

Stage = Literal[
    "none",
    "intended",
    "unknown",
    "disproved",
    "quarantined",
    "absent",
    "waiting",
    "held",
    "confirmed",
    "processing",
    "succeeded",
    "closed",
]

BEFORE_ANY_TASK: Final[tuple[Stage, ...]] = ("waiting", "held", "disproved", "absent")
"""Stages in which it is proven, or declared by a person, that the provider has no task of this submission."""

_ALLOWED: Final[dict[type[Event], tuple[Stage, ...]]] = {
    SubmissionResent: BEFORE_ANY_TASK,
    SubmissionNotSent: ("intended",),
    SubmissionConfirmed: ("intended", "unknown", "quarantined", *BEFORE_ANY_TASK),
    SubmissionRejected: ("intended",),
    SubmissionUnknown: ("intended",),
    SubmissionDisproved: ("unknown",),
    SubmissionQuarantined: ("intended", "unknown", "disproved"),
    TaskProcessing: ("confirmed",),
    TaskSucceeded: ("confirmed", "processing"),
    TaskFailed: ("confirmed", "processing"),
    CreationSucceeded: ("confirmed", "processing"),
}
"""Event -> the stages it may follow. A resend only ever follows proof that nothing was accepted (invariant I5)."""

_PROOF: Final[dict[Stage, tuple[ResentAfter, ...]]] = {
    "waiting": ("load", "not_sent"),
    "held": ("account",),
    "disproved": ("disproved",),
    "absent": ("declared_absent",),
}
"""Stage -> what a resend from it may give as its proof."""

LOOKS: Final = 3
"""How many questions by id must have come back empty, beside one scan of the list, before an outcome is disproved."""


CALLS: Final = 32
"""Callbacks of one submission that are noted. A task changes its state three times; noise must not fill a log."""


class StepNotAllowed(Refusal):
    """The protocol does not allow this step from where the submission is."""

    code = "step-not-allowed"


class NotProven(Refusal):
    """The looks do not prove that the provider accepted nothing."""

    code = "not-proven"


class AnotherTask(Refusal):
    """The submission is confirmed as another task (invariant I1)."""

    code = "another-task"


@dataclass(frozen=True, kw_only=True)
class IntendSubmission(Command):
    """Make the intent durable. Nothing may be sent before this is committed."""

    intent: SubmissionIntended


@dataclass(frozen=True, kw_only=True)
class NoteOnSubmission(Command):
    """Write down what became known: an outcome, a task's progress, an anomaly.

    `standing` goes with a resend: what its plan stands on must still stand.
    """

    event: (
        SubmissionResent
        | SubmissionNotSent
        | SubmissionConfirmed
        | SubmissionRejected
        | SubmissionUnknown
        | SubmissionDisproved
        | SubmissionQuarantined
        | TaskProcessing
        | TaskSucceeded
        | TaskFailed
        | CreationSucceeded
        | ProviderAnomaly
        | CallbackReceived
    )
    standing: Standing = field(default_factory=Standing)

    @property
    def reads(self) -> tuple[str, ...]:
        return self.standing.reads


@dataclass(frozen=True, kw_only=True)
class CloseSubmission(Command):
    """What it was for has ended, in the same append. Quiet when it has come to its own end."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class ResolveQuarantine(Command):
    """A person's decision about a submission nobody could settle. `task_id` is the provider's task that is adopted."""

    decision: Decision
    reason: str
    evidence: str = ""
    task_id: str | None = None


@dataclass(frozen=True, slots=True)
class Submission:
    """A submission as it is. `sends` counts every send, `disproofs` how often one was proven to have left nothing.

    `calls` are the digests of the callbacks that were noted.
    """

    stage: Stage = "none"
    intent: SubmissionIntended | None = None
    send_deadline: int = 0
    sends: int = 0
    disproofs: int = 0
    task_id: str | None = None
    rejected: SubmissionRejected | None = None
    succeeded: TaskSucceeded | None = None
    created: CreationSucceeded | None = None
    failed: TaskFailed | None = None
    resolved: QuarantineResolved | None = None
    calls: frozenset[str] = frozenset()
    reason: str = ""
    anomaly: str = ""
    anomalies: frozenset[str] = frozenset()

    @property
    def exists(self) -> bool:
        return self.stage != "none"

    def listens_to(self, call: CallbackReceived) -> bool:
        """Whether a callback is news: not heard before (by its digest), not after the end, not one of too many."""
        ended = self.stage in ("succeeded", "closed")
        return not ended and call.body_sha256 not in self.calls and len(self.calls) < CALLS


def decide(command: Command, state: Submission, reads: Reads) -> Sequence[Event]:
    match command:
        case IntendSubmission():
            must_be_new(state.exists, command.stream)
            return [command.intent]
        case NoteOnSubmission():
            must_exist(state.exists, command.stream)
            return _note(command, state, reads)
        case ResolveQuarantine():
            must_exist(state.exists, command.stream)
            return _resolve(command, state)
        case CloseSubmission():
            must_exist(state.exists, command.stream)
            return _close(command, state)
        case _:
            raise unexpected(command)


def _note(command: NoteOnSubmission, state: Submission, reads: Reads) -> Sequence[Event]:
    event = command.event
    if isinstance(event, ProviderAnomaly):
        return [] if event.what in state.anomalies else [event]
    if isinstance(event, CallbackReceived):
        return [event] if state.listens_to(event) else []
    if isinstance(event, SubmissionConfirmed) and state.task_id is not None:
        if event.task_id == state.task_id:
            return []
        raise AnotherTask(
            f"{command.stream} is confirmed as task {state.task_id}, not {event.task_id}",
            hint="compare both tasks at the provider; one may be an orphan that is billed",
        )
    if isinstance(event, TaskProcessing) and state.stage == "processing":
        return []
    if state.stage not in _ALLOWED[type(event)]:
        raise _not_from(state, command.stream, event.NAME)
    if isinstance(event, SubmissionResent):
        _must_be_proven(event, command, state, reads)
    if isinstance(event, SubmissionDisproved):
        _must_prove(event, state, command.stream)
    return [event]


def _must_be_proven(
    event: SubmissionResent, command: NoteOnSubmission, state: Submission, reads: Reads
) -> None:
    """Raises StepNotAllowed for another stage's proof, and what `must_stand` raises about what the plan stands on."""
    if event.after not in _PROOF[state.stage]:
        raise _not_from(state, command.stream, f"a resend after {event.after}")
    must_stand(command.standing, reads)


def _close(command: CloseSubmission, state: Submission) -> Sequence[Event]:
    if state.stage in ("succeeded", "closed"):
        return []
    if state.stage not in BEFORE_ANY_TASK:
        raise _not_from(state, command.stream, SubmissionClosed.NAME)
    return [SubmissionClosed(reason=command.reason)]


def _not_from(state: Submission, stream: str, what: str) -> StepNotAllowed:
    return StepNotAllowed(
        f"{what} cannot follow: {stream} is {state.stage}", hint="read it again", state=state.stage
    )


def _must_prove(event: SubmissionDisproved, state: Submission, stream: str) -> None:
    """A look proves something only when no byte of any send can still have been on its way. Raises NotProven."""
    late = [look for look in event.looks if look.at > state.send_deadline]
    by_id = sum(look.how == "id" for look in late)
    if by_id < LOOKS or not any(look.how == "list" for look in late):
        raise NotProven(
            f"{stream} is not disproved: {by_id} of {LOOKS} looks by id, and "
            f"{len(late) - by_id} scans of the list, came after its send deadline",
            hint="look again later",
        )


def _resolve(command: ResolveQuarantine, state: Submission) -> Sequence[Event]:
    reason = checked_text(command.reason, "reason", least=3)
    evidence = checked_text(command.evidence, "evidence")
    if (command.decision == "adopt") != (command.task_id is not None):
        raise InvalidCommand(
            "adopt needs task_id, the task to adopt"
            if command.task_id is None
            else f"task_id goes with adopt, and the decision is {command.decision}",
            hint="name the provider's task to adopt; leave it out otherwise",
            path="task_id",
        )
    resolved = QuarantineResolved(
        decision=command.decision, reason=reason, evidence=evidence, task_id=command.task_id
    )
    if resolved == state.resolved and state.stage != "quarantined":
        return []
    if state.stage != "quarantined":
        raise _not_from(state, command.stream, f"the decision to {command.decision.replace('_', ' ')}")
    if command.task_id is None:
        return [resolved]
    return [resolved, SubmissionConfirmed(task_id=command.task_id, via="operator")]


_STAGE: Final[dict[type[Event], Stage]] = {
    SubmissionIntended: "intended",
    SubmissionResent: "intended",
    SubmissionNotSent: "waiting",
    SubmissionConfirmed: "confirmed",
    SubmissionUnknown: "unknown",
    SubmissionDisproved: "disproved",
    SubmissionQuarantined: "quarantined",
    TaskProcessing: "processing",
    TaskSucceeded: "succeeded",
    CreationSucceeded: "succeeded",
    TaskFailed: "closed",
    SubmissionClosed: "closed",
}
_AFTER_REJECTION: Final[dict[str, Stage]] = {"load": "waiting", "account": "held", "final": "closed"}
_AFTER_DECISION: Final[dict[Decision, Stage]] = {"declare_absent": "absent", "abandon": "closed"}


def stage_after(event: Event) -> Stage | None:
    """The stage an event leads to; None for what moves nothing (adopting moves by the confirmation beside it)."""
    match event:
        case SubmissionRejected():
            return _AFTER_REJECTION[event.kind]
        case QuarantineResolved():
            return _AFTER_DECISION.get(event.decision)
        case _:
            return _STAGE.get(type(event))


def evolve(state: Submission, event: Event) -> Submission:
    state = _noted(state, event)
    stage = stage_after(event)
    return state if stage is None else replace(state, stage=stage)


def _noted(state: Submission, event: Event) -> Submission:
    match event:
        case SubmissionIntended():
            return Submission(intent=event, send_deadline=event.send_deadline, sends=1)
        case SubmissionResent():
            return replace(state, send_deadline=event.send_deadline, sends=state.sends + 1)
        case SubmissionNotSent():
            return replace(state, reason=event.reason, rejected=None)
        case SubmissionUnknown() | SubmissionQuarantined() | SubmissionClosed():
            return replace(state, reason=known(event.reason, GONE))
        case SubmissionDisproved():
            return replace(state, disproofs=state.disproofs + 1)
        case SubmissionConfirmed():
            return replace(state, task_id=event.task_id)
        case SubmissionRejected():
            return replace(state, rejected=event, reason=known(event.message, GONE))
        case QuarantineResolved():
            return replace(state, resolved=event, reason=known(event.reason, GONE))
        case CallbackReceived():
            return replace(state, calls=state.calls | {event.body_sha256})
        case _:
            return _followed(state, event)


def _followed(state: Submission, event: Event) -> Submission:
    match event:
        case TaskProcessing():
            return state
        case TaskSucceeded():
            return replace(state, succeeded=event)
        case CreationSucceeded():
            return replace(state, created=event)
        case TaskFailed():
            return replace(state, failed=event, reason=known(event.message, GONE))
        case ProviderAnomaly():
            what = known(event.what, GONE)
            return replace(state, anomaly=what, anomalies=state.anomalies | {what})
        case _:
            raise unexpected(event)


DECIDER = Decider(Submission(), decide, evolve)
