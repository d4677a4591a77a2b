"""The protocol that never pays twice, for one paid create call.

1. `submit`: measure the body; in one append: guards on all the plan stands on, SubmissionOpened, SubmissionIntended. Only
   when that is durable, one POST (`_send`).
2. `send_again`: the same bytes under the same id, after proof that nothing was accepted (load, account refused, not a byte sent).
3. `look_up`: an outcome nobody knows is asked for by our own id. Found counts at once; "not found" never leads to a second send.

No retry library, no redirect, no loop anywhere near the POST.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Literal

import structlog

from generation.attach import Attachment, WireBody, prepare
from generation.desk import Desk, Held, Moved, Step, Wait
from generation.errors import KlingUnreachable, PayloadRefused
from generation.kling.client import Found, KlingClient, NoInformation, PostResult, Route
from generation.kling.outcomes import Accepted, Duplicate, NotSent, Rejected, Unknown
from generation.plan import Plan
from generation.recording import ending, plan_of
from registry.deciders.account import Account
from registry.deciders.generation import OpenSubmission
from registry.deciders.submission import IntendSubmission, NoteOnSubmission
from registry.errors import BlobCorrupt, BlobError, BlobMissing, NotFound, Refusal
from registry.events.ids import suffix_of
from registry.events.references import StoredBytes
from registry.events.scene import Ending
from registry.events.submission import (
    SubmissionConfirmed,
    SubmissionIntended,
    SubmissionNotSent,
    SubmissionRejected,
    SubmissionResent,
    SubmissionUnknown,
)

_log = structlog.get_logger("submission")
Outcome = SubmissionConfirmed | SubmissionRejected | SubmissionUnknown | SubmissionNotSent


def submit(desk: Desk, held: Held) -> Step:
    """Make the intent durable, then send once."""
    plan = plan_of(held.generation)
    if plan is None:
        return end(desk, held, "refused", "the people of this request were erased before it was sent")
    submission = desk.registry.make_id("submission")
    external = f"s-{suffix_of(submission)}"
    urls = {attachment.ref: attachment.url for attachment in plan.attachments if attachment.url is not None}
    account = _account(desk, held, plan.account)
    try:
        body = wire_body(desk, plan, external_task_id=external, video_urls=urls)
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
            plan_digest=plan.plan_digest,
            wire_digest=body.sha256,
            bytes=body.length,
            send_deadline=desk.now() + _us(seconds),
            epoch=lease.epoch,
            video_urls=urls,
        )
        opening = OpenSubmission(stream=held.id, submission=submission, grounds=_stands_on(plan))
        try:
            held.append(desk, opening, IntendSubmission(stream=submission, intent=intent))
        except (Refusal, NotFound) as refused:
            return end(desk, held, "refused", f"what the plan stands on changed: {refused.message}")
        return _send(desk, held, submission, client=client, body=body, until=began + seconds)


def send_again(desk: Desk, held: Held) -> Step:
    """The same bytes under the same id; allowed only from waiting and held, which the decider checks."""
    intent, plan, submission = held.submission.intent, plan_of(held.generation), _submission_of(held)
    if intent is None or plan is None:
        return end(desk, held, "refused", "the people of this request were erased before it was sent")
    account = _account(desk, held, intent.account)
    try:
        body = wire_body(desk, plan, external_task_id=intent.external_task_id, video_urls=intent.video_urls)
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
        held.append(desk, NoteOnSubmission(stream=submission, event=resent))
        return _send(desk, held, submission, client=client, body=body, until=began + seconds)


def look_up(desk: Desk, held: Held) -> Step:
    """Ask for an outcome nobody knows, by our own id. An intent whose sender is gone becomes unknown first."""
    intent, submission = held.submission.intent, _submission_of(held)
    if intent is None:
        raise RuntimeError(f"{submission} has no intent to look up")
    if held.submission.stage == "intended":
        unknown = SubmissionUnknown(reason="the sender is gone and no outcome was recorded")
        held.append(desk, NoteOnSubmission(stream=submission, event=unknown))
        return Moved()
    with desk.kling_for(_account(desk, held, intent.account)) as client:
        found = client.task(_route(intent.route), intent.external_task_id)
    if isinstance(found, Found):
        confirmed = SubmissionConfirmed(
            task_id=found.task.task_id, via="lookup", answer=keep_answer(desk, held, submission, found.raw)
        )
        held.append(desk, NoteOnSubmission(stream=submission, event=confirmed))
        return Moved()
    seconds = desk.durations.look(held.lease.attempts)
    return Wait(
        seconds, f"the outcome of {submission} is unknown: {held.submission.reason}; looked up: {found}"
    )


def end(desk: Desk, held: Held, outcome: Ending, reason: str) -> Step:
    """The one end of a generation that has no clip."""
    commands = ending(held.id, held.generation, held.submission, outcome=outcome, reason=reason)
    held.append(desk, *commands)
    return Moved()


def wire_body(desk: Desk, plan: Plan, *, external_task_id: str, video_urls: Mapping[str, str]) -> WireBody:
    """The exact bytes to send, measured and verified. Raises PayloadRefused, BlobMissing, BlobCorrupt, BlobStoreDown."""

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
    extra = {"external_task_id": external_task_id}
    return prepare(plan.payload, attachments=attachments, extra=extra, open_blob=open_blob)


def keep_answer(desk: Desk, held: Held, submission: str, raw: bytes) -> StoredBytes | None:
    """The provider's raw words, kept as a blob beside the submission; None when there were none."""
    if not raw:
        return None
    key = f"{held.lease.log}/{submission}/answer-{desk.registry.make_id('answer')}"
    stored = desk.blobs.put(key, [raw], content_type="application/json")
    return StoredBytes(key=stored.key, bytes=stored.size, sha256=stored.sha256, media_type="application/json")


