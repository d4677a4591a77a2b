"""A person's decision about a paid call nobody could settle: checked at the provider, written once, acted on at once.

The protocol asks for it when looks cannot tell, or when a route is never resent by itself. Adopting names the provider's task;
declaring absent lets the same bytes go again under the same id; abandoning ends the generation, and counts its price as spent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import structlog

from generation.desk import Desk
from generation.errors import KlingUnreachable
from generation.kling.client import Absent, Found, NoInformation
from generation.posting import route_of
from registry.deciders.account import Account
from registry.deciders.submission import AnotherTask, ResolveQuarantine, Submission
from registry.errors import LogBusy, Refusal
from registry.events.envelope import Context
from registry.events.submission import SubmissionIntended
from registry.log.roles import Handled
from registry.registry import Idempotency
from registry.views import submissions as view

_log = structlog.get_logger("quarantine")
_COMPARE: Final = "compare it with the task's page in the provider's console, or decide otherwise"


class NotAdoptable(Refusal):
    """The provider does not know the task, or it was made for something else. Nothing was written."""

    code = "task-not-adoptable"


def resolve(
    desk: Desk,
    studio: str,
    *,
    command: ResolveQuarantine,
    context: Context,
    idempotency: Idempotency | None = None,
    expected: Mapping[str, int] | None = None,
) -> Handled:
    """Write the decision down and let the worker go on at once.

    Raises NotAdoptable and AnotherTask about the task, KlingUnreachable when the provider cannot be asked about it, and what
    the registry's `handle` raises: StepNotAllowed with the state when nothing is to be decided. Nothing is written then.
    """
    submission: Submission = desk.registry.state(studio, command.stream).state
    intent = submission.intent
    task_id = command.task_id if command.decision == "adopt" and submission.stage == "quarantined" else None
    if intent is not None and task_id is not None:
        _must_be_free(desk, studio, task_id, intent)
        _must_be_ours(desk, studio, task_id, intent)
    handled = desk.registry.handle(
        studio, [command], context=context, idempotency=idempotency, expected=dict(expected or {})
    )
    if intent is not None:
        _hurry(desk, studio, intent.subject)
    return handled


def _must_be_free(desk: Desk, studio: str, task_id: str, intent: SubmissionIntended) -> None:
    with desk.registry.reading(studio) as connection:
        other = view.confirmed_as(connection, studio, account=intent.account, task_id=task_id)
    if other is not None:
        raise AnotherTask(
            f"task {task_id} is {other}'s already; the submission stays quarantined",
            hint=_COMPARE,
            state="quarantined",
        )


def _must_be_ours(desk: Desk, studio: str, task_id: str, intent: SubmissionIntended) -> None:
    """The account has this very task, under our external id or none."""
    account = desk.registry.state(studio, intent.account).state
    if not isinstance(account, Account):
        raise KlingUnreachable(f"there is no {intent.account}", hint="open the account again")
    with desk.kling_for(account) as client:
        found = client.task(route_of(intent.route), task_id)
    match found:
        case NoInformation(why=why, http=http):
            raise KlingUnreachable(
                f"the provider does not say whether it has task {task_id} (HTTP {http or 'none'}): {why}",
                hint="nothing was written; decide again when it answers",
            )
        case Absent():
            raise _not_adoptable(f"{account.name} has no task {task_id} on {intent.route}")
        case Found(task=task) if task.task_id != task_id:
            raise _not_adoptable(f"{task_id} is no task's id; the task it names is {task.task_id}")
        case Found(task=task) if task.external_task_id not in (None, "", intent.external_task_id):
            wrong = f"task {task_id} was made as {task.external_task_id}, not as {intent.external_task_id}"
            raise _not_adoptable(wrong)


def _not_adoptable(why: str) -> NotAdoptable:
    return NotAdoptable(f"{why}; the submission stays quarantined", hint=_COMPARE, state="quarantined")


def _hurry(desk: Desk, studio: str, subject: str) -> None:
    """The decision stands; a log that is busy now only lets the worker find it a little later."""
    try:
        desk.registry.hurry(studio, subject, due=desk.now())
    except LogBusy as busy:
        _log.warning("not_hurried", subject=subject, message=busy.message)
