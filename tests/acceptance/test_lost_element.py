"""An element is deleted in mid-episode: the next scene is refused with the way out, and goes on with a new one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from generation.census import Count, census_now
from generation.errors import CannotResolve
from generation.sandbox.accounts import SECOND_ACCOUNT
from registry.deciders.character import AssignReference
from registry.deciders.production import ChooseAccount
from registry.events.account import CensusTaken
from registry.views import lineage
from tests.generation.test_mint_accounts import remint, with_two_accounts
from tests.servers.building import picture
from tests.servers.carrying import world
from tests.servers.library import Console
from tests.servers.making import carry_mints, with_views
from tests.servers.sandbox import Sandbox, sandbox
from tests.servers.world import CONTEXT, Person, World, new_id

__all__ = ["world"]

ARGUE = {"action": "They argue over the last seat."}
SCENE_TWO = {"action": "They share the last seat.", "cast": [{"character": "Mina"}, {"character": "Jun"}]}


@pytest.fixture
def provider() -> Iterator[Sandbox]:
    with sandbox() as running:
        yield running


@pytest.mark.slow
def test_a_lost_element_is_told_and_made_good(world: World, provider: Sandbox) -> None:
    """A census finds the deletion; nothing is made of something else in silence; the new element serves from then on."""
    world, console = with_views(world), Console(provider)
    first = world.ask(**ARGUE)
    assert world.carry(first)[0].outcome == "delivered"
    before = films(provider)

    console.delete(element_id(world, world.mina.element))
    taken = census_now(world.desk, world.studio, world.account, Count(new_id("census"), CONTEXT))
    report = taken.recorded[0].event
    assert isinstance(report, CensusTaken)
    (lost,) = [finding for finding in report.findings if finding.subject == world.mina.element]
    assert (lost.kind, lost.actions[0]) == ("deleted", "remint")

    assert refused_for(world, world.mina)[0].startswith("continuity elements ")
    fallen = world.ask(
        action="They share the last seat.",
        cast=[{"character": "Mina", "fall_back": True}, {"character": "Jun"}],
    )
    assert used(world, fallen) == []

    anew = made_anew(world, world.mina)
    second = world.ask(**SCENE_TWO)

    with world.registry.reading() as connection:
        told = lineage.lineage(connection, world.studio, anew)
    assert world.mina.element in {edge.source for edge in told.edges}
    assert used(world, second) == [element_id(world, anew), element_id(world, world.jun.element)]
    assert {card.outcome for card in world.carry(fallen, second)} == {"delivered"}
    assert films(provider) - before == 2
    assert used(world, first) == [
        element_id(world, who) for who in (world.mina.element, world.jun.element)
    ]  # past clips keep what they were made with
    assert {world.mina.element, anew} <= ancestry(world, anew)
    assert stands_on(world, first) == {world.mina.element, world.jun.element}
    assert stands_on(world, second) == {anew, world.jun.element}
    console.close()


@pytest.mark.slow
def test_the_same_on_a_second_account(world: World, provider: Sandbox) -> None:
    """Another account pays: its own ids are refused until both are made there; those are deleted, and made anew once more."""
    world, other = with_two_accounts(with_views(world), provider.url)
    world.do(
        AssignReference(
            stream=world.jun.character, asset=picture(world.desk, world.studio, "brown"), role="profile"
        )
    )
    first = world.ask(**ARGUE)
    world.carry(first)
    world.do(ChooseAccount(stream=world.production, account=other))
    refused_for(world, world.mina)

    theirs = [made_anew(world, who, account=other) for who in (world.mina, world.jun)]
    second = world.ask(**SCENE_TWO)
    assert world.carry(second)[0].outcome == "delivered"
    console = Console(provider, SECOND_ACCOUNT.api_key)
    console.delete(element_id(world, theirs[0]))
    census_now(world.desk, world.studio, other, Count(new_id("census"), CONTEXT))
    refused_for(world, world.mina)
    again = made_anew(world, replace(world.mina, element=theirs[0]))
    third = world.ask(**SCENE_TWO)
    assert world.carry(third)[0].outcome == "delivered"

    assert stands_on(world, first) == {world.mina.element, world.jun.element}
    assert stands_on(world, second) == set(theirs)
    assert stands_on(world, third) == {again, theirs[1]}
    assert used(world, third) == [element_id(world, one) for one in (again, theirs[1])]
    assert {world.mina.element, theirs[0], again} <= ancestry(world, again)
    world.do(ChooseAccount(stream=world.production, account=world.account))
    assert used(world, world.ask(**SCENE_TWO))[0] == element_id(world, world.mina.element)
    console.close()


def refused_for(world: World, who: Person) -> tuple[str, ...]:
    """Scene two is refused because this one has no live element; the ways out."""
    with pytest.raises(CannotResolve) as refused:
        world.ask(**SCENE_TWO)
    gap = next(gap for gap in refused.value.gaps if gap.severity == "E")
    assert (gap.rule, who.element in gap.message, "units" in gap.message) == ("E425", True, True)
    return gap.alternatives


def made_anew(world: World, who: Person, *, account: str | None = None) -> str:
    """The element in the lost one's place: asked for from its recipe, made by the worker, named as the other's remint."""
    anew = remint(world, who.element, account or state(world, who.element).account)
    carry_mints(world, anew)
    mint = state(world, anew).mint
    assert (mint.stage, mint.requested.remint_of) == ("minted", who.element)
    return anew


def state(world: World, element: str) -> Any:
    return world.registry.state(world.studio, element).state


def ancestry(world: World, stream: str) -> set[str]:
    """Everything that something was made from, as lineage tells it, and itself."""
    with world.registry.reading() as connection:
        edges = lineage.lineage(connection, world.studio, stream).edges
    return {name for edge in edges for name in (edge.made, edge.source)}


def stands_on(world: World, generation: str) -> set[str]:
    """The elements its clip was made from, as lineage tells it, without those whose place they took."""
    clip = world.card(generation).clip
    assert clip is not None
    with world.registry.reading() as connection:
        edges = lineage.lineage(connection, world.studio, clip).edges
    return {edge.source for edge in edges if edge.made == clip and edge.source.startswith("element_")}


def element_id(world: World, element: str) -> int:
    found: int = world.registry.state(world.studio, element).state.element_id
    return found


def films(provider: Sandbox) -> int:
    """How many films were asked for."""
    return sum(post["product"] == "omni-video" for post in provider.ledger())


def used(world: World, generation: str) -> list[int]:
    """The elements of a generation's plan."""
    plan = world.card(generation).plan or {}
    return [one["element_id"] for one in plan["payload"].get("element_list", ())]
