"""What has not come to its end (generations, elements and voices in the making), what waits to be sent, and in what order?

What may be sent (planned, or its submission proven to have no task) `sends`: it needs a slot. Everything else is
followed, which needs none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, Index, bindparam, select, update
from sqlmodel import Field

from registry.deciders.submission import BEFORE_ANY_TASK, stage_after
from registry.events.element import ElementMinted, ElementMintFailed, ElementMintRequested, ElementRetired
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
from registry.events.submission import (
    CreationSucceeded,
    QuarantineResolved,
    SubmissionConfirmed,
    SubmissionDisproved,
    SubmissionIntended,
    SubmissionNotSent,
    SubmissionQuarantined,
    SubmissionRejected,
    SubmissionResent,
    SubmissionUnknown,
    TaskFailed,
    TaskProcessing,
    TaskSucceeded,
)
from registry.events.voice import VoiceMinted, VoiceMintFailed, VoiceMintRequested, VoiceRetired
from registry.log.declaring import Declared
from registry.log.roles import Projection
from registry.views.rows import add, change, remove

NO_DEADLINE: Final = 2**63 - 1
_LANE: Final = ("sends", "log", "account", "model")


class WorkRow(Declared):
    """An open generation, or an element or a voice in the making.

    `production` and `scene` are empty where it belongs to none; `units` is its plan's price. `stage` is its own, and its
    submission's while that is under way. `ready` is the position of the event that let it be sent. Of a production's, what was
    sent before goes first (`fresh` is false), then by `rank` (the priority, negated), `needed_by` and `position`.
    """

    __tablename__ = "view_work"
    __table_args__ = (
        Index("work_in_order", *_LANE, "production", "fresh", "rank", "needed_by", "position"),
        Index("work_sent_before", *_LANE, "fresh", "ready"),
        Index("work_by_wait", *_LANE, "production", "ready"),
        Index("work_of_submission", "log", "submission"),
        Index("work_since", "sends", "submission", "since"),
    )

    log: str = Field(primary_key=True)
    work: str = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    since: int = Field(sa_type=BigInteger)
    production: str
    scene: str
    account: str
    model: str
    units: str
    stage: str
    sends: bool
    fresh: bool
    cancelled: bool
    rank: int
    needed_by: int = Field(sa_type=BigInteger)
    ready: int = Field(sa_type=BigInteger)
    submission: str | None


WORK = WorkRow.__table__
_STANDS_AGAIN: Final = (
    update(WORK)
    .where(WORK.c.log == bindparam("_log"), WORK.c.submission == bindparam("_submission"))
    .values(stage=bindparam("stage"), sends=~WORK.c.cancelled)
)
"""Nothing was accepted. A cancelled one is not sent again: whoever claims it ends it, which needs no slot."""
_EVENTS: Final = (
    GenerationRequested,
    ParentAwaited,
    PlanCompiled,
    ApprovalAwaited,
    PlanApproved,
    PlanVoided,
    CancelWanted,
    SubmissionOpened,
    ResultStored,
    GenerationEnded,
    SubmissionIntended,
    SubmissionResent,
    SubmissionNotSent,
    SubmissionConfirmed,
    SubmissionRejected,
    SubmissionUnknown,
    SubmissionDisproved,
    SubmissionQuarantined,
    QuarantineResolved,
    TaskProcessing,
    TaskSucceeded,
    TaskFailed,
    CreationSucceeded,
    ElementMintRequested,
    ElementMinted,
    ElementMintFailed,
    ElementRetired,
    VoiceMintRequested,
    VoiceMinted,
    VoiceMintFailed,
    VoiceRetired,
)
_ENDS: Final = (GenerationEnded, ElementMinted, ElementMintFailed, VoiceMinted, VoiceMintFailed)


def _project(connection: Connection, events: Sequence[Recorded]) -> None:
    for recorded in events:
        here = {"log": recorded.log, "work": recorded.stream}
        match recorded.event:
            case GenerationRequested() as event:
                add(connection, WORK, _row(recorded, event))
            case ElementMintRequested() | VoiceMintRequested() as event:
                add(connection, WORK, _mint(recorded, event))
            case event if isinstance(event, _ENDS):
                remove(connection, WORK, here)
            case event if (stage := stage_after(event)) is not None:
                _submitted(connection, recorded, stage)
            case _ if changes := _changes(recorded):
                change(connection, WORK, where=here, values=changes)


def _row(recorded: Recorded, event: GenerationRequested) -> dict[str, Any]:
    return {
        "log": recorded.log,
        "work": recorded.stream,
        "position": recorded.position,
        "since": recorded.recorded_at,
        "production": event.production,
        "scene": event.scene,
        "account": "",
        "model": "",
        "units": "0",
        "stage": "requested",
        "sends": False,
        "fresh": True,
        "cancelled": False,
        "rank": -event.priority,
        "needed_by": NO_DEADLINE if event.needed_by is None else event.needed_by,
        "ready": recorded.position,
    }


def _mint(recorded: Recorded, event: ElementMintRequested | VoiceMintRequested) -> dict[str, Any]:
    """It has its plan from the start, no priority of its own, and slots of its own."""
    return {
        "log": recorded.log,
        "work": recorded.stream,
        "position": recorded.position,
        "since": recorded.recorded_at,
        "production": event.production or "",
        "scene": "",
        "account": event.account,
        "model": "element" if isinstance(event, ElementMintRequested) else "voice",
        "units": event.estimate_units,
        "stage": "planned",
        "sends": True,
        "fresh": True,
        "cancelled": False,
        "rank": 0,
        "needed_by": NO_DEADLINE,
        "ready": recorded.position,
    }


def _submitted(connection: Connection, recorded: Recorded, stage: str) -> None:
    if stage in BEFORE_ANY_TASK:
        its = {"_log": recorded.log, "_submission": recorded.stream}
        connection.execute(_STANDS_AGAIN, {**its, "stage": stage})
    else:
        its = {"log": recorded.log, "submission": recorded.stream}
        change(connection, WORK, where=its, values={"stage": stage, "sends": False})


def _changes(recorded: Recorded) -> dict[str, Any]:
    match recorded.event:
        case PlanCompiled(account=account, model=model, estimate_units=units):
            sendable = {"stage": "planned", "sends": True, "ready": recorded.position}
            return {"account": account, "model": model, "units": units, **sendable}
        case PlanApproved():
            return {"stage": "planned", "sends": True, "ready": recorded.position}
        case ParentAwaited():
            return {"stage": "parent", "sends": False}
        case ApprovalAwaited():
            return {"stage": "approval", "sends": False}
        case PlanVoided():
            return {"stage": "voided", "sends": False}
        case CancelWanted() | ElementRetired() | VoiceRetired():
            return {"cancelled": True, "sends": False}
        case SubmissionOpened(submission=submission):
            return {"submission": submission, "fresh": False, "sends": False}
        case ResultStored():
            return {"stage": "stored"}
        case _:
            return {}


def unsent(connection: Connection, log: str) -> list[str]:
    """Every open generation that was not sent, or of whose submission it is proven that nothing was accepted, in order."""
    waiting = ("planned", "approval", "voided", *BEFORE_ANY_TASK)
    query = select(WORK.c.work).where(WORK.c.log == log, WORK.c.stage.in_(waiting))
    return list(connection.execute(query.order_by(WORK.c.position)).scalars())


PROJECTION = Projection("work", (WORK,), frozenset(event.NAME for event in _EVENTS), _project)
