"""What was made in this scene, from what, and what does each clip carry over?"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BigInteger, Connection, select
from sqlmodel import Field, SQLModel

from registry.events.envelope import Recorded
from registry.events.scene import ContinuityRecorded
from registry.log.roles import Projection
from registry.views.page import FIRST, Card, Page, Span, rows_page
from registry.views.rows import add_all


class ContinuityRow(SQLModel, table=True):
    """One continuity event of a scene, as JSON."""

    __tablename__ = "view_continuity"

    log: str = Field(primary_key=True)
    position: int = Field(primary_key=True, sa_type=BigInteger)
    scene: str = Field(index=True)
    recorded_at: int = Field(sa_type=BigInteger)
    record: bytes


CONTINUITY = ContinuityRow.__table__  # type: ignore[attr-defined]


class ContinuityCard(Card):
    """A continuity event and where it stands in the log."""

    position: int
    recorded_at: int
    record: ContinuityRecorded


def _project(connection: Connection, events: Sequence[Recorded]) -> None:
    add_all(
        connection,
        CONTINUITY,
        [
            {
                "log": recorded.log,
                "position": recorded.position,
                "scene": recorded.stream,
                "recorded_at": recorded.recorded_at,
                "record": recorded.event.model_dump_json().encode(),
            }
            for recorded in events
        ],
    )


PROJECTION = Projection("continuity", (CONTINUITY,), frozenset({"ContinuityRecorded"}), _project)


def continuity(connection: Connection, log: str, scene: str, *, span: Span = FIRST) -> Page[ContinuityCard]:
    """A scene's continuity log in order."""
    query = select(CONTINUITY).where(CONTINUITY.c.log == log, CONTINUITY.c.scene == scene)
    rows, cursor = rows_page(connection, query, CONTINUITY, span)
    return Page(
        items=tuple(
            ContinuityCard(
                position=row.position,
                recorded_at=row.recorded_at,
                record=ContinuityRecorded.model_validate_json(row.record),
            )
            for row in rows
        ),
        next=cursor,
    )
