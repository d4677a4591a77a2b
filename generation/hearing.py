"""The provider calls: its word is noted and pulls the next question forward. Only an answer to our question moves state."""

from __future__ import annotations

from typing import Final

from generation.kling.calls import Call
from registry.deciders.submission import NoteOnSubmission, Stage, Submission
from registry.errors import NotFound
from registry.events.envelope import Context
from registry.events.submission import CallbackReceived
from registry.registry import Registry
from registry.views import submissions

ASKED_ABOUT: Final[tuple[Stage, ...]] = ("confirmed", "processing")
"""Stages in which there is a question to pull forward. Looks for an unknown outcome keep their distance (they prove something by
it), and pauses that a refusal or a person asked for are not the caller's to end."""


def hear(registry: Registry, submission: str, call: Call, *, floor: float, context: Context) -> None:
    """Note the call and hurry the poll, at least `floor` seconds after the last one. Raises NotFound.

    What was heard before, and anything after the end, changes nothing and writes nothing.
    """
    with registry.reading() as connection:
        log = submissions.log_of(connection, submission)
    if log is None:
        raise NotFound(f"there is no {submission}", hint="check the id")
    state: Submission = registry.state(log, submission).state
    event = CallbackReceived(status=call.status, task_id=call.task_id, body_sha256=call.body_sha256)
    if not state.listens_to(event):
        return
    handled = registry.handle(log, [NoteOnSubmission(stream=submission, event=event)], context=context)
    if handled.recorded and state.intent is not None and state.stage in ASKED_ABOUT:
        registry.hurry(log, state.intent.subject, due=registry.clock(), floor=int(floor * 1_000_000))
