"""What was asked, how far is it, how did it end?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import orjson
from sqlalchemy import BigInteger, Connection, Row, Select, func, select
from sqlmodel import Field

from registry.events.envelope import Recorded
from registry.events.generation import (
    ApprovalAwaited,
    CancelWanted,
    GenerationEnded,
    GenerationRequested,
    ParentAwaited,
    PlanApproved,
    PlanCompiled,
    PlanVoided,
    ResultStored,
    SubmissionOpened,
)
from registry.events.personal import Erased, known
from registry.log.declaring import Declared
from registry.log.roles import Projection
from registry.log.tables import EVENTS
from registry.views.page import FIRST, Card, Page, Span, one_row, rows_page
from registry.views.rows import add, change


class GenerationRow(Declared):
    """One generation; request and plan as JSON."""

    __tablename__ = "view_generations"

    log: str = Field(primary_key=True)
    generation: str = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    version: int
    production: str
    scene: str = Field(index=True)
    shot: str | None
    client_reference: str | None
    stage: str
    request: bytes | None
    plan: bytes | None
    pattern: str
    plan_digest: str
    estimate_units: str
    model: str
    account: str
    approved_by: str | None
    ceiling_units: str | None
    cancel_wanted: bool
    take: int
    takes: int
    first_take: str | None = Field(index=True)
    retry_of: str | None
    priority: int
    needed_by: int | None = Field(default=None, sa_type=BigInteger)
    submission: str | None
    clip: str | None
    outcome: str | None
    reason: str
    requested_at: int = Field(sa_type=BigInteger)
    ended_at: int | None = Field(default=None, sa_type=BigInteger)


GENERATIONS = GenerationRow.__table__


class GenerationCard(Card):
    """A generation. `outcome` says how it ended.

    `stage` is waiting (for a parent), approval (for a person's), voided (an approved plan drifted), planned, submitting, stored
    or ended. `approved_by` is the key that approved the plan, up to `ceiling_units`.
    """

    id: str
    version: int
    production: str
    scene: str
    shot: str | None
    client_reference: str | None
    stage: str
    pattern: str
    plan_digest: str
    estimate_units: str
    model: str
    account: str
    approved_by: str | None
    ceiling_units: str | None
    cancel_wanted: bool
    take: int
    takes: int
    first_take: str | None
    retry_of: str | None
    priority: int
    needed_by: int | None
    submission: str | None
    clip: str | None
    outcome: str | None
    reason: str
    request: dict[str, Any] | None
    plan: dict[str, Any] | None
    requested_at: int
    ended_at: int | None


def _project(connection: Connection, events: Sequence[Recorded]) -> None:
    for recorded in events:
        match recorded.event:
            case GenerationRequested() as event:
                add(connection, GENERATIONS, _row(recorded, event))
            case PlanCompiled() as event:
                _change(
                    connection,
                    recorded,
                    stage="planned",
                    plan=None
                    if isinstance(event.plan, Erased)
                    else orjson.dumps(event.plan, option=orjson.OPT_SORT_KEYS),
                    pattern=event.pattern,
                    plan_digest=event.plan_digest,
                    estimate_units=event.estimate_units,
                    model=event.model,
                    account=event.account,
                )
            case ApprovalAwaited():
                _change(connection, recorded, stage="approval")
            case PlanApproved(ceiling_units=ceiling):
                approved = {"approved_by": recorded.actor, "ceiling_units": ceiling}
                _change(connection, recorded, stage="planned", **approved)
            case PlanVoided():
                _change(connection, recorded, stage="voided", approved_by=None, ceiling_units=None)
            case CancelWanted():
                _change(connection, recorded, cancel_wanted=True)
            case ParentAwaited():
                _change(connection, recorded, stage="waiting")
            case SubmissionOpened() as event:
                _change(connection, recorded, stage="submitting", submission=event.submission)
            case ResultStored():
                _change(connection, recorded, stage="stored")
            case GenerationEnded() as event:
                _change(
                    connection,
                    recorded,
                    stage="ended",
                    clip=event.clip,
                    outcome=event.outcome,
                    reason=known(event.reason, "(erased)"),
                    ended_at=recorded.recorded_at,
                )


def _row(recorded: Recorded, event: GenerationRequested) -> dict[str, Any]:
    return {
        "log": recorded.log,
        "generation": recorded.stream,
        "position": recorded.position,
        "version": recorded.version,
        "production": event.production,
        "scene": event.scene,
        "shot": event.shot,
        "client_reference": event.client_reference,
        "stage": "planned",
        "request": None
        if isinstance(event.request, Erased)
        else orjson.dumps(event.request, option=orjson.OPT_SORT_KEYS),
        "plan": None,
        "pattern": "",
        "plan_digest": "",
        "estimate_units": "",
        "model": "",
        "account": "",
        "cancel_wanted": False,
        "take": event.take,
        "takes": event.takes,
        "first_take": event.first_take,
        "retry_of": event.retry_of,
        "priority": event.priority,
        "needed_by": event.needed_by,
        "reason": "",
        "requested_at": recorded.recorded_at,
    }


def _change(connection: Connection, recorded: Recorded, **values: Any) -> None:
    here = {"log": recorded.log, "generation": recorded.stream}
    change(connection, GENERATIONS, where=here, values={"version": recorded.version, **values})


PROJECTION = Projection(
    "generations",
    (GENERATIONS,),
    frozenset(
        {
            "GenerationRequested",
            "ParentAwaited",
            "PlanCompiled",
            "ApprovalAwaited",
            "PlanApproved",
            "PlanVoided",
            "CancelWanted",
            "SubmissionOpened",
            "ResultStored",
            "GenerationEnded",
        }
    ),
    _project,
)


def generation(connection: Connection, log: str, generation: str) -> GenerationCard:
    """One generation. Raises NotFound."""
    return _card(one_row(connection, GENERATIONS, log, "generation", generation))


def generations(
    connection: Connection,
    log: str,
    *,
    span: Span = FIRST,
    scene: str | None = None,
    stage: str | None = None,
    within: Collection[str] = (),
) -> Page[GenerationCard]:
    """Generations in the order they were asked for; `within` these productions alone, where any are named."""
    query = select(GENERATIONS).where(GENERATIONS.c.log == log)
    if within:
        query = query.where(GENERATIONS.c.production.in_(within))
    if scene is not None:
        query = query.where(GENERATIONS.c.scene == scene)
    if stage is not None:
        query = query.where(GENERATIONS.c.stage == stage)
    rows, cursor = rows_page(connection, query, GENERATIONS, span)
    return Page(items=tuple(_card(row) for row in rows), next=cursor)


def takes_of(connection: Connection, log: str, first: str) -> tuple[str, ...]:
    """The generations that were asked for together with `first`, in their order; empty for one that was asked for alone."""
    query = select(GENERATIONS.c.generation).where(
        GENERATIONS.c.log == log, GENERATIONS.c.first_take == first
    )
    return tuple(connection.execute(query.order_by(GENERATIONS.c.take)).scalars())


def open_in(connection: Connection, log: str, scenes: Sequence[str]) -> list[GenerationCard]:
    """What has not come to its end in these scenes, in the order it was asked for."""
    query = select(GENERATIONS).where(
        GENERATIONS.c.log == log, GENERATIONS.c.scene.in_(scenes), GENERATIONS.c.outcome.is_(None)
    )
    return [_card(row) for row in connection.execute(query.order_by(GENERATIONS.c.position)).all()]


def unsent_of(connection: Connection, log: str, production: str) -> tuple[str, ...]:
    """The production's generations whose plan is ready and not sent: what a larger budget may set going."""
    query = select(GENERATIONS.c.generation).where(
        GENERATIONS.c.log == log, GENERATIONS.c.production == production, GENERATIONS.c.stage == "planned"
    )
    return tuple(connection.execute(query.order_by(GENERATIONS.c.position)).scalars())


def _card(row: Row[Any]) -> GenerationCard:
    values = dict(row._mapping)
    values.pop("log")
    values.pop("position")
    values["id"] = values.pop("generation")
    values["request"] = row.request and orjson.loads(row.request)
    values["plan"] = row.plan and orjson.loads(row.plan)
    return GenerationCard(**values)


def asked_for(
    connection: Connection,
    log: str,
    *,
    until: int,
    production: str | None = None,
    after: int = 0,
    limit: int = 1_000,
) -> list[tuple[int, str]]:
    """Position and id of what was asked for after one position and up to another, in order; of a production if it is named."""
    query = _asked(select(EVENTS.c.position, EVENTS.c.stream), log, until, production)
    query = query.where(EVENTS.c.position > after).order_by(EVENTS.c.position).limit(limit)
    return [(row.position, row.stream) for row in connection.execute(query)]


def how_many(connection: Connection, log: str, *, until: int, production: str | None = None) -> int:
    """How many were asked for up to a position, of a production if it is named."""
    return int(connection.execute(_asked(select(func.count()), log, until, production)).scalar_one())


def _asked(query: Select[Any], log: str, until: int, production: str | None) -> Select[Any]:
    """By type and position, as the log keeps them in order: the table of generations would be sorted for every page."""
    mine = (EVENTS.c.log == log, EVENTS.c.type == "GenerationRequested", EVENTS.c.position <= until)
    query = query.select_from(EVENTS).where(*mine)
    if production is None:
        return query
    here = (GENERATIONS.c.log == EVENTS.c.log) & (GENERATIONS.c.generation == EVENTS.c.stream)
    return query.join(GENERATIONS, here).where(GENERATIONS.c.production == production)
