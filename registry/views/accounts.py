"""Which Kling accounts do we send under, with how many slots, and what is held?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import BigInteger, Connection, Row, select
from sqlmodel import Field

from registry.events.account import (
    AccountHeld,
    AccountKeyAttested,
    AccountOpened,
    AccountReconciled,
    AccountResumed,
    CensusTaken,
    ChargeWithoutEventFound,
    EventWithoutChargeFound,
    OrphanTaskFound,
    SlotsSet,
)
from registry.events.envelope import Recorded
from registry.log.declaring import Declared
from registry.log.roles import Projection
from registry.views.page import FIRST, Card, Page, Span, one_row, rows_page
from registry.views.rows import add, change, find


class AccountRow(Declared):
    """One account; attested keys, holds and slots as JSON."""

    __tablename__ = "view_accounts"

    log: str = Field(primary_key=True)
    account: str = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    version: int
    name: str
    region: str
    host: str
    key_fingerprint: str
    keys: bytes
    holds: bytes
    slots: bytes
    opened_at: int = Field(sa_type=BigInteger)


ACCOUNTS = AccountRow.__table__


class Hold(Card):
    """What stands still, since when (microseconds since 1970), and why."""

    scope: str
    model: str | None
    by: str
    code: int | None
    message: str
    submission: str | None
    since: int


class AccountCard(Card):
    """A Kling account; `host` is the API's base URL, `key_fingerprint` names the access key without giving it away.

    `keys` are all keys that were attested for it, `slots` how many tasks of a model may be open at once where somebody said so.
    """

    id: str
    version: int
    name: str
    region: str
    host: str
    key_fingerprint: str
    keys: tuple[str, ...]
    holds: tuple[Hold, ...]
    slots: dict[str, int]
    opened_at: int


def _project(connection: Connection, events: Sequence[Recorded]) -> None:
    for recorded in events:
        match recorded.event:
            case AccountOpened() as event:
                add(connection, ACCOUNTS, _opened(recorded, event))
            case AccountKeyAttested(key_fingerprint=key):
                keys = [*orjson.loads(_row(connection, recorded).keys), key]
                attested = orjson.dumps(list(dict.fromkeys(keys)))
                _change(connection, recorded, key_fingerprint=key, keys=attested)
            case AccountHeld() | AccountResumed() as event:
                _change(connection, recorded, holds=_holds(_row(connection, recorded), recorded, event))
            case SlotsSet(model=model, slots=slots):
                said = {**orjson.loads(_row(connection, recorded).slots), model: slots}
                _change(connection, recorded, slots=orjson.dumps(said))
            case _:
                _change(connection, recorded)


def _opened(recorded: Recorded, event: AccountOpened) -> dict[str, Any]:
    return {
        **_here(recorded),
        "position": recorded.position,
        "version": recorded.version,
        "opened_at": recorded.recorded_at,
        "keys": orjson.dumps([event.key_fingerprint]),
        "holds": b"[]",
        "slots": b"{}",
        **event.model_dump(),
    }


def _holds(row: Row[Any], recorded: Recorded, event: AccountHeld | AccountResumed) -> bytes:
    others = [
        hold
        for hold in orjson.loads(row.holds)
        if (hold["scope"], hold["model"]) != (event.scope, event.model)
    ]
    if isinstance(event, AccountHeld):
        others.append({**event.model_dump(mode="json"), "since": recorded.recorded_at})
    return orjson.dumps(others)


def _row(connection: Connection, recorded: Recorded) -> Row[Any]:
    (row,) = find(connection, ACCOUNTS, _here(recorded))
    return row


def _here(recorded: Recorded) -> dict[str, str]:
    return {"log": recorded.log, "account": recorded.stream}


def _change(connection: Connection, recorded: Recorded, **values: Any) -> None:
    change(connection, ACCOUNTS, where=_here(recorded), values={"version": recorded.version, **values})


PROJECTION = Projection(
    "accounts",
    (ACCOUNTS,),
    frozenset(
        event.NAME
        for event in (
            AccountOpened,
            AccountKeyAttested,
            AccountHeld,
            AccountResumed,
            SlotsSet,
            OrphanTaskFound,
            ChargeWithoutEventFound,
            EventWithoutChargeFound,
            AccountReconciled,
            CensusTaken,
        )
    ),
    _project,
)


def account(connection: Connection, log: str, account: str) -> AccountCard:
    """One account. Raises NotFound."""
    return _card(one_row(connection, ACCOUNTS, log, "account", account))


def accounts(connection: Connection, log: str, *, span: Span = FIRST) -> Page[AccountCard]:
    rows, cursor = rows_page(connection, select(ACCOUNTS).where(ACCOUNTS.c.log == log), ACCOUNTS, span)
    return Page(items=tuple(_card(row) for row in rows), next=cursor)


def _card(row: Row[Any]) -> AccountCard:
    values = dict(row._mapping)
    values.pop("log")
    values.pop("position")
    values["id"] = values.pop("account")
    return AccountCard(
        **{**values, **{name: orjson.loads(values[name]) for name in ("keys", "holds", "slots")}}
    )
