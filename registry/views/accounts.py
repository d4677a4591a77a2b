"""Which Kling accounts do we send under?"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BigInteger, Connection, Row, insert, select
from sqlmodel import Field, SQLModel

from registry.events.account import AccountOpened
from registry.events.envelope import Recorded
from registry.log.roles import Projection
from registry.views.page import Card, Page, one_row, rows_page


class AccountRow(SQLModel, table=True):
    """One account."""

    __tablename__ = "view_accounts"

    log: str = Field(primary_key=True)
    account: str = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    version: int
    name: str
    region: str
    host: str
    key_fingerprint: str
    opened_at: int = Field(sa_type=BigInteger)


ACCOUNTS = AccountRow.__table__  # type: ignore[attr-defined]


class AccountCard(Card):
    """A Kling account; `host` is the API's base URL, `key_fingerprint` names the access key without giving it away."""

    id: str
    version: int
    name: str
    region: str
    host: str
    key_fingerprint: str
    opened_at: int


def _project(connection: Connection, events: Sequence[Recorded]) -> None:
    for recorded in events:
        match recorded.event:
            case AccountOpened() as event:
                connection.execute(
                    insert(ACCOUNTS).values(
                        log=recorded.log,
                        account=recorded.stream,
                        position=recorded.position,
                        version=recorded.version,
                        opened_at=recorded.recorded_at,
                        **event.model_dump(),
                    )
                )


PROJECTION = Projection("accounts", (ACCOUNTS,), frozenset({"AccountOpened"}), _project)


def account(connection: Connection, log: str, account: str) -> AccountCard:
    """One account. Raises NotFound."""
    return _card(one_row(connection, ACCOUNTS, log, "account", account))


def accounts(connection: Connection, log: str, *, after: int = 0, limit: int = 100) -> Page[AccountCard]:
    rows, cursor = rows_page(
        connection, select(ACCOUNTS).where(ACCOUNTS.c.log == log), ACCOUNTS, after=after, limit=limit
    )
    return Page(items=tuple(_card(row) for row in rows), next=cursor)


def _card(row: Row[tuple[object, ...]]) -> AccountCard:
    return AccountCard(
        id=row.account,
        version=row.version,
        name=row.name,
        region=row.region,
        host=row.host,
        key_fingerprint=row.key_fingerprint,
        opened_at=row.opened_at,
    )
