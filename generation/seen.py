"""The plan that a caller has seen: whoever names it gets that one or none."""

from __future__ import annotations

from collections.abc import Callable

from generation.errors import PlanChanged
from generation.gaps import ANOTHER_PLAN
from generation.plan import Preview
from generation.rules.finding import Finding
from generation.shot import ShotRequest


def must_be_seen(request: ShotRequest, plan_digest: str, preview: Callable[[], Preview]) -> None:
    """`plan_digest` is that of the plan which would be taken. Raises PlanChanged with the preview as it is now."""
    if request.plan_digest not in (None, plan_digest):
        raise PlanChanged(
            _said(request, plan_digest),
            preview=preview(),
            hint="look at preview: ask again with its plan_digest if that is what you want at that price",
            path="plan_digest",
        )


def objection(request: ShotRequest, plan_digest: str | None) -> tuple[Finding, ...]:
    """The same as a finding of a preview."""
    if plan_digest is None or request.plan_digest in (None, plan_digest):
        return ()
    return (ANOTHER_PLAN.at("plan_digest", _said(request, plan_digest)),)


def _said(request: ShotRequest, plan_digest: str) -> str:
    return f"the request gives plan {plan_digest} now, not {request.plan_digest}"
