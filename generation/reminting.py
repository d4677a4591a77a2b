"""What an element or a voice was made from, as a request to make it again: here, or on another account."""

from __future__ import annotations

from typing import Any, Final

from generation.recipe import ElementRecipeRequest, VoiceRequest
from registry.deciders.element import Element
from registry.deciders.voice import Voice
from registry.errors import InvalidCommand, NotFound
from registry.events.ids import is_id
from registry.events.personal import Erased
from registry.registry import Registry

_REMOVED: Final = "the recipe of %s was erased"


def element_recipe(
    registry: Registry, studio: str, element: str, *, account: str | None, production: str | None
) -> ElementRecipeRequest:
    """The recipe of an element, to be realised again, on its own account where none is named.

    An adopted element claims none: its character's references of its look are taken. Raises NotFound, and InvalidCommand for
    a recipe that was erased.
    """
    state: Element = registry.state(studio, element).state
    if not is_id(element, "element") or not state.exists:
        raise NotFound(f"there is no {element}", hint="check the id")
    pays = account or (None if production else state.account)
    if state.mint is None:
        return ElementRecipeRequest(
            character=state.character, look=state.look, account=pays, production=production
        )
    before = state.mint.requested
    if isinstance(before.name, Erased) or isinstance(before.description, Erased):
        raise InvalidCommand(_REMOVED % element, hint="give a recipe", path="recipe")
    inputs = before.inputs
    return ElementRecipeRequest(
        character=inputs.character,
        look=inputs.look,
        frontal=inputs.frontal,
        views=inputs.views if inputs.video is None else None,
        video=inputs.video,
        name=before.name,
        description=before.description,
        voice=_voice_again(registry, studio, inputs.voice, pays),
        tags=inputs.tags,
        account=pays,
        production=production,
    )


def _voice_again(registry: Registry, studio: str, voice: str | None, account: str | None) -> Any:
    """The recipe's voice where it can be used; elsewhere the character's own, because ids never cross accounts."""
    if voice is None:
        return "none"
    state: Voice = registry.state(studio, voice).state
    return voice if state.live and state.account in (None, account) else None


def voice_request(
    registry: Registry, studio: str, voice: str, *, account: str | None, production: str | None
) -> VoiceRequest:
    """What a minted voice was made from, to be made again. Raises NotFound, and InvalidCommand where nobody knows."""
    state: Voice = registry.state(studio, voice).state
    if not is_id(voice, "voice") or not state.exists:
        raise NotFound(f"there is no {voice}", hint="check the id")
    if state.mint is None:
        raise InvalidCommand(
            f"{voice} was adopted: nobody knows what it was made from",
            hint="give a recording, a clip or an address",
            path="recipe",
        )
    before = state.mint.requested
    if isinstance(before.name, Erased) or isinstance(before.url, Erased):
        raise InvalidCommand(_REMOVED % voice, hint="give a recording", path="recipe")
    return VoiceRequest(
        character=before.inputs.character,
        recording=before.inputs.recording,
        clip=before.inputs.clip,
        url=before.url,
        name=before.name,
        account=account or (None if production else state.account),
        production=production,
    )
