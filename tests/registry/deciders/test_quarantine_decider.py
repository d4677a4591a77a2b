"""What proves that nothing was accepted, what a person decides when nothing does, and when a submission is closed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import pytest

from registry.deciders.command import AlreadyRetired
from registry.deciders.standing import Standing
from registry.deciders.submission import (
    CloseSubmission,
    NoteOnSubmission,
    NotProven,
    ResolveQuarantine,
    StepNotAllowed,
)
from registry.errors import InvalidCommand, NotFound
from registry.events.envelope import Event
from registry.events.submission import (
    Decision,
    Look,
    QuarantineResolved,
    SubmissionClosed,
    SubmissionConfirmed,
    SubmissionDisproved,
    SubmissionIntended,
)
from tests.registry.deciders.given import folded, given
from tests.registry.events.golden import an_id, example

SUBMISSION, ELEMENT = an_id("submission"), an_id("element")
INTENT = example("SubmissionIntended")
assert isinstance(INTENT, SubmissionIntended)
DEADLINE: Final = INTENT.send_deadline
UNKNOWN = [INTENT, example("SubmissionUnknown")]
QUARANTINED = [*UNKNOWN, example("SubmissionQuarantined")]
LOAD = [INTENT, example("SubmissionRejected")]
ADOPT = ResolveQuarantine(
    stream=SUBMISSION, decision="adopt", reason=" seen in the console ", evidence="ticket 4711", task_id="t-9"
)
ABSENT = ResolveQuarantine(stream=SUBMISSION, decision="declare_absent", reason="support says so")
CLOSE = CloseSubmission(stream=SUBMISSION, reason="its generation ended as cancelled")


def looks(*how: tuple[str, int]) -> NoteOnSubmission:
    """A disproof by looks of a kind, each so many microseconds after the send deadline."""
    event = SubmissionDisproved(looks=tuple(Look(how=kind, at=DEADLINE + after) for kind, after in how))  # type: ignore[arg-type]
    return NoteOnSubmission(stream=SUBMISSION, event=event)


def resolved(**fields: Any) -> QuarantineResolved:
    return QuarantineResolved(**fields)


def test_three_looks_and_the_list_disprove() -> None:
    """Three looks by id and one scan of the list, all after the send deadline, prove that nothing was accepted."""
    command = looks(("id", 1), ("id", 2), ("id", 3), ("list", 4))

    assert given(*UNKNOWN).when(command) == [command.event]


@pytest.mark.parametrize(
    "seen",
    [
        [],
        [("id", 1), ("id", 2), ("list", 3)],
        [("id", 1), ("id", 2), ("id", 3)],
        [("list", 1), ("list", 2), ("list", 3), ("list", 4)],
        [("id", 0), ("id", 1), ("id", 2), ("list", 3)],
        [("id", -1), ("id", -1), ("id", -1), ("list", 1)],
        [("id", 1), ("id", 2), ("id", 3), ("list", 0)],
    ],
    ids=["none", "too few", "no list", "only lists", "one at the deadline", "all early", "list early"],
)
def test_looks_that_prove_nothing(seen: list[tuple[str, int]]) -> None:
    """Too few looks, no list, or looks made while a byte could still be on its way are refused as proof."""
    given(*UNKNOWN).refuses(looks(*seen), NotProven, SUBMISSION)


def test_looks_before_a_resend_prove_nothing_about_it() -> None:
    """What was seen after the first send's deadline says nothing about a later send, whose deadline is later."""
    resent = [*LOAD, example("SubmissionResent", send_deadline=DEADLINE + 10), example("SubmissionUnknown")]

    given(*resent).refuses(looks(("id", 1), ("id", 2), ("id", 3), ("list", 4)), NotProven)


def test_a_person_adopts_a_task() -> None:
    """Adopting confirms the named task in the same append, and says who decided on which grounds."""
    decided = resolved(decision="adopt", reason="seen in the console", evidence="ticket 4711", task_id="t-9")

    assert given(*QUARANTINED).when(ADOPT) == [decided, SubmissionConfirmed(task_id="t-9", via="operator")]
    assert folded(SUBMISSION, [*QUARANTINED, *given(*QUARANTINED).when(ADOPT)]).task_id == "t-9"


