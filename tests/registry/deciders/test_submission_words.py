"""What a submission keeps of each event, and what its refusals say: an operator decides about money by these words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import pytest

from registry.deciders.submission import (
    AnotherTask,
    CloseSubmission,
    NoteOnSubmission,
    NotProven,
    ResolveQuarantine,
    StepNotAllowed,
    Submission,
    stage_after,
)
from registry.errors import InvalidCommand, NotFound
from registry.events.envelope import Event
from registry.events.personal import ERASED, GONE
from registry.events.submission import Look, SubmissionDisproved, SubmissionIntended
from tests.registry.deciders.given import folded, given
from tests.registry.events.golden import an_id, example

SUBMISSION: Final = an_id("submission")
INTENT = example("SubmissionIntended")
assert isinstance(INTENT, SubmissionIntended)
DEADLINE: Final = INTENT.send_deadline
UNKNOWN = [INTENT, example("SubmissionUnknown")]
QUARANTINED = [*UNKNOWN, example("SubmissionQuarantined")]
LOAD = [INTENT, example("SubmissionRejected")]
CONFIRMED = [INTENT, example("SubmissionConfirmed")]
ABANDON = ResolveQuarantine(stream=SUBMISSION, decision="abandon", reason="too old")


def note(name: str, **changes: Any) -> NoteOnSubmission:
    return NoteOnSubmission(stream=SUBMISSION, event=example(name, **changes))  # type: ignore[arg-type]


def state(*history: Event) -> Submission:
    found: Submission = folded(SUBMISSION, history)
    return found


def test_an_intent_begins_everything() -> None:
    """One send, by its deadline; nothing else is known."""
    assert state(INTENT) == Submission(stage="intended", intent=INTENT, send_deadline=DEADLINE, sends=1)
    assert (state().exists, state(INTENT).exists) == (False, True)


@pytest.mark.parametrize(
    ("before", "name", "kept"),
    [
        ([INTENT], "SubmissionNotSent", {"reason"}),
        ([INTENT], "SubmissionUnknown", {"reason"}),
        (UNKNOWN, "SubmissionQuarantined", {"reason"}),
        (LOAD, "SubmissionClosed", {"reason"}),
        ([INTENT], "SubmissionRejected", {"reason", "rejected"}),
        (UNKNOWN, "SubmissionDisproved", {"disproofs"}),
        (CONFIRMED, "TaskProcessing", set()),
        (CONFIRMED, "TaskSucceeded", {"succeeded"}),
        (CONFIRMED, "CreationSucceeded", {"created"}),
        (CONFIRMED, "TaskFailed", {"failed", "reason"}),
        (CONFIRMED, "ProviderAnomaly", {"anomaly", "anomalies"}),
        (CONFIRMED, "CallbackReceived", {"calls"}),
    ],
)
def test_an_event_changes_what_it_speaks_of(before: list[Event], name: str, kept: set[str]) -> None:
    """And the stage, if it moves anything; all else stays as it was."""
    event: Any = example(name)
    old, new = state(*before), state(*before, event)
    told: dict[str, Any] = {
        "reason": getattr(event, "reason", getattr(event, "message", "")),
        "rejected": event,
        "succeeded": event,
        "created": event,
        "failed": event,
        "disproofs": 1,
        "anomaly": getattr(event, "what", ""),
        "anomalies": {getattr(event, "what", "")},
        "calls": {getattr(event, "body_sha256", "")},
    }

    assert new == replace(old, stage=stage_after(event) or old.stage, **{what: told[what] for what in kept})


def test_an_erased_reason_says_so() -> None:
    """Wherever words may speak of a person, their erasure leaves a mark that people can read, and no crash."""
    for before, name, field in (
        ([INTENT], "SubmissionUnknown", "reason"),
        (UNKNOWN, "SubmissionQuarantined", "reason"),
        ([INTENT], "SubmissionRejected", "message"),
        (QUARANTINED, "QuarantineResolved", "reason"),
        (CONFIRMED, "TaskFailed", "message"),
    ):
        gone = example(name).model_copy(update={field: ERASED})
        assert state(*before, gone).reason == GONE
    gone = example("ProviderAnomaly").model_copy(update={"what": ERASED})
    assert (state(*CONFIRMED, gone).anomaly, state(*CONFIRMED, gone).anomalies) == (GONE, {GONE})


def test_a_send_that_never_began_forgets_the_refusal_before() -> None:
    """What proves the next resend is the newest thing that happened."""
    again = [*LOAD, example("SubmissionResent"), example("SubmissionNotSent")]

    assert state(*LOAD).rejected is not None
    assert state(*again).rejected is None
    assert state(*again, example("SubmissionResent", after="not_sent")).sends == 3
    both = [
        *UNKNOWN,
        example("SubmissionDisproved"),
        example("SubmissionResent", after="disproved"),
        *UNKNOWN[1:],
    ]
    assert state(*both, example("SubmissionDisproved")).disproofs == 2


def test_anomalies_are_noted_once_each() -> None:
    """Whatever came between; the newest is shown."""
    first, second = note("ProviderAnomaly", what="a"), note("ProviderAnomaly", what="b")
    heard = [*CONFIRMED, first.event, second.event]

    assert given(*CONFIRMED).when(first) == [first.event]
    assert given(*heard).when(first) == given(*heard).when(second) == []
    assert (state(*heard).anomaly, state(*heard).anomalies) == ("b", {"a", "b"})


def test_a_decision_keeps_its_words() -> None:
    """The decision as it was made, and its reason; adopting moves nothing by itself."""
    decided: Any = example("QuarantineResolved", decision="adopt", task_id="t-9")
    after = state(*QUARANTINED, decided)

    assert (after.resolved, after.reason, after.stage) == (decided, decided.reason, "quarantined")
    assert state(*QUARANTINED, decided, example("SubmissionConfirmed", task_id="t-9")).stage == "confirmed"


def test_a_step_that_cannot_follow_is_told_with_both() -> None:
    """What was to happen, and where the submission is."""
    cases: list[tuple[list[Event], Any, str]] = [
        ([INTENT], note("SubmissionResent"), f"SubmissionResent cannot follow: {SUBMISSION} is intended"),
        (
            LOAD,
            note("SubmissionResent", after="account"),
            f"a resend after account cannot follow: {SUBMISSION} is waiting",
        ),
        (
            [INTENT],
            CloseSubmission(stream=SUBMISSION, reason="x"),
            f"SubmissionClosed cannot follow: {SUBMISSION} is intended",
        ),
        (
            UNKNOWN,
            replace(ABANDON, decision="declare_absent"),
            f"the decision to declare absent cannot follow: {SUBMISSION} is unknown",
        ),
    ]
    for history, command, words in cases:
        refused = given(*history).refuses(command, StepNotAllowed, f"^{words}$")
        assert refused.detail == {"state": state(*history).stage}


def test_nothing_is_closed_or_decided_that_does_not_exist() -> None:
    """The refusal names what was looked for."""
    for command in (CloseSubmission(stream=SUBMISSION, reason="x"), ABANDON):
        given().refuses(command, NotFound, f"there is no {SUBMISSION}")


def test_another_task_is_told_with_both() -> None:
    """One may be an orphan that is billed."""
    other = note("SubmissionConfirmed", task_id="task-2")

    given(*CONFIRMED).refuses(other, AnotherTask, f"^{SUBMISSION} is confirmed as task task-1, not task-2$")


def test_what_is_not_proven_is_told_in_numbers() -> None:
    """How many looks came after the deadline, and how many scans of the list."""
    looks = (
        [Look(how="id", at=DEADLINE + 1)] * 2
        + [Look(how="list", at=DEADLINE + 1)]
        + [Look(how="id", at=DEADLINE)]
    )
    early = NoteOnSubmission(stream=SUBMISSION, event=SubmissionDisproved(looks=tuple(looks)))

    words = "is not disproved: 2 of 3 looks by id, and 1 scans of the list, came after its send deadline"
    given(*UNKNOWN).refuses(early, NotProven, words)


def test_a_decision_has_words_enough() -> None:
    """A reason of three characters at least, and evidence of any; each is named where it is too long."""
    standing = given(*QUARANTINED)

    assert standing.when(replace(ABANDON, reason="old", evidence=""))
    assert standing.refuses(replace(ABANDON, reason="so"), InvalidCommand, "reason has 2").detail == {
        "path": "reason"
    }
    long = replace(ABANDON, evidence="x" * 100_000)
    assert standing.refuses(long, InvalidCommand, "evidence has").detail == {"path": "evidence"}


def test_a_task_goes_with_adopting_alone() -> None:
    """The refusal says which of the two is missing or too much."""
    standing = given(*QUARANTINED)
    lacking = standing.refuses(replace(ABANDON, decision="adopt"), InvalidCommand, "^adopt needs task_id")
    too_much = standing.refuses(
        replace(ABANDON, task_id="t"), InvalidCommand, "^task_id goes with adopt, .* abandon$"
    )

    assert lacking.detail == too_much.detail == {"path": "task_id"}
