"""What the door does with takes, ceilings, urgency and budget: all takes in one append, or none."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from generation.intake import Takes, preview, request_generation
from generation.moments import microseconds
from generation.shot import ShotRequest
from registry.deciders.command import AlreadyExists
from registry.deciders.generation import TooDear
from registry.deciders.production import BudgetExceeded, SetBudget
from registry.views.generations import GenerationCard, takes_of
from tests.crash.invariants import check_all
from tests.servers.sandbox import Sandbox
from tests.servers.world import ALONE, CONTEXT, World, new_id

URGENT = {"priority": 7, "needed_by": "2026-12-01T18:00:00+09:00"}


def shot(world: World, **fields: Any) -> ShotRequest:
    return ShotRequest.model_validate({"scene": world.scene, **ALONE, **fields})


def taken(world: World, **fields: Any) -> list[GenerationCard]:
    """Ask for several takes; their cards."""
    request = shot(world, **fields)
    takes = Takes.of(request, new_id)
    request_generation(world.registry, world.studio, request, generation=takes, context=CONTEXT)
    return [world.card(name) for name in takes.ids]


def test_takes_are_one_append_of_one_plan(studio: World) -> None:
    """Three takes are three generations with the same plan at consecutive positions, each knowing its number and the first."""
    before = studio.log()[-1].position
    cards = taken(studio, takes=3, **URGENT)
    events = studio.log()[before:]

    assert [one.type for one in events] == ["GenerationRequested", "PlanCompiled"] * 3
    assert [(card.take, card.takes, card.first_take) for card in cards] == [
        (number, 3, cards[0].id) for number in (1, 2, 3)
    ]
    assert len({card.plan_digest for card in cards}) == 1
    with studio.registry.reading() as connection:
        assert takes_of(connection, studio.studio, cards[0].id) == tuple(card.id for card in cards)
    alone = studio.card(studio.ask(**ALONE))
    assert (alone.take, alone.takes, alone.first_take) == (1, 1, None)


def test_takes_are_all_taken_or_none(studio: World) -> None:
    """When one of the takes cannot be taken, none is."""
    there = studio.ask(**ALONE)
    before = studio.log()
    takes, request = Takes((new_id("generation"), there)), shot(studio, takes=2)
    with pytest.raises(AlreadyExists):
        request_generation(studio.registry, studio.studio, request, generation=takes, context=CONTEXT)

    assert studio.log() == before


def test_every_take_is_paid_for_and_delivered(world: World, provider: Sandbox) -> None:
    """Each take has its own submission and clip."""
    ended = world.carry(*(card.id for card in taken(world, takes=2)))

    assert [card.outcome for card in ended] == ["delivered"] * 2
    assert len({card.submission for card in ended} | {card.clip for card in ended}) == 4
    check_all(world, provider.ledger())


def test_who_goes_first_changes_nothing_of_what_is_sent(studio: World) -> None:
    """Takes, ceiling, approval, priority and deadline are kept on the request and leave the plan's digest as it was."""
    [card, _] = taken(studio, takes=2, approval=True, max_units="3", accepted_by="Ana", **URGENT)
    plain = studio.card(studio.ask(**ALONE))

    assert card.plan_digest == plain.plan_digest
    assert (card.priority, card.needed_by) == (7, microseconds("2026-12-01T09:00:00Z"))
    assert (card.stage, plain.stage) == ("approval", "planned")


@pytest.mark.parametrize(
    ("fields", "refusal", "told"),
    [
        ({"max_units": "2.999999"}, TooDear, "the plan costs 3 units, the request allows 2.999999"),
        ({"takes": 4}, BudgetExceeded, "11.5 of 11.5 units left, and this takes 12"),
    ],
)
def test_what_is_too_dear_is_refused_at_the_door(
    studio: World, fields: dict[str, Any], refusal: type[Exception], told: str
) -> None:
    """A price above the ceiling, or all takes together above the budget, is refused with both numbers; a preview says so."""
    studio.do(SetBudget(stream=studio.production, units="11.5"))
    before = studio.log()
    with pytest.raises(refusal, match=told):
        taken(studio, **fields)
    shown = preview(studio.registry, studio.studio, shot(studio, **fields))

    assert studio.log() == before
    assert (shown.sendable, shown.payload is None) == (False, False)
    assert [told in finding.message for finding in shown.findings if finding.blocks] == [True]


def test_a_continuation_is_priced_at_the_door_too(studio: World) -> None:
    """A request that waits for its parent is refused for its price now, and not after the wait."""
    parent = studio.ask(**ALONE)
    studio.do(SetBudget(stream=studio.production, units="3"))
    child = {"cast": [], "action": "The rain begins.", "continue_from": parent}
    with pytest.raises(TooDear):
        studio.ask(**child, max_units="0.5")
    with pytest.raises(BudgetExceeded):
        studio.ask(**child)


def test_a_preview_prices_one_take_and_all(studio: World) -> None:
    """The estimate is one take's, the total all takes', both in units and dollars."""
    shown = preview(studio.registry, studio.studio, shot(studio, takes=3))

    assert shown.estimate is not None
    assert shown.total is not None
    assert (shown.takes, shown.estimate.units, shown.total.units) == (3, "3", "9")
    assert Decimal(shown.total.usd) == 3 * Decimal(shown.estimate.usd)


def test_a_past_preview_knows_the_budget_of_then(studio: World) -> None:
    """As of a position before the budget was set, nothing stood against the price."""
    then = studio.log()[-1].position
    studio.do(SetBudget(stream=studio.production, units="1"))
    now = preview(studio.registry, studio.studio, shot(studio))
    past = preview(studio.registry, studio.studio, shot(studio), as_of=then)

    assert (now.sendable, past.sendable) == (False, True)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("takes", value) for value in (0, 11, "2", 2.0, True)),
        *(("max_units", value) for value in ("-1", "1e3", "", 3, "0.0000001", "NaN")),
        *(("priority", value) for value in (-101, 101, "1")),
        *(("needed_by", value) for value in ("2026-12-01T18:00:00", "tomorrow", 5, "2026-02-30T00:00:00Z")),
        *(("approval", value) for value in (1, "yes")),
    ],
)
def test_odd_values_are_refused_by_field(field: str, value: object) -> None:
    """Counts, amounts, moments and switches are exactly what they say, or are refused at their place."""
    with pytest.raises(ValidationError) as refused:
        ShotRequest.model_validate({"scene": "scene_1", **ALONE, field: value})

    assert [error["loc"] for error in refused.value.errors()] == [(field,)]
