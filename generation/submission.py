"""The protocol that never pays twice, for one paid create call.

1. `submit`: measure the body; in one append: guards on all the plan stands on, SubmissionOpened, SubmissionIntended and the
   budget's reservation. Only when that is durable, one POST (`posting.post`).
2. `send_again`: the same bytes under the same id, after proof that nothing was accepted (load, account refused, not a byte sent,
   disproved), or an operator's word for it.

An outcome nobody knows is `generation.looking`'s.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from generation import allowances
from generation.attach import WireBody
from generation.awaiting import drift
from generation.carrying import mint_standing, opening, pays, plan_of, price_of, reserving, shown_in
from generation.clearance import seen_since
from generation.desk import BUDGET, Desk, Held, Moved, Step, Wait
from generation.ending import end
from generation.errors import PayloadRefused
from generation.plan import MintPlan, Paid, Plan
from generation.posting import Line, account_of, post, submission_of, us
from generation.recording import purpose_of, requested_of
from generation.refusing import refused_uses
from generation.restoring import put_off
from generation.standing import standing_of
from generation.wire import video_urls, wire_body
from registry.deciders.account import Account
from registry.deciders.allowance import AllowanceExceeded, allowance_of
from registry.deciders.command import AlreadyRetired
from registry.deciders.generation import VoidPlan
from registry.deciders.production import BudgetExceeded
from registry.deciders.standing import NoConsent, Standing
from registry.deciders.submission import IntendSubmission, NoteOnSubmission
from registry.errors import BlobCorrupt, BlobMissing, NotFound, Refusal
from registry.events.envelope import Recorded
from registry.events.ids import suffix_of
from registry.events.submission import (
    ResentAfter,
    SubmissionIntended,
    SubmissionQuarantined,
    SubmissionResent,
)
from registry.log.leases import Lease

MOST_DISPROOFS: Final = 5
"""Sends that left nothing, of one submission by itself; after so many, what goes wrong is a person's to find out."""
_ERASED: Final = "the people of this request were erased before it was sent"


@dataclass(frozen=True, slots=True)
class _Draft:
    """What an intent is about to say: the plan, whom it is sent for, and the exact bytes with the addresses in them."""

    submission: str
    plan: Paid
    account: Account
    body: WireBody
    urls: dict[str, str]
    calls: str


def submit(desk: Desk, held: Held) -> Step:
    """Make the intent durable, then send once."""
    plan = plan_of(held.subject)
    if plan is None:
        return end(desk, held, "refused", _ERASED)
    account = account_of(desk, held, plan.account)
    if (waits := put_off(desk, held.lease.log, held.lease.attempts)) is not None:
        return waits
    if isinstance(plan, Plan) and (drifted := drift(desk, held, plan)) is not None:
        held.append(desk, VoidPlan(stream=held.id, reason=drifted))
        return Moved()
    try:
        draft = _drafted(desk, plan, account)
    except (PayloadRefused, BlobMissing, BlobCorrupt) as refused:
        return end(desk, held, "refused", f"the body cannot be made: {refused.message}")
    with desk.kling_for(account) as client:
        seconds = desk.durations.send(draft.body.length)
        lease = desk.registry.extend(held.lease, lease_us=us(seconds + desk.durations.lease_margin))
        began = desk.monotonic()
        try:
            intended = _intend(desk, held, draft, lease=lease, seconds=seconds)
        except (BudgetExceeded, AllowanceExceeded) as refused:
            why = f"waits for {'budget' if isinstance(refused, BudgetExceeded) else 'the day to end'}: {refused.message}"
            return Wait(desk.durations.hold(held.lease.attempts), why, memory=BUDGET)
        except (Refusal, NotFound) as refused:
            return _changed(desk, held, refused)
        held, line = replace(held, lease=lease), Line(client, account, intended)
        return post(desk, held, draft.submission, line=line, body=draft.body, until=began + seconds)


def _drafted(desk: Desk, plan: Paid, account: Account) -> _Draft:
    submission = desk.registry.make_id("submission")
    urls, calls = video_urls(desk, plan, submission), desk.callback_base
    extra = {
        "external_task_id": f"s-{suffix_of(submission)}",
        "callback_url": desk.callback_url(submission, calls),
    }
    return _Draft(submission, plan, account, wire_body(desk, plan, extra=extra, urls=urls), urls, calls)


