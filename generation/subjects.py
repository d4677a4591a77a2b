"""Whom the texts of a request speak of: they are sealed under all their keys, so that erasing any one erases the texts."""

from __future__ import annotations

from collections.abc import Iterable

from generation.plan import Plan
from registry.deciders.clip import Clip
from registry.deciders.generation import Generation
from registry.events.ids import is_id
from registry.registry import Registry
from registry.views import assets, lineage


def subjects_of(
    registry: Registry, studio: str, plan: Plan, *, continues: str | None = None
) -> tuple[str, ...]:
    """Everybody who is cast, whose picture is used without being cast, and whom the clips show that it goes on from.

    `continues` is the generation that a request waits for. Empty: nobody, and the text is sealed under its own stream.
    """
    cast = {person.character for person in plan.mapping} | {one.character for one in plan.shows}
    pictures = [attached.asset for attached in plan.attachments if attached.asset]
    with registry.reading(studio) as connection:
        shown = lineage.ever_shown_by(connection, studio, pictures) if pictures else []
        cards = assets.find_assets(connection, studio, pictures) if pictures else {}
    cut = {card.derived_from.clip for card in cards.values() if card.derived_from}
    clips = [_clip(registry, studio, clip) for clip in {*plan.parents, *cut} if is_id(clip, "clip")]
    made = {clip.generation for clip in clips}
    earlier = _subjects(registry, studio, made | ({continues} if continues else set()))
    seen = (who for clip in clips if clip.adopted is not None for who in clip.adopted.sealed_under())
    return tuple(sorted({*cast, *shown, *earlier, *seen}))


def _clip(registry: Registry, studio: str, clip: str) -> Clip:
    state = registry.state(studio, clip).state
    return state if isinstance(state, Clip) else Clip()


def _subjects(registry: Registry, studio: str, generations: Iterable[str]) -> Iterable[str]:
    for generation in generations:
        state = registry.state(studio, generation).state if generation else None
        if isinstance(state, Generation) and state.requested is not None:
            yield from state.requested.subjects