def _send(
    desk: Desk, held: Held, submission: str, *, client: KlingClient, body: WireBody, until: float
) -> Step:
    """The one POST. `until` is its deadline on the monotonic clock; the lease outlives it."""
    route = _route(_plan(held).endpoint)
    posted = client.create(
        route,
        body,
        deadline_seconds=max(0.001, until - desk.monotonic()),
        still_allowed=lambda: desk.monotonic() < until,
    )
    outcome = _outcome(
        desk, held, submission, client=client, posted=posted, external=body.external_task_id or ""
    )
    held.append(desk, NoteOnSubmission(stream=submission, event=outcome))
    return _next(desk, held, outcome)


def _next(desk: Desk, held: Held, outcome: Outcome) -> Step:
    """After proof that nothing was accepted there is a pause, and the claim that follows it sends again."""
    attempt = held.submission.sends + 1
    match outcome:
        case SubmissionNotSent(reason=reason):
            return Wait(desk.durations.retry(attempt), f"not sent, nothing was accepted: {reason}")
        case SubmissionRejected(kind="load", message=message):
            return Wait(desk.durations.retry(attempt), f"the account is at its limit: {message}")
        case SubmissionRejected(kind="account", message=message):
            return Wait(desk.durations.hold(attempt), f"the account is refused, a person must act: {message}")
        case _:
            return Moved()


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
            found = client.task(_route(_plan(held).endpoint), external)
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
            found = client.task(_route(_plan(held).endpoint), external)
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


def _resent_after(held: Held) -> Literal["load", "account", "not_sent"]:
    if held.submission.stage == "held":
        return "account"
    return "load" if held.submission.rejected is not None else "not_sent"


def _account(desk: Desk, held: Held, account: str) -> Account:
    state = desk.registry.state(held.lease.log, account).state
    if not isinstance(state, Account) or not state.exists:
        raise KlingUnreachable(f"there is no {account}", hint="open the account again")
    return state


def _plan(held: Held) -> Plan:
    plan = plan_of(held.generation)
    if plan is None:
        raise RuntimeError(f"{held.id} has no plan")
    return plan


def _submission_of(held: Held) -> str:
    if held.generation.submission is None:
        raise RuntimeError(f"{held.id} has no submission")
    return held.generation.submission


def _route(endpoint: str) -> Route:
    return endpoint  # type: ignore[return-value]


def _us(seconds: float) -> int:
    return int(seconds * 1_000_000)
