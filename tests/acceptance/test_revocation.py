"""The story of an actor who takes consent back while ten requests are queued: none of them is sent after it."""

from __future__ import annotations

from generation.revoking import end_what_waits
from registry.deciders.account import HoldAccount, ResumeAccount, SetSlots
from registry.events.account import AccountHeld
from registry.views import likenesses
from tests.crash.invariants import check_all
from tests.generation.conftest import provider, provider_process_fixture, world
from tests.generation.people import actor
from tests.servers.sandbox import Sandbox
from tests.servers.world import ALONE, CONTEXT, World

__all__ = ["provider", "provider_process_fixture", "world"]

ARGUE = {"action": "They argue over the last seat."}
MODEL = "kling-v3-omni"
FULL = {"do": "code", "code": 1303, "status": 429}


def test_an_actor_takes_consent_back(world: World, provider: Sandbox) -> None:
    """One is delivered; ten wait (refused for load, for slots, for approval, on a held account) and are never sent."""
    who = actor(world)
    [made] = world.carry(world.ask(**ARGUE))
    provider.order(**FULL)
    waiting = [world.ask(**ARGUE)]
    world.work(steps=1)  # the provider has no room for it: it waits to be sent again
    world.do(SetSlots(stream=world.account, model=MODEL, slots=0, pack=""))
    waiting += [world.ask(**ARGUE) for _ in range(3)]
    waiting += [world.ask(**ARGUE, approval=True) for _ in range(2)]
    hold = AccountHeld(scope="sending", by="person", message="the meeting is on Monday")
    world.do(HoldAccount(stream=world.account, held=hold))
    waiting += [world.ask(**ARGUE, priority=5) for _ in range(4)]
    posts, others = len(provider.ledger()), world.ask(**ALONE)

    who.take_back()
    assert len(waiting) == 10
    world.do(
        ResumeAccount(stream=world.account, scope="sending", by="person", reason="approved"),
        SetSlots(stream=world.account, model=MODEL, slots=5, pack=""),
    )
    half = world.carry(*waiting[6:], seconds=60)  # by their turn
    end_what_waits(world.registry, world.studio, who.likeness, context=CONTEXT)  # and at once
    cards = [world.card(name) for name in waiting]
    world.carry(others)

    assert {card.outcome for card in (*half, *cards)} == {"refused"}
    assert all(who.consent in card.reason for card in cards)
    assert len(provider.ledger()) == posts + 1, "only the request that shows nobody was sent"
    assert sorted(who.refused()) == sorted(waiting)
    with world.registry.reading() as connection:
        card = likenesses.likeness(connection, world.studio, who.likeness, now=world.clock())
    assert [one.state for one in card.consents] == ["revoked"]
    assert [one.clip for one in card.follow_ups.clips] == [made.clip]
    assert [one.id for one in card.follow_ups.elements] == [world.mina.element]
    check_all(world, provider.ledger())
