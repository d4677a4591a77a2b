"""Submissions: one paid create call. This is the protocol that never pays twice, as a state machine.

```
none -> intended -> confirmed -> processing -> succeeded
              |          ^            `------> closed (failed)
              |-> unknown'  (looked up, never resent)
              |-> waiting   (load, or not a byte was sent) -> intended again (SubmissionResent)
              |-> held      (the account was refused)      -> intended again (SubmissionResent)
              `-> closed    (refused for good)
```
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from registry.deciders.command import Command, Decider, Reads, must_be_new, must_exist, unexpected
from registry.errors import Refusal
from registry.events.envelope import Event
from registry.events.submission import (
    ProviderAnomaly,
    SubmissionConfirmed,
    SubmissionIntended,
    SubmissionNotSent,
    SubmissionRejected,
    SubmissionResent,
    SubmissionUnknown,
    TaskFailed,
    TaskProcessing,
    TaskSucceeded,
)

Stage = Literal[
    "none", "intended", "unknown", "waiting", "held", "confirmed", "processing", "succeeded", "closed"
]

_AFTER_SEND: Final = ("intended", "unknown")
_ALLOWED: Final[dict[type[Event], tuple[Stage, ...]]] = {
    SubmissionResent: ("waiting", "held"),
    SubmissionNotSent: ("intended",),
    SubmissionConfirmed: _AFTER_SEND,
    SubmissionRejected: ("intended",),
    SubmissionUnknown: ("intended",),
    TaskProcessing: ("confirmed",),
    TaskSucceeded: ("confirmed", "processing"),
    TaskFailed: ("confirmed", "processing"),
}
"""Event -> the stages it may follow. A resend only ever follows proof that nothing was accepted (invariant I5)."""


class StepNotAllowed(Refusal):
    """The protocol does not allow this step from where the submission is."""

    code = "step-not-allowed"


class AnotherTask(Refusal):
    """The submission is confirmed as another task (invariant I1)."""

    code = "another-task"


@dataclass(frozen=True, kw_only=True)
class IntendSubmission(Command):
    """Make the intent durable. Nothing may be sent before this is committed."""

    intent: SubmissionIntended


@dataclass(frozen=True, kw_only=True)
class NoteOnSubmission(Command):
    """Write down what became known: an outcome, a task's progress, an anomaly."""

    event: (
        SubmissionResent
        | SubmissionNotSent
        | SubmissionConfirmed
        | SubmissionRejected
        | SubmissionUnknown
        | TaskProcessing
        | TaskSucceeded
        | TaskFailed
        | ProviderAnomaly
    )


@dataclass(frozen=True, slots=True)
class Submission:
    """A submission as it is. `sends` counts sends that may have reached the provider or were refused by it."""

    stage: Stage = "none"
    intent: SubmissionIntended | None = None
    send_deadline: int = 0
    sends: int = 0
    task_id: str | None = None
    rejected: SubmissionRejected | None = None
    succeeded: TaskSucceeded | None = None
    failed: TaskFailed | None = None
    reason: str = ""
    anomaly: str = ""

    @property
    def exists(self) -> bool:
        return self.stage != "none"


def decide(command: Command, state: Submission, _reads: Reads) -> Sequence[Event]:
    match command:
        case IntendSubmission():
            must_be_new(state.exists, command.stream)
            return [command.intent]
        case NoteOnSubmission():
            must_exist(state.exists, command.stream)
            return _note(command, state)
        case _:
            raise unexpected(command)


def _note(command: NoteOnSubmission, state: Submission) -> Sequence[Event]:
    event = command.event
    if isinstance(event, ProviderAnomaly):
        return [event]
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
        raise StepNotAllowed(
            f"{event.NAME} cannot follow: {command.stream} is {state.stage}", hint="read it again"
        )
    return [event]


def evolve(state: Submission, event: Event) -> Submission:
    match event:
        case SubmissionIntended():
            return Submission("intended", event, event.send_deadline, sends=1)
        case SubmissionResent():
            return replace(state, stage="intended", send_deadline=event.send_deadline, sends=state.sends + 1)
        case SubmissionNotSent():
            return replace(state, stage="waiting", reason=event.reason)
        case SubmissionConfirmed():
            return replace(state, stage="confirmed", task_id=event.task_id)
        case SubmissionRejected():
            stage: Stage = {"load": "waiting", "account": "held", "final": "closed"}[event.kind]  # type: ignore[assignment]
            return replace(state, stage=stage, rejected=event, reason=event.message)
        case SubmissionUnknown():
            return replace(state, stage="unknown", reason=event.reason)
        case TaskProcessing():
            return replace(state, stage="processing")
        case TaskSucceeded():
            return replace(state, stage="succeeded", succeeded=event)
        case TaskFailed():
            return replace(state, stage="closed", failed=event, reason=event.message)
        case ProviderAnomaly():
            return replace(state, anomaly=event.what)
        case _:
            raise unexpected(event)


DECIDER = Decider(Submission(), decide, evolve)
