"""The protocol that never pays twice, for one paid create call.

1. `submit`: measure the body; in one append: guards on all the plan stands on, SubmissionOpened, SubmissionIntended and the
   budget's reservation. Only when that is durable, one POST (`_send`).
2. `send_again`: the same bytes under the same id, after proof that nothing was accepted (load, account refused, not a byte sent,
   disproved), or an operator's word for it.

An outcome nobody knows is `generation.looking`'s.

No retry library, no redirect, no loop anywhere near the POST.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from itertools import count
from typing import Final, NamedTuple

import structlog

from generation.attach import Attachment, WireBody, prepare
from generation.awaiting import drift
from generation.desk import Desk, Held, Moved, Step, Wait
from generation.ending import end
from generation.errors import KlingUnreachable, PayloadRefused
from generation.holding import after_send, worth_another_token
from generation.kling.client import Found, KlingClient, NoInformation, PostResult, Route
from generation.kling.outcomes import Accepted, Duplicate, NotSent, Rejected, Unknown
from generation.plan import Plan, model_of
from generation.recording import plan_of, reserving
from registry.deciders.account import Account
from registry.deciders.command import AlreadyRetired, Command
from registry.deciders.generation import OpenSubmission, VoidPlan
from registry.deciders.production import BudgetExceeded
from registry.deciders.submission import IntendSubmission, NoteOnSubmission
from registry.errors import BlobCorrupt, BlobError, BlobMissing, LogBusy, NotFound, Refusal
from registry.events.account import AccountHeld, AccountResumed
from registry.events.ids import suffix_of
from registry.events.references import StoredBytes
from registry.events.submission import (
    ResentAfter,
    SubmissionConfirmed,
    SubmissionIntended,
    SubmissionNotSent,
    SubmissionQuarantined,
    SubmissionRejected,
    SubmissionResent,
    SubmissionUnknown,
)
from registry.log.lanes import Lane
from registry.log.roles import Handled

_log = structlog.get_logger("submission")
BUDGET: Final = "budget"
"""What a send that waits for budget leaves in its lease's memory, for the queue to tell."""
MOST_DISPROOFS: Final = 5
"""Sends that left nothing, of one submission by itself; after so many, what goes wrong is a person's to find out."""
RECORD_TRIES: Final = 5
"""How often the log is asked to take an outcome that it certainly did not take: 15 s in all, half the lease's margin."""
Outcome = SubmissionConfirmed | SubmissionRejected | SubmissionUnknown | SubmissionNotSent


def submit(desk: Desk, held: Held) -> Step:
    """Make the intent durable, then send once."""
    plan = plan_of(held.generation)
    if plan is None:
        return end(desk, held, "refused", "the people of this request were erased before it was sent")
    submission = desk.registry.make_id("submission")
    external, calls = f"s-{suffix_of(submission)}", desk.callback_base
    account = account_of(desk, held, plan.account)
    if (drifted := drift(desk, held, plan)) is not None:
        held.append(desk, VoidPlan(stream=held.id, reason=drifted))
        return Moved()
    try:
        urls = _video_urls(desk, plan, submission)
        extra = {"external_task_id": external, "callback_url": desk.callback_url(submission, calls)}
        body = wire_body(desk, plan, extra=extra, video_urls=urls)
    except (PayloadRefused, BlobMissing, BlobCorrupt) as refused:
        return end(desk, held, "refused", f"the body cannot be made: {refused.message}")
    with desk.kling_for(account) as client:
        seconds = desk.durations.send(body.length)
        lease = desk.registry.extend(held.lease, lease_us=_us(seconds + desk.durations.lease_margin))
        began = desk.monotonic()
        intent = SubmissionIntended(
            subject=held.id,
            external_task_id=external,
            account=plan.account,
            key_fingerprint=account.key_fingerprint,
            host=account.host,
            route=plan.endpoint,
            model=model_of(plan.payload),
            plan_digest=plan.plan_digest,
            wire_digest=body.sha256,
            bytes=body.length,
            send_deadline=desk.now() + _us(seconds),
            epoch=lease.epoch,
            video_urls=urls,
            callback_base=calls,
        )
        try:
            held.append(
                desk,
                OpenSubmission(stream=held.id, submission=submission, grounds=_stands_on(plan)),
                IntendSubmission(stream=submission, intent=intent),
                reserving(held.generation, submission, held.id),
            )
        except BudgetExceeded as refused:
            why = f"waits for budget: {refused.message}"
            return Wait(desk.durations.hold(held.lease.attempts), why, memory=BUDGET)
        except (Refusal, NotFound) as refused:
            return end(desk, held, "refused", f"what the plan stands on changed: {refused.message}")
        held = replace(held, lease=lease)
        line = _Line(client, account)
        return _send(desk, held, submission, line=line, body=body, until=began + seconds)


