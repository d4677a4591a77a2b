"""What goes into the film, in which order, made from what? No table of its own: scenes, clips, records and remarks answer it."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from registry.views import scenes
from registry.views.clips import ClipCard, approved_clips
from registry.views.continuity import ContinuityCard, entries_of
from registry.views.notes import NoteCard, notes_on
from registry.views.page import Card, Span
from registry.views.scenes import SceneCard, ShotCard


class Take(Card):
    """An approved clip with its entry in the continuity log and the remarks on it."""

    clip: ClipCard
    record: ContinuityCard
    notes: tuple[NoteCard, ...]


class Slot(Card):
    """A place in the cut: a planned shot with its approved takes, the newest approval last; or a take of no planned shot."""

    shot: ShotCard | None
    takes: tuple[Take, ...]


class Cut(Card):
    """A scene's shots in order, and after them the approved takes of no live shot, each by itself, as they were recorded."""

    scene: SceneCard
    slots: tuple[Slot, ...]


def cut(connection: Connection, log: str, scene: str) -> Cut:
    """The cut of a scene as it is approved now. Raises NotFound."""
    card = scenes.scene(connection, log, scene)
    return Cut(scene=card, slots=tuple(_slots(connection, log, card)))


def cuts(connection: Connection, log: str, production: str) -> list[Cut]:
    """The cuts of a production's scenes that plan or have anything, by episode and number, then as they were opened."""
    found: list[SceneCard] = []
    after: int | None = 0
    while after is not None:
        page = scenes.scenes(connection, log, span=Span(after, 500), production=production)
        found, after = [*found, *page.items], page.next
    ordered = sorted(found, key=lambda scene: (scene.episode, scene.number))
    return [
        Cut(scene=card, slots=tuple(_slots(connection, log, card)))
        for card in ordered
        if card.shots or card.approved
    ]


def _slots(connection: Connection, log: str, scene: SceneCard) -> Iterator[Slot]:
    takes = _takes(connection, log, scene)
    planned = {shot.id for shot in scene.shots}
    for shot in scene.shots:
        yield Slot(shot=shot, takes=tuple(take for take in takes if take.clip.shot == shot.id))
    for take in sorted(takes, key=lambda take: take.record.position):
        if take.clip.shot not in planned:
            yield Slot(shot=None, takes=(take,))


def _takes(connection: Connection, log: str, scene: SceneCard) -> list[Take]:
    """By when they were approved."""
    if not scene.approved:
        return []
    clips, entries = approved_clips(connection, log, scene.id), entries_of(connection, log, scene.id)
    remarks = notes_on(connection, log, [clip.id for clip in clips])
    takes = [
        Take(clip=clip, record=entries[clip.id], notes=remarks[clip.id])
        for clip in clips
        if clip.id in entries
    ]
    return sorted(takes, key=lambda take: take.clip.verdict.said_at if take.clip.verdict else 0)
