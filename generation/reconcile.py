"""The provider's task lists and deductions against our log, for one account under its lease.

1. Read every list to its end, then our submissions: what our log says is never older than what the provider said.
2. Ask by id for tasks of ours that no list holds. 3. Compare (`generation.comparing`). 4. Adopt tasks of submissions whose
outcome was unknown, each only if its submission has not moved since. 5. Record the findings, then the run.

A run that is cut short is run again: whatever it had recorded is known by then, and said once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog

from generation.comparing import (
    Comparison,
    Difference,
    Listed,
    Window,
    adopted,
    compare,
    gone,
    not_listed,
    report_of,
)
from generation.desk import Desk
from generation.errors import KlingUnreachable, ReconciliationRunning
from generation.holding import silenced
from generation.kling.client import Found, KlingClient, NoInformation
from generation.listing import Lists, listed, packs_used, read_lists, read_packs
from generation.posting import route_of
from registry.deciders.account import KEPT_US, Account, NoteFinding, RecordReconciliation
from registry.deciders.submission import NoteOnSubmission, Submission
from registry.errors import AlreadyRegistered, Refusal, VersionConflict
from registry.events.account import AccountReconciled, ReconciliationFinding, ResourcePack
from registry.events.envelope import Context
from registry.events.references import plain
from registry.events.submission import SubmissionConfirmed
from registry.log.leases import Lease
from registry.log.roles import Handled
from registry.registry import Idempotency
from registry.views import reconciliations
from registry.views.submissions import (
    SubmissionCard,
    submissions_of_tasks,
    submissions_with_tasks,
)

MOST_LOOKS: Final = 200
"""So many unlisted tasks are asked for by id in one run."""
_PORTION: Final = 200
_MOST_UNREAD: Final = 100

_log = structlog.get_logger("reconcile")


@dataclass(frozen=True, slots=True)
class Run:
    """One run: its name (`reconciliation_…`), who wants it, over which window, and the reply that is kept for a caller."""

    name: str
    context: Context
    window: Window
    idempotency: Idempotency | None = None


@dataclass(frozen=True, slots=True)
class _Read:
    """What the provider said, and what was still asked of it by id."""

    lists: Lists
    cards: list[SubmissionCard]
    unlisted: list[Difference]
    packs: tuple[ResourcePack, ...]


def reconcile_now(desk: Desk, log: str, account: str, run: Run) -> Handled:
    """Compare now, in place of the next scheduled run if the window is the usual one.

    Raises ReconciliationRunning while somebody else does, KlingUnreachable, and what the registry refuses.
    """
    lease = desk.registry.claim_account(
        log, account, owner=run.context.actor, lease_us=_us(desk.durations.lease), every=every_us(desk)
    )
    if lease is None:
        raise ReconciliationRunning(
            f"{account} is being compared with the provider just now",
            hint="GET /v1/reconciliations shows the report when it is done",
        )
    usual = run.window.until is None and run.window.since <= desk.now() - KEPT_US
    try:
        handled = reconcile(desk, lease, run)
    except BaseException:
        desk.registry.let_go(lease)
        raise
    if usual:
        desk.registry.release(lease, due=desk.now() + every_us(desk), note="", progressed=True)
    else:
        desk.registry.let_go(lease)
    return handled


def reconcile(desk: Desk, lease: Lease, run: Run) -> Handled:
    """One run under the account's lease. Nothing is written when no list could be read (KlingUnreachable)."""
    account, ran_at = _account(desk, lease), desk.now()
    with desk.kling_for(account) as client:
        read = _read(desk, lease, client, run.window)
    found = compare(read.lists.tasks.values(), read.cards, account=lease.work, window=run.window, now=ran_at)
    adopts = [_adopt(desk, lease, run, card, task) for card, task in found.adopts]
    differences = [*found.differences, *read.unlisted, *(one for one in adopts if one is not None)]
    findings = _record_findings(desk, lease, run, account, differences)
    reconciled = _report(desk, lease, run, found=found, read=read, findings=findings)
    handled = desk.registry.handle(
        lease.log,
        [RecordReconciliation(stream=lease.work, reconciled=reconciled)],
        context=run.context,
        idempotency=run.idempotency,
        fence=lease.fence,
    )
    _log.info("reconciled", account=lease.work, tasks=found.tasks, counts=reconciled.counts)
    return handled


def usual_window(desk: Desk) -> Window:
    """All that the provider keeps."""
    return Window(desk.now() - KEPT_US)


def every_us(desk: Desk) -> int:
    """Microseconds between two scheduled runs."""
    return _us(desk.durations.reconcile_every)


def _account(desk: Desk, lease: Lease) -> Account:
    """Raises KlingUnreachable while all calls of the account are held."""
    state = desk.registry.state(lease.log, lease.work).state
    if not isinstance(state, Account):
        raise RuntimeError(f"{lease.work} is no account")
    if silenced(state):
        raise KlingUnreachable(f"all calls of {lease.work} are held", hint="resume the account first")
    return state


