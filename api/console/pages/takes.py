"""Takes beside each other, in sync: those of a shot, or any clips of a scene; judged and remarked on from here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from api.console.naming import holders_of
from api.console.rendering import address_of, page
from api.console.verdicts import CAUSES
from api.errors import Web
from api.routes.commanding import Visit
from registry.errors import NotFound
from registry.views import boards, clips, continuity, notes, productions, scenes
from registry.views.clips import ClipCard
from registry.views.page import Page, Span
from registry.views.scenes import SceneCard, ShotCard

TAKES_A_PAGE: Final = 12


@get("/scenes/{scene:str}/shots/{shot:str}", sync_to_thread=True)
def show_shot(
    request: Web,
    scene: FromPath[str],
    shot: FromPath[str],
    visit: NamedDependency[Visit],
    after: FromQuery[int] = 0,
) -> Response[str]:
    """The takes of a shot, newest first."""
    card = visit.read(scenes.scene, scene)
    planned = next((one for one in card.shots if one.id == shot), None)
    span = Span(after, TAKES_A_PAGE, newest=True)
    found = visit.read(clips.clips, span=span, scene=scene, shot=shot)
    if planned is None and not found.items:
        raise NotFound(f"{scene} has no shot {shot}", hint="its page lists the shots it plans")
    return _side_by_side(request, visit, card, found, shot=planned)


@get("/scenes/{scene:str}/takes", sync_to_thread=True)
def show_takes(
    request: Web,
    scene: FromPath[str],
    visit: NamedDependency[Visit],
    clip: FromQuery[list[str] | None] = None,
    after: FromQuery[int] = 0,
) -> Response[str]:
    """The clips of a scene that were chosen, or all of them, newest first."""
    card = visit.read(scenes.scene, scene)
    if not clip:
        span = Span(after, TAKES_A_PAGE, newest=True)
        return _side_by_side(request, visit, card, visit.read(clips.clips, span=span, scene=scene))
    chosen = [visit.read(clips.clip, one) for one in dict.fromkeys(clip[:TAKES_A_PAGE])]
    for one in chosen:
        if (
            one.scene != scene
        ):  # told like what is not there: it may be of a production that the key does not open
            raise NotFound(f"there is no {one.id}", hint="check the id")
    return _side_by_side(request, visit, card, Page(items=tuple(chosen)))


def _side_by_side(
    request: Web, visit: Visit, scene: SceneCard, found: Page[ClipCard], *, shot: ShotCard | None = None
) -> Response[str]:
    ids = [one.id for one in found.items]
    said = visit.read(notes.notes_on, ids)
    records = visit.read(continuity.entries_about, ids)
    return page(
        request,
        "takes.html",
        title=f"Shot {shot.number}" if shot is not None else "Takes",
        visit=visit,
        scene=scene,
        production=visit.read(productions.production, scene.production),
        shot=shot,
        takes=found,
        neighbours=_neighbours(scene, shot),
        counted=visit.read(boards.counted_by_shot, scene.id),
        shot_numbers={one.id: one.number for one in scene.shots},
        notes=said,
        framings={clip: record.framing for clip, record in records.items()},
        positions={clip: record.position for clip, record in records.items()},
        holders=holders_of(visit, _keys(found.items, said)),
        causes=CAUSES,
        here_again=address_of(request),
    )


def _neighbours(scene: SceneCard, shot: ShotCard | None) -> tuple[ShotCard | None, ShotCard | None]:
    """The shots before and after one."""
    if shot is None:
        return None, None
    place = scene.shots.index(shot)
    return (
        scene.shots[place - 1] if place else None,
        scene.shots[place + 1] if place + 1 < len(scene.shots) else None,
    )


def _keys(shown: Sequence[ClipCard], said: Any) -> set[str]:
    judged = {one.verdict.by for one in shown if one.verdict is not None}
    return judged | {note.noted_by for remarks in said.values() for note in remarks}


ROUTES: Any = Router("/", route_handlers=[show_shot, show_takes], opt={"reach": "production"})
