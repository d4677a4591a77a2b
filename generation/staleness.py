"""What became stale: elements whose character, pictures or voice are no longer what they were made from, as of now."""

from __future__ import annotations

from collections.abc import Iterable

from generation.bindings import stale
from generation.present import Present
from registry.deciders.element import assets_of
from registry.registry import Registry
from registry.views.elements import ElementCard


def stale_now(registry: Registry, studio: str, cards: Iterable[ElementCard]) -> dict[str, str]:
    """Element id -> what has changed since it was made, for those of `cards` that are live and stale."""
    shown = sorted({card.character for card in cards if card.live})
    with registry.snapshot() as connection:
        source = Present(registry, connection, studio)
        held = [(who, one) for who, one in source.elements(shown) if one.made_of and not one.retired]
        people = {found.ground.id: found.ground for found in source.characters(shown)} if held else {}
        recipes = [one.made_of for _, one in held if one.made_of is not None]
        assets = source.assets(sorted({asset for recipe in recipes for asset in assets_of(recipe)}))
    told = {one.id: stale(one.made_of, people[who], assets) for who, one in held if who in people}
    return {element: why for element, why in told.items() if why is not None}
