"""Following a confirmed task to its result: ask how it is, and end what is in our store. States never go backwards."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from generation.carrying import ending, settling
from generation.desk import Desk, Held, Moved, Step, Wait
from generation.holding import after_read, refused, silenced
from generation.kling.answers import FAILED, PROCESSING, SUBMITTED, SUCCEED, Task, Video
from generation.kling.client import Absent, Found, NoInformation
from generation.posting import account_of, keep_answer, record, route_of, submission_of
from registry.deciders.command import Command
from registry.deciders.element import INT64, Element
from registry.deciders.generation import Generation
from registry.deciders.submission import NoteOnSubmission
from registry.errors import AlreadyRegistered
from registry.events.submission import (
    CreationSucceeded,
    ProviderAnomaly,
    TaskFailed,
    TaskProcessing,
    TaskSucceeded,
)

_UNITS: Final = re.compile(r"\d{1,12}(\.\d{1,6})?")
_VOICE_ID: Final = re.compile(r"[0-9A-Za-z_-]{1,64}")
Progress = TaskProcessing | TaskSucceeded | TaskFailed | CreationSucceeded


def poll(desk: Desk, held: Held) -> Step:
    """Ask once how the task is. What it says is recorded once; what cannot be is an anomaly and changes no state."""
    submission, intent, task_id = held.paid_by, held.submission.intent, held.submission.task_id
    if submission is None or intent is None or task_id is None:
        raise RuntimeError(f"{held.id} has no confirmed task")
    account = account_of(desk, held, intent.account)
    if silenced(account):
        return Wait(desk.durations.hold(held.lease.attempts), f"all calls of {intent.account} are held")
    found = ask(desk, held, task_id)
    record(desk, held, *after_read(found, account, stream=intent.account))
    pause = desk.durations.poll(held.lease.attempts) * (0.9 + 0.2 * desk.jitter())
    if isinstance(found, NoInformation) and refused(account):
        pause = max(pause, desk.durations.hold(held.lease.attempts))
    if isinstance(found, Absent):
        return _anomaly(desk, held, f"the provider no longer knows task {task_id} it accepted", pause)
    if not isinstance(found, Found):
        return Wait(pause, f"the provider did not say how task {task_id} is: {found.why}")
    event = _progress(desk, held, found)
    if isinstance(event, str):
        return _anomaly(desk, held, event, pause)
    if event is None:
        return Wait(pause, f"task {task_id} is {found.task.task_status}")
    note = NoteOnSubmission(stream=submission, event=event)
    if isinstance(event, CreationSucceeded):
        return _made(desk, held, note, event)
    held.append(desk, note, *_cost(held, event))
    return Moved()


def _made(desk: Desk, held: Held, note: NoteOnSubmission, event: CreationSucceeded) -> Step:
    """What was made, its price and its end, in one append.

    An id that somebody adopted meanwhile stays theirs: the mint ends as lost, and says whose it is to look up.
    """
    settled = settling(held.subject, held.submission, event.units)
    done = replace(held.submission, created=event)
    delivered = ending(held.id, held.subject, done, outcome="delivered")
    try:
        held.append(desk, note, *settled, *delivered)
    except AlreadyRegistered:
        why = f"{event.made_id} was adopted on its account before this mint knew of it: use that binding"
        lost = ending(held.id, held.subject, done, outcome="lost", reason=why)
        held.append(desk, note, *settled, *lost)
    return Moved()


def _cost(held: Held, event: TaskProcessing | TaskSucceeded | TaskFailed) -> list[Command]:
    """A task that is done has its price; a failed one that names none is settled at its end, with nothing."""
    if isinstance(event, TaskProcessing) or (isinstance(event, TaskFailed) and event.units is None):
        return []
    return settling(held.subject, held.submission, event.units)


def deliver(desk: Desk, held: Held) -> Step:
    """The end of what has all it needs: a result in our store, or an id at the provider."""
    held.append(desk, *ending(held.id, held.subject, held.submission, outcome="delivered"))
    return Moved()


def ask(desk: Desk, held: Held, task_id: str) -> Found | Absent | NoInformation:
    """One question about a task, under the account that sent it."""
    intent = held.submission.intent
    if intent is None:
        raise RuntimeError(f"{held.id} has no intent")
    account = desk.registry.state(held.lease.log, intent.account).state
    with desk.kling_for(account) as client:
        return client.task(route_of(intent.route), task_id)


def _progress(desk: Desk, held: Held, found: Found) -> Progress | str | None:
    """The event that is news, None when nothing is, or what is wrong in words."""
    task, stage = found.task, held.submission.stage
    if task.task_status == SUBMITTED:
        return "the task went back from processing to submitted" if stage == "processing" else None
    if task.task_status == PROCESSING:
        return TaskProcessing() if stage == "confirmed" else None
    if task.task_status == FAILED:
        answer = keep_answer(desk, held, submission_of(held), found.raw)
        return TaskFailed(message=task.task_status_msg or "", units=_units(task), answer=answer)
    if task.task_status == SUCCEED:
        return _succeeded(desk, held, found)
    return f"the provider says the task is {task.task_status!r}, a word we do not know"


def _succeeded(desk: Desk, held: Held, found: Found) -> TaskSucceeded | CreationSucceeded | str:
    """What the task made: a film, an element or a voice; or what is missing, in words."""
    task, subject = found.task, held.subject
    if isinstance(subject, Generation):
        if not task.videos:
            return f"task {task.task_id} succeeded without a video"
        return _filmed(desk, held, found, task.videos[0])
    made = _element(task) if isinstance(subject, Element) else _voice(task)
    if made is None:
        what = "an element" if isinstance(subject, Element) else "a voice"
        return f"task {task.task_id} succeeded without {what} whose id can be read"
    answer = keep_answer(desk, held, submission_of(held), found.raw)
    return made.model_copy(update={"units": _units(task), "answer": answer})


def _filmed(desk: Desk, held: Held, found: Found, video: Video) -> TaskSucceeded:
    return TaskSucceeded(
        video_id=video.id,
        url=video.url,
        url_expires_at=_expires(desk, found.task),
        duration=video.duration or "",
        watermark_url=video.watermark_url or "",
        units=_units(found.task),
        answer=keep_answer(desk, held, submission_of(held), found.raw),
    )


def _element(task: Task) -> CreationSucceeded | None:
    for made in task.elements:
        if made.element_id.isascii() and made.element_id.isdigit() and int(made.element_id) in INT64:
            voice = made.voice_id if _VOICE_ID.fullmatch(made.voice_id) else ""
            return CreationSucceeded(made_id=made.element_id, voice_id=voice)
    return None


def _voice(task: Task) -> CreationSucceeded | None:
    for made in task.voices:
        if _VOICE_ID.fullmatch(made.voice_id):
            return CreationSucceeded(made_id=made.voice_id, trial_url=made.trial_url or "")
    return None


def _units(task: Task) -> str | None:
    """The deduction as the provider wrote it; None when it wrote none that can be read (the raw answer is kept)."""
    text = task.final_unit_deduction or ""
    return text if _UNITS.fullmatch(text) else None


def _anomaly(desk: Desk, held: Held, what: str, pause: float) -> Step:
    """Noted once per wording; polling goes on."""
    if what not in held.submission.anomalies:
        note = NoteOnSubmission(stream=submission_of(held), event=ProviderAnomaly(what=what))
        held.append(desk, note)
    return Wait(pause, what)


def _expires(desk: Desk, task: Task) -> int:
    """When the provider deletes the result, counted from when it says it finished, if that is in the past."""
    now = desk.now()
    finished = min(now, task.updated_at * 1_000) if task.updated_at else now
    return finished + int(desk.durations.result_lifetime * 1_000_000)