def _intend(desk: Desk, held: Held, draft: _Draft, *, lease: Lease, seconds: float) -> Recorded:
    """The intent, its subject's opening and the budget's reservation, in one append, guarded by all the plan stands on.

    Answers the append's last event.
    """
    plan, account, body = draft.plan, draft.account, draft.body
    drawn = allowances.payers_purses(desk.registry, held.lease.log, held.id)
    intent = SubmissionIntended(
        subject=held.id,
        external_task_id=body.external_task_id or "",
        account=plan.account,
        key_fingerprint=account.key_fingerprint,
        host=account.host,
        route=plan.endpoint,
        model=plan.model,
        plan_digest=plan.plan_digest,
        wire_digest=body.sha256,
        bytes=body.length,
        send_deadline=desk.now() + us(seconds),
        epoch=lease.epoch,
        video_urls=draft.urls,
        callback_base=draft.calls,
        allowances=tuple(allowance_of(purse.holder) for purse in drawn),
        subjects=shown_in(held.subject),
    )
    handled = held.append(
        desk,
        opening(held.subject, held.id, draft.submission, _standing(desk, held, plan)),
        IntendSubmission(stream=draft.submission, intent=intent),
        *reserving(held.subject, draft.submission, held.id),
        *allowances.reserving(drawn, draft.submission, price_of(held.subject), now=desk.now()),
    )
    return handled.recorded[-1]


def send_again(desk: Desk, held: Held) -> Step:
    """The same bytes under the same id; allowed only after proof or an operator's word, which the decider checks."""
    intent, plan, submission = held.submission.intent, plan_of(held.subject), submission_of(held)
    if held.unwanted:
        return end(desk, held, "cancelled", "cancelled while the provider had no task of it")
    if intent is None or plan is None:
        return end(desk, held, "refused", _ERASED)
    if (waits := put_off(desk, held.lease.log, held.lease.attempts)) is not None:
        return waits
    account = account_of(desk, held, intent.account)
    try:
        calls = desk.callback_url(submission, intent.callback_base)
        extra = {"external_task_id": intent.external_task_id, "callback_url": calls}
        body = wire_body(desk, plan, extra=extra, urls=intent.video_urls)
    except (PayloadRefused, BlobMissing, BlobCorrupt) as refused:
        return end(desk, held, "refused", f"the body cannot be made again: {refused.message}")
    if body.sha256 != intent.wire_digest:
        why = f"the bytes would differ from the intent's ({body.sha256} instead of {intent.wire_digest})"
        return end(desk, held, "refused", why)
    with desk.kling_for(account) as client:
        seconds = desk.durations.send(body.length)
        lease = desk.registry.extend(held.lease, lease_us=us(seconds + desk.durations.lease_margin))
        began = desk.monotonic()
        after = _resent_after(held)
        sending = SubmissionResent(send_deadline=desk.now() + us(seconds), epoch=lease.epoch, after=after)
        note = NoteOnSubmission(stream=submission, event=sending, standing=_standing(desk, held, plan))
        try:
            resent = held.append(desk, note).recorded[-1]
        except (AlreadyRetired, NotFound, NoConsent) as refused:
            return _changed(desk, held, refused)
        held = replace(held, lease=lease)
        line = Line(client, account, resent)
        return post(desk, held, submission, line=line, body=body, until=began + seconds)


def disproved(desk: Desk, held: Held) -> Step:
    """What the route's policy says: the same bytes again under the same id, or a person decides."""
    intent = held.submission.intent
    if intent is None:
        raise RuntimeError(f"{held.id} has no intent")
    if held.unwanted or (
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


def _standing(desk: Desk, held: Held, plan: Paid) -> Standing:
    """Everything whose change since the compile must stop the send, the people's consent as of now among it."""
    if isinstance(plan, MintPlan):
        return mint_standing(plan, at=desk.now())
    requested = requested_of(held.generation)
    known = {one.character for one in plan.shows}
    late = [one for one in seen_since(desk.registry, held.lease.log, plan) if one.character not in known]
    plan = plan.model_copy(update={"shows": (*plan.shows, *late)})
    return standing_of(plan, production=requested.production, purpose=purpose_of(requested), at=desk.now())


def _changed(desk: Desk, held: Held, refused: Refusal | NotFound) -> Step:
    """The end of what no longer stands; a use that was not allowed is written down in the same append."""
    uses = refused_uses(refused, production=pays(held.subject), subject=held.id)
    return end(desk, held, "refused", f"what the plan stands on changed: {refused.message}", *uses)


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
