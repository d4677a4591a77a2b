"""Which paid calls were made, what is known of each, and which outcomes are unknown?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import BigInteger, Connection, Index, Row, select
from sqlmodel import Field

from registry.deciders.submission import stage_after
from registry.events.envelope import Recorded
from registry.events.personal import GONE, known
from registry.events.production import BudgetReserved
from registry.events.references import StoredBytes
from registry.events.submission import (
    CallbackReceived,
    CreationSucceeded,
    ProviderAnomaly,
    QuarantineResolved,
    SubmissionClosed,
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
from registry.log.declaring import Declared
from registry.log.roles import Projection
from registry.views.page import FIRST, Card, Page, Span, one_row, rows_page
from registry.views.rows import add, change, find


class SubmissionRow(Declared):
    """One submission; kept answers as a JSON list of StoredBytes."""

    __tablename__ = "view_submissions"
    __table_args__ = (
        Index("submissions_by_task", "log", "account", "task_id", unique=True),
        Index("submissions_by_external_id", "log", "external_task_id"),
        Index("submissions_by_id", "submission"),
        Index("submissions_open", "log", "account", "model", "state"),
        Index("submissions_in_turn", "log", "account", "model", "position"),
        Index("submissions_of_production", "log", "account", "model", "production", "position"),
    )
    # A task is one submission's: of two that are resolved as the same task at once, the second is refused by the database.

    log: str = Field(primary_key=True)
    submission: str = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    version: int
    subject: str
    production: str | None
    state: str = Field(index=True)
    external_task_id: str
    account: str
    host: str
    route: str
    model: str
    key_fingerprint: str
    wire_digest: str
    wire_bytes: int = Field(sa_type=BigInteger)
    sends: int
    task_id: str | None
    units: str | None
    reason: str
    answers: bytes
    intended_at: int = Field(sa_type=BigInteger)
    confirmed_at: int | None = Field(default=None, sa_type=BigInteger)
    done_at: int | None = Field(default=None, sa_type=BigInteger)
    url_expires_at: int | None = Field(default=None, sa_type=BigInteger)
    url: str | None = None
    watermark_url: str | None = None


SUBMISSIONS = SubmissionRow.__table__


class SubmissionCard(Card):
    """A paid call and its `state` (docs/reference: submissions). Times are microseconds since 1970.

    `production` is whose budget it takes; null where nobody's. `confirmed_at` is when we knew of the task, `done_at` when we knew
    its end, `url_expires_at` when the provider deletes it. `url` is where it serves the result, `watermark_url` where the marked
    copy, empty when none was asked for.
    """

    id: str
    version: int
    subject: str
    production: str | None
    state: str
    external_task_id: str
    account: str
    host: str
    route: str
    model: str
    key_fingerprint: str
    wire_digest: str
    wire_bytes: int
    sends: int
    task_id: str | None
    units: str | None
    reason: str
    answers: tuple[StoredBytes, ...]
    intended_at: int
    confirmed_at: int | None
    done_at: int | None
    url_expires_at: int | None
    url: str | None = None
    watermark_url: str | None = None


def _project(connection: Connection, events: Sequence[Recorded]) -> None:
    for recorded in events:
        match recorded.event:
            case SubmissionIntended() as event:
                add(connection, SUBMISSIONS, _row(recorded, event))
            case BudgetReserved(submission=submission):
                whose = {"log": recorded.log, "submission": submission}
                change(connection, SUBMISSIONS, where=whose, values={"production": recorded.stream})
            case event:
                values = {"version": recorded.version, **_becomes(recorded), **_kept(connection, recorded)}
                more = {"sends": 1} if isinstance(event, SubmissionResent) else {}
                change(connection, SUBMISSIONS, where=_here(recorded), values=values, more=more)


def _becomes(recorded: Recorded) -> dict[str, Any]:
    """The columns an event changes."""
    stage = stage_after(recorded.event)
    return {**({} if stage is None else {"state": stage}), **_noted(recorded)}


def _noted(recorded: Recorded) -> dict[str, Any]:
    match recorded.event:
        case SubmissionConfirmed(task_id=task_id):
            return {"task_id": task_id, "reason": "", "confirmed_at": recorded.recorded_at}
        case SubmissionRejected(message=reason) | ProviderAnomaly(what=reason):
            return {"reason": known(reason, GONE)}
        case (
            SubmissionNotSent(reason=reason)
            | SubmissionUnknown(reason=reason)
            | SubmissionQuarantined(reason=reason)
            | SubmissionClosed(reason=reason)
            | QuarantineResolved(reason=reason)
        ):
            return {"reason": known(reason, GONE)}
        case TaskSucceeded() as done:
            return {
                "units": done.units,
                "done_at": recorded.recorded_at,
                "url_expires_at": done.url_expires_at,
                "url": done.url,
                "watermark_url": done.watermark_url,
            }
        case CreationSucceeded(units=units):
            return {"units": units, "done_at": recorded.recorded_at}
        case TaskFailed(message=message, units=units):
            return {"units": units, "done_at": recorded.recorded_at, "reason": known(message, GONE)}
        case _:
            return {}


def _row(recorded: Recorded, event: SubmissionIntended) -> dict[str, Any]:
    return {
        "log": recorded.log,
        "submission": recorded.stream,
        "position": recorded.position,
        "version": recorded.version,
        "subject": event.subject,
        "state": "intended",
        "external_task_id": event.external_task_id,
        "account": event.account,
        "host": event.host,
        "route": event.route,
        "model": event.model,
        "key_fingerprint": event.key_fingerprint,
        "wire_digest": known(event.wire_digest, ""),
        "wire_bytes": event.bytes,
        "sends": 1,
        "reason": "",
        "answers": b"[]",
        "intended_at": recorded.recorded_at,
    }


def _kept(connection: Connection, recorded: Recorded) -> dict[str, bytes]:
    """The answers with one more, where the event came with one."""
    answer: StoredBytes | None = getattr(recorded.event, "answer", None)
    if answer is None:
        return {}
    (row,) = find(connection, SUBMISSIONS, _here(recorded), "answers")
    return {"answers": orjson.dumps([*orjson.loads(row.answers), answer.model_dump(mode="json")])}


def _here(recorded: Recorded) -> dict[str, str]:
    return {"log": recorded.log, "submission": recorded.stream}


PROJECTION = Projection(
    "submissions",
    (SUBMISSIONS,),
    frozenset(
        event.NAME
        for event in (
            SubmissionIntended,
            SubmissionResent,
            SubmissionNotSent,
            SubmissionConfirmed,
            SubmissionRejected,
            SubmissionUnknown,
            SubmissionDisproved,
            SubmissionQuarantined,
            QuarantineResolved,
            SubmissionClosed,
            TaskProcessing,
            TaskSucceeded,
            TaskFailed,
            CreationSucceeded,
            BudgetReserved,
            ProviderAnomaly,
            CallbackReceived,
        )
    ),
    _project,
)


def submission(connection: Connection, log: str, submission: str) -> SubmissionCard:
    """One submission. Raises NotFound."""
    return _card(one_row(connection, SUBMISSIONS, log, "submission", submission))


def confirmed_as(connection: Connection, log: str, *, account: str, task_id: str) -> str | None:
    """Which submission is confirmed as this task of the account; None when none is."""
    here = (SUBMISSIONS.c.account == account) & (SUBMISSIONS.c.task_id == task_id)
    found: str | None = connection.execute(
        select(SUBMISSIONS.c.submission).where(SUBMISSIONS.c.log == log, here)
    ).scalar()
    return found


def log_of(connection: Connection, submission: str) -> str | None:
    """Whose studio's submission it is, for who comes with nothing but its id; None when there is none."""
    query = select(SUBMISSIONS.c.log).where(SUBMISSIONS.c.submission == submission)
    return connection.execute(query).scalar_one_or_none()


