"""Submissions: the paid calls, those whose outcome nobody knows, and a person's decision about them."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from api.bodies import Resolution
from api.errors import Web
from api.routes.answering import Answer, answer_card, answer_page, card_reply
from api.routes.commanding import Change, Visit, named
from generation.quarantine import resolve
from registry.deciders.submission import ResolveQuarantine, Stage
from registry.views import submissions as view
from registry.views.page import Page, Span
from registry.views.submissions import SubmissionCard


@get("/", sync_to_thread=True)
def list_submissions(
    request: Web,
    visit: NamedDependency[Visit],
    span: NamedDependency[Span],
    in_state: Annotated[Stage | None, QueryParameter(name="state")] = None,
) -> Answer[Page[SubmissionCard]]:
    """Paid calls in order; `state=quarantined` lists those that wait for a person, `unknown` those that are looked up."""
    return answer_page(request, visit.read(view.submissions, span=span, state=in_state))


@get("/{submission:str}", sync_to_thread=True)
def show_submission(submission: FromPath[str], visit: NamedDependency[Visit]) -> Answer[SubmissionCard]:
    """One paid call, with its kept answers."""
    return answer_card(visit.read(view.submission, submission))


@post("/{submission:str}/resolve", status_code=200, sync_to_thread=True)
def resolve_submission(
    submission: FromPath[str], data: JSONBody[Resolution], change: NamedDependency[Change]
) -> Answer[SubmissionCard]:
    """A person's decision about a quarantined call: adopt a task, declare it absent (it is sent again), or abandon it.

    An adopted task is looked up first; 409 names the state when there is nothing to decide, or why the task is not ours.
    """
    if (first := change.earlier()) is not None:
        return first
    paid = named("submission", submission)
    command = ResolveQuarantine(
        stream=paid,
        decision=data.decision,
        reason=data.reason,
        evidence=data.evidence,
        task_id=data.task_id,
    )
    handled = resolve(
        change.continuity.desk(),
        change.studio,
        command=command,
        context=change.context(),
        idempotency=change.idempotency(
            lambda connection: card_reply(view.submission(connection, change.studio, paid))
        ),
        expected={} if change.version is None else {paid: change.version},
    )
    return change.told(handled)


ROUTES: Any = Router(
    "/submissions",
    route_handlers=[list_submissions, show_submission, resolve_submission],
    opt={"reach": "studio", "changes": "operator"},
    tags=["Submissions"],
)