@pytest.mark.parametrize(("decision", "stage"), [("declare_absent", "absent"), ("abandon", "closed")])
def test_a_person_decides_without_a_task(decision: Decision, stage: str) -> None:
    """Declared absent it may be sent again; abandoned it is closed."""
    decided = given(*QUARANTINED).when(replace(ABSENT, decision=decision))

    assert decided == [resolved(decision=decision, reason="support says so")]
    assert folded(SUBMISSION, [*QUARANTINED, *decided]).stage == stage


def test_a_decision_is_whole() -> None:
    """A task goes with adopting and with nothing else, and a reason is never empty."""
    standing = given(*QUARANTINED)

    standing.refuses(replace(ADOPT, task_id=None), InvalidCommand, "task_id")
    standing.refuses(replace(ABSENT, task_id="t-9"), InvalidCommand, "task_id")
    standing.refuses(replace(ABSENT, reason="  "), InvalidCommand, "reason")


@pytest.mark.parametrize("history", [[INTENT], UNKNOWN, LOAD, [INTENT, example("SubmissionConfirmed")]])
def test_only_what_is_quarantined_is_decided(history: list[Event]) -> None:
    """While the protocol can still find out by itself, nobody decides over it; the refusal names the state."""
    refused = given(*history).refuses(ABSENT, StepNotAllowed, SUBMISSION)

    assert refused.detail["state"] == folded(SUBMISSION, history).stage
    given().refuses(ABSENT, NotFound, SUBMISSION)


def test_of_two_decisions_one_wins() -> None:
    """The same decision again is quiet; another one is refused with the state the first one led to."""
    decided = given(*QUARANTINED, *given(*QUARANTINED).when(ABSENT))

    assert decided.when(ABSENT) == []
    assert decided.refuses(ADOPT, StepNotAllowed).detail["state"] == "absent"


def test_a_decision_of_earlier_is_none_for_now() -> None:
    """What was declared absent, sent again and quarantined again may be declared absent again, in the same words."""
    again = [example("SubmissionResent", after="declared_absent"), *QUARANTINED[1:]]
    history = [*QUARANTINED, *given(*QUARANTINED).when(ABSENT), *again]

    assert given(*history).when(ABSENT) == [resolved(decision="declare_absent", reason="support says so")]


def test_what_waits_is_closed_with_its_generation() -> None:
    """A submission without a task is closed when its generation ends, and is never sent again."""
    assert given(*LOAD).when(CLOSE) == [SubmissionClosed(reason=CLOSE.reason)]
    closed = given(*LOAD, SubmissionClosed(reason=CLOSE.reason))
    closed.refuses(NoteOnSubmission(stream=SUBMISSION, event=example("SubmissionResent")), StepNotAllowed)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "history", [[INTENT], UNKNOWN, QUARANTINED, [INTENT, example("SubmissionConfirmed")]]
)
def test_what_may_be_paid_for_is_not_closed(history: list[Event]) -> None:
    """Nothing that may have a task is closed over it, so no generation ends over it either."""
    given(*history).refuses(CLOSE, StepNotAllowed, SUBMISSION)


def test_what_has_its_own_end_is_left_alone() -> None:
    """Closing what has failed, succeeded or was refused for good is quiet."""
    confirmed = [INTENT, example("SubmissionConfirmed")]

    assert given(*confirmed, example("TaskSucceeded")).when(CLOSE) == []
    assert given(*confirmed, example("TaskFailed")).when(CLOSE) == []
    assert given(INTENT, example("SubmissionRejected", kind="final")).when(CLOSE) == []


def test_a_resend_stands_on_what_still_stands() -> None:
    """An element that was retired since the first send stops a resend, as it would have stopped the intent."""
    event: Any = example("SubmissionResent")
    resend = NoteOnSubmission(stream=SUBMISSION, event=event, standing=Standing((ELEMENT,)))
    adopted = example("ElementAdopted")

    assert given(*LOAD).and_(ELEMENT, adopted).when(resend) == [event]
    given(*LOAD).and_(ELEMENT, adopted, example("ElementRetired")).refuses(resend, AlreadyRetired, ELEMENT)
    given(*LOAD).refuses(resend, NotFound, ELEMENT)
