"""What was filmed? All clips, and each with where it came from, what was said of it, and what it may be used for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal, get_args

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from api.bodies import GenerationAnswer
from api.console.footage import bases, past, told
from api.console.lineage import Look, traced
from api.console.naming import called_in
from api.console.pages.lineage import LOOK, WORDS, at_position
from api.console.rendering import page
from api.console.verdicts import CAUSES
from api.console.words import written
from api.errors import Web
from api.routes.answering import After, Limit, Sort
from api.routes.clips import dated
from api.routes.commanding import Visit, named
from generation.replaying import replay
from registry.errors import NotFound
from registry.events.references import Purpose
from registry.views import clips, scenes
from registry.views.clips import ClipCard, Said
from registry.views.naming import names_of
from registry.views.page import Span
from registry.views.scenes import ShotCard

Begins = Annotated[
    int | None,
    QueryParameter(ge=0, le=86_400_000_000, description="Where the footage begins, in microseconds."),
]
_SCENES: Final = 200
"""Scenes to choose from; others are reached from their own pages."""


@get("/", sync_to_thread=True)
def list_clips(  # noqa: PLR0913 - the filters of a list
    request: Web,
    visit: NamedDependency[Visit],
    *,
    after: After = 0,
    limit: Limit = 48,
    sort: Sort = "newest",
    scene: FromQuery[str] = "",
    shot: FromQuery[str] = "",
    verdict: FromQuery[Said | Literal[""]] = "",
) -> Response[str]:
    """Clips as posters, newest first; of a scene, of a shot, or by what was said of them. An empty filter filters nothing."""
    found = visit.read(
        clips.clips,
        span=Span(after, limit, newest=sort == "newest"),
        scene=scene or None,
        shot=shot or None,
        verdict=verdict or None,
        within=visit.within,
    )
    now = visit.registry.clock()
    return page(
        request,
        "clips.html",
        title="Clips",
        visit=visit,
        clips=found.model_copy(update={"items": tuple(dated(card, now) for card in found.items)}),
        names=visit.read(names_of, {card.scene for card in found.items} | ({scene} if scene else set())),
        scenes=visit.read(scenes.called, most=_SCENES, within=visit.within),
        shots=_shots(visit, scene),
        chosen={"scene": scene, "shot": shot, "verdict": verdict, "sort": sort},
    )


def _shots(visit: Visit, scene: str) -> Sequence[ShotCard]:
    """The shots that may be chosen: those of the scene that is."""
    if not scene:
        return ()
    visit.must_reach(scene)
    return visit.read(scenes.scene, scene).shots


@get("/{clip:str}", dependencies=LOOK, sync_to_thread=True)
def show_clip(
    request: Web,
    clip: FromPath[str],
    visit: NamedDependency[Visit],
    look: NamedDependency[Look],
    *,
    t: Begins = None,
) -> Response[Any]:
    """One clip with all there is to know of it; without lineage for a key of single productions, as that knows no bounds."""
    clip = named("clip", clip)
    found = None if visit.within else visit.read(traced, clip, look)
    if found is not None and look.at is not None:
        return at_position(request.url.path, found)
    all_of_it = told(visit, clip)
    return page(
        request,
        "clip.html",
        title=f"Clip of {all_of_it.scene.name}",
        visit=visit,
        told=all_of_it,
        called=called_in(visit, all_of_it.events),
        payload=_printed(all_of_it.generation),
        traced=found,
        causes=CAUSES,
        purposes=get_args(Purpose),
        bases=bases(),
        begins=t,
        **WORDS,
    )


def _printed(made: GenerationAnswer | None) -> str:
    """The payload as it was compiled: references stand where bytes go."""
    plan = made.plan if made is not None else None
    return written(plan and plan.get("payload"))


@get("/{clip:str}/history", sync_to_thread=True)
def list_history(
    request: Web,
    clip: FromPath[str],
    visit: NamedDependency[Visit],
    after: After = 0,
    *,
    of: FromQuery[str] = "clip",
) -> Response[str]:
    """What happened to a clip, or to the `generation` it came of, all of it in pages."""
    card = visit.read(clips.clip, named("clip", clip))
    thing = _made(card) if of == "generation" else card.id
    events = past(visit, thing, after=after)
    return page(
        request,
        "clip-history.html",
        title="What happened",
        visit=visit,
        clip=card.id,
        thing=thing,
        events=events,
        called=called_in(visit, events.items),
    )


@get("/{clip:str}/replay", sync_to_thread=True)
def show_replay(request: Web, clip: FromPath[str], visit: NamedDependency[Visit]) -> Response[str]:
    """Would the same come out today? Every plan compiled again, and the bytes of the paid call made again; nothing is sent."""
    card = visit.read(clips.clip, named("clip", clip))
    again = replay(visit.continuity.desk(), visit.studio, _made(card))
    return page(
        request, "replay.html", title="Would the same come out today?", visit=visit, clip=card.id, again=again
    )


def _made(card: ClipCard) -> str:
    """The generation it came of. Raises NotFound."""
    if card.generation is None:
        raise NotFound(f"{card.id} was not made here: it was adopted", hint="its own history says by whom")
    return card.generation


ROUTES: Any = Router(
    "/clips",
    route_handlers=[list_clips, show_clip, list_history, show_replay],
    opt={"reach": "production"},
)
