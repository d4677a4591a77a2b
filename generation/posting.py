"""The one POST of a paid call, and what the log shall say about it (the protocol's outcome table).

Whoever calls `post` has made the intent durable before. There is no retry library, no redirect and no loop anywhere near it.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import structlog

from generation.attach import WireBody
from generation.carrying import plan_of
from generation.desk import Desk, Held, Moved, Step, Wait
from generation.errors import KlingUnreachable
from generation.holding import after_send, worth_another_token
from generation.kling.client import Found, KlingClient, NoInformation, PostResult, Route
from generation.kling.outcomes import Accepted, Duplicate, NotSent, Rejected, Unknown
from generation.plan import Paid
from generation.restoring import mark_sent
from registry.deciders.account import Account
from registry.deciders.command import Command
from registry.deciders.submission import NoteOnSubmission
from registry.errors import BlobError, LogBusy, RegistryError
from registry.events.account import AccountHeld, AccountResumed
from registry.events.envelope import Recorded
from registry.events.references import StoredBytes
from registry.events.submission import (
    SubmissionConfirmed,
    SubmissionNotSent,
    SubmissionRejected,
    SubmissionUnknown,
)
from registry.log.lanes import Lane
from registry.log.roles import Handled

_log = structlog.get_logger("posting")
RECORD_TRIES: Final = 5
"""How often the log is asked to take an outcome that it certainly did not take: 15 s in all, half the lease's margin."""
Outcome = SubmissionConfirmed | SubmissionRejected | SubmissionUnknown | SubmissionNotSent


def keep_answer(desk: Desk, held: Held, submission: str, raw: bytes) -> StoredBytes | None:
    """The provider's raw words, kept as a blob beside the submission; None when there were none.

    They may quote the request: of one whose people were erased nothing is kept.
    """
    if not raw or plan_of(held.subject) is None:
        return None
    key = f"{held.lease.log}/{submission}/answer-{desk.registry.make_id('answer')}"
    stored = desk.blobs.put(key, [raw], content_type="application/json")
    return StoredBytes(key=stored.key, bytes=stored.size, sha256=stored.sha256, media_type="application/json")


class Line(NamedTuple):
    """Whom to send to, the account as it stood before, and the last event of the append that makes this send durable."""

    client: KlingClient
    account: Account
    durable: Recorded


def post(desk: Desk, held: Held, submission: str, *, line: Line, body: WireBody, until: float) -> Step:
    """The one POST. `until` is its deadline on the monotonic clock; the lease outlives it."""
    plan = _plan(held)
    if unmarked := mark_sent(desk, line.durable):
        posted = PostResult(NotSent(unmarked))
    else:
        with desk.trace("paid call", submission=submission, account=plan.account):
            posted = line.client.create(
                route_of(plan.endpoint),
                body,
                deadline_seconds=max(0.001, until - desk.monotonic()),
                still_allowed=lambda: desk.monotonic() < until and _still_ours(desk, held),
            )
    outcome = _outcome(
        desk, held, submission, client=line.client, posted=posted, external=body.external_task_id or ""
    )
    lane = Lane(held.lease.log, plan.account, plan.model)
    of_account = after_send(
        outcome,
        line.account,
        held.submission,
        stream=lane.account,
        model=lane.model,
        submission=submission,
    )
    record(desk, held, NoteOnSubmission(stream=submission, event=outcome), *of_account)
    return _next(desk, held, outcome, lane)


def _still_ours(desk: Desk, held: Held) -> bool:
    """Leases run out by the wall's clock, which may jump (a machine that slept): who was taken over must not send."""
    try:
        return desk.registry.holds(held.lease)
    except RegistryError:
        return False


def _next(desk: Desk, held: Held, outcome: Outcome, lane: Lane) -> Step:
    """After proof that nothing was accepted there is a pause, and the claim that follows it sends again.

    A full lane pauses as a whole; what it refused is the first to go when it opens.
    """
    attempt = held.submission.sends + 1
    match outcome:
        case SubmissionNotSent(reason=reason):
            return Wait(desk.durations.retry(attempt), f"not sent, nothing was accepted: {reason}")
        case SubmissionRejected(kind="load", message=message):
            desk.registry.strike(lane, pause=lambda strikes: us(desk.durations.load(strikes, desk.jitter())))
            return Wait(0, f"the account is at its limit: {message}")
        case SubmissionRejected(kind="account", message=message) if worth_another_token(
            outcome, held.submission
        ):
            return Wait(0, f"once more with a fresh token: {message}")
        case SubmissionRejected(kind="account", message=message):
            return Wait(desk.durations.hold(attempt), f"the account is refused, a person must act: {message}")
        case SubmissionConfirmed():
            desk.registry.ease(lane)
            return Moved()
        case _:
            return Moved()