def _read(desk: Desk, lease: Lease, client: KlingClient, window: Window) -> _Read:
    def hold_on() -> None:
        desk.registry.extend(lease, lease_us=_us(desk.durations.lease))

    lists = read_lists(client, before_each=hold_on)
    if not lists.answered:
        raise KlingUnreachable(
            f"none of the task lists could be read: {'; '.join(lists.unread)}", hint="try again later"
        )
    packs = read_packs(client, desk.now() // 1_000)
    if isinstance(packs, NoInformation):
        lists.unread.append(f"packs of units: {packs.why}")
        packs = ()
    until = desk.now() if window.until is None else window.until
    with desk.registry.reading(lease.log) as connection:
        sure = submissions_with_tasks(connection, lease.log, lease.work, since=window.since, until=until)
    unlisted = _look_for(client, lists, sure, hold_on)
    with desk.registry.reading(lease.log) as connection:
        cards = submissions_of_tasks(
            connection,
            lease.log,
            lease.work,
            task_ids=list(lists.tasks),
            external_ids=[task.external_task_id for task in lists.tasks.values() if task.external_task_id],
        )
    return _Read(lists, cards, unlisted, packs)


def _look_for(
    client: KlingClient, lists: Lists, sure: list[SubmissionCard], hold_on: Callable[[], None]
) -> list[Difference]:
    """Tasks we are sure of that no list holds, asked for by id; those that are found are compared like the others."""
    differences: list[Difference] = []
    for number, card in enumerate(list(not_listed(lists.tasks.values(), sure, lists.whole))):
        if number >= MOST_LOOKS:
            differences.append(gone(card, "missing", "no list holds it (not asked for by id: too many)"))
            continue
        hold_on()
        answer = client.task(route_of(card.route), card.task_id or "")
        if isinstance(answer, Found):
            lists.tasks[answer.task.task_id] = listed(card.route, answer.task)
            differences.append(gone(card, "unlisted", "no list holds it; asked for by its id it is there"))
        elif isinstance(answer, NoInformation):
            lists.unread.append(f"task {card.task_id}, which no list holds: {answer.why}")
        else:
            differences.append(gone(card, "missing", "the provider does not know it any more"))
    return differences


def _adopt(desk: Desk, lease: Lease, run: Run, card: SubmissionCard, task: Listed) -> Difference | None:
    """Confirm a submission whose outcome was unknown; None when it is being sent just now, or has moved since it was read."""
    folded = desk.registry.state(lease.log, card.id)
    state = folded.state
    if not isinstance(state, Submission) or state.stage != card.state:
        return None
    if state.stage == "intended" and desk.now() <= state.send_deadline:
        return None
    confirmed = SubmissionConfirmed(task_id=task.task_id, via="reconciliation")
    try:
        desk.registry.handle(
            lease.log,
            [NoteOnSubmission(stream=card.id, event=confirmed)],
            context=run.context,
            fence=lease.fence,
            expected={card.id: folded.version},
        )
    except (AlreadyRegistered, VersionConflict, Refusal) as moved:
        _log.info("not_adopted", submission=card.id, why=moved.message)
        return None
    desk.registry.hurry(lease.log, card.subject, due=desk.now())
    return adopted(card, task)


def _record_findings(
    desk: Desk, lease: Lease, run: Run, account: Account, differences: list[Difference]
) -> list[ReconciliationFinding]:
    """All findings, marked when they were known before; what is new is in the log when this returns."""
    news = [one.event for one in differences if one.event is not None and not account.knows(one.event)]
    for start in range(0, len(news), _PORTION):
        commands = [NoteFinding(stream=lease.work, finding=event) for event in news[start : start + _PORTION]]
        desk.registry.handle(lease.log, commands, context=run.context, fence=lease.fence)
    return [
        one.finding.model_copy(update={"known": one.event is not None and account.knows(one.event)})
        for one in differences
    ]


def _report(
    desk: Desk,
    lease: Lease,
    run: Run,
    *,
    found: Comparison,
    read: _Read,
    findings: list[ReconciliationFinding],
) -> AccountReconciled:
    with desk.registry.reading(lease.log) as connection:
        before = reconciliations.last_reconciliation(connection, lease.log, lease.work)
    used = packs_used(before.packs, read.packs) if before is not None else None
    now = desk.now()
    shown, omitted = report_of(findings)
    return AccountReconciled(
        reconciliation=run.name,
        ran_at=now,
        since=run.window.since,
        until=now if run.window.until is None else run.window.until,
        tasks=found.tasks,
        submissions=found.submissions,
        complete=not read.lists.unread,
        unread=tuple(read.lists.unread[:_MOST_UNREAD]),
        counts=dict(Counter(finding.kind for finding in findings)),
        units=found.sums(),
        packs=read.packs,
        packs_used=None if used is None else plain(used),
        findings=shown,
        omitted=omitted,
    )


def _us(seconds: float) -> int:
    return int(seconds * 1_000_000)