def send_again(desk: Desk, held: Held) -> Step:
    """The same bytes under the same id; allowed only after proof or an operator's word, which the decider checks."""
    intent, plan, submission = held.submission.intent, plan_of(held.generation), submission_of(held)
    if held.generation.cancel_wanted is not None:
        return end(desk, held, "cancelled", "cancelled while the provider had no task of it")
    if intent is None or plan is None:
        return end(desk, held, "refused", "the people of this request were erased before it was sent")
    account = account_of(desk, held, intent.account)
    try:
        calls = desk.callback_url(submission, intent.callback_base)
        extra = {"external_task_id": intent.external_task_id, "callback_url": calls}
        body = wire_body(desk, plan, extra=extra, video_urls=intent.video_urls)
    except (PayloadRefused, BlobMissing, BlobCorrupt) as refused:
        return end(desk, held, "refused", f"the body cannot be made again: {refused.message}")
    if body.sha256 != intent.wire_digest:
        why = f"the bytes would differ from the intent's ({body.sha256} instead of {intent.wire_digest})"
        return end(desk, held, "refused", why)
    with desk.kling_for(account) as client:
        seconds = desk.durations.send(body.length)
        lease = desk.registry.extend(held.lease, lease_us=_us(seconds + desk.durations.lease_margin))
        began = desk.monotonic()
        after = _resent_after(held)
        resent = SubmissionResent(send_deadline=desk.now() + _us(seconds), epoch=lease.epoch, after=after)
        note = NoteOnSubmission(stream=submission, event=resent, grounds=_stands_on(plan))
        try:
            held.append(desk, note)
        except (AlreadyRetired, NotFound) as refused:
            return end(desk, held, "refused", f"what the plan stands on changed: {refused.message}")
        held = replace(held, lease=lease)
        line = _Line(client, account)
        return _send(desk, held, submission, line=line, body=body, until=began + seconds)


def disproved(desk: Desk, held: Held) -> Step:
    """What the route's policy says: the same bytes again under the same id, or a person decides."""
    intent = held.submission.intent
    if intent is None:
        raise RuntimeError(f"{held.id} has no intent")
    if held.generation.cancel_wanted is not None or (
        desk.resend_policy(intent.route) == "same_id_after_disproof"
        and held.submission.disproofs < MOST_DISPROOFS
    ):
        return send_again(desk, held)
    why = (
        f"nothing was accepted, as far as the looks tell; {intent.route} is never resent by itself"
        if desk.resend_policy(intent.route) == "never"
        else f"disproved {held.submission.disproofs} times, after {held.submission.sends} sends"
    )
    quarantined = SubmissionQuarantined(reason=why)
    held.append(desk, NoteOnSubmission(stream=submission_of(held), event=quarantined))
    return Moved()


def wire_body(
    desk: Desk, plan: Plan, *, extra: Mapping[str, str | None], video_urls: Mapping[str, str]
) -> WireBody:
    """The exact bytes to send, measured and verified. Raises PayloadRefused, BlobMissing, BlobCorrupt, BlobStoreDown.

    `extra` is what the sender adds to the plan: our id, and where to call. The plan's digest knows neither.
    """

    def open_blob(attachment: Attachment) -> AbstractContextManager[Iterator[bytes]]:
        return desk.blobs.open(attachment.key, sha256=attachment.sha256)

    attachments = {
        attached.ref: Attachment(
            ref=attached.ref,
            key=attached.key or "",
            sha256=attached.sha256 or "",
            bytes=attached.bytes or 0,
            url=video_urls.get(attached.ref),
        )
        for attached in plan.attachments
    }
    return prepare(plan.payload, attachments=attachments, extra=extra, open_blob=open_blob)


