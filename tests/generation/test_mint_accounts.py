"""Two accounts: an element minted on one never stands in a payload that the other pays for; reminted there, it is that one's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from generation.errors import CannotResolve
from generation.kling.client import KlingClient
from generation.kling.signing import AccessKeyPair
from generation.minting import mint_element
from generation.recipe import ElementRecipeRequest
from generation.reminting import element_recipe
from generation.sandbox.accounts import SECOND_ACCOUNT
from registry.deciders.account import OpenAccount
from registry.deciders.element import MintElement, RetireElement
from registry.deciders.production import ChooseAccount
from registry.deciders.voice import ForeignVoice
from registry.events.element import ElementInputs, ElementMintRequested
from tests.servers.making import card, carry_mints, made, mint, mint_a_voice, with_views
from tests.servers.sandbox import Sandbox
from tests.servers.world import ALONE, CONTEXT, KEYS, World, new_id

OTHER = AccessKeyPair(SECOND_ACCOUNT.access_key, SECOND_ACCOUNT.secret_key)
ON_ELEMENTS = {**ALONE, "cast": [{"character": "Mina", "identity": "elements"}]}


def with_two_accounts(world: World, host: str) -> tuple[World, str]:
    """The same studio with another account of its own key; the desk signs as whoever pays."""
    other, outbound = new_id("account"), world.desk.outbound

    @contextmanager
    def kling_for(account: Any) -> Iterator[KlingClient]:
        keys = OTHER if account.key_fingerprint == OTHER.fingerprint else KEYS
        with outbound.client_for_api(account.host) as http:
            yield KlingClient(http, account.host, keys)

    world.do(
        OpenAccount(
            stream=other, name="second", region="elsewhere", host=host, key_fingerprint=OTHER.fingerprint
        )
    )
    return replace(world, desk=replace(world.desk, kling_for=kling_for)), other


def remint(world: World, element: str, account: str) -> str:
    again = new_id("element")
    recipe = element_recipe(world.registry, world.studio, element, account=account, production=None)
    mint_element(
        world.registry,
        world.studio,
        recipe,
        element=again,
        context=CONTEXT,
        remint_of=element,
        reason="another account pays",
    )
    return again


def test_ids_never_cross_accounts(world: World, provider: Sandbox) -> None:
    """The other account refuses to stand on the first one's elements; once reminted there, it stands on its own id, and
    the clip made before keeps the old one.
    """
    world, other = with_two_accounts(with_views(world), provider.url)
    first = mint(world)
    carry_mints(world, first)
    before = world.carry(world.ask(**ON_ELEMENTS))[0]

    world.do(ChooseAccount(stream=world.production, account=other))
    with pytest.raises(CannotResolve):
        world.ask(**ON_ELEMENTS)
    second = remint(world, first, other)
    carry_mints(world, second)
    after = world.carry(world.ask(**ON_ELEMENTS))[0]

    used = [(one.plan or {})["payload"]["element_list"][0]["element_id"] for one in (before, after)]
    assert used == [card(world, first).element_id, card(world, second).element_id]
    assert [card(world, one).account for one in (first, second)] == [world.account, other]
    assert after.outcome == "delivered"


def test_a_retired_one_is_reminted_and_resolves(world: World, provider: Sandbox) -> None:
    """Deleted in mid-episode: the next scene stands on the new element as soon as it is made."""
    world = with_views(world)
    first = mint(world)
    carry_mints(world, first)
    for element in (first, world.mina.element):
        world.do(RetireElement(stream=element, reason="deleted at Kling"))
    with pytest.raises(CannotResolve):
        world.ask(**ON_ELEMENTS)

    again = remint(world, first, world.account)
    carry_mints(world, again)
    clip = world.carry(world.ask(**ON_ELEMENTS))[0]
    assert (clip.plan or {})["payload"]["element_list"] == [{"element_id": card(world, again).element_id}]
    assert provider.ledger()


def test_a_voice_of_another_account_is_refused(world: World, provider: Sandbox) -> None:
    """A recipe cannot name a voice of another account, neither at the door nor at the log."""
    world, other = with_two_accounts(with_views(world), provider.url)
    voice = mint_a_voice(world)
    carry_mints(world, voice)

    asked = ElementRecipeRequest(character=world.mina.character, account=other, voice=voice)
    element = new_id("element")
    with pytest.raises(CannotResolve, match="E444"):
        mint_element(world.registry, world.studio, asked, element=element, context=CONTEXT)
    with pytest.raises(ForeignVoice):
        world.do(MintElement(stream=element, requested=_requested(world, other, voice)))


def test_a_voice_goes_into_the_element(world: World, provider: Sandbox) -> None:
    """An element minted with a voice of its account is bound to it, and another voice makes another recipe."""
    world = with_views(world)
    voice = mint_a_voice(world)
    carry_mints(world, voice)
    speaking, silent = mint(world, voice=voice), mint(world, voice="none")
    carry_mints(world, speaking, silent)

    assert (
        made(world, speaking).mint.requested.plan["payload"]["element_voice_id"]
        == made(world, voice).voice_id
    )
    digests = {made(world, one).mint.requested.recipe_digest for one in (speaking, silent)}
    assert len(digests) == 2
    assert provider.ledger()


def _requested(world: World, account: str, voice: str) -> ElementMintRequested:
    return ElementMintRequested(
        account=account,
        inputs=ElementInputs(character=world.mina.character, frontal=world.mina.portrait, voice=voice),
        character_version=1,
        name="Mina",
        description="A barista",
        recipe_digest="a" * 64,
        plan={},
        plan_digest="b" * 64,
        estimate_units="0",
    )
