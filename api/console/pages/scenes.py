"""A scene: who plays and how they look, what is planned, and clip after clip what carried over and what changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from api.console import strip
from api.console.naming import holders_of
from api.console.progress import progress
from api.console.rendering import page
from api.console.strip import Piece
from api.console.waits import waits_of
from api.console.words import ids_in
from api.errors import Web
from api.routes.commanding import Visit
from api.routes.records import position_of
from generation.staleness import stale_with_whose
from registry.registry import Connection
from registry.views import boards, characters, continuity, productions, scenes, spend
from registry.views.continuity import ContinuityCard
from registry.views.naming import names_of
from registry.views.page import Span
from registry.views.places import production_of
from registry.views.scenes import SceneCard

PIECES_A_PAGE: Final = 48
_SCENES_TO_CONTINUE: Final = 40


@dataclass(frozen=True, slots=True)
class Strip:
    """A page of the strip, oldest record first; `earlier` is the cursor of what came before, `later` says that there is
    more after it, `things` are what it names.
    """

    pieces: Sequence[Piece]
    earlier: int | None
    later: bool
    things: set[str]


@get("/scenes/{scene:str}", sync_to_thread=True)
def show_scene(
    request: Web, scene: FromPath[str], visit: NamedDependency[Visit], before: FromQuery[int] = 0
) -> Response[str]:
    """The scene, and the strip of its newest clips, or of those recorded before a position."""
    with visit.registry.snapshot(visit.studio) as connection:
        card = scenes.scene(connection, visit.studio, scene)
        shown = strip_of(connection, visit, card, before=before)
        cast = [one.character for one in card.cast]
        stale = stale_with_whose(visit.registry, connection, visit.studio, cast)
        said = _about(connection, visit, card)
        things = {one for _, _, why in stale for one in ids_in(why)} | shown.things | said.pop("things")
        names = names_of(connection, visit.studio, things)
    waits = waits_of(visit, scene=scene)
    return page(
        request,
        "scene.html",
        title=card.name,
        visit=visit,
        scene=card,
        strip=shown,
        waits=waits,
        progress=progress(card, said["takes"], waits),
        stale=stale,
        names=names,
        shot_numbers={shot.id: shot.number for shot in card.shots},
        **said,
    )


def strip_of(connection: Connection, visit: Visit, scene: SceneCard, *, before: int = 0) -> Strip:
    """A page of a scene's strip: its newest records, or the newest before a position."""
    studio = visit.studio
    span = Span(before, PIECES_A_PAGE, newest=True)
    found = continuity.continuity(connection, studio, scene.id, span=span)
    cards = found.items[::-1]
    last = boards.take_before(connection, studio, scene.id, cards[0]) if cards else None
    here = {card.clip for card in cards}
    parents = {one for card in cards for one in strip.parents_of(card) if one not in here}
    against = _within(connection, visit, parents) | ({last} if last else set())
    earlier = continuity.entries_about(connection, studio, against)
    clips = [clip for clip in here if clip is not None]
    things = strip.named_in([*cards, *earlier.values()])
    names = names_of(connection, studio, things)
    pieces = strip.pieces(
        cards, stills=boards.stills_of(connection, studio, clips), earlier=earlier, before=last, names=names
    )
    return Strip(pieces, found.next, later=bool(before), things=things)


def _within(connection: Connection, visit: Visit, clips: set[str]) -> set[str]:
    """Those of some clips that the key reaches: a parent may be of another production."""
    if not visit.within:
        return clips
    return {clip for clip in clips if production_of(connection, visit.studio, clip) in visit.within}


def _about(connection: Connection, visit: Visit, card: SceneCard) -> dict[str, Any]:
    """What else the page shows of a scene."""
    studio = visit.studio
    cast = [member.character for member in card.cast]
    people = {one.id: one for one in characters.find_characters(connection, studio, cast)}
    continued = _within(connection, visit, {card.continued_from} if card.continued_from else set())
    from_clip = boards.stills_of(connection, studio, continued)
    from_scene = {one.scene for one in from_clip.values()}
    production = productions.production(connection, studio, card.production)
    return {
        "production": production,
        "people": people,
        "pins": {pin.character: pin for pin in card.pins},
        "show_pins": {pin.character: pin for pin in production.pins},
        "takes": boards.takes_in(connection, studio, [card.id]).get(card.id),
        "counted": boards.counted_by_shot(connection, studio, card.id),
        "cost": spend.of_scene(connection, studio, card.id),
        "castable": [one for one in characters.castable(connection, studio) if one[0] not in people],
        "continued": from_clip.get(card.continued_from or ""),
        "things": from_scene,
        "continuable": _continuable(connection, studio, card),
    }


def _continuable(connection: Connection, studio: str, card: SceneCard) -> list[tuple[str, str]]:
    """Clips that the scene may take up: the last approved take of each scene before it in the story, nearest first."""
    before = boards.scenes_before(connection, studio, card, most=_SCENES_TO_CONTINUE)
    takes = boards.takes_in(connection, studio, list(before))
    return [
        (found.newest.clip, name)
        for scene, name in before.items()
        if (found := takes.get(scene)) is not None and found.newest is not None
    ]


@get("/scenes/{scene:str}/records/{record:str}", sync_to_thread=True)
def show_record(
    request: Web, scene: FromPath[str], record: FromPath[str], visit: NamedDependency[Visit]
) -> Response[str] | Response[None]:
    """One record of the continuity log as it was written, what was set right since, and a form to set it right."""
    with visit.registry.snapshot(visit.studio) as connection:
        card = scenes.scene(connection, visit.studio, scene)
        found = continuity.record_at(connection, visit.studio, scene, position_of(record))
        if found.record is None:  # what its adopter said stands with the clip
            return Response(None, status_code=303, headers={"Location": f"/console/clips/{found.clip}"})
        people = _people_in(connection, visit.studio, found)
        clip = found.clip
        still = boards.stills_of(connection, visit.studio, [clip] if clip else []).get(clip or "")
        said = found.record
        things = [*strip.named_in([found]), *said.assets, *said.elements, card.production]
        names = names_of(connection, visit.studio, things)
    keys = {one.corrected_by for one in found.corrections}
    return page(
        request,
        "record.html",
        title=f"Record {found.position}",
        visit=visit,
        scene=card,
        record=found,
        by_id={one.id: one for one in people},
        shot_numbers={shot.id: shot.number for shot in card.shots},
        still=still,
        names=names,
        holders=holders_of(visit, keys),
    )


def _people_in(connection: Connection, studio: str, record: ContinuityCard) -> list[Any]:
    wanted = [member.character for member in record.cast]
    return characters.find_characters(connection, studio, wanted)


ROUTES: Any = Router("/", route_handlers=[show_scene, show_record], opt={"reach": "production"})