def submissions(
    connection: Connection, log: str, *, span: Span = FIRST, state: str | None = None
) -> Page[SubmissionCard]:
    query = select(SUBMISSIONS).where(SUBMISSIONS.c.log == log)
    if state is not None:
        query = query.where(SUBMISSIONS.c.state == state)
    rows, cursor = rows_page(connection, query, SUBMISSIONS, span)
    return Page(items=tuple(_card(row) for row in rows), next=cursor)


def submissions_of_tasks(
    connection: Connection, log: str, account: str, *, task_ids: Sequence[str], external_ids: Sequence[str]
) -> list[SubmissionCard]:
    """Those that are confirmed as one of the account's tasks, or that bear one of the external ids on whatever account."""
    found: dict[str, SubmissionCard] = {}
    of_account = (SUBMISSIONS.c.log == log) & (SUBMISSIONS.c.account == account)
    questions = [of_account & SUBMISSIONS.c.task_id.in_(some) for some in _portions(task_ids)]
    questions += [
        (SUBMISSIONS.c.log == log) & SUBMISSIONS.c.external_task_id.in_(some)
        for some in _portions(external_ids)
    ]
    for question in questions:
        for row in connection.execute(select(SUBMISSIONS).where(question)):
            found[row.submission] = _card(row)
    return list(found.values())


def submissions_with_tasks(
    connection: Connection, log: str, account: str, *, since: int, until: int
) -> list[SubmissionCard]:
    """The account's confirmed ones, of which we knew the task from `since` until before `until` (microseconds)."""
    of_account = (SUBMISSIONS.c.log == log) & (SUBMISSIONS.c.account == account)
    when = SUBMISSIONS.c.confirmed_at.between(since, until - 1)
    return [_card(row) for row in connection.execute(select(SUBMISSIONS).where(of_account & when))]


def newest_with_task(connection: Connection, log: str, account: str) -> SubmissionCard | None:
    """The account's submission that was confirmed last."""
    of_account = (SUBMISSIONS.c.log == log) & (SUBMISSIONS.c.account == account)
    newest = (
        select(SUBMISSIONS)
        .where(of_account & SUBMISSIONS.c.confirmed_at.is_not(None))
        .order_by(SUBMISSIONS.c.confirmed_at.desc())
        .limit(1)
    )
    row = connection.execute(newest).one_or_none()
    return None if row is None else _card(row)


def _portions(names: Sequence[str], size: int = 500) -> list[Sequence[str]]:
    """A statement takes only so many values at once."""
    return [names[start : start + size] for start in range(0, len(names), size)]


def _card(row: Row[Any]) -> SubmissionCard:
    values = dict(row._mapping)
    values.pop("log")
    values.pop("position")
    values["id"] = values.pop("submission")
    values["answers"] = tuple(StoredBytes.model_validate(kept) for kept in orjson.loads(row.answers))
    return SubmissionCard(**values)
