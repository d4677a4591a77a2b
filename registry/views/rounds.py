"""Which accounts are due for a round with the provider, and who goes? One run of a round at a time for each account.

A run holds a lease row, like work holds a generation's; the row says when the next one is due. The row of a reconciliation bears
the account's id, that of a census the same id with `census_` before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from sqlalchemy import BigInteger, Connection, Row, Select, bindparam, func, insert, select, update

from registry.log.closing import is_open
from registry.log.engine.quick import rows_of, short
from registry.log.leases import Lease
from registry.log.tables import LEASES
from registry.views.accounts import ACCOUNTS

Round = Literal["account", "census"]
"""What is done on a round, by the prefix of its lease: a reconciliation of the account, or a census of its library."""


def account_of(lease: Lease) -> str:
    """Whose round this is."""
    return f"account_{lease.work.partition('_')[2]}"


def _rows(round: Round) -> Select[Any]:
    work = func.replace(ACCOUNTS.c.account, "account_", f"{round}_")
    joined = ACCOUNTS.outerjoin(LEASES, (LEASES.c.log == ACCOUNTS.c.log) & (LEASES.c.work == work))
    return select(
        *(ACCOUNTS.c.log, ACCOUNTS.c.account, ACCOUNTS.c.opened_at, work.label("work")),
        *(LEASES.c.epoch, LEASES.c.attempts),
    ).select_from(joined)


def _due(round: Round) -> Select[Any]:
    now = bindparam("now", type_=BigInteger)
    first_due = ACCOUNTS.c.opened_at + bindparam("every", type_=BigInteger)
    first = LEASES.c.work.is_(None) & (first_due <= now)
    again = (LEASES.c.expires <= now) & (LEASES.c.due <= now)
    rows = _rows(round).where(first | again, is_open(ACCOUNTS.c.log))
    return rows.order_by(func.coalesce(LEASES.c.due, first_due), ACCOUNTS.c.account).limit(1)


_DUE: Final = {round: _due(round) for round in get_args(Round)}
"""Who has been due the longest: made once, as workers ask for nothing more often."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Who takes an account for which round, when, until when; and `every` how many microseconds it is due."""

    owner: str
    now: int
    until: int
    every: int
    round: Round = "account"


def due(connection: Connection, *, now: int, every: int, round: Round = "account") -> bool:
    """Whether any account is due: `every` microseconds after it was opened for the first time."""
    return bool(rows_of(connection, _DUE[round], {"now": now, "every": every}))


def claim_due(connection: Connection, claim: Claim) -> Lease | None:
    """Take the account that has been due the longest, or None."""
    asked = {"now": claim.now, "every": claim.every}
    return _take(connection, short(connection).execute(_DUE[claim.round], asked).one_or_none(), claim)


def claim_now(connection: Connection, log: str, account: str, claim: Claim) -> Lease | None:
    """Take this account, due or not. None while somebody holds it, and when there is none of that name."""
    free = LEASES.c.work.is_(None) | (LEASES.c.expires <= claim.now)
    this = _rows(claim.round).where(ACCOUNTS.c.log == log, ACCOUNTS.c.account == account, free)
    return _take(connection, connection.execute(this).one_or_none(), claim)


def let_go(connection: Connection, lease: Lease) -> None:
    """The run is over and changed nothing about when the next one is due."""
    connection.execute(
        update(LEASES)
        .where(LEASES.c.log == lease.log, LEASES.c.work == lease.work, LEASES.c.epoch == lease.epoch)
        .values(expires=0, attempts=0)
    )


def _take(connection: Connection, row: Row[Any] | None, claim: Claim) -> Lease | None:
    if row is None:
        return None
    lease = Lease(row.log, row.work, claim.owner, (row.epoch or 0) + 1, claim.until, (row.attempts or 0) + 1)
    held = {
        "owner": claim.owner,
        "epoch": lease.epoch,
        "expires": claim.until,
        "attempts": lease.attempts,
    }
    if row.epoch is None:
        first = {"log": row.log, "work": row.work, "due": row.opened_at + claim.every, "note": ""}
        connection.execute(insert(LEASES).values(**first, **held))
    else:
        mine = (LEASES.c.log == row.log) & (LEASES.c.work == row.work)
        connection.execute(update(LEASES).where(mine).values(**held))
    return lease
