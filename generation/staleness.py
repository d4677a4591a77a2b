"""What became stale: elements whose character, pictures or voice are no longer what they were made from, as of now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from generation.bindings import stale
from generation.grounds import CharacterGround, ElementGround, VoiceGround
from generation.present import Present
from generation.source import FoundCharacter, voice_in_use
from registry.deciders.element import assets_of
from registry.registry import Connection, Registry
from registry.views.elements import ElementCard


def stale_now(registry: Registry, studio: str, cards: Iterable[ElementCard]) -> dict[str, str]:
    """Element id -> what has changed since it was made, for those of `cards` that are live and stale."""
    shown = sorted({card.character for card in cards if card.live})
    with registry.snapshot(studio) as connection:
        return {one.id: why for one, why in stale_of(registry, connection, studio, shown)}


def stale_of(
    registry: Registry, connection: Connection, studio: str, characters: Iterable[str]
) -> list[tuple[ElementGround, str]]:
    """The live elements of these characters that are stale in the look each was made in, oldest first, with the cause."""
    return [(one, why) for _, one, why in stale_with_whose(registry, connection, studio, characters)]


def stale_with_whose(
    registry: Registry, connection: Connection, studio: str, characters: Iterable[str]
) -> list[tuple[str, ElementGround, str]]:
    """The same, each with the character it shows."""
    source, shown = Present(registry, connection, studio), list(characters)
    held = [(who, one) for who, one in source.elements(shown) if one.made_of and not one.retired]
    people = {found.ground.id: found for found in source.characters(shown)} if held else {}
    voices = source.voices(sorted(people))
    recipes = [one.made_of for _, one in held if one.made_of is not None]
    assets = source.assets(sorted({asset for recipe in recipes for asset in assets_of(recipe)}))
    told = (
        (who, one, stale(one.made_of, _speaking(people[who], voices, one.account), assets))
        for who, one in held
        if who in people
    )
    return [(who, one, why) for who, one, why in told if why is not None]


def _speaking(found: FoundCharacter, voices: list[tuple[str, VoiceGround]], account: str) -> CharacterGround:
    """The character with the voice it has on an account."""
    own = [voice for who, voice in voices if who == found.ground.id]
    return replace(found.ground, voice=voice_in_use(found.voice, own, account))
