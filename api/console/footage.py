"""What the page of a clip shows beside its lineage: what it is of, how it was asked for, what it cost, what was said of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from api.bodies import GenerationAnswer
from api.console.naming import holders_of
from api.routes.clips import dated
from api.routes.commanding import Visit
from api.routes.generations import answer_of
from registry.errors import NotFound
from registry.events.marks import BASES
from registry.log.history import Part
from registry.past import happened
from registry.past.told import Happened
from registry.views import clips, continuity, disclosures, notes, scenes, spend
from registry.views.characters import CharacterCard, find_characters
from registry.views.clips import ClipCard
from registry.views.continuity import ContinuityCard
from registry.views.disclosures import DisclosureCard
from registry.views.likenesses import LikenessCard, likeness
from registry.views.notes import NoteCard
from registry.views.page import Page, Span
from registry.views.persons import persons_in
from registry.views.productions import ProductionCard, production
from registry.views.scenes import SceneCard
from registry.views.spend import SpendLine

EVENTS: Final = 50
"""Of each history on the page itself; more are pages of their own."""
_NOTES: Final = Span(limit=500)
_UNION: Final = frozenset(
    {
        *("AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE"),
        *("IT", "LV", "LT", "LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE"),
    }
)
"""Members of the European Union (ISO 3166-1), where Regulation (EU) 2024/1689 is law."""


@dataclass(frozen=True, slots=True)
class Law:
    """Where a production is released, by whether the record knows words of the law there. `everywhere`: it names no countries."""

    union: tuple[str, ...]
    others: tuple[str, ...]
    everywhere: bool


@dataclass(frozen=True, slots=True)
class Told:
    """All of it. `people` are the cast and whoever else is known to be shown, `real` the ids of the real persons among them.

    `undecided` are those of them about whom somebody has to decide what becomes of the clip. `holders` hold the keys that spoke.
    """

    card: ClipCard
    scene: SceneCard
    production: ProductionCard
    record: ContinuityCard | None
    generation: GenerationAnswer | None
    people: tuple[CharacterCard, ...]
    real: tuple[str, ...]
    line: SpendLine | None
    notes: Page[NoteCard]
    deliveries: Page[DisclosureCard]
    past: Page[Happened]
    asked: Page[Happened]
    law: Law
    undecided: tuple[LikenessCard, ...]
    holders: Mapping[str, str]

    @property
    def events(self) -> list[Happened]:
        """What happened to its generation and to itself, oldest first."""
        return sorted(
            {one.position: one for one in (*self.asked.items, *self.past.items)}.values(), key=_place
        )

    def who(self, key: str) -> str:
        """Who holds a key; the actor itself where it is none."""
        return self.holders.get(key, key)


def told(visit: Visit, clip: str) -> Told:
    """Raises NotFound."""
    card = dated(visit.read(clips.clip, clip), visit.registry.clock())
    scene = visit.read(scenes.scene, card.scene)
    record = visit.read(continuity.entry_of, clip)
    shown = visit.read(persons_in, clip)
    cast = {member.character for member in record.cast} if record else set()
    remarks = visit.read(notes.notes, clip, span=_NOTES)
    handed = visit.read(disclosures.disclosures, clip=clip)
    where = visit.read(production, scene.production)
    return Told(
        card=card,
        scene=scene,
        production=where,
        record=record,
        generation=_made(visit, card.generation),
        people=tuple(visit.read(find_characters, sorted(cast | set(_of_kind(shown, "character"))))),
        real=tuple(_of_kind(shown, "likeness")),
        undecided=_undecided(visit, clip, _of_kind(shown, "likeness")),
        line=None if card.submission is None else visit.read(spend.line_of, card.submission),
        notes=remarks,
        deliveries=handed,
        past=past(visit, clip),
        asked=_asked(visit, card.generation),
        law=_law(where.territories),
        holders=holders_of(visit, _speakers(card, remarks, handed)),
    )


def _undecided(visit: Visit, clip: str, persons: Iterable[str]) -> tuple[LikenessCard, ...]:
    """Deciding goes beyond single productions, so their keys are shown nobody."""
    if visit.within:
        return ()
    found = [visit.read(likeness, one, now=visit.registry.clock()) for one in persons]
    return tuple(one for one in found if clip in {left.clip for left in one.follow_ups.clips})


def past(visit: Visit, thing: str, *, after: int = 0) -> Page[Happened]:
    """What happened to a clip or its generation, a page of it. Raises NotFound."""
    return happened.history(visit.registry, visit.studio, thing, Part(after, EVENTS))


def _made(visit: Visit, generation: str | None) -> GenerationAnswer | None:
    """None of footage that was adopted, and of a clip whose request is on record elsewhere."""
    with suppress(NotFound):
        return None if generation is None else visit.read(answer_of, generation)
    return None


def _asked(visit: Visit, generation: str | None) -> Page[Happened]:
    if generation is not None:
        with suppress(NotFound):
            return past(visit, generation)
    return Page(items=())


def bases() -> Mapping[str, str]:
    """The grounds of a delivery, each in the words of the law."""
    return {name: says for name, (_, says) in BASES.items()}


def _place(one: Happened) -> int:
    return one.position


def _of_kind(things: tuple[str, ...], kind: str) -> list[str]:
    return [one for one in things if one.startswith(f"{kind}_")]


def _law(territories: tuple[str, ...]) -> Law:
    inside = tuple(one for one in territories if one in _UNION)
    return Law(inside, tuple(one for one in territories if one not in _UNION), not territories)


def _speakers(card: ClipCard, remarks: Page[NoteCard], handed: Page[DisclosureCard]) -> set[str]:
    """The keys that said something of the clip, or brought or delivered it."""
    said = {one.by for one in (card.verdict, card.adopted) if one is not None}
    return said | {one.noted_by for one in remarks.items} | {one.delivered_by for one in handed.items}
