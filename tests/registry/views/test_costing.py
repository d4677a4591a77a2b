"""What productions have spent, and what each character cost."""

from __future__ import annotations

from registry.deciders.production import OpenProduction, ReserveBudget, SetBudget, SettleBudget
from registry.views import costing
from registry.views.page import Span
from tests.registry.log.opened import STUDIO, Opened, new_id
from tests.registry.log.story import JUN, MINA, SHOW
from tests.registry.views.bound import FIRST, OPEN, bind, plan


def paid(log: Opened, subject: str, reserved: str, settled: str | None = None) -> None:
    submission = new_id("submission")
    log.handle(ReserveBudget(stream=SHOW, submission=submission, subject=subject, units=reserved))
    if settled is not None:
        log.handle(SettleBudget(stream=SHOW, submission=submission, units=settled))


def test_a_character_costs_what_it_is_in(told: Opened) -> None:
    """Its clips, those that are under way, and what was made of it; each call once, however often it stands on somebody."""
    before = {one.character: one for one in costs(told)}
    bind(told)
    plan(told, element=FIRST)
    paid(told, OPEN, "3")
    paid(told, FIRST, "0.5", "0.25")
    paid(told, new_id("generation"), "100")
    after = {one.character: one for one in costs(told)}

    assert float(after[MINA].reserved_units) == float(before[MINA].reserved_units) + 3
    assert float(after[MINA].settled_units) == float(before[MINA].settled_units) + 0.25
    assert after[MINA].calls == before[MINA].calls + 2


def costs(told: Opened) -> tuple[costing.CharacterSums, ...]:
    with told.registry.reading() as connection:
        page = costing.by_character(connection, STUDIO)
        assert page.next is None
        return page.items


def test_the_dearest_character_comes_first(told: Opened) -> None:
    """What is spent and what is set aside count alike."""
    plan(told, character=JUN)
    paid(told, OPEN, "100")
    found = costs(told)
    spent = [float(one.settled_units) + float(one.reserved_units) for one in found]
    assert spent == sorted(spent, reverse=True)
    with told.registry.reading() as connection:
        first = costing.by_character(connection, STUDIO, limit=1)
        rest = costing.by_character(connection, STUDIO, after=1)
    assert first.items + rest.items == found
    assert (first.next, found[0].character, len(found)) == (1, JUN, 2)


def test_balances_say_how_much_of_a_budget_is_left(told: Opened) -> None:
    """Spent and set aside share it; a production without a budget has no share, and one with none to spend is full."""
    show, other = new_id("production"), new_id("production")
    for one in (show, other):
        told.handle(OpenProduction(stream=one, name="x", unplaced=new_id("scene")))
    told.handle(SetBudget(stream=show, units="10"))
    first, second = new_id("submission"), new_id("submission")
    told.handle(ReserveBudget(stream=show, submission=first, subject=new_id("generation"), units="4"))
    told.handle(ReserveBudget(stream=show, submission=second, subject=new_id("generation"), units="3"))
    told.handle(SettleBudget(stream=show, submission=first, units="2.5"))
    with told.registry.reading() as connection:
        page = costing.balances(connection, STUDIO, span=Span(limit=500))
        alone = costing.balances(connection, STUDIO, within=[other]).items
    mine = next(one for one in page.items if one.production == show)

    assert (mine.reserved_units, mine.settled_units, mine.share) == ("3", "2.5", 0.55)
    assert [(one.production, one.share) for one in alone] == [(other, None)]
    told.handle(SetBudget(stream=other, units="0"))
    with told.registry.reading() as connection:
        assert costing.balances(connection, STUDIO, within=[other]).items[0].share == 1.0
