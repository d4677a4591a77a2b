"""Budgets: reserved before anything is sent, settled or released after, never overspent (invariant I8); rules and shares."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given as examples
from hypothesis import settings
from hypothesis import strategies as st

from registry.deciders.command import AlreadyClosed, Command
from registry.deciders.production import (
    BudgetExceeded,
    BudgetTooSmall,
    ReleaseBudget,
    ReserveBudget,
    SetApprovalRule,
    SetBudget,
    SetShare,
    SettleBudget,
)
from registry.errors import NotFound, Refusal
from registry.events.production import (
    ApprovalRuleSet,
    BudgetReleased,
    BudgetReserved,
    BudgetSet,
    BudgetSettled,
    ShareSet,
)
from tests.proof import times
from tests.registry.deciders.given import folded, given
from tests.registry.events.golden import an_id, example

SHOW, GENERATION = an_id("production"), an_id("generation")
PAID, OTHER = an_id("submission"), an_id("submission", 2)
OPENED, CLOSED = example("ProductionOpened"), example("ProductionClosed")
TEN = BudgetSet(units="10")
RESERVE = ReserveBudget(stream=SHOW, submission=PAID, subject=GENERATION, units="4.5")
RESERVED = BudgetReserved(submission=PAID, subject=GENERATION, units="4.5")
SETTLE = SettleBudget(stream=SHOW, submission=PAID, units="3")
RELEASE = ReleaseBudget(stream=SHOW, submission=PAID)


def test_a_price_is_set_aside() -> None:
    """Reserving says for which paid call and for what; with a budget, and without one."""
    assert given(OPENED, TEN).when(RESERVE) == [RESERVED]
    assert given(OPENED).when(RESERVE) == [RESERVED]


def test_a_budget_is_never_overspent() -> None:
    """What is reserved and what is settled count both; to the last unit it is allowed, a trifle more is refused."""
    rest = replace(RESERVE, submission=OTHER, units="5.5")
    more = replace(rest, units="5.500001")

    assert len(given(OPENED, TEN, RESERVED).when(rest)) == 1
    refused = given(OPENED, TEN, RESERVED).refuses(more, BudgetExceeded, SHOW)
    assert (refused.detail["left_units"], refused.detail["needed_units"]) == ("5.5", "5.500001")
    settled = BudgetSettled(submission=PAID, units="4.5", reserved="4.5", basis="charged")
    given(OPENED, TEN, RESERVED, settled).refuses(more, BudgetExceeded)


def test_a_call_is_reserved_once() -> None:
    """Reserving for the same paid call again is quiet."""
    assert given(OPENED, TEN, RESERVED).when(RESERVE) == []


def test_a_call_is_settled_at_what_it_cost() -> None:
    """The provider's deduction is spent, what was reserved beyond it is free again; a dearer one is spent all the same."""
    settled = BudgetSettled(submission=PAID, units="3", reserved="4.5", basis="charged")

    assert given(OPENED, TEN, RESERVED).when(SETTLE) == [settled]
    assert folded(SHOW, [OPENED, TEN, RESERVED, settled]).committed == Decimal(3)
    assert given(OPENED, TEN, RESERVED).when(replace(SETTLE, units="40"))[0].units == "40"  # type: ignore[attr-defined]


def test_a_price_nobody_knows_is_assumed() -> None:
    """Without a deduction all that was reserved counts as spent, and says that it is an assumption."""
    assumed = BudgetSettled(submission=PAID, units="4.5", reserved="4.5", basis="assumed")

    assert given(OPENED, TEN, RESERVED).when(replace(SETTLE, units=None)) == [assumed]


def test_what_was_not_charged_is_released() -> None:
    """Released units can be reserved again."""
    released = BudgetReleased(submission=PAID, units="4.5")

    assert given(OPENED, TEN, RESERVED).when(RELEASE) == [released]
    assert folded(SHOW, [OPENED, TEN, RESERVED, released]).committed == 0


@pytest.mark.parametrize("command", [SETTLE, RELEASE], ids=["settle", "release"])
def test_nothing_is_settled_twice(command: Command) -> None:
    """Settling or releasing what has nothing open is quiet, so a repeat after a crash changes no sum."""
    released = BudgetReleased(submission=PAID, units="4.5")

    assert given(OPENED, TEN).when(command) == []
    assert given(OPENED, TEN, RESERVED, released).when(command) == []


