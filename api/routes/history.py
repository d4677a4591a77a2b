"""The past of anything: what happened to it, as what it stood at any point, and what changed between two of them."""

from __future__ import annotations

from typing import Annotated, Any, Final

from litestar import Router, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, QueryParameter

from api.errors import Web, invalid, shown
from api.points import Since, Then, Until, point_of
from api.refusals import RoleMissing
from api.roles import Need, may
from api.routes.answering import Answer, answer_card, answer_page
from api.routes.commanding import Visit, named
from registry.errors import NotFound
from registry.events.catalogue import EVENTS
from registry.log.history import Part
from registry.past import happened, standing
from registry.past.points import Version, kind_of
from registry.past.told import Difference, Happened, InFull, Stood
from registry.views.page import Page, Span

_TYPES: Final = frozenset(name for name, _ in EVENTS)
OF_KEYS: Final[tuple[Need, ...]] = ("admin", "auditor")
_BEGINNING: Final = Version(1)
Actor = Annotated[
    str | None, QueryParameter(description="By this key alone (or `operator`, or a worker's name).")
]
Wanted = NamedDependency[Part]


async def _provide_part(
    span: NamedDependency[Span], type: FromQuery[str | None] = None, actor: Actor = None
) -> Part:
    """Raises InvalidRequest."""
    if type is not None and type not in _TYPES:
        raise invalid([{"path": "?type", "message": "no event has this name", "value": shown(type)}])
    return Part(span.after, span.limit, newest=span.newest, type=type, actor=actor)


def _history(request: Web, visit: Visit, thing: str, part: Part) -> Answer[Page[Happened]]:
    return answer_page(request, happened.history(visit.registry, visit.studio, thing, part))


def must_be_shown(visit: Visit, thing: str) -> None:
    """What happened to keys is for who gives them out and for auditors. Raises RoleMissing and NotFound."""
    if kind_of(thing) == "key" and not any(may(visit.caller.roles, need) for need in OF_KEYS):
        raise RoleMissing(
            f"the past of a key needs one of the roles {' and '.join(OF_KEYS)}, and {visit.caller.key} has neither",
            hint=f"ask for it: continuity keys grant {visit.caller.key} auditor, by an admin",
        )


@get("/history/{thing:str}", sync_to_thread=True)
def list_history(
    request: Web, thing: FromPath[str], visit: NamedDependency[Visit], part: Wanted
) -> Answer[Page[Happened]]:
    """What happened to anything that has an id: who did what, why, when, and under which request; each event once.

    Of assets, characters, elements, voices, likenesses, productions, scenes, generations, submissions, clips, accounts,
    webhooks, allowances, restores, the studio; and of keys, for admins and auditors. `next` is the version to go on after.
    """
    must_be_shown(visit, thing)
    return _history(request, visit, thing, part)


@get("/history/{thing:str}/events/{number:str}", sync_to_thread=True)
def show_event(thing: FromPath[str], number: FromPath[str], visit: NamedDependency[Visit]) -> Answer[InFull]:
    """One event of a thing by its version, in full: its body, what led to it, what was written with it, and what it led to."""
    must_be_shown(visit, thing)
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise NotFound(f"there is no version {shown(number)!r}", hint="versions are whole numbers from 1")
    return answer_card(happened.event(visit.registry, visit.studio, thing, int(number)))


@get("/history/{thing:str}/state", sync_to_thread=True)
def show_state(thing: FromPath[str], visit: NamedDependency[Visit], as_of: Then = None) -> Answer[Stood]:
    """Anything as it stood at a version, a position or a moment, folded from the log. What was erased since reads as erased.

    404 where it was not there yet; 422 for what has not come yet.
    """
    must_be_shown(visit, thing)
    return answer_card(standing.stood(visit.registry, visit.studio, thing, point_of(as_of, "as_of")))


@get("/history/{thing:str}/difference", sync_to_thread=True)
def show_difference(
    thing: FromPath[str], visit: NamedDependency[Visit], since: Since = None, until: Until = None
) -> Answer[Difference]:
    """What changed between two points, from what to what, and by which events. `changes` is a JSON Patch (RFC 6902).

    At most a thousand events may lie between them.
    """
    must_be_shown(visit, thing)
    found = standing.difference(
        visit.registry,
        visit.studio,
        thing,
        since=point_of(since, "since") or _BEGINNING,
        until=point_of(until, "until"),
    )
    return answer_card(found)


@get("/characters/{character:str}/history", opt={"reach": "library"}, sync_to_thread=True)
def character_history(
    request: Web, character: FromPath[str], visit: NamedDependency[Visit], part: Wanted
) -> Answer[Page[Happened]]:
    """What happened to a character, as `/v1/history/{thing}` tells it."""
    return _history(request, visit, named("character", character), part)


@get("/productions/{production:str}/history", opt={"reach": "production"}, sync_to_thread=True)
def production_history(
    request: Web, production: FromPath[str], visit: NamedDependency[Visit], part: Wanted
) -> Answer[Page[Happened]]:
    """What happened to a production, as `/v1/history/{thing}` tells it, for keys of that production too."""
    return _history(request, visit, named("production", production), part)


@get("/scenes/{scene:str}/history", opt={"reach": "production"}, sync_to_thread=True)
def scene_history(
    request: Web, scene: FromPath[str], visit: NamedDependency[Visit], part: Wanted
) -> Answer[Page[Happened]]:
    """What happened to a scene, as `/v1/history/{thing}` tells it, for keys of its production too."""
    return _history(request, visit, named("scene", scene), part)


@get("/generations/{generation:str}/history", opt={"reach": "production"}, sync_to_thread=True)
def generation_history(
    request: Web, generation: FromPath[str], visit: NamedDependency[Visit], part: Wanted
) -> Answer[Page[Happened]]:
    """What happened to a generation, as `/v1/history/{thing}` tells it, for keys of its production too."""
    return _history(request, visit, named("generation", generation), part)


@get("/clips/{clip:str}/history", opt={"reach": "production"}, sync_to_thread=True)
def clip_history(
    request: Web, clip: FromPath[str], visit: NamedDependency[Visit], part: Wanted
) -> Answer[Page[Happened]]:
    """What happened to a clip, as `/v1/history/{thing}` tells it, for keys of its production too."""
    return _history(request, visit, named("clip", clip), part)


ROUTES: Any = Router(
    "/",
    route_handlers=[
        *(list_history, show_event, show_state, show_difference),
        *(character_history, production_history, scene_history, generation_history, clip_history),
    ],
    dependencies={"part": Provide(_provide_part)},
    opt={"reach": "studio"},
    tags=["History"],
)
