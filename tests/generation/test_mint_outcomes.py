"""What becomes of the paid POST that makes an element or a voice: the outcome table, through client, provider, log and worker."""

from __future__ import annotations

from typing import Any

import pytest

from generation.errors import PayloadRefused
from generation.sandbox.creations import MADE
from registry.deciders.account import HoldAccount, ResumeAccount
from registry.deciders.element import AdoptElement, RetireElement
from registry.deciders.production import SetBudget
from registry.deciders.submission import ResolveQuarantine
from registry.events.account import AccountHeld
from tests.crash.invariants import check_all
from tests.servers.making import card, carry_mints, made, mint, mint_a_voice, paid, stage, with_views
from tests.servers.sandbox import Sandbox
from tests.servers.world import ALONE, World, new_id, open_desk, open_registry

LOAD = {"do": "code", "code": 1303, "status": 429, "message": "parallel task over resource pack limit"}
POLICY = {"do": "code", "code": 1301, "status": 400, "message": "The content does not pass the safety policy"}
MONEY = {"do": "code", "code": 1102, "status": 429, "message": "Account balance not enough"}


def accepted(world: World, provider: Sandbox, stream: str) -> list[bool]:
    """Which of its POSTs the provider took."""
    return [post["accepted"] for post in provider.ledger(paid(world, stream).external_task_id)]


def wait_until(world: World, stream: str, state: str) -> None:
    world.work_until(
        lambda: made(world, stream).mint.submission is not None and paid(world, stream).state == state
    )


def test_an_element_is_made_by_one_call(world: World, provider: Sandbox) -> None:
    """A recipe becomes an id on its account by one POST, and the views show what it is made of and what it cost."""
    element = mint(with_views(world))
    carry_mints(world, element)

    shown = card(world, element)
    assert (shown.state, shown.live, shown.account) == ("live", True, world.account)
    assert shown.element_id is not None
    assert shown.mint is not None
    assert (shown.mint.stage, shown.mint.units, shown.mint.name) == ("minted", "0", "Mina")
    assert shown.mint.recipe.frontal == world.mina.portrait
    assert world.types(element) == ["ElementMintRequested", "SubmissionOpened", "ElementMinted"]
    assert accepted(world, provider, element) == [True]
    check_all(world, provider.ledger())
    assert world.registry.rebuild().different == ()


def test_a_voice_is_made_by_one_call(world: World, provider: Sandbox) -> None:
    """A voice is made the same way, and costs what the price table says."""
    voice = mint_a_voice(world, production=world.production)
    carry_mints(world, voice)

    state = made(world, voice)
    assert (state.live, bool(state.voice_id)) == (True, True)
    assert (paid(world, voice).units, state.mint.requested.estimate_units) == ("0.05", "0.05")
    assert paid(world, voice).production == world.production
    assert accepted(world, provider, voice) == [True]
    check_all(world, provider.ledger())


@pytest.mark.parametrize("fault", ["drop_after_accept", "truncate_json", "no_task_id", "echo_missing"])
def test_a_lost_answer_is_looked_up(world: World, provider: Sandbox, fault: str) -> None:
    """What may have been accepted is asked for by our own id and adopted, never sent again."""
    provider.order(do=fault)
    element = mint(with_views(world))
    carry_mints(world, element)

    assert card(world, element).live
    assert accepted(world, provider, element) == [True]
    check_all(world, provider.ledger())


def test_a_call_that_never_arrived_waits_for_a_person(world: World, provider: Sandbox) -> None:
    """Disproved by looks and the list, it is quarantined; a person's word sends the same bytes again, once."""
    provider.order(do="drop_before_accept")
    element = mint(with_views(world))
    wait_until(world, element, "unknown")
    world.clock.pass_by(1000)
    wait_until(world, element, "quarantined")

    world.do(ResolveQuarantine(stream=paid(world, element).id, decision="declare_absent", reason="not there"))
    carry_mints(world, element)
    assert accepted(world, provider, element) == [False, True]
    check_all(world, provider.ledger())