@pytest.mark.parametrize("command", [RESERVE, SETTLE, RELEASE], ids=["reserve", "settle", "release"])
def test_a_closed_show_still_keeps_its_books(command: Command) -> None:
    """Paid calls of a production that was closed meanwhile are reserved, settled and released; an unknown one has no books."""
    history = [OPENED, TEN, CLOSED] if command is RESERVE else [OPENED, TEN, RESERVED, CLOSED]

    assert len(given(*history).when(command)) == 1
    given().refuses(command, NotFound, SHOW)


def test_a_budget_is_set() -> None:
    """A budget is a number of units for the whole production; None lifts it; the same value again is quiet."""
    command = SetBudget(stream=SHOW, units="10")

    assert given(OPENED).when(command) == [TEN]
    assert given(OPENED, TEN).when(replace(command, units=None)) == [BudgetSet(units=None)]
    assert given(OPENED, TEN).when(replace(command, units="10.0")) == []


def test_a_budget_holds_what_is_committed() -> None:
    """A budget below what is spent and reserved is refused with both sums; exactly that much is taken."""
    settled = BudgetSettled(submission=OTHER, units="2", reserved="2", basis="charged")
    history = [
        OPENED,
        TEN,
        BudgetReserved(submission=OTHER, subject=GENERATION, units="2"),
        settled,
        RESERVED,
    ]

    refused = given(*history).refuses(SetBudget(stream=SHOW, units="6.4"), BudgetTooSmall, "spent 2")
    assert refused.detail["committed_units"] == "6.5"
    assert given(*history).when(SetBudget(stream=SHOW, units="6.5")) == [BudgetSet(units="6.5")]


def test_an_approval_rule_is_set() -> None:
    """The rule names the price above which a person approves; None ends it; the same again is quiet."""
    command = SetApprovalRule(stream=SHOW, above_units="0")

    assert given(OPENED).when(command) == [ApprovalRuleSet(above_units="0")]
    assert given(OPENED).when(replace(command, above_units=None)) == []
    assert given(OPENED, ApprovalRuleSet(above_units="0")).when(command) == []


def test_a_share_is_set() -> None:
    """A production's weight is one until it is set; the same again is quiet."""
    command = SetShare(stream=SHOW, weight=3)

    assert given(OPENED).when(command) == [ShareSet(weight=3)]
    assert given(OPENED).when(replace(command, weight=1)) == []
    assert given(OPENED, ShareSet(weight=3)).when(command) == []


@pytest.mark.parametrize(
    "command",
    [
        SetBudget(stream=SHOW, units="1"),
        SetApprovalRule(stream=SHOW, above_units="1"),
        SetShare(stream=SHOW, weight=2),
    ],
    ids=lambda command: type(command).__name__,
)
def test_a_closed_show_has_no_new_rules(command: Command) -> None:
    """A closed production takes no new budget, rule or share, and an unknown one is not found."""
    given(OPENED, CLOSED).refuses(command, AlreadyClosed, SHOW)
    given().refuses(command, NotFound, SHOW)


BOOKED: st.SearchStrategy[Any] = st.one_of(
    st.builds(
        lambda n, units: replace(RESERVE, submission=an_id("submission", n), units=units),
        st.integers(1, 4),
        st.sampled_from(["0", "0.1", "3", "9.9"]),
    ),
    st.builds(lambda n: replace(SETTLE, submission=an_id("submission", n), units=None), st.integers(1, 4)),
    st.builds(lambda n: replace(RELEASE, submission=an_id("submission", n)), st.integers(1, 4)),
    st.builds(lambda units: SetBudget(stream=SHOW, units=units), st.sampled_from(["0", "5", "10"])),
)


@settings(max_examples=times(200), deadline=None)
@examples(st.lists(BOOKED, max_size=20))
def test_no_order_of_bookings_overspends(bookings: list[Command]) -> None:
    """Whatever is booked in whatever order: reserved is settled plus released plus open, and never above the budget."""
    log: list[Any] = [OPENED, TEN]
    for command in bookings:
        try:
            log.extend(given(*log).when(command))
        except Refusal:
            continue
        state = folded(SHOW, log)
        assert state.committed <= state.budget

    total = {kind: sum(Decimal(e.units) for e in log if isinstance(e, kind)) for kind in
             (BudgetReserved, BudgetSettled, BudgetReleased)}  # fmt: skip
    still_open = sum(state_of.values()) if (state_of := folded(SHOW, log).reserved) else 0
    assert total[BudgetReserved] == total[BudgetSettled] + total[BudgetReleased] + still_open
