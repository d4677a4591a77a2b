"""What the provider will delete, and what it was told to delete."""

from __future__ import annotations

from registry.views import deadlines
from registry.views.deadlines import Deadlines
from tests.registry.log.opened import STUDIO, Opened, new_id
from tests.registry.log.story import CLIP, SPARE, noted, requested


def told_at(told: Opened, now: int) -> Deadlines:
    with told.registry.reading() as connection:
        return deadlines.deadlines(connection, STUDIO, now=now)


def test_copies_at_the_provider_end(told: Opened) -> None:
    """A clip's copy counts until its moment, and not from then on; the order to delete an element stands until it is done."""
    [copy] = told_at(told, 0).soonest
    assert copy.clip == CLIP
    assert told_at(told, copy.expires_at - 1).standing == 1
    assert told_at(told, copy.expires_at).standing == 0
    assert [one.thing for one in told_at(told, 0).ordered] == [SPARE]


def test_a_result_that_is_not_fetched_is_told(told: Opened) -> None:
    """From when its task is done until its bytes are here, with when the provider deletes it."""
    assert told_at(told, 0).unfetched == ()
    generation, submission = new_id("generation"), new_id("submission")
    for step in requested(generation, submission):
        told.handle(*step)
    told.handle(noted(submission, "SubmissionConfirmed", task_id="task-9"))
    assert told_at(told, 0).unfetched == ()
    told.handle(noted(submission, "TaskSucceeded", url_expires_at=12_345))
    [one] = told_at(told, 0).unfetched
    assert (one.submission, one.subject, one.task_id, one.expires_at) == (
        submission,
        generation,
        "task-9",
        12_345,
    )
