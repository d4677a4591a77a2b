"""What a paid call stands on beyond faces and pictures: the voices that are heard, and elements that are gone at the provider."""

from __future__ import annotations

from typing import Any

import pytest

from generation.errors import PayloadRefused
from registry.deciders.command import Command
from registry.deciders.element import NoteOnElement, RetireElement
from registry.deciders.portrayal import BindVoice
from registry.deciders.voice import NoteOnVoice, RetireVoice
from registry.events.element import ElementDeleted, ElementLost, ElementRecovered
from registry.events.voice import VoiceDeleted, VoiceLost
from tests.crash.invariants import check_all
from tests.servers.making import carry_mints, made, mint, mint_a_voice, paid, stage, with_views
from tests.servers.sandbox import Sandbox
from tests.servers.world import TALK, World

ARGUE = {"action": "They argue over the last seat."}
FULL = {"do": "code", "code": 1303, "status": 429}


def with_a_speaking_element(world: World) -> tuple[str, str]:
    """Mina's newest element is made with the voice that is bound to her: both ids."""
    voice = mint_a_voice(with_views(world))
    carry_mints(world, voice)
    world.do(BindVoice(stream=world.mina.character, voice=voice))
    element = mint(world, voice=voice)
    carry_mints(world, element)
    return element, voice


def ends_of(voice: str) -> dict[str, Command]:
    return {
        "retired": RetireVoice(stream=voice, reason="recast"),
        "deleted": NoteOnVoice(stream=voice, event=VoiceDeleted()),
    }


@pytest.mark.parametrize("how", ["retired", "deleted"])
def test_a_voice_that_ends_before_the_send(world: World, provider: Sandbox, how: str) -> None:
    """A voice that is heard is a ground: once it ended after the plan, nothing is sent, and the end names it."""
    _, voice = with_a_speaking_element(world)
    asked, posts = world.ask(**ARGUE, dialogue=TALK), len(provider.ledger())
    world.do(ends_of(voice)[how])
    card = world.carry(asked)[0]

    assert (card.outcome, card.submission, voice in card.reason) == ("refused", None, True)
    assert len(provider.ledger()) == posts
    check_all(world, provider.ledger())


def test_a_voice_that_nobody_hears(world: World, provider: Sandbox) -> None:
    """A silent clip does not stand on the voice its element was made with: it is made although the voice is retired."""
    _, voice = with_a_speaking_element(world)
    asked = world.ask(**ARGUE)
    world.do(RetireVoice(stream=voice, reason="recast"))

    assert world.carry(asked)[0].outcome == "delivered"
    assert provider.ledger()


def test_a_retired_voice_is_refused_at_the_door(world: World, provider: Sandbox) -> None:
    """Once the voice of the element in use is retired no line is taken, whatever the reason; a silent shot is."""
    _, voice = with_a_speaking_element(world)
    world.do(RetireVoice(stream=voice, reason="recast"))

    with pytest.raises(PayloadRefused, match="E460"):
        world.ask(**ARGUE, dialogue=TALK, accept={"E460": "one last time"})
    assert world.ask(**ARGUE)
    assert provider.ledger()


def test_a_lost_voice_is_heard_with_a_reason(world: World, provider: Sandbox) -> None:
    """A census may have missed a voice that still sounds in its element: with the reason in accept it is sent."""
    _, voice = with_a_speaking_element(world)
    world.do(NoteOnVoice(stream=voice, event=VoiceLost(cause="missing")))
    with pytest.raises(PayloadRefused, match="W461"):
        world.ask(**ARGUE, dialogue=TALK)

    asked = world.ask(**ARGUE, dialogue=TALK, accept={"W461": "heard yesterday"})
    assert world.carry(asked)[0].outcome == "delivered"
    assert provider.ledger()


@pytest.mark.parametrize("what", ["voice", "element"])
def test_what_ends_before_it_is_sent_again(world: World, provider: Sandbox, what: str) -> None:
    """A request that the provider had no room for is not sent again without its voice or its element."""
    element, voice = with_a_speaking_element(world)
    provider.order(**FULL)
    asked = world.ask(**ARGUE, dialogue=TALK)
    world.work(steps=1)
    lost = NoteOnElement(stream=element, event=ElementLost(cause="missing"))
    world.do(RetireVoice(stream=voice, reason="recast") if what == "voice" else lost)
    card = world.carry(asked)[0]

    assert (card.outcome, {"voice": voice, "element": element}[what] in card.reason) == ("refused", True)
    assert [post["code"] for post in provider.ledger(world.submission(asked).external_task_id)] == [1303]
    check_all(world, provider.ledger())


@pytest.mark.parametrize("event", [ElementLost(cause="foreign"), ElementDeleted()], ids=lambda one: one.NAME)
def test_an_element_that_is_gone_before_the_send(world: World, provider: Sandbox, event: Any) -> None:
    """An element that a census lost, or that was deleted, after the plan is not sent; one that came back is."""
    asked, posts = world.ask(**ARGUE), len(provider.ledger())
    world.do(NoteOnElement(stream=world.mina.element, event=event))
    card = world.carry(asked)[0]

    assert (card.outcome, card.submission, world.mina.element in card.reason) == ("refused", None, True)
    assert len(provider.ledger()) == posts


def test_an_element_that_came_back(world: World, provider: Sandbox) -> None:
    """What was lost and is listed again when its turn comes is stood on."""
    asked = world.ask(**ARGUE)
    for event in (ElementLost(cause="missing"), ElementRecovered()):
        world.do(NoteOnElement(stream=world.mina.element, event=event))

    assert world.carry(asked)[0].outcome == "delivered"
    assert provider.ledger()


def test_a_mint_whose_voice_ends_before_the_send(world: World, provider: Sandbox) -> None:
    """An element is not made with a voice that was retired since: no call is opened, and none is paid for."""
    voice = mint_a_voice(with_views(world))
    carry_mints(world, voice)
    posts = len(provider.ledger())
    element = mint(world, voice=voice)
    world.do(RetireVoice(stream=voice, reason="recast"))
    carry_mints(world, element)

    assert (stage(world, element), made(world, element).mint.submission) == ("failed", None)
    assert len(provider.ledger()) == posts


def test_a_mint_whose_voice_ends_before_it_is_sent_again(world: World, provider: Sandbox) -> None:
    """The same holds when the provider had no room the first time."""
    voice = mint_a_voice(with_views(world))
    carry_mints(world, voice)
    provider.order(**FULL)
    element = mint(world, voice=voice)
    world.work(steps=1)
    world.do(RetireVoice(stream=voice, reason="recast"))
    carry_mints(world, element)

    assert stage(world, element) == "failed"
    assert [post["code"] for post in provider.ledger(paid(world, element).external_task_id)] == [1303]


def test_a_retired_element_stays_out(world: World) -> None:
    """The check for what is gone does not take the place of the one for what is retired."""
    asked = world.ask(**ARGUE)
    world.do(RetireElement(stream=world.mina.element, reason="a new one"))

    card = world.carry(asked)[0]
    assert (card.outcome, f"{world.mina.element} is retired" in card.reason) == ("refused", True)