def _video_urls(desk: Desk, plan: Plan, submission: str) -> dict[str, str]:
    """Which address stands for which clip: the provider's, or ours where that was too old. Raises PayloadRefused."""
    return {
        attached.ref: attached.url or desk.relayed(submission, attached.clip or "", attached.sha256 or "")
        for attached in plan.attachments
        if attached.url is not None or attached.relay
    }


def keep_answer(desk: Desk, held: Held, submission: str, raw: bytes) -> StoredBytes | None:
    """The provider's raw words, kept as a blob beside the submission; None when there were none."""
    if not raw:
        return None
    key = f"{held.lease.log}/{submission}/answer-{desk.registry.make_id('answer')}"
    stored = desk.blobs.put(key, [raw], content_type="application/json")
    return StoredBytes(key=stored.key, bytes=stored.size, sha256=stored.sha256, media_type="application/json")


class _Line(NamedTuple):
    """Whom to send to, and the account as it stood when the intent was made durable."""

    client: KlingClient
    account: Account


def _send(desk: Desk, held: Held, submission: str, *, line: _Line, body: WireBody, until: float) -> Step:
    """The one POST. `until` is its deadline on the monotonic clock; the lease outlives it."""
    plan = _plan(held)
    posted = line.client.create(
        route_of(plan.endpoint),
        body,
        deadline_seconds=max(0.001, until - desk.monotonic()),
        still_allowed=lambda: desk.monotonic() < until,
    )
    outcome = _outcome(
        desk, held, submission, client=line.client, posted=posted, external=body.external_task_id or ""
    )
    lane = Lane(held.lease.log, plan.account, model_of(plan.payload))
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


def _next(desk: Desk, held: Held, outcome: Outcome, lane: Lane) -> Step:
    """After proof that nothing was accepted there is a pause, and the claim that follows it sends again.

    A full lane pauses as a whole; what it refused is the first to go when it opens.
    """
    attempt = held.submission.sends + 1
    match outcome:
        case SubmissionNotSent(reason=reason):
            return Wait(desk.durations.retry(attempt), f"not sent, nothing was accepted: {reason}")
        case SubmissionRejected(kind="load", message=message):
            desk.registry.strike(lane, pause=lambda strikes: _us(desk.durations.load(strikes, desk.jitter())))
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
    for attempt in count(1):
        try:
            return held.append(desk, *commands)
        except LogBusy as busy:
            pause = desk.durations.retry(attempt)
            in_time = desk.now() + _us(pause) < held.lease.expires
            if busy.detail.get("landed") is not False or attempt == RECORD_TRIES or not in_time:
                raise
            desk.sleep(pause)
    raise AssertionError  # pragma: no cover - count never ends


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


def _stands_on(plan: Plan) -> tuple[str, ...]:
    """Every stream whose retirement since the compile must stop the send."""
    named = (
        name
        for ground in plan.grounded
        for name in (ground.character, ground.element, ground.asset, ground.clip)
    )
    return tuple(dict.fromkeys(name for name in named if name is not None))


def _resent_after(held: Held) -> ResentAfter:
    match held.submission.stage:
        case "held":
            return "account"
        case "disproved":
            return "disproved"
        case "absent":
            return "declared_absent"
        case _:
            return "load" if held.submission.rejected is not None else "not_sent"


def account_of(desk: Desk, held: Held, account: str) -> Account:
    """The account as it is. Raises KlingUnreachable when there is none."""
    state = desk.registry.state(held.lease.log, account).state
    if not isinstance(state, Account) or not state.exists:
        raise KlingUnreachable(f"there is no {account}", hint="open the account again")
    return state


def _plan(held: Held) -> Plan:
    plan = plan_of(held.generation)
    if plan is None:
        raise RuntimeError(f"{held.id} has no plan")
    return plan


def submission_of(held: Held) -> str:
    """The id of the held generation's submission."""
    if held.generation.submission is None:
        raise RuntimeError(f"{held.id} has no submission")
    return held.generation.submission


def route_of(endpoint: str) -> Route:
    """The route a plan or an intent names."""
    return endpoint  # type: ignore[return-value]


def _us(seconds: float) -> int:
    return int(seconds * 1_000_000)
