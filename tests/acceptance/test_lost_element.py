"""An element is deleted in mid-episode: the next scene is refused with the way out, and goes on with a new one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from generation.census import Count, census_now
from generation.errors import CannotResolve
from generation.minting import mint_element
from generation.reminting import element_recipe
from registry.events.account import CensusTaken
from registry.views.lineage import lineage
from tests.servers.carrying import world
from tests.servers.library import Console
from tests.servers.making import carry_mints, with_views
from tests.servers.sandbox import Sandbox, sandbox
from tests.servers.world import CONTEXT, World, new_id

__all__ = ["world"]

ARGUE = {"action": "They argue over the last seat."}
SCENE_TWO = {"action": "They share the last seat.", "cast": [{"character": "Mina"}, {"character": "Jun"}]}


@pytest.fixture
def provider() -> Iterator[Sandbox]:
    with sandbox() as running:
        yield running


def test_a_lost_element_is_told_and_made_good(world: World, provider: Sandbox) -> None:
    """A census finds the deletion; nothing is made of something else in silence; the new element serves from then on."""
    console = Console(provider)
    first = world.ask(**ARGUE)
    assert world.carry(first)[0].outcome == "delivered"
    before = films(provider)

    console.delete(element_id(world, world.mina.element))
    taken = census_now(world.desk, world.studio, world.account, Count(new_id("census"), CONTEXT))
    report = taken.recorded[0].event
    assert isinstance(report, CensusTaken)
    (lost,) = [finding for finding in report.findings if finding.subject == world.mina.element]
    assert (lost.kind, lost.actions[0]) == ("deleted", "remint")

    with pytest.raises(CannotResolve) as refused:
        world.ask(**SCENE_TWO)
    (gap,) = [finding for finding in refused.value.gaps if finding.severity == "E"]
    assert (gap.rule, world.mina.element in gap.message, "units" in gap.message) == ("E425", True, True)
    assert gap.alternatives[0].startswith("continuity elements ")
    fallen = world.ask(
        action="They share the last seat.",
        cast=[{"character": "Mina", "fall_back": True}, {"character": "Jun"}],
    )
    assert used(world, fallen) == []

    anew = made_anew(with_views(world), world.mina.element)
    second = world.ask(**SCENE_TWO)

    with world.registry.reading() as connection:
        told = lineage(connection, world.studio, anew)
    assert world.mina.element in {edge.source for edge in told.edges}
    assert used(world, second) == [element_id(world, anew), element_id(world, world.jun.element)]
    assert {card.outcome for card in world.carry(fallen, second)} == {"delivered"}
    assert films(provider) - before == 2
    assert used(world, first) == [
        element_id(world, who) for who in (world.mina.element, world.jun.element)
    ]  # past clips keep what they were made with
    console.close()


def made_anew(world: World, lost: str) -> str:
    """The element in the lost one's place, as `continuity elements remint` has it made: by one paid call, from its recipe."""
    element = new_id("element")
    recipe = element_recipe(world.registry, world.studio, lost, account=None, production=None)
    mint_element(
        world.registry,
        world.studio,
        recipe,
        element=element,
        context=CONTEXT,
        remint_of=lost,
        reason="deleted at Kling",
    )
    carry_mints(world, element)
    return element


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
