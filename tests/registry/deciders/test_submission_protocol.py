"""The protocol that never pays twice: every stage against every event, from a table of its own."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given as examples
from hypothesis import settings
from hypothesis import strategies as st

from registry.deciders.command import AlreadyExists
from registry.deciders.submission import (
    AnotherTask,
    IntendSubmission,
    NoteOnSubmission,
    StepNotAllowed,
    Submission,
)
from registry.errors import NotFound, Refusal
from registry.events.envelope import Event
from registry.events.submission import SubmissionConfirmed, SubmissionIntended, SubmissionResent
from tests.proof import times
from tests.registry.deciders.given import folded, given
from tests.registry.events.golden import an_id, example

SUBMISSION = an_id("submission")
INTENT = example("SubmissionIntended")
assert isinstance(INTENT, SubmissionIntended)

STEPS: Final[dict[str, Event]] = {
    "resent": example("SubmissionResent"),
    "resent, not sent": example("SubmissionResent", after="not_sent"),
    "resent, account": example("SubmissionResent", after="account"),
    "resent, disproved": example("SubmissionResent", after="disproved"),
    "resent, declared": example("SubmissionResent", after="declared_absent"),
    "not sent": example("SubmissionNotSent"),
    "confirmed": example("SubmissionConfirmed"),
    "found": example("SubmissionConfirmed", via="lookup"),
    "other task": example("SubmissionConfirmed", task_id="task-2"),
    "load": example("SubmissionRejected"),
    "account": example("SubmissionRejected", kind="account", code=1102),
    "final": example("SubmissionRejected", kind="final", http=400, code=1201),
    "unknown": example("SubmissionUnknown"),
    "disproved": example("SubmissionDisproved"),
    "quarantined": example("SubmissionQuarantined"),
    "processing": example("TaskProcessing"),
    "succeeded": example("TaskSucceeded"),
    "failed": example("TaskFailed"),
    "anomaly": example("ProviderAnomaly"),
    "called": example("CallbackReceived"),
}
"""Everything that can become known."""

DECIDED: Final[dict[str, Event]] = {
    "declared absent": example("QuarantineResolved", decision="declare_absent", task_id=None),
    "abandoned": example("QuarantineResolved", decision="abandon", task_id=None),
    "closed": example("SubmissionClosed"),
}
"""What a person, or the end of the generation, adds."""

PATHS: Final = {
    "none": [],
    "intended": ["intend"],
    "unknown": ["intend", "unknown"],
    "disproved": ["intend", "unknown", "disproved"],
    "quarantined": ["intend", "unknown", "quarantined"],
    "absent": ["intend", "unknown", "quarantined", "declared absent"],
    "abandoned": ["intend", "unknown", "quarantined", "abandoned"],
    "waiting": ["intend", "load"],
    "waiting, nothing sent": ["intend", "not sent"],
    "held": ["intend", "account"],
    "refused": ["intend", "final"],
    "closed": ["intend", "load", "closed"],
    "confirmed": ["intend", "confirmed"],
    "processing": ["intend", "confirmed", "processing"],
    "succeeded": ["intend", "confirmed", "processing", "succeeded"],
    "failed": ["intend", "confirmed", "failed"],
}
"""How each stage is reached."""

FOUND: Final = {"confirmed": "confirmed", "found": "confirmed", "other task": "confirmed"}
"""A task that turns up is adopted from wherever none was known: it was paid for."""

LEADS: Final = {
    "intended": {
        **FOUND,
        "not sent": "waiting",
        "load": "waiting",
        "account": "held",
        "final": "closed",
        "unknown": "unknown",
        "quarantined": "quarantined",
    },
    "unknown": {**FOUND, "disproved": "disproved", "quarantined": "quarantined"},
    "disproved": {**FOUND, "resent, disproved": "intended", "quarantined": "quarantined"},
    "quarantined": FOUND,
    "absent": {**FOUND, "resent, declared": "intended"},
    "abandoned": {},
    "waiting": {**FOUND, "resent": "intended", "resent, not sent": "intended"},
    "waiting, nothing sent": {**FOUND, "resent": "intended", "resent, not sent": "intended"},
    "held": {**FOUND, "resent, account": "intended"},
    "refused": {},
    "closed": {},
    "confirmed": {"processing": "processing", "succeeded": "succeeded", "failed": "closed"},
    "processing": {"succeeded": "succeeded", "failed": "closed"},
    "succeeded": {},
    "failed": {},
}
"""Stage -> step -> the stage it leads to. What is not here must not happen."""

QUIET: Final = {
    "confirmed": {"confirmed", "found"},
    "processing": {"confirmed", "found", "processing"},
    "succeeded": {"confirmed", "found"},
    "failed": {"confirmed", "found"},
}
"""Repeats of what is known already: they write nothing."""

SECOND_TASK: Final = set(QUIET)
"""Stages with a task, where news of another task is its own refusal."""

ENDED: Final = ("succeeded", "failed", "refused", "abandoned", "closed")
"""Stages after which a callback is no news at all."""

CELLS: Final = [(stage, step) for stage in LEADS for step in STEPS]


def history(stage: str) -> list[Event]:
    return [INTENT if step == "intend" else (STEPS | DECIDED)[step] for step in PATHS[stage]]


def note(step: str) -> NoteOnSubmission:
    return NoteOnSubmission(stream=SUBMISSION, event=STEPS[step])  # type: ignore[arg-type]


@pytest.mark.parametrize(("stage", "step"), CELLS)
def test_every_step_from_every_stage(stage: str, step: str) -> None:
    """Each step leads where the table says, repeats are quiet, and everything else is refused."""
    before = given(*history(stage))

    if step == "called" and stage in ENDED:
        assert before.when(note(step)) == []
    elif step in ("anomaly", "called"):
        assert before.when(note(step)) == [STEPS[step]]
        assert (
            folded(SUBMISSION, [*history(stage), STEPS[step]]).stage
            == folded(SUBMISSION, history(stage)).stage
        )
    elif step in LEADS[stage]:
        assert before.when(note(step)) == [STEPS[step]]
        assert folded(SUBMISSION, [*history(stage), STEPS[step]]).stage == LEADS[stage][step]
    elif step in QUIET.get(stage, ()):
        assert before.when(note(step)) == []
    else:
        refusal = AnotherTask if step == "other task" and stage in SECOND_TASK else StepNotAllowed
        before.refuses(note(step), refusal, SUBMISSION)


@pytest.mark.parametrize("stage", LEADS)
def test_an_intent_is_written_once(stage: str) -> None:
    """A second intent under the same id is refused, whatever became of the first; never quiet."""
    intend = IntendSubmission(stream=SUBMISSION, intent=INTENT)

    assert given().when(intend) == [INTENT]
    given(*history(stage)).refuses(intend, AlreadyExists, SUBMISSION)


@pytest.mark.parametrize("step", STEPS)
def test_nothing_becomes_known_of_what_was_not_intended(step: str) -> None:
    """Without a durable intent there is nothing to say (invariant I3)."""
    given().refuses(note(step), NotFound, SUBMISSION)


def test_stages_carry_what_the_worker_needs() -> None:
    """The deadline is the newest send's, sends are counted, and task and reason are kept."""
    resent = SubmissionResent(send_deadline=5, epoch=2, after="load")
    state: Submission = folded(SUBMISSION, [*history("waiting"), resent, STEPS["confirmed"]])

    assert (state.send_deadline, state.sends, state.task_id) == (5, 2, "task-1")
    assert (state.intent, state.disproofs) == (INTENT, 0)
    assert folded(SUBMISSION, history("disproved")).disproofs == 1
    assert folded(SUBMISSION, history("failed")).reason == "content risk control"


@settings(max_examples=times(300), deadline=None)
@examples(st.lists(st.sampled_from(sorted(STEPS)), max_size=12))
def test_no_order_of_news_breaks_the_protocol(steps: list[str]) -> None:
    """Whatever arrives in whatever order: one task at most, a resend only after proof, and no way back from an end."""
    log: list[Event] = [INTENT]
    for step in steps:
        before = folded(SUBMISSION, log)
        try:
            news = given(*log).when(note(step))
        except Refusal:
            continue
        log.extend(news)
        if any(isinstance(event, SubmissionResent) for event in news):
            assert before.stage in ("waiting", "held", "disproved")
        if before.stage in ("succeeded", "closed"):
            assert folded(SUBMISSION, log).stage == before.stage

    tasks = {event.task_id for event in log if isinstance(event, SubmissionConfirmed)}
    assert len(tasks) <= 1
