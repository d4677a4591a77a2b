"""Approval of the exact plan: nothing is sent before it, any drift voids it, and several approvers at once are one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from decimal import Decimal

import pytest

from generation import prices
from generation.sandbox.accounts import DEFAULT_ACCOUNT
from registry.deciders.asset import SupersedeAsset
from registry.deciders.character import AssignReference, ReviseCharacter, WithdrawReference
from registry.deciders.command import Command
from registry.deciders.element import AdoptElement, RetireElement
from registry.deciders.generation import ApprovePlan, NotThere
from registry.deciders.production import SetApprovalRule
from registry.errors import Refusal
from registry.events.generation import PlanApproved
from tests.crash.invariants import check_all
from tests.servers.sandbox import Sandbox
from tests.servers.world import ALONE, TALK, World, new_id

BY_IMAGES = [{"character": name, "identity": "images"} for name in ("Mina", "Jun")]
PICTURED = {"action": "They argue over the last seat.", "cast": BY_IMAGES, "dialogue": TALK}
ARGUE = {"action": "They argue over the last seat."}


def approve(world: World, asked: str, ceiling: str = "") -> None:
    card = world.card(asked)
    ceiling = ceiling or card.estimate_units
    world.do(ApprovePlan(stream=asked, plan_digest=card.plan_digest, ceiling_units=ceiling))


def waits(world: World, asked: str) -> Callable[[], bool]:
    return lambda: world.note(asked).startswith("waits for a person")


def test_nothing_is_sent_before_it_is_approved(world: World, provider: Sandbox) -> None:
    """A request that asks for approval waits for a person however often it is looked at, and goes on once it is given."""
    asked, before = world.ask(**ALONE, approval=True), len(provider.ledger())
    world.work(steps=4)
    assert (world.card(asked).stage, len(provider.ledger())) == ("approval", before)

    approve(world, asked)
    approved = world.card(asked)
    card = world.carry(asked)[0]
    assert (approved.approved_by, approved.ceiling_units, approved.stage) == ("key_test", "3", "planned")
    assert (card.outcome, card.approved_by) == ("delivered", "key_test")
    check_all(world, provider.ledger())


def test_a_production_asks_for_approval_of_dear_plans(world: World) -> None:
    """With a rule, plans above its price wait and cheaper ones do not."""
    world.do(SetApprovalRule(stream=world.production, above_units="3"))

    assert world.card(world.ask(**ALONE)).stage == "planned"
    assert world.card(world.ask(**ALONE, duration=6)).stage == "approval"


def changed(world: World, what: str) -> list[Command]:
    """What drifts, by name."""
    mina, portrait = world.mina.character, world.mina.portrait
    exchange: list[Command] = [
        WithdrawReference(stream=mina, asset=portrait, role="frontal"),
        AssignReference(stream=mina, asset=world.cafe, role="frontal"),
    ]
    return {
        "another portrait": exchange,
        "a superseded portrait": [*exchange, SupersedeAsset(stream=portrait, by=world.cafe, reason="x")],
        "another name": [ReviseCharacter(stream=mina, name="Minji")],
        "another element": [
            RetireElement(stream=world.mina.element, reason="a new one"),
            AdoptElement(
                stream=new_id("element"),
                element_id=DEFAULT_ACCOUNT.elements[2].element_id,
                account=world.account,
                character=mina,
                attested_by="a test",
            ),
        ],
    }[what]


@pytest.mark.parametrize(
    ("what", "shot"),
    [
        ("another portrait", PICTURED),
        ("a superseded portrait", PICTURED),
        ("another name", {**ARGUE, "dialogue": {**TALK, "turns": TALK["turns"][1:]}}),
        ("another element", ARGUE),
    ],
)
def test_drift_voids_the_approval(
    world: World, provider: Sandbox, what: str, shot: dict[str, object]
) -> None:
    """What would be sent now is not what was approved: nothing goes out, the new plan waits, and its own approval sends it."""
    asked, before = world.ask(**shot, approval=True), len(provider.ledger())
    approve(world, asked, ceiling="50")
    first = world.card(asked).plan_digest
    world.do(*changed(world, what))
    world.work_until(waits(world, asked))

    card = world.card(asked)
    assert (card.stage, card.approved_by, len(provider.ledger())) == ("approval", None, before)
    assert card.plan_digest != first
    assert world.types(asked)[-4:] == ["PlanApproved", "PlanVoided", "PlanCompiled", "ApprovalAwaited"]
    approve(world, asked)
    assert world.carry(asked)[0].outcome == "delivered"
    check_all(world, provider.ledger())


def test_a_dearer_price_voids_the_approval(
    world: World, provider: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same plan at a price above its ceiling is not sent; at one below the ceiling it is."""
    dear, roomy = world.ask(**ALONE, approval=True), world.ask(**ALONE, approval=True)
    approve(world, dear)
    approve(world, roomy, ceiling="4")
    before = len(provider.ledger())
    price = {**prices.UNITS_PER_SECOND, ("kling-v3", "silent"): {"std": Decimal("0.8")}}
    monkeypatch.setattr(prices, "UNITS_PER_SECOND", price)
    world.work_until(lambda: waits(world, dear)() and world.card(roomy).stage == "ended")

    assert (world.card(dear).stage, world.card(dear).estimate_units) == ("approval", "4")
    assert len(provider.ledger()) == before + 1


def test_what_drifted_beyond_making_ends_as_refused(world: World, provider: Sandbox) -> None:
    """When no plan can be made any more the request ends with the reason, unsent."""
    shot = {"cast": [], "action": "The lamps come on.", "opening": world.cafe}
    asked, before = world.ask(**shot, approval=True), len(provider.ledger())
    approve(world, asked)
    world.do(SupersedeAsset(stream=world.cafe, by=world.mina.portrait, reason="sharper"))
    card = world.carry(asked)[0]

    assert (card.outcome, card.submission, len(provider.ledger())) == ("refused", None, before)
    assert world.cafe in card.reason


def test_several_approvers_at_once_are_one(studio: World) -> None:
    """Of approvals with different ceilings at once exactly one counts; the others are refused with the state."""
    asked, start, refused = studio.ask(**ALONE, approval=True), threading.Barrier(8), []

    def approver(ceiling: int) -> None:
        start.wait(20)
        try:
            approve(studio, asked, ceiling=str(ceiling))
        except Refusal as late:
            refused.append(late)

    threads = [threading.Thread(target=approver, args=(3 + mine,)) for mine in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    [approved] = [one.event for one in studio.log() if isinstance(one.event, PlanApproved)]
    assert studio.card(asked).ceiling_units == approved.ceiling_units
    assert [(type(late), late.detail["stage"]) for late in refused] == [(NotThere, "planned")] * 7
