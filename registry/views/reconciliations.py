"""When was each account compared with the provider, and what differed?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import BigInteger, Connection, Row, and_, func, select
from sqlmodel import Field

from registry.events.account import AccountReconciled, ReconciliationFinding, ResourcePack, UnitSums
from registry.events.envelope import Recorded
from registry.log.declaring import Declared
from registry.log.roles import Projection
from registry.views.page import FIRST, Card, Page, Span, one_row, rows_page
from registry.views.rows import add


class ReconciliationRow(Declared):
    """One run; its report as the JSON of the event."""

    __tablename__ = "view_reconciliations"

    log: str = Field(primary_key=True)
    reconciliation: str = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    account: str = Field(index=True)
    report: bytes


RECONCILIATIONS = ReconciliationRow.__table__


class ReconciliationCard(Card):
    """What one run found. Times are microseconds since 1970, units exact decimals; `docs/reference` names the kinds of findings.

    The window holds tasks created from `since` until before `until`. `complete` is false when `unread` names what could not be
    read; then nothing is said to be missing there. `counts` counts every finding, `findings` lists the gravest of them.
    """

    id: str
    account: str
    ran_at: int
    since: int
    until: int
    tasks: int
    submissions: int
    complete: bool
    unread: tuple[str, ...]
    counts: dict[str, int]
    units: UnitSums
    packs: tuple[ResourcePack, ...]
    packs_used: str | None
    findings: tuple[ReconciliationFinding, ...]
    omitted: int


def _project(connection: Connection, events: Sequence[Recorded]) -> None:
    for recorded in events:
        if isinstance(recorded.event, AccountReconciled):
            row = {
                "log": recorded.log,
                "reconciliation": recorded.event.reconciliation,
                "position": recorded.position,
                "account": recorded.stream,
                "report": recorded.event.model_dump_json(exclude={"reconciliation"}).encode(),
            }
            add(connection, RECONCILIATIONS, row)


PROJECTION = Projection("reconciliations", (RECONCILIATIONS,), frozenset({AccountReconciled.NAME}), _project)


def reconciliation(connection: Connection, log: str, reconciliation: str) -> ReconciliationCard:
    """One run. Raises NotFound."""
    return _card(one_row(connection, RECONCILIATIONS, log, "reconciliation", reconciliation))


def reconciliations(
    connection: Connection, log: str, *, span: Span = FIRST, account: str | None = None
) -> Page[ReconciliationCard]:
    """All runs, oldest first, of one account or of all."""
    query = select(RECONCILIATIONS).where(RECONCILIATIONS.c.log == log)
    if account is not None:
        query = query.where(RECONCILIATIONS.c.account == account)
    rows, cursor = rows_page(connection, query, RECONCILIATIONS, span)
    return Page(items=tuple(_card(row) for row in rows), next=cursor)


def last_reconciliation(connection: Connection, log: str, account: str) -> ReconciliationCard | None:
    """The account's newest run, None before the first."""
    return last_reconciliations(connection, log=log, account=account).get((log, account))


def last_reconciliations(connection: Connection, **of: str) -> dict[tuple[str, str], ReconciliationCard]:
    """The newest run of each account, by log and account: of a `log`, of an `account`, or of all there are."""
    key = (RECONCILIATIONS.c.log, RECONCILIATIONS.c.account)
    newest = (
        select(*key, func.max(RECONCILIATIONS.c.position).label("last"))
        .filter_by(**of)
        .group_by(*key)
        .subquery()
    )
    same = [newest.c[column.name] == column for column in key]
    rows = connection.execute(
        select(RECONCILIATIONS).join(newest, and_(*same, newest.c.last == RECONCILIATIONS.c.position))
    )
    return {(row.log, row.account): _card(row) for row in rows}


def _card(row: Row[Any]) -> ReconciliationCard:
    return ReconciliationCard(id=row.reconciliation, account=row.account, **orjson.loads(row.report))
