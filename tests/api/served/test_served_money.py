"""Money over HTTP: budgets, approval rules, shares and spend, and who may decide about them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from api.auth import issue_key
from registry.deciders.production import ReserveBudget, SettleBudget
from registry.events.envelope import Context
from registry.events.studio import CREW, ROLES
from tests.api.served.serving import Served, problem

SUBMISSION = "submission_01jd0k4m5vf2s8m1q3x7w9y2a"


@pytest.fixture
def show(service: Served, account: str) -> str:
    """A production of its own."""
    return str(service.made("/v1/productions", {"name": "Money", "account": account})["id"])


def put(service: Served, show: str, what: str, body: Any, **options: Any) -> httpx.Response:
    return service.change("PUT", f"/v1/productions/{show}/{what}", body, **options)


def pay(service: Served, show: str, number: int, reserved: str, settled: str | None = None) -> None:
    """A paid call in the books."""
    submission = f"{SUBMISSION}{number}"
    subject = f"generation_{submission.partition('_')[2]}"
    books: list[Any] = [ReserveBudget(stream=show, submission=submission, subject=subject, units=reserved)]
    books += [] if settled is None else [SettleBudget(stream=show, submission=submission, units=settled)]
    service.continuity.registry.handle(service.continuity.studio, books, context=Context("test"))


def test_a_production_s_money_is_set_and_told(service: Served, show: str) -> None:
    """Budget, approval rule and share stand on the card; spend tells every sum in units and dollars, page by page."""
    put(service, show, "budget", {"units": "20"})
    put(service, show, "approval", {"above_units": "8"})
    card = put(service, show, "share", {"weight": 3}).json()
    assert (card["budget_units"], card["approval_above_units"], card["weight"]) == ("20", "8", 3)

    pay(service, show, 1, "5", "4.5")
    pay(service, show, 2, "3")
    answer = service.get(f"/v1/productions/{show}/spend", params={"limit": 1})
    told = answer.json()
    amounts = {name: told[name]["units"] for name in ("budget", "reserved", "settled", "released", "left")}
    assert amounts == {"budget": "20", "reserved": "3", "settled": "4.5", "released": "0.5", "left": "12.5"}
    assert (told["settled"]["usd"], told["calls"], told["open"]) == ("0.63", 2, 1)
    assert told["priced_on"]
    rest = service.get(answer.headers["link"].partition("<")[2].partition(">")[0]).json()
    assert [told["items"][0]["settled_units"], rest["items"][0]["settled_units"]] == ["4.5", None]
    assert rest["next"] is None


def test_a_version_that_was_seen_can_be_named(service: Served, show: str) -> None:
    """Paid calls move a production's version on its card too, so If-Match works while it spends."""
    seen = put(service, show, "budget", {"units": "20"}).headers["etag"]
    pay(service, show, 3, "5", "4.5")
    stale = put(service, show, "budget", {"units": "30"}, headers={"If-Match": seen})
    now = service.get(f"/v1/productions/{show}").headers["etag"]

    problem(stale, 412, "version-conflict")
    assert put(service, show, "budget", {"units": "30"}, headers={"If-Match": now}).status_code == 200


def test_a_budget_below_what_is_gone_is_refused(service: Served, show: str) -> None:
    """It names what is spent and what is reserved, and the budget stays."""
    put(service, show, "budget", {"units": "20"})
    pay(service, show, 4, "5", "4.5")
    pay(service, show, 5, "3")
    refused = problem(put(service, show, "budget", {"units": "7.4"}), 409, "budget-too-small")

    assert (refused["spent_units"], refused["reserved_units"]) == ("4.5", "3")
    assert refused["hint"]
    assert service.get(f"/v1/productions/{show}").json()["budget_units"] == "20"
    assert put(service, show, "budget", {"units": "7.5"}).status_code == 200
    assert put(service, show, "budget", {"units": None}).json()["budget_units"] is None


@pytest.mark.parametrize(
    ("what", "body"),
    [
        *(("budget", {"units": units}) for units in ("-1", "1e9", 5, "", "1234567890123", "NaN")),
        ("budget", {}),
        ("budget", {"units": "5", "colour": 1}),
        ("approval", {"above_units": "many"}),
        *(("share", {"weight": weight}) for weight in (0, 101, "2", 1.5, None)),
    ],
)
def test_odd_amounts_are_refused(service: Served, show: str, what: str, body: Any) -> None:
    """What is no amount is refused at its place, and nothing is written."""
    before = service.position()
    assert problem(put(service, show, what, body), 422, "invalid-request")["errors"]
    assert service.position() == before


def test_unknown_productions_have_no_money(service: Served) -> None:
    """An id that is none, and one that is not there, are not found."""
    for show in ("x", "production_01jd0k4m5vf2s8m1q3x7w9y2zz"):
        problem(put(service, show, "budget", {"units": "5"}), 404, "not-found")
        problem(service.get(f"/v1/productions/{show}/spend"), 404, "not-found")


def test_money_is_decided_by_approvers(service: Served, show: str) -> None:
    """A key of the crew sets no budget and no rule and approves nothing; it may still read and ask."""
    studio = service.continuity.studio
    plain = issue_key(service.continuity.registry, studio, "asker")
    bare = {"Authorization": f"Bearer {plain}"}
    approval = {"plan_digest": "5" * 64, "ceiling_units": "9"}
    for refused in (
        put(service, show, "budget", {"units": "5"}, headers=bare),
        put(service, show, "approval", {"above_units": None}, headers=bare),
        service.post(f"/v1/generations/generation_{show[11:]}/approve", approval, headers=bare),
    ):
        assert "approver" in problem(refused, 403, "role-missing")["hint"]
    assert put(service, show, "share", {"weight": 2}, headers=bare).status_code == 200
    assert service.get("/v1/me", headers=bare).json()["roles"] == list(CREW)
    assert service.get("/v1/me").json()["roles"] == list(ROLES)
