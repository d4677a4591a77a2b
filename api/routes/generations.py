"""Generations: a shot request on its way to its one end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypedDict

from litestar import Response, Router, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from api.asked import ShotRequest
from api.bodies import GenerationAnswer
from api.errors import Web, from_pydantic
from api.points import AsOf, moment_of
from api.routes.answering import After, Answer, Reply, answer_card, answer_page, card_reply
from api.routes.clips import days_left
from api.routes.commanding import Change, Visit
from api.routes.sending import Wanted
from api.routes.streaming import LastEventId, Streams, position_after
from api.routes.waiting import Wait, Watch
from generation import intake, shot
from generation.intake import Takes
from generation.malformed import findings_beside
from generation.plan import Preview
from generation.queue import waiting_for
from registry.deciders.generation import Stage
from registry.events.generation import GenerationEnded
from registry.past.points import Position, position_at
from registry.registry import Connection
from registry.views import generations as view
from registry.views import submissions
from registry.views.generations import GenerationCard
from registry.views.page import Page, Span

RETRY_AFTER_SECONDS: Final = 2

_PLACES: Final = ("scene", "production", "retake_of", "continue_from", "edit")
"""What a request names that belongs to a production."""
_FOLLOWED: Final = "it was submitted before it was cancelled: its paid task is followed to its end"


class AtThen(TypedDict, total=False):
    """The position that a preview reads, and the time it is judged at, where that is not now."""

    as_of: int
    at: int


NOW: Final[AtThen] = {}


def answer_of(connection: Connection, studio: str, generation: str) -> GenerationAnswer:
    """A generation with its paid call and the takes beside it. Raises NotFound."""
    card = view.generation(connection, studio, generation)
    paid = None if card.submission is None else submissions.submission(connection, studio, card.submission)
    beside = () if card.first_take is None else view.takes_of(connection, studio, card.first_take)
    note = _FOLLOWED if card.cancel_wanted and card.outcome is None else ""
    return GenerationAnswer(**dict(card), submission_card=paid, all_takes=beside or (card.id,), note=note)


def take(change: Change, request: shot.ShotRequest, takes: Takes) -> Answer[GenerationAnswer]:
    """Take a request; the answer is its first take's."""
    change.must_not_match()
    first = takes.ids[0]

    def reply(connection: Connection) -> Reply:
        return card_reply(
            answer_of(connection, change.studio, first),
            status=202,
            location=f"/v1/generations/{first}",
            headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
        )

    handled = intake.request_generation(
        change.registry,
        change.studio,
        request,
        generation=takes,
        context=change.context(correlation_id=first),
        policies=change.continuity.settings.policies(),
        idempotency=change.idempotency(reply),
    )
    return change.told(handled)


def must_reach(visit: Visit, named: Mapping[str, Any]) -> None:
    """What a request names must be within the key's productions. Raises NotFound."""
    visit.must_reach(*(str(named[name]) for name in _PLACES if named.get(name) is not None))


def _then(visit: Visit, as_of: str | None) -> AtThen:
    """Raises InvalidRequest for what is no point, and InvalidCommand for a moment that has not come yet."""
    match None if as_of is None else moment_of(as_of, "as_of"):
        case None:
            return NOW
        case Position(position):
            return {"as_of": position}
        case moment:
            with visit.registry.reading(visit.studio) as connection:
                position = position_at(visit.registry, connection, visit.studio, moment)
            return {"as_of": position, "at": moment.at_us}


def _must_be_well_formed(asked: ShotRequest, visit: Visit, then: AtThen = NOW) -> None:
    """Raises InvalidRequest with every problem of form, and with what gaps and rules say of the fields that can be read."""
    must_reach(visit, asked.raw if asked.problems and isinstance(asked.raw, dict) else dict(asked))
    if asked.problems:
        policies = visit.continuity.settings.policies()
        beside = findings_beside(visit.registry, visit.studio, asked.raw, policies=policies, **then)
        raise from_pydantic(asked.problems, findings=beside)


