"""Allowances: set aside before anything is sent, settled or released after, never more than a day may cost."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given as examples
from hypothesis import strategies as st

from registry.deciders.allowance import (
    DAY_US,
    AllowanceExceeded,
    ReleaseAllowance,
    ReserveAllowance,
    SettleAllowance,
    allowance_of,
    day_of,
    decide,
    evolve,
)
from registry.deciders.command import Command
from registry.errors import Refusal
from registry.events.allowance import AllowanceReleased, AllowanceReserved, AllowanceSettled
from tests.registry.deciders.given import folded, given
from tests.registry.events.golden import an_id

KEY = an_id("key")
STREAM = allowance_of(KEY)
PAID, OTHER = an_id("submission"), an_id("submission", 2)
SET_ASIDE = AllowanceReserved(submission=PAID, units="6", day=100)
RESERVE = ReserveAllowance(stream=STREAM, holder=KEY, submission=PAID, units="6", day=100, most="10")


def test_a_price_is_set_aside_once() -> None:
    """What fits into the day is set aside; for the same call again that is quiet."""
    assert given().when(RESERVE) == [SET_ASIDE]
    assert given(SET_ASIDE).when(RESERVE) == []


def test_a_day_holds_no_more_than_its_limit() -> None:
    """What is set aside counts like what is spent; a refusal says what is left and what is needed."""
    refused = given(SET_ASIDE).refuses(
        replace(RESERVE, submission=OTHER, units="4.1"), AllowanceExceeded, f"{KEY} has 4 of 10"
    )

    assert refused.detail == {"left_units": "4", "needed_units": "4.1"}
    assert given(SET_ASIDE).when(replace(RESERVE, submission=OTHER, units="4"))
    assert given(SET_ASIDE).when(replace(RESERVE, submission=OTHER, units="0", most="1"))


def test_another_day_begins_with_nothing() -> None:
    """What yesterday cost does not count today, whether it is settled by then or not."""
    tomorrow = replace(RESERVE, submission=OTHER, units="10", day=101)

    assert given(SET_ASIDE).when(tomorrow)
    assert given(SET_ASIDE, AllowanceSettled(submission=PAID, units="6")).when(tomorrow)
    late = AllowanceReserved(submission=OTHER, units="10", day=101)
    state = folded(STREAM, [SET_ASIDE, late, AllowanceSettled(submission=PAID, units="6")])
    assert (state.committed(100), state.committed(101)) == (Decimal(0), Decimal(10))


def test_a_call_is_settled_once() -> None:
    """With what was charged, or with all that was set aside where nobody knows; what is not open is quiet."""
    settle = SettleAllowance(stream=STREAM, submission=PAID, units="4.5")

    assert given(SET_ASIDE).when(settle) == [AllowanceSettled(submission=PAID, units="4.5")]
    assert given(SET_ASIDE).when(replace(settle, units=None)) == [
        AllowanceSettled(submission=PAID, units="6")
    ]
    assert given(SET_ASIDE, AllowanceSettled(submission=PAID, units="4.5")).when(settle) == []
    assert given().when(settle) == []


def test_what_was_not_charged_is_free_again() -> None:
    """A release gives all of it back, once."""
    release, released = ReleaseAllowance(stream=STREAM, submission=PAID), AllowanceReleased(submission=PAID)

    assert given(SET_ASIDE).when(release) == [released]
    assert given(SET_ASIDE, released).when(release) == []
    assert given(SET_ASIDE, released).when(replace(RESERVE, submission=OTHER, units="10"))


def test_what_was_spent_stays_spent_that_day() -> None:
    """Settled units count with what is set aside later the same day, by what was charged and not by what was set aside."""
    spent = given(SET_ASIDE, AllowanceSettled(submission=PAID, units="7.5"))
    second = replace(RESERVE, submission=OTHER, units="2.5")

    assert spent.when(second) == [AllowanceReserved(submission=OTHER, units="2.5", day=100)]
    refused = spent.refuses(replace(second, units="2.6"), AllowanceExceeded, "has 2.5 of 10")
    assert refused.detail == {"left_units": "2.5", "needed_units": "2.6"}
    both = folded(
        STREAM,
        [
            *spent.history,
            AllowanceReserved(submission=OTHER, units="2", day=100),
            AllowanceSettled(submission=OTHER, units="1"),
        ],
    )
    assert both.committed(100) == Decimal("8.5")


def test_a_lowered_limit_leaves_nothing() -> None:
    """What is spent beyond it is not counted as less than nothing left."""
    given(SET_ASIDE).refuses(
        replace(RESERVE, submission=OTHER, units="0.5", most="5"), AllowanceExceeded, "has 0 of 5"
    )


def test_a_late_call_of_yesterday_does_not_turn_the_day_back() -> None:
    """It counts for its own day; what today cost stays."""
    today = AllowanceReserved(submission=OTHER, units="4", day=101)
    late = AllowanceReserved(submission=PAID, units="6", day=100)
    state = folded(STREAM, [today, AllowanceSettled(submission=OTHER, units="4"), late])
    over = folded(STREAM, [today, late, AllowanceSettled(submission=PAID, units="6")])

    assert (state.day, state.committed(100), state.committed(101)) == (101, Decimal(6), Decimal(4))
    assert (over.day, over.committed(100), over.committed(101)) == (101, Decimal(0), Decimal(4))


def test_a_limit_has_a_stream_of_its_own() -> None:
    """Named after whose it is; a day is counted from 1970, and begins at midnight UTC."""
    assert (allowance_of(KEY), KEY.partition("_")[2]) == (STREAM, STREAM.partition("_")[2])
    assert [day_of(now) for now in (0, DAY_US - 1, DAY_US, 3 * DAY_US)] == [0, 0, 1, 3]
    assert DAY_US == 24 * 60 * 60 * 1_000_000


@examples(
    st.lists(
        st.tuples(st.integers(0, 5), st.sampled_from("rsx"), st.decimals(0, 9, places=1), st.integers(0, 2)),
        max_size=30,
    )
)
def test_no_order_of_calls_sets_aside_more_than_a_day_holds(
    steps: list[tuple[int, str, Decimal, int]],
) -> None:
    """However calls begin and end, what a day has set aside and spent stays within its limit, if the provider takes no more."""
    state, day = folded(STREAM, []), 100
    for number, what, units, days in steps:
        day += days // 2
        submission = an_id("submission", number + 1)
        commands: dict[str, Command] = {
            "r": replace(RESERVE, submission=submission, units=str(units), day=day),
            "s": SettleAllowance(stream=STREAM, submission=submission, units=None),
            "x": ReleaseAllowance(stream=STREAM, submission=submission),
        }
        try:
            for event in decide(commands[what], state, {}):
                state = evolve(state, event)
        except Refusal:
            pass
        assert state.committed(day) <= 10