def test_a_disproved_call_goes_again_by_policy(world: World, provider: Sandbox) -> None:
    """A route whose policy says so sends the same bytes under the same id after a disproof."""
    world = with_views(world).with_desk(resend={"advanced-custom-elements": "same_id_after_disproof"})
    provider.order(do="drop_before_accept")
    element = mint(world)
    wait_until(world, element, "unknown")
    world.clock.pass_by(1000)
    carry_mints(world, element)

    assert accepted(world, provider, element) == [False, True]
    check_all(world, provider.ledger())


def test_an_abandoned_call_counts_as_spent(world: World, provider: Sandbox) -> None:
    """Abandoning ends the mint as failed, and what was set aside is taken as spent: nobody knows."""
    provider.order(do="drop_before_accept")
    voice = mint_a_voice(world, production=world.production)
    wait_until(world, voice, "unknown")
    world.clock.pass_by(1000)
    wait_until(world, voice, "quarantined")
    world.do(ResolveQuarantine(stream=paid(world, voice).id, decision="abandon", reason="nobody knows"))
    carry_mints(world, voice)

    assert (stage(world, voice), made(world, voice).mint.outcome) == ("failed", "abandoned")
    assert str(world.registry.state(world.studio, world.production).state.settled) == "0.05"
    check_all(world, provider.ledger())


def test_a_full_account_is_waited_for(world: World, provider: Sandbox) -> None:
    """1303 accepts nothing: the same bytes go again after a pause, and one element is made."""
    provider.order(**LOAD, times=2)
    element = mint(with_views(world))
    carry_mints(world, element)

    assert accepted(world, provider, element) == [False, False, True]
    check_all(world, provider.ledger())


def test_an_account_without_money_is_held(world: World, provider: Sandbox) -> None:
    """1102 holds the account's sending; when a call gets through the mint goes on, and nothing was made twice."""
    provider.order(**MONEY)
    element = mint(with_views(world))
    carry_mints(world, element)

    held = [one.event.code for one in world.log() if isinstance(one.event, AccountHeld)]
    assert held == [1102]
    assert accepted(world, provider, element) == [False, True]
    check_all(world, provider.ledger())


def test_a_held_account_makes_nothing(world: World, provider: Sandbox) -> None:
    """While a person holds an account's sending no element is made on it; once resumed it is."""
    hold = AccountHeld(scope="sending", by="person", message="audit")
    world.do(HoldAccount(stream=world.account, held=hold))
    element = mint(with_views(world))
    assert not world.worker().work_once()

    world.do(ResumeAccount(stream=world.account, scope="sending", by="person", reason="done"))
    carry_mints(world, element)
    assert accepted(world, provider, element) == [True]


def test_a_refusal_for_good_ends_the_mint(world: World, provider: Sandbox) -> None:
    """The provider's no ends it as refused, in its own words, and what was set aside is free again."""
    provider.order(**POLICY)
    voice = mint_a_voice(world, production=world.production)
    carry_mints(world, voice)

    state = made(world, voice)
    assert (state.mint.stage, state.mint.outcome, state.live) == ("failed", "refused", False)
    assert world.registry.state(world.studio, world.production).state.committed == 0
    check_all(world, provider.ledger())


def test_a_task_that_fails_ends_the_mint(world: World, provider: Sandbox) -> None:
    """What the provider could not make is failed in its own words; the element never has an id."""
    provider.order(do="fail_task", message="no face found")
    element = mint(with_views(world))
    carry_mints(world, element)

    shown = card(world, element)
    assert (shown.state, shown.element_id) == ("failed", None)
    assert shown.mint is not None
    assert shown.mint.reason == "no face found"


