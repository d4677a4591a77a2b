"""What an audit of a clip, a scene or a production takes in: its clips, and the positions of every event that it rests on.

Whole streams of whatever lineage reaches from each clip, with the clip's generation and paid call; the scenes and the production
themselves where the audit is of those. Of another production, which tells of all that was ever paid there, only what each clip's
receipt shows.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator

from registry.errors import NotFound
from registry.log.feed import raw
from registry.registry import Connection
from registry.views import clips, productions, scenes
from registry.views.lineage import lineage
from registry.views.page import Page, Span

KINDS = ("clip", "scene", "production")
_PAGE = 500
_DEPTH, _MOST_EDGES = 100, 100_000


def name_of(connection: Connection, log: str, thing: str) -> str:
    """What people call it; empty for a clip. Raises NotFound, also for what no audit can be of."""
    match thing.partition("_")[0]:
        case "clip":
            clips.clip(connection, log, thing)
            return ""
        case "scene":
            return scenes.scene(connection, log, thing).name
        case "production":
            return productions.production(connection, log, thing).name
    raise NotFound(f"there is no {thing} to audit", hint="name a clip, a scene or a production")


def clips_of(connection: Connection, log: str, thing: str) -> list[str]:
    """The ids of the clips in it, in the order they were recorded."""
    if thing.startswith("clip_"):
        return [thing]
    scene = thing if thing.startswith("scene_") else None
    within = () if scene else (thing,)
    found: list[str] = []
    after: int | None = 0
    while after is not None:
        page = clips.clips(connection, log, span=Span(after, _PAGE), scene=scene, within=within)
        found += [card.id for card in page.items]
        after = page.next
    return found


def positions_of(
    connection: Connection, log: str, thing: str, found: list[str], *, proven: Iterable[int], until: int
) -> array[int]:
    """The positions, up to `until`, of every event the audit rests on, in the log's order; eight bytes each.

    `proven` are those that the receipts of its clips show.
    """
    wanted = dict.fromkeys(_streams(connection, log, thing, found))
    streams = [one for one in wanted if one == thing or not one.startswith("production_")]
    positions = {*raw.positions_of(connection, log, streams), *proven}
    return array("q", sorted(one for one in positions if one <= until))


def _streams(connection: Connection, log: str, thing: str, found: list[str]) -> Iterator[str]:
    yield thing
    if thing.startswith("production_"):
        yield from _scenes(connection, log, thing)
    for clip in found:
        card = clips.clip(connection, log, clip)
        yield card.scene
        if card.generation is not None and card.submission is not None:
            yield from (card.generation, card.submission)
        for edge in lineage(connection, log, clip, depth=_DEPTH, limit=_MOST_EDGES).edges:
            yield from (edge.made, edge.source)


def _scenes(connection: Connection, log: str, production: str) -> Iterator[str]:
    after: int | None = 0
    while after is not None:
        page: Page[scenes.SceneCard] = scenes.scenes(
            connection, log, span=Span(after, _PAGE), production=production
        )
        yield from (card.id for card in page.items)
        after = page.next
