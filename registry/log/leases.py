"""Lease rows: who works on what, with an epoch that grows at every claim, so a worker that slept through its lease cannot act.

All functions run on the writer's connection. Times are microseconds. The database is the engine; there is no job queue beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import BigInteger, Connection, and_, bindparam, case, delete, insert, select, update

from registry.errors import StaleLease
from registry.log.engine.quick import rows_of, short
from registry.log.roles import Fence
from registry.log.tables import LEASES

_HERE: Final = and_(LEASES.c.log == bindparam("of_log"), LEASES.c.work == bindparam("of_work"))
_STANDING: Final = select(LEASES.c.epoch, LEASES.c.attempts, LEASES.c.memory).where(_HERE)
_EPOCH: Final = select(LEASES.c.epoch).where(_HERE)
_ADD: Final = insert(LEASES)
_TAKE_OVER: Final = (
    update(LEASES)
    .where(_HERE)
    .values({name: bindparam(name) for name in ("owner", "epoch", "expires", "attempts")})
)
_HURRIED: Final = LEASES.c.pulled + bindparam("now", type_=BigInteger)
_WANTED: Final = bindparam("wanted", type_=BigInteger)
_LET_GO: Final = (
    update(LEASES)
    .where(_HERE, LEASES.c.epoch == bindparam("of_epoch"))
    .values(
        expires=0,
        due=case((_HURRIED < _WANTED, _HURRIED), else_=_WANTED),
        let_go=bindparam("now", type_=BigInteger),
        pulled=None,
        note=bindparam("note"),
        attempts=bindparam("attempts"),
        memory=bindparam("memory"),
    )
)


@dataclass(frozen=True, slots=True)
class Lease:
    """A claim on a piece of work until `expires`; `attempts` counts claims since the work last moved forward.

    `memory` is what the last holder left for this one. `sends` says that a slot was free for it: one paid call may be made.
    """

    log: str
    work: str
    owner: str
    epoch: int
    expires: int
    attempts: int
    memory: str = ""
    sends: bool = False

    @property
    def fence(self) -> Fence:
        return Fence(self.work, self.epoch)


def claim(
    connection: Connection, log: str, work: str, *, owner: str, until: int, sends: bool = False
) -> Lease:
    """Take that piece of work, which nobody may hold; whoever held it before cannot act any more."""
    quick, here = short(connection), {"of_log": log, "of_work": work}
    found = quick.execute(_STANDING, here).one_or_none()
    if found is None:
        lease = Lease(log, work, owner, 1, until, 1, sends=sends)
        fresh = {"note": "", "memory": "", "let_go": 0}  # the short way fills in no defaults
        quick.execute(_ADD, {"log": log, "work": work, **_terms(lease), "due": until, **fresh})
        return lease
    lease = Lease(log, work, owner, found.epoch + 1, until, found.attempts + 1, found.memory, sends)
    quick.execute(_TAKE_OVER, {**here, **_terms(lease)})
    return lease


def extend(connection: Connection, lease: Lease, *, until: int) -> Lease:
    """Hold on longer. Raises StaleLease when somebody else took over."""
    _change(connection, lease, expires=until)
    return replace(lease, expires=until)


def held(connection: Connection, lease: Lease) -> bool:
    """Whether nobody has taken the work over, whatever any clock says about the lease."""
    return rows_of(connection, _EPOCH, {"of_log": lease.log, "of_work": lease.work}) == [(lease.epoch,)]


def release(connection: Connection, lease: Lease, *, now: int, due: int, note: str, progressed: bool) -> None:
    """Let go; the work is due again at `due`, or sooner if it was hurried meanwhile. `note` says what it waits for, for people.

    The lease's `memory` is left for the next holder. A stale lease lets go of nothing.
    """
    short(connection).execute(
        _LET_GO,
        {
            **{"of_log": lease.log, "of_work": lease.work, "of_epoch": lease.epoch},
            **{"now": now, "wanted": due, "note": note, "memory": lease.memory},
            "attempts": 0 if progressed else lease.attempts,
        },
    )


def finish(connection: Connection, lease: Lease) -> None:
    """The work is done for good; its row goes."""
    connection.execute(
        delete(LEASES).where(
            LEASES.c.log == lease.log, LEASES.c.work == lease.work, LEASES.c.epoch == lease.epoch
        )
    )


def hurry(connection: Connection, log: str, work: str, *, now: int, due: int, floor: int = 0) -> None:
    """Make waiting work due by then at the latest, but not within `floor` of when it was last let go.

    Work that is due sooner is left alone; work that is held is hurried when it is let go. Work let go later than `now` (a clock
    that was set back, a caller that had to wait) counts as let go now.
    """
    here = (LEASES.c.log == log) & (LEASES.c.work == work)
    after_the_floor = case((LEASES.c.let_go < now, LEASES.c.let_go), else_=now) + floor
    soonest = case((after_the_floor > due, after_the_floor), else_=due)
    connection.execute(update(LEASES).where(here, LEASES.c.expires > now).values(pulled=floor))
    connection.execute(
        update(LEASES).where(here, LEASES.c.expires <= now, LEASES.c.due > soonest).values(due=soonest)
    )


def _change(connection: Connection, lease: Lease, **values: int) -> None:
    changed = connection.execute(
        update(LEASES)
        .where(LEASES.c.log == lease.log, LEASES.c.work == lease.work, LEASES.c.epoch == lease.epoch)
        .values(**values)
    )
    if changed.rowcount != 1:
        raise StaleLease(
            f"the lease on {lease.work} (epoch {lease.epoch}) was taken over", hint="drop the work"
        )


def _terms(lease: Lease) -> dict[str, str | int]:
    return {
        "owner": lease.owner,
        "epoch": lease.epoch,
        "expires": lease.expires,
        "attempts": lease.attempts,
    }
