"""What of a story the registry has already, and what it would not take: looked at before anything is made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from pydantic import BaseModel, ValidationError

from api.bodies import NewCharacter, NewScene
from api.client import ContinuityClient
from api.integrations.story import Person, Place, PlannedShot, Remark, Story
from api.takes import NewShot
from registry.events.references import Depicts
from registry.views.characters import CharacterCard
from registry.views.productions import ProductionCard
from registry.views.scenes import SceneCard

_NONE_YET: Final = "production_" + "0" * 26
"""Stands for a production that is still to be made while scenes are judged."""


@dataclass
class Found:
    """What is there already, as far as a story is concerned. `scenes` is None for a production that is to be made."""

    production: str | None
    people: dict[str, CharacterCard] = field(default_factory=dict)
    scenes: dict[str, SceneCard] = field(default_factory=dict)
    problems: list[Remark] = field(default_factory=list)

    @classmethod
    def of(cls, client: ContinuityClient, story: Story, production: str | None) -> Found:
        here = cls(None)
        if production is None:
            here._find_production(client, story)
        else:
            here._take(client.production(production))
        characters = list(client.characters())
        for person in story.people:
            here._find_person(person, characters)
        wanted = {who for scene in story.scenes for who in scene.cast} - {
            one.reference for one in story.people
        }
        here.people |= {
            one.client_reference: one
            for one in characters
            if one.client_reference in wanted and one.client_reference
        }
        if here.production is not None:
            scenes = list(client.scenes(production=here.production))
            for scene in story.scenes:
                here._find_scene(scene, scenes)
        return here

    def _take(self, production: ProductionCard) -> None:
        self.production = production.id
        if production.closed:
            self.problems.append(Remark(production.id, f"the production {production.name!r} is closed"))

    def _find_production(self, client: ContinuityClient, story: Story) -> None:
        if story.production is None:
            if not story.problems:
                self.problems.append(
                    Remark("project", "the export names none: say --project NAME or --production ID")
                )
            return
        found = [one.id for one in client.productions() if one.name == story.production and not one.closed]
        if len(found) > 1:
            self.problems.append(
                Remark(
                    story.production,
                    f"several productions are called so: {', '.join(found)}; say --production ID",
                )
            )
        self.production = found[0] if len(found) == 1 else None

    def _find_person(self, person: Person, characters: Sequence[CharacterCard]) -> None:
        found = [one for one in characters if one.client_reference == person.reference]
        word = person.name.casefold()
        found = found or [
            one
            for one in characters
            if one.client_reference is None and word in {name.casefold() for name in (one.name, *one.aliases)}
        ]
        if len(found) > 1:
            ids = ", ".join(one.id for one in found)
            self.problems.append(
                Remark(person.place, f"{person.name!r} is the name of several characters here: {ids}")
            )
        elif found:
            self.people[person.reference] = found[0]
            if found[0].retired:
                self.problems.append(
                    Remark(person.place, f"{person.name!r} is {found[0].id} here, which is retired")
                )

    def _find_scene(self, scene: Place, scenes: Sequence[SceneCard]) -> None:
        found = [one for one in scenes if one.client_reference == scene.reference]
        if not found:
            return
        self.scenes[scene.reference] = found[0]
        missing = [one for one in scene.shots if one.reference not in shots_of(found[0])]
        if found[0].closed and missing:
            self.problems.append(
                Remark(
                    scene.reference,
                    f"is {found[0].id} here, which is closed, and {len(missing)} shots are new",
                )
            )


def shots_of(scene: SceneCard) -> dict[str, str]:
    """Name over there -> id here."""
    return {shot.client_reference: shot.id for shot in scene.shots if shot.client_reference}


def unfit(story: Story) -> Iterator[Remark]:
    """What the service would not take: names and texts that are too long, or empty."""
    for person in story.people:
        yield from _tried(person.place, lambda one=person: a_character(one))  # type: ignore[misc]
    for scene in story.scenes:
        yield from _tried(scene.reference, lambda one=scene: a_scene(one, _NONE_YET))  # type: ignore[misc]
        for shot in scene.shots:
            yield from _tried(shot.reference, lambda one=shot: a_shot(one))  # type: ignore[misc]


def _tried(place: str, make: Callable[[], BaseModel]) -> Iterator[Remark]:
    try:
        make()
    except ValidationError as refused:
        for one in refused.errors(include_url=False, include_input=False):
            yield Remark(place, f"{'.'.join(map(str, one['loc']))}: {one['msg']}")


def unknown(story: Story, here: Found) -> Iterator[Remark]:
    known = {one.reference for one in story.people} | here.people.keys()
    for scene in story.scenes:
        for who in scene.cast:
            if who not in known:
                yield Remark(scene.reference, f"casts {who}, whom neither the export nor the registry has")
            elif who in here.people and here.people[who].retired:
                yield Remark(scene.reference, f"casts {who}, who is {here.people[who].id} here and retired")


def a_character(person: Person) -> NewCharacter:
    depicts: Depicts = person.depicts or "fictional"  # whoever has none is a problem already
    return NewCharacter(
        name=person.name,
        kind=person.kind,
        depicts=depicts,
        description=person.description,
        client_reference=person.reference,
    )


def a_scene(scene: Place, production: str) -> NewScene:
    return NewScene(
        production=production,
        name=scene.name,
        episode=scene.episode,
        number=scene.number,
        client_reference=scene.reference,
    )


def a_shot(shot: PlannedShot) -> NewShot:
    return NewShot(action=shot.action, framing=shot.framing, client_reference=shot.reference)
