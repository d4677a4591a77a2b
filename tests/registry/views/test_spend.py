"""A production's books: whatever is reserved, settled and released, in any order, every unit is accounted for (invariant I8)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.deciders.command import Command
from registry.deciders.production import (
    OpenProduction,
    Production,
    ReleaseBudget,
    ReserveBudget,
    SetBudget,
    SettleBudget,
)
from registry.errors import NotFound, Refusal
from registry.events.envelope import Recorded
from registry.events.production import BudgetReleased, BudgetReserved, BudgetSettled
from registry.views import productions, spend
from registry.views.page import Span
from tests.registry.events.golden import an_id
from tests.registry.log.opened import STUDIO, Opened, new_id, opened

SUBMISSIONS = [an_id("submission", number) for number in range(6)]
AMOUNTS = st.sampled_from(["0", "0.000001", "0.5", "3", "4.5", "12", "999999999999.999999"])
Step = tuple[str, str, str | None]
STEPS: st.SearchStrategy[list[Step]] = st.lists(
    st.one_of(
        st.tuples(st.just("reserve"), st.sampled_from(SUBMISSIONS), AMOUNTS),
        st.tuples(st.just("settle"), st.sampled_from(SUBMISSIONS), st.none() | AMOUNTS),
        st.tuples(st.just("release"), st.sampled_from(SUBMISSIONS), st.none()),
        st.tuples(st.just("budget"), st.just(""), st.none() | AMOUNTS),
    ),
    max_size=25,
)


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    with opened(tmp_path_factory.mktemp("books")) as found:
        yield found


def command(production: str, step: Step, mine: dict[str, str]) -> Command:
    """The step as a command; every production has submissions of its own."""
    what, name, units = step
    submission = mine.setdefault(name, new_id("submission"))
    if what == "reserve":
        return ReserveBudget(
            stream=production, submission=submission, subject="generation_x", units=str(units)
        )
    if what == "settle":
        return SettleBudget(stream=production, submission=submission, units=units)
    if what == "release":
        return ReleaseBudget(stream=production, submission=submission)
    return SetBudget(stream=production, units=units)


def told(books: Opened, steps: Sequence[Step]) -> tuple[str, list[Recorded]]:
    """A production after those steps, refused ones left out; each reservation must have fitted its budget."""
    production, mine, events = new_id("production"), {}, []  # type: ignore[var-annotated]
    books.handle(OpenProduction(stream=production, name="x", unplaced=new_id("scene")))
    closed: set[str] = set()
    for step in steps:
        if step[0] == "reserve" and mine.get(step[1]) in closed:
            continue  # a submission is reserved for once in its life
        with suppress(Refusal):
            recorded = books.handle(command(production, step, mine)).recorded
            events += recorded
            closed |= {
                one.event.submission
                for one in recorded
                if isinstance(one.event, BudgetSettled | BudgetReleased)
            }
            _fits(state(books, production), recorded)
    return production, events


def _fits(now: Production, recorded: Sequence[Recorded]) -> None:
    for one in recorded:
        if isinstance(one.event, BudgetReserved) and Decimal(one.event.units) and now.budget is not None:
            assert now.committed <= now.budget


def state(books: Opened, production: str) -> Production:
    found = books.registry.state(STUDIO, production).state
    assert isinstance(found, Production)
    return found


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_every_unit_is_accounted_for(books: Opened, steps: list[Step]) -> None:
    """All reserved = open + settled + released - charged beyond it, to the last decimal; the view says what the log says."""
    production, events = told(books, steps)
    with books.registry.reading() as connection:
        shown = spend.spend(connection, STUDIO, production)
    now, sums = state(books, production), shown.sums
    aside = sum((Decimal(e.event.units) for e in events if isinstance(e.event, BudgetReserved)), Decimal(0))

    assert Decimal(sums.set_aside_units) == aside
    assert aside + Decimal(sums.over_units) == sum(
        (Decimal(units) for units in (sums.reserved_units, sums.settled_units, sums.released_units)),
        Decimal(0),
    )
    assert Decimal(sums.reserved_units) == now.committed - now.settled
    assert Decimal(sums.settled_units) == now.settled
    assert (sums.open, sums.calls) == (
        len(now.reserved),
        sum(isinstance(one.event, BudgetReserved) for one in events),
    )
    left = None if now.budget is None else max(Decimal(0), now.budget - now.committed)
    assert (None if shown.left_units is None else Decimal(shown.left_units)) == left


def test_the_books_of_a_production_by_pages(books: Opened) -> None:
    """Each call is one line, oldest first, and the production's card carries the version that these events gave it."""
    steps: list[Step] = [("reserve", SUBMISSIONS[n], "3") for n in range(5)]
    production, _ = told(books, [*steps, ("settle", SUBMISSIONS[1], "2"), ("release", SUBMISSIONS[2], None)])
    with books.registry.reading() as connection:
        first = spend.lines(connection, STUDIO, production=production, span=Span(limit=3))
        rest = spend.lines(connection, STUDIO, production=production, span=Span(first.next or 0))
        card = productions.production(connection, STUDIO, production)

    lines = [*first.items, *rest.items]
    assert [(line.settled_units, line.released_units, line.basis) for line in lines] == [
        (None, None, None),
        ("2", None, "charged"),
        (None, "3", None),
        (None, None, None),
        (None, None, None),
    ]
    assert rest.next is None
    assert card.version == books.registry.state(STUDIO, production).version


def test_foreign_books_are_not_there(books: Opened) -> None:
    """Another studio's production has no books."""
    production, _ = told(books, [])
    with books.registry.reading() as connection, pytest.raises(NotFound):
        spend.spend(connection, an_id("studio", 2), production)
