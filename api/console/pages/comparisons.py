"""Is at Kling what the log says? Reconciliations of tasks and charges, censuses of elements and voices, and what they found."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.console.rendering import page
from api.errors import Web
from api.routes.commanding import Visit, named
from generation.restoring import restored
from registry.views import accounts, censuses, naming, reconciliations
from registry.views.page import Span

_MOST: Final = 100

FOUND: Final = {
    "twin": ("bad", "a second task of one paid call", "Ask Kling for the units back; it names both tasks."),
    "after_end": ("bad", "a task of a paid call that had ended without one", "Ask Kling for the units back."),
    "not_in_log": (
        "bad",
        "a task under an id of our form that this log does not know",
        "Another installation uses the account, or this log was restored.",
    ),
    "charge": (
        "bad",
        "Kling deducted more than the log has settled",
        "Compare with the task's raw answer, on the page of its paid call.",
    ),
    "no_charge": (
        "warn",
        "Kling deducted less, or says nothing",
        "Nothing to pay; budgets count what was settled.",
    ),
    "missing": (
        "bad",
        "a confirmed task that Kling does not know any more",
        "Ask Kling; what is not stored yet is lost there.",
    ),
    "adopted": ("good", "a lost task of ours was found and is followed", "Nothing."),
    "unlisted": ("", "the list leaves a task out; asked for by id it is there", "Nothing."),
    "foreign": (
        "",
        "made in Kling's console, by another program, or under another account of this studio",
        "Nothing.",
    ),
}
"""Kind of a reconciliation's finding -> how grave, what it means, what to do (docs/how-to/reconcile.md)."""

COUNTED: Final = {
    "missing": ("bad", "Kling lists it no more: the binding is lost", "Make it anew, or adopt another."),
    "deleted": ("bad", "Kling lists it as deleted: the binding is lost", "Make it anew, or adopt another."),
    "foreign": (
        "bad",
        "the account's list names another owner: the binding is lost",
        "Make it anew, or adopt another.",
    ),
    "undeleted": (
        "warn",
        "it was to be deleted, and is still there",
        "Nothing: every census and worker tries again.",
    ),
    "drifted": (
        "warn",
        "name, description, kind or number of pictures are not the recipe's",
        "Make it anew.",
    ),
    "duplicate": ("warn", "several of the account's own bear one name", "Retire those that are not used."),
    "orphan": (
        "warn",
        "the account's own, bound to nobody",
        "Adopt it; or adopt and retire it with deletion.",
    ),
    "preset": (
        "",
        "a preset of the vendor's was adopted as the account's own",
        "Nothing, but it cannot be deleted.",
    ),
    "recovered": ("good", "a lost one is listed again, and live", "Nothing."),
}
"""The same of a census (docs/how-to/elements.md)."""


@get("/money/comparisons", sync_to_thread=True)
def list_comparisons(request: Web, visit: NamedDependency[Visit]) -> Response[str]:
    """Each account with its last reconciliation and census, and the forms that run one now."""
    cards = visit.read(accounts.accounts, span=Span(limit=_MOST)).items
    with visit.registry.reading(visit.studio) as connection:
        last = reconciliations.last_reconciliations(connection, log=visit.studio)
        counted = censuses.last_censuses(connection, visit.studio, span=Span(limit=_MOST)).items
        bindings = naming.names_of(
            connection,
            visit.studio,
            {one.subject for each in counted for one in each.findings if "_" in one.subject},
        )
    return page(
        request,
        "comparisons.html",
        title="Compared with Kling",
        visit=visit,
        accounts=cards,
        last={account: run for (_, account), run in last.items()},
        counted={one.account: one for one in counted},
        names=bindings,
        found=FOUND,
        found_by_census=COUNTED,
        restored=restored(visit.continuity.desk(), visit.studio),
    )


@get("/money/comparisons/{reconciliation:str}", sync_to_thread=True)
def show_comparison(
    request: Web, reconciliation: FromPath[str], visit: NamedDependency[Visit]
) -> Response[str]:
    """One reconciliation's report."""
    run = visit.read(reconciliations.reconciliation, named("reconciliation", reconciliation))
    return page(
        request,
        "comparison.html",
        title="A comparison with Kling",
        visit=visit,
        run=run,
        account=visit.read(accounts.account, run.account),
        found=FOUND,
    )


ROUTES: Any = Router("/", route_handlers=[list_comparisons, show_comparison], opt={"reach": "studio"})
