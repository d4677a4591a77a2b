"""An outcome nobody knows: asked for by our own id until it is found, disproved, or a person's to decide.

Found counts at once. "Not found" counts only when no byte of any send can still be on its way: so many looks, spaced, after the
send deadline and a grace, and then one scan of the account's list back to before the intent. Everything else (refusals,
time-outs, broken answers) is no information. Who asks must be who sent: another host, or a key nobody attested for the account,
could only say "not found", so that goes to a person.
"""

from __future__ import annotations

from typing import Final

from pydantic import TypeAdapter, ValidationError

from generation.desk import Desk, Held, Moved, Step, Wait
from generation.holding import after_read, silenced
from generation.kling.answers import Task
from generation.kling.client import Absent, Found, KlingClient, NoInformation
from generation.posting import account_of, keep_answer, record, route_of, submission_of
from registry.deciders.submission import LOOKS, NoteOnSubmission
from registry.events.submission import (
    Look,
    SubmissionConfirmed,
    SubmissionDisproved,
    SubmissionIntended,
    SubmissionQuarantined,
    SubmissionUnknown,
    Via,
)

_LOOKS: Final = TypeAdapter(tuple[Look, ...])
_PAGE: Final = 500
_PAGES: Final = 40
"""A scan reads at most so many pages: 20,000 tasks. An account with more of them since the intent is a person's."""
_SKEW_US: Final = 600 * 1_000_000
"""How far the provider's clock may be behind ours when a list's times are compared with the intent's."""


def look_up(desk: Desk, held: Held) -> Step:
    """One look. An intent whose sender is gone becomes unknown first."""
    intent, submission = held.submission.intent, submission_of(held)
    if intent is None:
        raise RuntimeError(f"{submission} has no intent to look up")
    if held.submission.stage == "intended":
        return _note(desk, held, SubmissionUnknown(reason="the sender is gone and no outcome was recorded"))
    account = account_of(desk, held, intent.account)
    if not account.speaks_for(intent.key_fingerprint, intent.host):
        why = (
            f"sent under key {intent.key_fingerprint} to {intent.host}; {intent.account} is asked at "
            f"{account.host}, and that key is not attested for it"
        )
        return _note(desk, held, SubmissionQuarantined(reason=why))
    if silenced(account):
        return _again(desk, held, f"all calls of {intent.account} are held", _looks(held))
    with desk.kling_for(account) as client:
        found = client.task(route_of(intent.route), intent.external_task_id)
        record(desk, held, *after_read(found, account, stream=intent.account))
        if isinstance(found, Found):
            return _adopt(desk, held, found.task, "lookup", found.raw)
        if isinstance(found, NoInformation):
            return _again(desk, held, f"looked up: {found.why}", _looks(held))
        return _absent(desk, held, client, found)


def _absent(desk: Desk, held: Held, client: KlingClient, absent: Absent) -> Step:
    intent, now, looks = _intent(held), desk.now(), _looks(held)
    counts_from = held.submission.send_deadline + int(desk.durations.grace * 1_000_000)
    if now <= counts_from:
        return _again(desk, held, "not found yet, which proves nothing before the grace is over", ())
    if looks and now - looks[-1].at < int(desk.durations.look_interval * 1_000_000):
        return _again(desk, held, "not found, but too soon after the look before", looks)
    looks = (*looks, Look(how="id", at=now, request_id=absent.request_id))
    if len(looks) < LOOKS:
        return _again(desk, held, f"not found in {len(looks)} of {LOOKS} looks", looks)
    scanned = _scan(client, intent, since=_sent_from(intent, desk.durations.send(intent.bytes)))
    if isinstance(scanned, NoInformation):
        return _again(desk, held, f"the list says: {scanned.why}", looks[: LOOKS - 1])
    if isinstance(scanned, Task):
        return _adopt(desk, held, scanned, "list", b"")
    by_list = Look(how="list", at=desk.now())
    return _note(desk, held, SubmissionDisproved(looks=(*looks, by_list)))


def _scan(client: KlingClient, intent: SubmissionIntended, *, since: int) -> Task | Absent | NoInformation:
    """The account's whole list, or as far as before the first send (`since`, microseconds) when it is seen to be newest first.

    The vendor documents no order (contract 5.2), so an early stop is taken only while every time read so far falls.
    """
    last, falling = None, True
    for page in range(1, _PAGES + 1):
        read = client.tasks(route_of(intent.route), page, _PAGE)
        if isinstance(read, NoInformation):
            return read
        if read.unreadable:
            return NoInformation(f"{read.unreadable} entries of page {page} cannot be read")
        for task in read.tasks:
            if task.external_task_id == intent.external_task_id:
                return task
            falling = falling and task.created_at is not None and (last is None or task.created_at <= last)
            last = task.created_at
        if len(read.tasks) < _PAGE or (falling and last is not None and last * 1_000 < since):
            return Absent("")
    return NoInformation(f"{_PAGES} pages do not reach back to the intent")


def _sent_from(intent: SubmissionIntended, seconds: float) -> int:
    """When the first send began at the earliest, by a provider whose clock is behind."""
    return intent.send_deadline - int(seconds * 1_000_000) - _SKEW_US


def _adopt(desk: Desk, held: Held, task: Task, via: Via, raw: bytes) -> Step:
    kept = keep_answer(desk, held, submission_of(held), raw)
    return _note(desk, held, SubmissionConfirmed(task_id=task.task_id, via=via, answer=kept))


def _note(
    desk: Desk,
    held: Held,
    event: SubmissionUnknown | SubmissionQuarantined | SubmissionDisproved | SubmissionConfirmed,
) -> Step:
    held.append(desk, NoteOnSubmission(stream=submission_of(held), event=event))
    return Moved()


def _again(desk: Desk, held: Held, said: str, looks: tuple[Look, ...]) -> Step:
    why = f"the outcome of {submission_of(held)} is unknown: {held.submission.reason}; {said}"
    return Wait(desk.durations.look_interval, why, memory=_LOOKS.dump_json(looks).decode() if looks else "")


def _looks(held: Held) -> tuple[Look, ...]:
    """The looks that counted so far, after the last send; none when their memory is gone."""
    try:
        looks = _LOOKS.validate_json(held.lease.memory or "[]")
    except ValidationError:
        return ()
    return tuple(look for look in looks if look.at > held.submission.send_deadline)


def _intent(held: Held) -> SubmissionIntended:
    if held.submission.intent is None:
        raise RuntimeError(f"{held.id} has no intent")
    return held.submission.intent
