"""Which look a cast member is in: what the request asks for, what is pinned, and which pictures show it."""

from __future__ import annotations

from dataclasses import replace

from generation import gaps
from generation.grounds import CharacterGround, ReferenceGround
from generation.rules.finding import Finding


def dressed(character: CharacterGround, look: str | None, path: str, found: list[Finding]) -> CharacterGround:
    """The character in the look that is asked for, or else in the one that is pinned; what speaks against it is `found`.

    `path` is the cast entry's place in the request.
    """
    name, pinned = character.name, character.look
    if look is not None and pinned is not None and look != pinned:
        told = f"the request has {name} in {look!r}, and the {character.pinned_by} pins {pinned!r}"
        found.append(gaps.LOOK_AGAINST_PIN.at(f"{path}.look", told))
        return character
    if look is not None and pinned is None:
        character = replace(character, look=look, pinned_by=character.pinned_by or "request")
    if character.look is not None:
        _must_have(character, f"{path}.look" if look is not None else path, found)
    return character


def _must_have(character: CharacterGround, path: str, found: list[Finding]) -> None:
    wanted = character.look or ""
    look = character.looks.get(wanted)
    if look is not None and not look.retired:
        return
    others = sorted(name for name, other in character.looks.items() if not other.retired)
    state = (
        "retired" if look is not None else f"none that {character.name} has in version {character.version}"
    )
    told = f"the look {wanted!r} is {state}"
    found.append(gaps.UNUSABLE_LOOK.at(path, told, *(f"use the look {name}" for name in others)))


def remark_on_pin(character: CharacterGround, path: str) -> Finding | None:
    """A pin at an older version is never silent."""
    if character.pinned_by in (None, "request") or character.version >= character.current:
        return None
    at = f"{character.name} is pinned at version {character.version} of {character.current}"
    told = f"{at} by the {character.pinned_by}"
    return gaps.BEHIND.at(path, told, "move the pin to the current version")


def pictures_of(character: CharacterGround) -> tuple[tuple[ReferenceGround, ...], ...]:
    """The pictures that may show the character, those of its look before those as introduced; no other look's."""
    in_look = tuple(one for one in character.references if one.look == character.look)
    if character.look is None:
        return (in_look,)
    return in_look, tuple(one for one in character.references if one.look is None)


def wears_pictured(character: CharacterGround, asset: str) -> bool:
    """Whether that picture shows the character in the look it is in."""
    return any(one.asset == asset and one.look == character.look for one in character.references)
