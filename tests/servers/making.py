"""Making elements in the small studio: other views of a person, a recipe, its course to the end."""

from __future__ import annotations

from typing import Any

from generation.minting import mint_element, mint_voice
from generation.recipe import ElementRecipeRequest, VoiceRequest
from registry.deciders.character import AssignReference
from registry.deciders.element import Element
from registry.deciders.voice import Voice
from registry.views import elements, submissions
from registry.views.elements import ElementCard
from registry.views.submissions import SubmissionCard
from tests.servers.building import picture
from tests.servers.world import CONTEXT, World, new_id


def with_views(world: World) -> World:
    """The same studio, where Mina has another view beside her frontal picture."""
    view = picture(world.desk, world.studio, "navy")
    world.do(AssignReference(stream=world.mina.character, asset=view, role="profile"))
    return world


def mint(world: World, **said: Any) -> str:
    """Ask for an element of Mina on the world's account; the new element's id."""
    element = new_id("element")
    asked = {"character": world.mina.character, "account": world.account, **said}
    request = ElementRecipeRequest.model_validate(asked)
    mint_element(world.registry, world.studio, request, element=element, context=CONTEXT)
    return element


def mint_a_voice(world: World, **said: Any) -> str:
    """Ask for a voice of Mina from somebody's recording; the new voice's id."""
    voice = new_id("voice")
    asked = {
        "character": world.mina.character,
        "account": world.account,
        "url": "https://recordings.example/mina.wav",
        **said,
    }
    request = VoiceRequest.model_validate(asked)
    mint_voice(world.registry, world.studio, request, voice=voice, context=CONTEXT)
    return voice


def made(world: World, stream: str) -> Any:
    """The element or the voice as the log has it."""
    state = world.registry.state(world.studio, stream).state
    assert isinstance(state, Element | Voice)
    return state


def stage(world: World, stream: str) -> str:
    """Where its mint is."""
    return str(made(world, stream).mint.stage)


def carry_mints(world: World, *streams: str, seconds: float = 30) -> None:
    """Work until all of them are minted, or have failed."""
    world.work_until(
        lambda: all(stage(world, name) in ("minted", "failed") for name in streams), seconds=seconds
    )


def card(world: World, element: str) -> ElementCard:
    with world.registry.reading() as connection:
        return elements.element(connection, world.studio, element)


def paid(world: World, stream: str) -> SubmissionCard:
    """The paid call behind it."""
    submission = made(world, stream).mint.submission
    with world.registry.reading() as connection:
        return submissions.submission(connection, world.studio, submission)