def test_a_restart_in_between_makes_one(world: World, provider: Sandbox) -> None:
    """Another process goes on from the log alone: confirmed before, minted after, one POST."""
    provider.clock(speed=0)
    element = mint(with_views(world))
    wait_until(world, element, "confirmed")
    world.registry.close()
    provider.clock(speed=1)

    registry = open_registry(world.folder, world.clock)
    again = World(**{**world.__dict__, "desk": open_desk(world.folder, registry)})
    carry_mints(again, element)
    assert accepted(again, provider, element) == [True]
    registry.close()


def test_retired_before_it_was_made(world: World, provider: Sandbox) -> None:
    """An element that is retired before its call was sent is never asked for."""
    before = len(provider.ledger())
    element = mint(with_views(world))
    world.do(RetireElement(stream=element, reason="a mistake"))
    carry_mints(world, element)

    assert made(world, element).mint.outcome == "cancelled"
    assert len(provider.ledger()) == before


def test_a_budget_is_kept(world: World, provider: Sandbox) -> None:
    """A voice that its production can no longer pay for when its turn comes waits for money, and is made when there is some."""
    world.do(SetBudget(stream=world.production, units="0.05"))
    one, other = (mint_a_voice(world, production=world.production) for _ in range(2))
    carry_mints(world, one)
    world.work(1)
    assert "budget" in world.note(other)
    assert stage(world, other) == "planned"
    world.do(SetBudget(stream=world.production, units="0.1"))
    carry_mints(world, other)
    check_all(world, provider.ledger())


def test_an_element_that_was_minted_is_used(world: World, provider: Sandbox) -> None:
    """The next generation of the scene stands on the new element's id."""
    element = mint(with_views(world))
    carry_mints(world, element)
    made_card = world.carry(world.ask(**{**ALONE, "cast": [{"character": "Mina", "identity": "elements"}]}))[
        0
    ]

    plan = made_card.plan or {}
    assert made_card.outcome == "delivered"
    assert plan["payload"]["element_list"] == [{"element_id": card(world, element).element_id}]


def test_many_at_once_are_made_once_each(world: World, provider: Sandbox) -> None:
    """Ten elements under a lossy provider: ten ids, ten accepted posts."""
    world = with_views(world).with_desk(resend={"advanced-custom-elements": "same_id_after_disproof"})
    provider.order(do="drop_after_accept", times=4)
    provider.order(**LOAD, times=3)
    asked = [mint(world, name=f"Mina {number}") for number in range(10)]
    carry_mints(world, *asked, seconds=60)

    ids: set[Any] = {card(world, name).element_id for name in asked}
    assert len(ids - {None}) == 10
    assert sum(sum(accepted(world, provider, name)) for name in asked) == 10
    check_all(world, provider.ledger())


def test_too_dear_for_the_budget(studio: World) -> None:
    """What the budget does not hold is refused at the door, and nothing is written."""
    world = studio
    world.do(SetBudget(stream=world.production, units="0.01"))
    with pytest.raises(PayloadRefused, match="E421"):
        mint_a_voice(world, production=world.production)
    assert not [one for one in world.log() if one.type == "VoiceMintRequested"]


def test_an_id_that_somebody_adopted_meanwhile_stays_theirs(world: World, provider: Sandbox) -> None:
    """Somebody was faster to adopt the new id: the mint ends as lost, says so, and goes no further."""
    provider.clock(speed=0)
    element = mint(with_views(world), production=world.production)
    wait_until(world, element, "confirmed")
    number = int(paid(world, element).task_id or 0) + MADE
    theirs = AdoptElement(
        stream=new_id("element"),
        element_id=number,
        account=world.account,
        character=world.mina.character,
        attested_by="somebody",
    )
    world.do(theirs)
    provider.clock(speed=1)
    carry_mints(world, element)

    state = made(world, element)
    assert (state.mint.stage, state.mint.outcome, state.live) == ("failed", "lost", False)
    assert world.registry.state(world.studio, world.production).state.committed == 0
    check_all(world, provider.ledger())
