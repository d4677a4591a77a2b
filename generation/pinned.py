"""Characters as a scene or its production holds on to them: an older version, a look. The scene's pin goes first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal, NamedTuple

from generation.grounds import CharacterGround
from generation.source import FoundProduction, FoundScene, Source, references_of
from registry.deciders.character import Character
from registry.deciders.looks import Look
from registry.deciders.pins import Pin


class Held(NamedTuple):
    """A pin, and whose it is."""

    pin: Pin
    by: Literal["scene", "production"]


def as_pinned(
    people: Mapping[str, CharacterGround],
    *,
    scene: FoundScene | None,
    production: FoundProduction | None,
    source: Source,
) -> dict[str, CharacterGround]:
    """The same people under the same words, each as of the version and in the look it is pinned at.

    Name, pictures and the texts of looks are those of that version. Whether the character or a look is retired, and everything
    else, is what it is now.
    """
    held = {person.id: found for person in people.values() if (found := _held(person.id, scene, production))}
    older = {
        person.id: held[person.id].pin.version
        for person in people.values()
        if person.id in held and held[person.id].pin.version != person.version
    }
    then = source.versions(older) if older else {}
    return {
        word: _pinned(person, held.get(person.id), then.get(person.id)) for word, person in people.items()
    }


def _held(character: str, scene: FoundScene | None, production: FoundProduction | None) -> Held | None:
    if scene is not None and (pin := scene.pins.get(character)) is not None:
        return Held(pin, "scene")
    if production is not None and (pin := production.pins.get(character)) is not None:
        return Held(pin, "production")
    return None


def _pinned(person: CharacterGround, held: Held | None, then: Character | None) -> CharacterGround:
    if held is None:
        return person
    person = replace(person, pinned_by=held.by, look=held.pin.look)
    if then is None:
        return person
    return replace(
        person,
        version=held.pin.version,
        name=then.name,
        references=references_of(then),
        looks=_with_today(then.looks, person.looks),
    )


def _with_today(then: Mapping[str, Look], now: Mapping[str, Look]) -> dict[str, Look]:
    """What was worn then; what may be used is for today to say."""
    return {name: replace(look, retired=now[name].retired) for name, look in then.items() if name in now}