def record(desk: Desk, held: Held, *commands: Command) -> None:
    """Append; an account that is held by it is one alarm, and one that is resumed wakes all that waited for it."""
    for recorded in _appended(desk, held, *commands).recorded if commands else ():
        match recorded.event:
            case AccountHeld() as event:
                _log.error("account_held", account=recorded.stream, **event.model_dump(mode="json"))
            case AccountResumed(scope=scope):
                _log.info("account_resumed", account=recorded.stream, scope=scope)
                desk.registry.hurry_account(recorded.log, recorded.stream)


def _appended(desk: Desk, held: Held, *commands: Command) -> Handled:
    """An outcome is in memory only, and losing it costs a look-up: a log that certainly did not take it is asked again."""
    for attempt in range(1, RECORD_TRIES):
        try:
            return held.append(desk, *commands)
        except LogBusy as busy:
            pause = desk.durations.retry(attempt)
            in_time = desk.now() + us(pause) < held.lease.expires
            if busy.detail.get("landed") is not False or not in_time:
                raise
            desk.sleep(pause)
    return held.append(desk, *commands)


def _outcome(
    desk: Desk, held: Held, submission: str, *, client: KlingClient, posted: PostResult, external: str
) -> Outcome:
    """What the log shall say about the POST (the protocol's outcome table)."""
    answer = _kept_if_possible(desk, held, submission, posted.raw)
    match posted.outcome:
        case NotSent(reason=reason):
            return SubmissionNotSent(reason=reason)
        case Accepted(task_id=task_id, request_id=request_id):
            return SubmissionConfirmed(task_id=task_id, via="answer", request_id=request_id, answer=answer)
        case Unknown(reason=reason):
            return SubmissionUnknown(reason=reason, answer=answer)
        case Rejected(kind="final") as rejected if held.submission.sends >= 1:
            # An earlier send may have been accepted after all: look before believing the refusal.
            found = client.task(route_of(_plan(held).endpoint), external)
            if isinstance(found, Found):
                return SubmissionConfirmed(task_id=found.task.task_id, via="lookup", answer=answer)
            if isinstance(found, NoInformation):
                reason = (
                    f"refused ({rejected.message}) after an earlier send, and the look-up says: {found.why}"
                )
                return SubmissionUnknown(reason=reason, answer=answer)
            return _rejected(rejected, answer)
        case Rejected() as rejected:
            return _rejected(rejected, answer)
        case Duplicate(message=message):
            found = client.task(route_of(_plan(held).endpoint), external)
            if isinstance(found, Found):
                return SubmissionConfirmed(task_id=found.task.task_id, via="lookup", answer=answer)
            return SubmissionUnknown(
                reason=f"our id exists already ({message}), but the look-up says: {found}", answer=answer
            )


def _kept_if_possible(desk: Desk, held: Held, submission: str, raw: bytes) -> StoredBytes | None:
    """A store that is down now must not turn an outcome we know into one we do not: then it is recorded without the words."""
    try:
        return keep_answer(desk, held, submission, raw)
    except BlobError as failure:
        _log.warning("answer_not_kept", submission=submission, code=failure.code, message=failure.message)
        return None


def _rejected(rejected: Rejected, answer: StoredBytes | None) -> SubmissionRejected:
    return SubmissionRejected(
        kind=rejected.kind,
        http=rejected.http,
        code=rejected.code,
        message=rejected.message,
        request_id=rejected.request_id,
        answer=answer,
    )


def account_of(desk: Desk, held: Held, account: str) -> Account:
    """The account as it is. Raises KlingUnreachable when there is none."""
    state = desk.registry.state(held.lease.log, account).state
    if not isinstance(state, Account) or not state.exists:
        raise KlingUnreachable(f"there is no {account}", hint="open the account again")
    return state


def _plan(held: Held) -> Paid:
    plan = plan_of(held.subject)
    if plan is None:
        raise RuntimeError(f"{held.id} has no plan")
    return plan


def submission_of(held: Held) -> str:
    """The id of the submission that is carried."""
    if held.paid_by is None:
        raise RuntimeError(f"{held.id} has no submission")
    return held.paid_by


def route_of(endpoint: str) -> Route:
    """The route a plan or an intent names."""
    return endpoint  # type: ignore[return-value]


def us(seconds: float) -> int:
    """Seconds as microseconds."""
    return int(seconds * 1_000_000)
