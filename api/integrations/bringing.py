"""Bringing a story in: what the registry has already is left as it is, what is missing is made; through the client alone.

Everything is looked at before anything is made, so a story with a problem changes nothing. Each thing is made whole by one call
whose idempotency key is its name over there: an import that broke off is finished by running it again, and two at once make
nothing twice. Things are found again by that name (`client_reference`), people also by what they are called.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from pydantic import BaseModel, ConfigDict

from api.client import ContinuityClient
from api.integrations.found import Found, a_character, a_scene, shots_of, unfit, unknown
from api.integrations.story import Person, Place, PlannedShot, Story, What
from registry.views.scenes import SceneCard

Verdict = Literal["made", "would be made", "there already"]


class Brought(BaseModel):
    """One thing of the export and what became of it; `id` once it has one. `remark` says where it differs from what is here."""

    model_config = ConfigDict(frozen=True)

    what: What
    name: str
    reference: str
    verdict: Verdict
    id: str | None = None
    remark: str = ""


class Told(BaseModel):
    """A remark about a place of the export."""

    model_config = ConfigDict(frozen=True)

    place: str
    message: str


class Report(BaseModel):
    """What an import made, found, left out and did not understand. With `problems` nothing was made."""

    model_config = ConfigDict(frozen=True)

    dry_run: bool
    production: str | None
    brought: tuple[Brought, ...]
    left_out: tuple[Told, ...]
    problems: tuple[Told, ...]

    def count(self, verdict: Verdict) -> int:
        return sum(one.verdict == verdict for one in self.brought)


def bring(
    client: ContinuityClient,
    story: Story,
    *,
    production: str | None = None,
    dry_run: bool = False,
    on_done: Callable[[Brought], None] = lambda _one: None,
) -> Report:
    """Make what is missing, into `production` or the one of the story's name. `on_done` hears of each thing as it is settled.

    Raises ContinuityError when the service refuses or is gone; what was made until then stays, and a repeat goes on from there.
    """
    here = Found.of(client, story, production)
    problems = [*story.problems, *here.problems, *unfit(story), *unknown(story, here)]
    made: list[Brought] = []
    if not problems:
        for one in _steps(_Work(client, story, here, dry_run=dry_run)):
            made.append(one)
            on_done(one)
    return Report(
        dry_run=dry_run,
        production=here.production,
        brought=tuple(made),
        left_out=tuple(Told(place=one.place, message=one.message) for one in story.left_out),
        problems=tuple(Told(place=one.place, message=one.message) for one in problems),
    )


@dataclass
class _Work:
    """One import under way."""

    client: ContinuityClient
    story: Story
    here: Found
    dry_run: bool

    def told(
        self, what: What, name: str, reference: str, *, id: str | None, there: bool = False, remark: str = ""
    ) -> Brought:
        verdict: Verdict = "there already" if there else "would be made" if self.dry_run else "made"
        return Brought(what=what, name=name, reference=reference, verdict=verdict, id=id, remark=remark)

    def key(self, *said: str) -> str:
        """The same for the same thing of the same production; a shot's says the scene's version too, as shots can be dropped."""
        whole = "\n".join((self.here.production or "", *said))
        return f"import-{sha256(whole.encode()).hexdigest()[:40]}"


def _steps(work: _Work) -> Iterator[Brought]:
    """In the order in which things need each other."""
    yield _production(work)
    for person in work.story.people:
        yield _person(work, person)
    for scene in work.story.scenes:
        yield from _whole_scene(work, scene)


def _production(work: _Work) -> Brought:
    name, here = work.story.production or "", work.here
    if here.production is not None:
        return work.told("production", name, name, id=here.production, there=True)
    if not work.dry_run:
        here.production = work.client.open_production(name, idempotency_key=work.key("production", name)).id
    return work.told("production", name, name, id=here.production)


def _person(work: _Work, person: Person) -> Brought:
    card = work.here.people.get(person.reference)
    if card is not None:
        differs = [
            name
            for name, here, there in (
                ("name", card.name, person.name),
                ("description", card.description, person.description.strip()),
            )
            if here != there
        ]
        remark = (
            f"differs from the export in its {' and '.join(differs)}; nothing was changed" if differs else ""
        )
        return work.told("character", person.name, person.reference, id=card.id, there=True, remark=remark)
    if not work.dry_run:
        said = a_character(person)
        card = work.client.introduce_character(
            said.name,
            kind=said.kind,
            depicts=said.depicts,
            description=said.description,
            client_reference=said.client_reference,
            idempotency_key=work.key("character", person.reference),
        )
        work.here.people[person.reference] = card
    return work.told("character", person.name, person.reference, id=card.id if card else None)


def _whole_scene(work: _Work, scene: Place) -> Iterator[Brought]:
    """A scene, its shots in their order, and its cast."""
    card = work.here.scenes.get(scene.reference)
    there = card is not None
    if card is None and not work.dry_run and work.here.production is not None:
        said = a_scene(scene, work.here.production)
        card = work.client.open_scene(
            said.production,
            said.name,
            episode=said.episode,
            number=said.number,
            client_reference=said.client_reference,
            idempotency_key=work.key("scene", scene.reference),
        )
    yield work.told("scene", scene.name, scene.reference, id=card.id if card else None, there=there)
    for shot in scene.shots:
        card = yield from _planned(work, card, shot)
    for who in scene.cast:
        yield _played(work, card, who)


def _planned(
    work: _Work, scene: SceneCard | None, shot: PlannedShot
) -> Generator[Brought, None, SceneCard | None]:
    known = shots_of(scene) if scene else {}
    there = shot.reference in known
    if scene is not None and not there and not work.dry_run:
        scene = work.client.plan_shot(
            scene.id,
            shot.action,
            framing=shot.framing,
            client_reference=shot.reference,
            idempotency_key=work.key("shot", scene.id, str(scene.version), shot.reference),
        )
        known = shots_of(scene)
    yield work.told("shot", shot.name, shot.reference, id=known.get(shot.reference), there=there)
    return scene


def _played(work: _Work, scene: SceneCard | None, who: str) -> Brought:
    person = work.here.people.get(who)
    there = bool(scene and person and person.id in {one.character for one in scene.cast})
    if scene is not None and person is not None and not there and not work.dry_run:
        work.client.cast(scene.id, person.id)
    name = person.name if person else who.rpartition("/")[2]
    return work.told("cast", name, who, id=person.id if person else None, there=there)
