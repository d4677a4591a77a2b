"""Nobody real is made into an element or a voice without consent; what was asked for and not allowed is written down."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from generation.errors import PayloadRefused
from generation.minting import mint_element, mint_voice, preview_element, preview_voice
from generation.recipe import ElementRecipeRequest, VoiceRequest
from generation.revoking import end_what_waits
from registry.registry import Idempotency
from tests.generation.people import actor
from tests.servers.making import carry_mints, made, mint, stage, with_views
from tests.servers.sandbox import Sandbox
from tests.servers.world import CONTEXT, World, new_id

Ask = Callable[[World, Idempotency | None], None]


def ask_element(world: World, once: Idempotency | None) -> None:
    request = ElementRecipeRequest(character=world.mina.character, account=world.account)
    element = new_id("element")
    mint_element(world.registry, world.studio, request, element=element, context=CONTEXT, idempotency=once)


def ask_voice(world: World, once: Idempotency | None) -> None:
    request = VoiceRequest(
        character=world.mina.character, account=world.account, url="https://recordings.example/mina.wav"
    )
    voice = new_id("voice")
    mint_voice(world.registry, world.studio, request, voice=voice, context=CONTEXT, idempotency=once)


@pytest.mark.parametrize("ask", [ask_element, ask_voice])
def test_a_refusal_at_the_door_is_kept_once(studio: World, ask: Ask) -> None:
    """A mint refused for lack of consent is written down on the likeness, once per key however often it is repeated."""
    who = actor(with_views(studio), allows=False)
    for key in ("one", "one", "two"):
        with pytest.raises(PayloadRefused, match="E449"):
            ask(studio, Idempotency(key, "0" * 64, lambda _: b"{}"))
    assert who.refused() == ["", ""]
    told = [one.event for one in studio.log() if one.type == "LikenessUseRefused"]
    assert {(getattr(one, "character", ""), getattr(one, "reason", "")) for one in told} == {
        (who.character, "there is no consent")
    }


def test_a_voice_that_is_not_allowed(studio: World) -> None:
    """A consent without the voice lets an element of pictures be made, and no voice."""
    who = actor(with_views(studio), voice=False)
    ask_element(studio, None)
    with pytest.raises(PayloadRefused, match="E449"):
        ask_voice(studio, None)
    assert who.refused() == [""]


def test_a_preview_writes_nothing(studio: World) -> None:
    """A preview tells what is not allowed and leaves the log as it is."""
    who = actor(with_views(studio), allows=False)
    before = studio.log()[-1].position
    recipe = ElementRecipeRequest(character=who.character, account=studio.account)
    wanted = VoiceRequest(
        character=who.character, account=studio.account, url="https://recordings.example/a.wav"
    )
    for shown in (
        preview_element(studio.registry, studio.studio, recipe),
        preview_voice(studio.registry, studio.studio, wanted),
    ):
        assert (shown.sendable, [one.rule for one in shown.findings if one.blocks]) == (False, ["E449"])
    assert (studio.log()[-1].position, who.refused()) == (before, [])


def test_what_else_refuses_is_no_use_of_a_likeness(studio: World) -> None:
    """A recipe that lacks a picture is refused for that, and nobody's likeness is said to have been asked for."""
    who = actor(studio, allows=False)
    with pytest.raises(Exception, match="E4"):
        mint_element(
            studio.registry,
            studio.studio,
            ElementRecipeRequest(character=who.character, account=new_id("account")),
            element=new_id("element"),
            context=CONTEXT,
        )
    assert who.refused() == []


def test_consent_taken_back_before_the_mint_is_sent(world: World, provider: Sandbox) -> None:
    """What was asked for with consent is not made after it: nothing is sent, and the use is written down with the element."""
    who, posts = actor(with_views(world)), len(provider.ledger())
    element = mint(world)
    who.take_back()
    carry_mints(world, element)

    assert (stage(world, element), made(world, element).mint.submission) == ("failed", None)
    assert who.refused() == [element]
    assert len(provider.ledger()) == posts


def test_what_waits_to_be_made_ends_with_the_consent(studio: World) -> None:
    """A mint that was not sent when its person takes consent back ends refused at once, and the use is written down."""
    who = actor(with_views(studio), voice=True)
    ask_element(studio, None)
    ask_voice(studio, None)
    waiting = [one.stream for one in studio.log() if one.type.endswith("MintRequested")]
    who.take_back()

    assert sorted(end_what_waits(studio.registry, studio.studio, who.likeness, context=CONTEXT)) == sorted(
        waiting
    )
    assert [stage(studio, one) for one in waiting] == ["failed", "failed"]
    assert sorted(who.refused()) == sorted(waiting)
    assert end_what_waits(studio.registry, studio.studio, who.likeness, context=CONTEXT) == []
