"""Submissions: the paid calls, and those whose outcome nobody knows."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from api.errors import Web
from api.routes.answering import After, Answer, Limit, answer_card, answer_page
from api.routes.commanding import Visit
from registry.deciders.submission import Stage
from registry.views import submissions as view
from registry.views.page import Page
from registry.views.submissions import SubmissionCard


@get("/", sync_to_thread=True)
def list_submissions(
    request: Web,
    visit: NamedDependency[Visit],
    in_state: Annotated[Stage | None, QueryParameter(name="state")] = None,
    after: After = 0,
    limit: Limit = 100,
) -> Answer[Page[SubmissionCard]]:
    """Paid calls in order; `state=unknown` lists those that may or may not have been accepted."""
    return answer_page(request, visit.read(view.submissions, after=after, limit=limit, state=in_state))


@get("/{submission:str}", sync_to_thread=True)
def show_submission(submission: FromPath[str], visit: NamedDependency[Visit]) -> Answer[SubmissionCard]:
    """One paid call, with its kept answers."""
    return answer_card(visit.read(view.submission, submission))


ROUTES: Any = Router("/submissions", route_handlers=[list_submissions, show_submission], tags=["Submissions"])
