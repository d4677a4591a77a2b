"""Lease rows: who works on what, with an epoch that grows at every claim, so a worker that slept through its lease cannot act.

All functions run on the writer's connection. Times are microseconds. The database is the engine; there is no job queue beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import Connection, Select, delete, func, insert, select, update

from registry.errors import StaleLease
from registry.log.roles import Fence
from registry.log.tables import LEASES


@dataclass(frozen=True, slots=True)
class Lease:
    """A claim on a piece of work until `expires`; `attempts` counts claims since the work last moved forward.

    `memory` is what the last holder left for this one.
    """

    log: str
    work: str
    owner: str
    epoch: int
    expires: int
    attempts: int
    memory: str = ""

    @property
    def fence(self) -> Fence:
        return Fence(self.work, self.epoch)


def claim(
    connection: Connection, open_work: Select[tuple[str, str, int]], *, owner: str, now: int, until: int
) -> Lease | None:
    """Take the piece of `open_work` (log, work, since when) that has been due the longest and that nobody holds.

    New work is due since it came, so neither new nor waiting work can starve the other.
    """
    work = open_work.subquery()
    log, name, since = work.c
    due = (
        select(log, name, LEASES.c.epoch, LEASES.c.attempts, LEASES.c.memory)
        .select_from(work.outerjoin(LEASES, (LEASES.c.log == log) & (LEASES.c.work == name)))
        .where(LEASES.c.work.is_(None) | ((LEASES.c.expires <= now) & (LEASES.c.due <= now)))
        .order_by(func.coalesce(LEASES.c.due, since), name)
        .limit(1)
    )
    row = connection.execute(due).one_or_none()
    if row is None:
        return None
    found_log, found_work, epoch, attempts, memory = row
    if epoch is None:
        lease = Lease(found_log, found_work, owner, 1, until, 1)
        connection.execute(insert(LEASES).values(**_columns(lease), due=now, note=""))
    else:
        lease = Lease(found_log, found_work, owner, epoch + 1, until, attempts + 1, memory)
        connection.execute(
            update(LEASES)
            .where(LEASES.c.log == found_log, LEASES.c.work == found_work)
            .values(**_columns(lease))
        )
    return lease


def extend(connection: Connection, lease: Lease, *, until: int) -> Lease:
    """Hold on longer. Raises StaleLease when somebody else took over."""
    _change(connection, lease, expires=until)
    return replace(lease, expires=until)


def held(connection: Connection, lease: Lease) -> bool:
    """Whether nobody has taken the work over, whatever any clock says about the lease."""
    row = select(LEASES.c.epoch).where(LEASES.c.log == lease.log, LEASES.c.work == lease.work)
    return connection.execute(row).scalar() == lease.epoch


def release(
    connection: Connection, lease: Lease, *, due: int, note: str, progressed: bool, memory: str = ""
) -> None:
    """Let go; the work is due again at `due`. `note` says what it waits for, for people. A stale lease lets go of nothing."""
    attempts = 0 if progressed else lease.attempts
    connection.execute(
        update(LEASES)
        .where(LEASES.c.log == lease.log, LEASES.c.work == lease.work, LEASES.c.epoch == lease.epoch)
        .values(expires=0, due=due, note=note, attempts=attempts, memory=memory)
    )


def finish(connection: Connection, lease: Lease) -> None:
    """The work is done for good; its row goes."""
    connection.execute(
        delete(LEASES).where(
            LEASES.c.log == lease.log, LEASES.c.work == lease.work, LEASES.c.epoch == lease.epoch
        )
    )


def hurry(connection: Connection, log: str, work: str, *, due: int) -> None:
    """Make waiting work due by then at the latest; work that is held, or is due sooner, is left alone."""
    connection.execute(
        update(LEASES).where(LEASES.c.log == log, LEASES.c.work == work, LEASES.c.due > due).values(due=due)
    )


def note(connection: Connection, log: str, work: str) -> str:
    """What the work waits for, as its last holder noted it."""
    row: str | None = connection.execute(
        select(LEASES.c.note).where(LEASES.c.log == log, LEASES.c.work == work)
    ).scalar()
    return row or ""


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


def _columns(lease: Lease) -> dict[str, str | int]:
    return {
        "log": lease.log,
        "work": lease.work,
        "owner": lease.owner,
        "epoch": lease.epoch,
        "expires": lease.expires,
        "attempts": lease.attempts,
    }
