"""What is on its way: a request followed from the queue to its clip, and the list of all that were asked for."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import Any, Final, Literal, NamedTuple

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from api.bodies import GenerationAnswer
from api.console.following import STAGES, Step, ids_in, standing, steps_of, told_by
from api.console.offering import faces_of
from api.console.previewing import prompts_of
from api.console.rendering import page
from api.console.waits import waits_of
from api.console.words import written
from api.errors import Web
from api.routes.commanding import Visit
from api.routes.generations import answer_of
from generation.queued import Waits
from registry.deciders.generation import Stage
from registry.log.history import Part
from registry.past import happened
from registry.past.told import Happened
from registry.views import generations as view
from registry.views import productions, scenes
from registry.views.naming import names_of
from registry.views.page import Span

_AT_ONCE: Final = 50


class Take(NamedTuple):
    """One of the takes that were asked for together, as the page shows it."""

    card: GenerationAnswer
    waits: Waits | None
    mark: str
    sentence: str
    steps: list[Step]
    happened: list[tuple[int, str, str]]
    plan: dict[str, Any]
    prompts: list[str]
    payload: str


@get("/generations", sync_to_thread=True)
def list_generations(
    request: Web,
    visit: NamedDependency[Visit],
    span: NamedDependency[Span],
    stage: FromQuery[Stage | Literal[""]] = "",
    production: FromQuery[str] = "",
    scene: FromQuery[str] = "",
) -> Response[str]:
    """What was asked for, newest first."""
    visit.must_reach(production or None, scene or None)
    found = visit.read(
        view.generations,
        span=replace(span, newest=True, limit=min(span.limit, _AT_ONCE)),
        stage=stage or None,
        scene=scene or None,
        within=(production,) if production else visit.within,
    )
    shows = visit.read(productions.called, within=visit.within)
    return page(
        request,
        "generations.html",
        title="Requests",
        visit=visit,
        generations=found,
        names=visit.read(names_of, [thing for one in found.items for thing in (one.scene, one.production)]),
        productions=shows,
        stages=STAGES,
        chosen={"stage": stage, "production": production, "scene": scene},
    )


@get("/generations/{generation:str}", sync_to_thread=True)
def follow_generation(
    request: Web, generation: FromPath[str], visit: NamedDependency[Visit]
) -> Response[str]:
    """A request with all its takes: where each stands, what it waits for, when it is foreseen, and its clip when it is there."""
    after = visit.registry.feed.head(visit.studio)
    first = visit.read(answer_of, generation)
    cards = [first if one == first.id else visit.read(answer_of, one) for one in first.all_takes]
    open_ = next((card.id for card in cards if card.outcome is None), None)
    waits = {one.id: one for one in waits_of(visit, scene=first.scene)} if open_ is not None else {}
    past = {card.id: _past(visit, card) for card in cards}
    plans = [card.plan or {} for card in cards]
    named = [*ids_in(chain.from_iterable(past.values())), first.scene, first.production]
    named += [
        one["speaks_with"] for plan in plans for one in plan.get("mapping", ()) if one.get("speaks_with")
    ]
    names = visit.read(names_of, named)
    shown = {one["character"] for plan in plans for one in plan.get("grounded", ()) if one["character"]}
    return page(
        request,
        "generation.html",
        title="A clip on its way"
        if any(card.outcome is None for card in cards)
        else "A clip that was asked for",
        visit=visit,
        takes=[_take(card, waits.get(card.id), told_by(past[card.id], names)) for card in cards],
        open=open_,
        after=after,
        now=visit.registry.clock(),
        names=names,
        people=visit.read(faces_of, shown),
        scene=visit.read(scenes.scene, first.scene),
    )


def _take(card: GenerationAnswer, waits: Waits | None, past: list[tuple[int, str, str]]) -> Take:
    mark, sentence = standing(card, waits)
    plan = card.plan or {}
    payload = plan.get("payload")
    return Take(
        card,
        waits,
        mark,
        sentence,
        steps_of(card),
        past,
        plan,
        prompts_of(payload) if payload else [],
        written(payload),
    )


def _past(visit: Visit, card: GenerationAnswer) -> list[Happened]:
    """What happened to the request and to its paid call."""
    things = (card.id, *([card.submission] if card.submission else []))
    return [
        one for thing in things for one in happened.history(visit.registry, visit.studio, thing, Part()).items
    ]


ROUTES: Any = Router("/", route_handlers=[list_generations, follow_generation], opt={"reach": "production"})
