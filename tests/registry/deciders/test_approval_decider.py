"""Plans that wait for a person, what voids an approval, retries, price ceilings, and the wish to cancel."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from registry.deciders.generation import (
    AnotherPlan,
    ApprovePlan,
    CompileAwaited,
    NotThere,
    RequestGeneration,
    TooDear,
    VoidPlan,
    WantCancel,
)
from registry.deciders.production import BudgetExceeded
from registry.errors import InvalidCommand, NotFound
from registry.events.generation import (
    ApprovalAwaited,
    CancelWanted,
    GenerationEnded,
    GenerationRequested,
    PlanApproved,
    PlanCompiled,
    PlanVoided,
    SubmissionOpened,
)
from registry.events.production import ApprovalRuleSet, BudgetSet
from tests.registry.deciders.given import Given, folded, given
from tests.registry.events.golden import an_id, example

GENERATION, EARLIER = an_id("generation"), an_id("generation", 9)
SHOW, SCENE = an_id("production"), an_id("scene")
PLAN = example("PlanCompiled")
assert isinstance(PLAN, PlanCompiled)
DIGEST, UNITS = PLAN.plan_digest, PLAN.estimate_units
AWAITED = ApprovalAwaited(plan_digest=DIGEST, units=UNITS, asked_by="request")
APPROVED = PlanApproved(plan_digest=DIGEST, ceiling_units="2")
APPROVE = ApprovePlan(stream=GENERATION, plan_digest=DIGEST, ceiling_units="2")
VOID = VoidPlan(stream=GENERATION, reason="it now costs more")
CANCEL = WantCancel(stream=GENERATION, reason=" the scene was cut ")
OPENED = SubmissionOpened(submission=an_id("submission"))


def requested(**changes: Any) -> GenerationRequested:
    plain = {"shot": None, "approval": False, "retry_of": None, "takes": 1, "take": 1}
    event = example("GenerationRequested", **(plain | changes))
    assert isinstance(event, GenerationRequested)
    return event


def request(**changes: Any) -> RequestGeneration:
    return RequestGeneration(stream=GENERATION, requested=requested(**changes), plan=PLAN)


def standing(*show: Any, history: tuple[Any, ...] = ()) -> Given:
    """A production with further events, one open scene, and a generation with this history."""
    return (
        given(*history)
        .and_(SHOW, example("ProductionOpened"), *show)
        .and_(SCENE, example("SceneOpened"))
        .and_(EARLIER, requested(), PLAN, GenerationEnded(outcome="failed"))
    )


def test_a_request_asks_for_approval() -> None:
    """A plan that the request wants approved waits for a person, in the append of the request."""
    asked = request(approval=True)

    assert standing().when(asked) == [asked.requested, PLAN, AWAITED]


@pytest.mark.parametrize(("above", "waits"), [("1.7", True), ("1.8", False), ("2", False), (None, False)])
def test_a_production_asks_for_approval(above: str | None, waits: bool) -> None:
    """By the production's rule only plans dearer than its limit wait, and they say whose rule it is."""
    asked = request()
    told = AWAITED.model_copy(update={"asked_by": "production"})

    assert standing(ApprovalRuleSet(above_units=above)).when(asked) == [
        asked.requested,
        PLAN,
        *([told] if waits else []),
    ]


def test_a_request_says_what_it_may_cost() -> None:
    """A plan over `max_units` is refused at the door, at the limit it is taken."""
    standing().refuses(request(max_units="1.79"), TooDear, "1.79")
    assert len(standing().when(request(max_units="1.8"))) == 2


def test_a_request_must_be_affordable_in_all_its_takes() -> None:
    """The budget is checked at the door for all takes together, though nothing is reserved yet."""
    standing(BudgetSet(units="3.5")).refuses(request(takes=2), BudgetExceeded, SHOW)
    assert len(standing(BudgetSet(units="3.6")).when(request(takes=2))) == 2


def test_a_retry_is_of_something_that_ended() -> None:
    """A retry is a new generation that names an ended one; what still runs may still deliver."""
    retry = request(retry_of=EARLIER)
    running = standing().and_(EARLIER, requested(), PLAN)

    assert standing().when(retry) == [retry.requested, PLAN]
    running.refuses(retry, NotThere, EARLIER)
    standing().and_(EARLIER).refuses(retry, NotFound, EARLIER)


WAITING = (requested(approval=True), PLAN, AWAITED)


def test_a_plan_is_approved() -> None:
    """Approving exactly the waiting plan, at a ceiling of at least its price, lets it be sent."""
    assert given(*WAITING).when(APPROVE) == [APPROVED]
    assert folded(GENERATION, [*WAITING, APPROVED]).stage == "planned"


def test_another_plan_is_not_approved() -> None:
    """Another digest, a ceiling below the price, and a plan that waits for nobody are refused with the reason."""
    given(*WAITING).refuses(replace(APPROVE, plan_digest="9" * 64), AnotherPlan, DIGEST)
    given(*WAITING).refuses(replace(APPROVE, ceiling_units="1.7"), InvalidCommand, "ceiling")
    given(requested(), PLAN).refuses(APPROVE, NotThere, "planned")
    given().refuses(APPROVE, NotFound, GENERATION)


def test_an_approval_is_written_once() -> None:
    """The same approval again is quiet, also when the plan is under way; another ceiling then is refused."""
    assert given(*WAITING, APPROVED).when(APPROVE) == []
    assert given(*WAITING, APPROVED, OPENED).when(APPROVE) == []
    given(*WAITING, APPROVED).refuses(replace(APPROVE, ceiling_units="3"), NotThere, "planned")


def test_drift_voids_an_approval() -> None:
    """A voided approval is over: the new plan waits for a new one, also when it is the same plan again."""
    voided = PlanVoided(plan_digest=DIGEST, reason=VOID.reason)
    again = CompileAwaited(stream=GENERATION, plan=PLAN, production=SHOW)
    after = (*WAITING, APPROVED, voided)

    assert given(*WAITING, APPROVED).when(VOID) == [voided]
    assert standing(history=after).when(again) == [PLAN, AWAITED]
    given(*after).refuses(APPROVE, NotThere, "voided")


def test_only_what_waits_to_be_sent_is_voided() -> None:
    """After its submission a plan is not voided any more, nor before its approval."""
    given(*WAITING, APPROVED, OPENED).refuses(VOID, NotThere, "submitting")
    given(*WAITING).refuses(VOID, NotThere, "approval")


def test_a_plan_nobody_approved_is_not_voided() -> None:
    """Voiding where no approval was needed is quiet."""
    assert given(requested(), PLAN).when(VOID) == []


def test_the_wish_to_cancel_is_noted() -> None:
    """Once submitted, cancelling is a note; the generation stays where it is."""
    submitting = [requested(), PLAN, OPENED]

    assert given(*submitting).when(CANCEL) == [CancelWanted(reason="the scene was cut")]
    assert folded(GENERATION, [*submitting, CancelWanted(reason="x")]).stage == "submitting"


@pytest.mark.parametrize(
    "history", [[requested(), PLAN], [requested(), PLAN, GenerationEnded(outcome="lost")]]
)
def test_the_wish_to_cancel_needs_a_submission(history: list[Any]) -> None:
    """What was not submitted is cancelled outright, and what has ended is over."""
    given(*history).refuses(CANCEL, NotThere, "this step needs it")


def test_the_wish_to_cancel_is_noted_once() -> None:
    """Wanting it again is quiet."""
    assert given(requested(), PLAN, OPENED, CancelWanted(reason="no")).when(CANCEL) == []