@post("/", status_code=202, sync_to_thread=True)
def request_generation(
    data: JSONBody[ShotRequest], change: NamedDependency[Change]
) -> Answer[GenerationAnswer]:
    """Ask for a clip, in film words. The payload is compiled now; a worker sends it, once, and brings the clip.

    With `takes` as many generations of the same plan are made; the answer is the first one's and names `all_takes`. 422 names
    every gap and finding at once; 409 when the price is above `max_units` or the production's budget, and when `plan_digest` is
    not that of the plan which the request gives now (`plan-changed`, with the `preview` as it is). Follow the answer's Location,
    with `?wait=`.
    """
    if (first := change.earlier()) is not None:
        return first
    _must_be_well_formed(data, change)
    return take(change, data, Takes.of(data, change.registry.make_id))


@post("/preview", opt={"role": "reader"}, status_code=200, sync_to_thread=True)
def preview(
    data: JSONBody[ShotRequest], question: NamedDependency[Visit], as_of: AsOf = None
) -> Answer[Preview]:
    """What would be sent, why, on what grounds, at which price, and what speaks against it. Writes nothing, spends nothing.

    With `as_of`, what this version would have sent then: the same bytes as a preview made at that position or moment. 422 for a
    point the log does not have, and for what was erased since.
    """
    then = _then(question, as_of)
    _must_be_well_formed(data, question, then)
    policies = question.continuity.settings.policies()
    return answer_card(
        intake.preview(
            question.registry,
            question.studio,
            data,
            policies=policies,
            payer=question.caller.key,
            **then,
        )
    )


@get("/", sync_to_thread=True)
def list_generations(
    request: Web,
    visit: NamedDependency[Visit],
    span: NamedDependency[Span],
    scene: FromQuery[str | None] = None,
    stage: FromQuery[Stage | None] = None,
) -> Answer[Page[GenerationCard]]:
    """Generations in the order they were asked for."""
    page = visit.read(view.generations, span=span, scene=scene, stage=stage, within=visit.within)
    return answer_page(request, page)


@get("/{generation:str}")
async def show_generation(
    generation: FromPath[str],
    visit: NamedDependency[Visit],
    watch: NamedDependency[Watch],
    wait: Wait = 0,
) -> Answer[GenerationAnswer]:
    """One generation; with `wait`, its end if that comes in time. `waiting_for` says what an unfinished one waits for."""

    def read() -> GenerationAnswer:
        card = visit.read(answer_of, generation)
        slots = visit.continuity.settings.kling_slots
        now = visit.registry.clock()
        waits = "" if card.outcome else visit.read(waiting_for, card.id, now=now, slots=slots)
        expires = card.submission_card.url_expires_at if card.submission_card else None
        left = None if expires is None else days_left(expires, now)
        return card.model_copy(update={"waiting_for": waits, "days_left": left})

    found = await watch.until(visit.studio, read, lambda card: card.outcome is not None, wait=wait)
    return answer_card(found)


@get("/{generation:str}/events", opt={"stream": "FeedEvent", "ends": True})
async def stream_generation(
    request: Web,
    generation: FromPath[str],
    visit: NamedDependency[Visit],
    streams: NamedDependency[Streams],
    after: After = 0,
    last_event_id: LastEventId = None,
) -> Response[Any]:
    """One generation's events as server-sent events, from its request to its end, where the answer ends too.

    As `GET /v1/events/stream`, of this one alone. Who has seen its end is told that there is nothing to come (204), at which a
    browser asks no more.
    """
    position = position_after(after, last_event_id)
    if await sync_to_thread(_is_over, visit, generation, position):
        return Response(None, status_code=204)
    return await streams.open(request, visit, Wanted(generation, last=GenerationEnded.NAME), position)


def _is_over(visit: Visit, generation: str, after: int) -> bool:
    """Whether it ended, at or before a position. Raises NotFound."""
    card = visit.read(view.generation, generation)
    ended = card.outcome is not None
    return ended and not visit.registry.feed.after(visit.studio, after, limit=1, stream=generation)


ROUTES: Any = Router(
    "/generations",
    route_handlers=[request_generation, preview, list_generations, show_generation, stream_generation],
    opt={"reach": "production", "changes": "submitter"},
    tags=["Generations"],
)
