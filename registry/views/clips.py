"""Which results do we hold?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import BigInteger, Connection, Row, select
from sqlmodel import Field, SQLModel

from registry.events.clip import ClipErased, ClipKept, ClipRecorded, ClipWithdrawn
from registry.events.envelope import Recorded
from registry.events.references import StoredBytes
from registry.log.roles import Projection
from registry.views.page import FIRST, Card, Page, Span, one_row, rows_page
from registry.views.rows import add, change
from registry.views.scenes import SCENES


class ClipRow(SQLModel, table=True):
    """One clip."""

    __tablename__ = "view_clips"

    log: str = Field(primary_key=True)
    clip: str = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    version: int
    generation: str
    submission: str
    scene: str = Field(index=True)
    shot: str | None
    stored: bytes
    duration_us: int = Field(sa_type=BigInteger)
    width: int
    height: int
    has_audio: bool
    kling_url: str
    kling_url_expires_at: int = Field(sa_type=BigInteger)
    kling_watermark_url: str
    continues: str | None
    withdrawn: bool = False
    erased: bool = False
    recorded_at: int = Field(sa_type=BigInteger)


class KeptRow(SQLModel, table=True):
    """A likeness in spite of which a clip was kept."""

    __tablename__ = "view_kept_clips"

    log: str = Field(primary_key=True)
    clip: str = Field(primary_key=True)
    likeness: str = Field(primary_key=True)


KEPT = KeptRow.__table__  # type: ignore[attr-defined]
CLIPS = ClipRow.__table__  # type: ignore[attr-defined]


class ClipCard(Card):
    """A stored clip. `kling_url` is the provider's own copy, good until `kling_url_expires_at`, `days_left` whole days from now.

    `kling_watermark_url` is the provider's marked copy, as long; empty when none was asked for. A `withdrawn` clip is not to be
    used any more, of an `erased` one nothing but its record is left.
    """

    id: str
    version: int
    generation: str
    submission: str
    scene: str
    shot: str | None
    stored: StoredBytes
    duration_us: int
    width: int
    height: int
    has_audio: bool
    kling_url: str
    kling_url_expires_at: int
    kling_watermark_url: str = ""
    days_left: int | None = None
    continues: str | None
    withdrawn: bool = False
    erased: bool = False
    recorded_at: int


def _project(connection: Connection, events: Sequence[Recorded]) -> None:
    for recorded in events:
        match recorded.event:
            case ClipRecorded() as event:
                add(connection, CLIPS, _row(recorded, event))
            case ClipKept(likeness=likeness):
                _change(connection, recorded)
                add(connection, KEPT, {**_here(recorded), "likeness": likeness})
            case ClipWithdrawn():
                _change(connection, recorded, withdrawn=True)
            case ClipErased():
                gone = {"kling_url": "", "kling_watermark_url": "", "kling_url_expires_at": 0}
                _change(connection, recorded, withdrawn=True, erased=True, **gone)


def _row(recorded: Recorded, event: ClipRecorded) -> dict[str, Any]:
    return {
        **_here(recorded),
        "position": recorded.position,
        "version": recorded.version,
        "recorded_at": recorded.recorded_at,
        "stored": event.stored.model_dump_json().encode(),
        "withdrawn": False,
        "erased": False,
        **event.model_dump(exclude={"stored", "kling_video_id"}),
    }


def _here(recorded: Recorded) -> dict[str, str]:
    return {"log": recorded.log, "clip": recorded.stream}


def _change(connection: Connection, recorded: Recorded, **values: Any) -> None:
    change(connection, CLIPS, where=_here(recorded), values={"version": recorded.version, **values})


PROJECTION = Projection(
    "clips",
    (CLIPS, KEPT),
    frozenset({"ClipRecorded", "ClipKept", "ClipWithdrawn", "ClipErased"}),
    _project,
)


def clip(connection: Connection, log: str, clip: str) -> ClipCard:
    """One clip. Raises NotFound."""
    return _card(one_row(connection, CLIPS, log, "clip", clip))


def clips(
    connection: Connection,
    log: str,
    *,
    span: Span = FIRST,
    scene: str | None = None,
    within: Collection[str] = (),
) -> Page[ClipCard]:
    """Clips in the order they were recorded; `within` these productions alone, where any are named."""
    query = select(CLIPS).where(CLIPS.c.log == log)
    if within:
        theirs = select(SCENES.c.scene).where(SCENES.c.log == log, SCENES.c.production.in_(within))
        query = query.where(CLIPS.c.scene.in_(theirs))
    if scene is not None:
        query = query.where(CLIPS.c.scene == scene)
    rows, cursor = rows_page(connection, query, CLIPS, span)
    return Page(items=tuple(_card(row) for row in rows), next=cursor)


def _card(row: Row[Any]) -> ClipCard:
    values = dict(row._mapping)
    values.pop("log")
    values.pop("position")
    values["id"] = values.pop("clip")
    values["stored"] = StoredBytes.model_validate_json(row.stored)
    return ClipCard(**values)
