"""Which generations have not come to their end, so that a worker must carry them on?"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BigInteger, Connection, Select, delete, insert, select
from sqlmodel import Field, SQLModel

from registry.events.envelope import Recorded
from registry.events.generation import GenerationEnded, GenerationRequested
from registry.log.roles import Projection


class WorkRow(SQLModel, table=True):
    """An open generation."""

    __tablename__ = "view_work"

    log: str = Field(primary_key=True)
    work: str = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    since: int = Field(sa_type=BigInteger)


WORK = WorkRow.__table__  # type: ignore[attr-defined]


def _project(connection: Connection, events: Sequence[Recorded]) -> None:
    for recorded in events:
        match recorded.event:
            case GenerationRequested():
                connection.execute(
                    insert(WORK).values(
                        log=recorded.log,
                        work=recorded.stream,
                        position=recorded.position,
                        since=recorded.recorded_at,
                    )
                )
            case GenerationEnded():
                connection.execute(
                    delete(WORK).where(WORK.c.log == recorded.log, WORK.c.work == recorded.stream)
                )


PROJECTION = Projection("work", (WORK,), frozenset({"GenerationRequested", "GenerationEnded"}), _project)


def open_work() -> Select[tuple[str, str, int]]:
    """(log, generation, since when in microseconds) of everything unfinished, for a claim."""
    return select(WORK.c.log, WORK.c.work, WORK.c.since)
