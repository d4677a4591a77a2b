"""The record of an erasure: what was erased on whose word, and what became of every clip that carries the likeness."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from registry.deciders.clip import Clip
from registry.errors import NotFound
from registry.events.clip import ClipDecision
from registry.events.likeness import ErasureBasis
from registry.linked import LINKING, linked_to
from registry.log.feed.feed import stored
from registry.views.page import Card

if TYPE_CHECKING:
    from registry.registry import Connection, Registry


class CarryingClip(Card):
    """A clip that carries the likeness, and what was decided of it; None while nobody has.

    An adopted one came of no generation.
    """

    clip: str
    generation: str | None
    scene: str
    decision: ClipDecision | None


class ErasureRecord(Card):
    """An erasure. Times are microseconds since 1970; `erased_at` is None while it is under way.

    `kept` are pictures that stand for other people too and were kept for those. `clips` are those of today: one that was being
    made when the erasure was ordered joins them when it is there. `blobs` counts the objects of the erased assets.
    """

    likeness: str
    state: Literal["ordered", "erased"]
    basis: ErasureBasis
    ordered_at: int
    erased_at: int | None
    characters: tuple[str, ...]
    assets: tuple[str, ...]
    kept: tuple[str, ...]
    elements: tuple[str, ...]
    voices: tuple[str, ...]
    streams: tuple[str, ...]
    blobs: int
    clips: tuple[CarryingClip, ...]


def erasure_record(connection: Connection, registry: Registry, studio: str, likeness: str) -> ErasureRecord:
    """What is on record of a likeness's erasure, in the state `connection` sees. Raises NotFound when none was ordered."""
    events = list(stored(connection, studio, (*LINKING, "LikenessErased")))
    mine = {event.type: event for event in events if event.stream == likeness}
    ordered, erased = mine.get("ErasureOrdered"), mine.get("LikenessErased")
    if ordered is None:
        raise NotFound(f"no erasure of {likeness} was ordered", hint="check the id")
    linked = linked_to(likeness, events)
    return ErasureRecord(
        likeness=likeness,
        state="ordered" if erased is None else "erased",
        basis=ordered.body["basis"],
        ordered_at=registry.recorded_at(connection, studio, ordered.position),
        erased_at=erased and registry.recorded_at(connection, studio, erased.position),
        characters=linked.characters,
        assets=linked.assets,
        kept=linked.kept,
        elements=linked.elements,
        voices=linked.voices,
        streams=linked.streams if erased is None else tuple(erased.body["streams"]),
        blobs=linked.objects,
        clips=_clips(connection, registry, studio, likeness, linked.clips),
    )


def _clips(
    connection: Connection, registry: Registry, studio: str, likeness: str, clips: tuple[str, ...]
) -> tuple[CarryingClip, ...]:
    now = registry.head(connection, studio)
    states = registry.states(connection, studio, clips, as_of=now)
    return tuple(_carrying(clip, states[clip].state, likeness) for clip in clips if clip in states)


def _carrying(stream: str, clip: Clip, likeness: str) -> CarryingClip:
    decided: ClipDecision | None = None
    if clip.erased:
        decided = "erase"
    elif clip.withdrawn:
        decided = "withdraw"
    elif likeness in clip.kept:
        decided = "keep"
    return CarryingClip(clip=stream, generation=clip.generation or None, scene=clip.scene, decision=decided)
