"""Callbacks as a submission hears them: noted while they are news, quiet otherwise, and never more than a note."""

from __future__ import annotations

import pytest

from registry.deciders.submission import CALLS, NoteOnSubmission
from registry.errors import NotFound
from registry.events.envelope import Event
from registry.events.submission import CallbackReceived
from tests.registry.deciders.given import folded, given
from tests.registry.deciders.test_submission_protocol import PATHS, SUBMISSION, history
from tests.registry.events.golden import example

OVER = ("succeeded", "failed", "refused", "abandoned", "closed")
"""Stages after which nothing more is expected of the provider."""


def called(number: int = 0, **changes: str) -> CallbackReceived:
    event = example("CallbackReceived", body_sha256=f"{number:064x}", **changes)
    assert isinstance(event, CallbackReceived)
    return event


def note(event: CallbackReceived) -> NoteOnSubmission:
    return NoteOnSubmission(stream=SUBMISSION, event=event)


@pytest.mark.parametrize("stage", [stage for stage in PATHS if stage not in ("none", *OVER)])
def test_a_call_is_noted_and_moves_nothing(stage: str) -> None:
    """Whatever a call claims, in whatever stage: it is one note, and the submission stands where it stood."""
    for status in ("succeed", "failed", "submitted"):
        call = called(status=status)
        before = folded(SUBMISSION, history(stage))
        after = folded(SUBMISSION, [*history(stage), call])

        assert given(*history(stage)).when(note(call)) == [call]
        assert (after.stage, after.task_id, after.succeeded) == (
            before.stage,
            before.task_id,
            before.succeeded,
        )


def test_calls_are_quiet_when_they_are_no_news() -> None:
    """A body heard before, also when others came between, and any call after the end, write nothing."""
    heard: list[Event] = [*history("processing"), called(1), called(2)]
    assert given(*heard).when(note(called(1, status="failed"))) == []
    for stage in OVER:
        assert given(*history(stage)).when(note(called())) == []


def test_a_flood_of_calls_ends() -> None:
    """However many different bodies come, only so many are noted."""
    flood = [called(number) for number in range(CALLS)]
    assert given(*history("confirmed"), *flood[:-1]).when(note(flood[-1])) == [flood[-1]]
    assert given(*history("confirmed"), *flood).when(note(called(CALLS))) == []


def test_nobody_calls_about_what_does_not_exist() -> None:
    """A call about a submission that was never intended is refused."""
    given().refuses(note(called()), NotFound, SUBMISSION)
