"""Which results do we hold?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final, Literal

import orjson
from sqlalchemy import BigInteger, Connection, Index, Row, bindparam, column, select, table
from sqlmodel import Field

from registry.events.clip import (
    ApprovalWithdrawn,
    ClipAdopted,
    ClipApproved,
    ClipDelivered,
    ClipErased,
    ClipFingerprinted,
    ClipKept,
    ClipNoted,
    ClipRecorded,
    ClipRejected,
    ClipWithdrawn,
    RejectionCause,
)
from registry.events.envelope import Recorded
from registry.events.marks import Depiction, Marks
from registry.events.personal import GONE, known
from registry.events.references import StoredBytes
from registry.events.scene import ContinuityCorrected
from registry.log.declaring import Declared
from registry.log.engine.quick import rows_of
from registry.log.roles import Projection
from registry.views.adoptions import AdoptionCard, adoption_of
from registry.views.depicting import depictions
from registry.views.page import FIRST, Card, Page, Span, one_row, rows_page
from registry.views.rows import add, change


class ClipRow(Declared):
    """One clip. `approved` is what its verdict says, empty where there is none; `verdict` the whole of it as JSON.

    `depicts_real_person` is what its plan knew, or whoever adopted it said; `marks` are those of the file as JSON, empty where
    nothing is known of them. Of an adopted clip `generation` and `submission` are empty, `adopted` is what was said of it as
    JSON, and `twin` its digest while it is in use: a scene holds the same footage once.
    """

    __tablename__ = "view_clips"
    __table_args__ = (Index("clips_by_twin", "log", "scene", "twin", unique=True),)

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
    approved: bool | None = None
    verdict: bytes | None = None
    depicts_real_person: str = "unknown"
    marks: bytes | None = None
    ai_generated: bool | None = None
    adopted: bytes | None = None
    twin: str | None = None


class KeptRow(Declared):
    """A likeness in spite of which a clip was kept."""

    __tablename__ = "view_kept_clips"

    log: str = Field(primary_key=True)
    clip: str = Field(primary_key=True)
    likeness: str = Field(primary_key=True)


KEPT = KeptRow.__table__
CLIPS = ClipRow.__table__


Said = Literal["approved", "rejected", "none"]
"""What a list of clips may be narrowed to."""


class VerdictCard(Card):
    """What was said of a take last: whether it is approved, by which key, when, and why (`cause` where it was turned down)."""

    approved: bool
    by: str
    said_at: int
    cause: RejectionCause | None = None
    reason: str = ""


class TakeCard(Card):
    """An approved take: the clip, the shot it is a take of, and which key approved it."""

    clip: str
    shot: str | None
    by: str
    said_at: int


class ClipCard(Card):
    """A stored clip. `kling_url` is the provider's own copy, good until `kling_url_expires_at`, `days_left` whole days from now.

    `kling_watermark_url` is the provider's marked copy, as long; empty when none was asked for. A `withdrawn` clip is not to be
    used any more, of an `erased` one nothing but its record is left. `shot` is what it is a take of by the newest word of its
    record, `verdict` what was said of it last.

    `origin`: it was `generated` here, or it is footage that was `adopted`: for that nothing was paid, the provider holds no
    copy, and `adopted` is what was said of it. `ai_generated`: a machine made it; None where nobody knows.
    `depicts_real_person` is what the log knows now (`registry.views.depicting`), `marks` are those in the file, as it was kept.
    """

    id: str
    version: int
    origin: Literal["generated", "adopted"] = "generated"
    generation: str | None
    submission: str | None
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
    verdict: VerdictCard | None = None
    ai_generated: bool | None = True
    depicts_real_person: Depiction = "unknown"
    marks: Marks = Field(default_factory=Marks)
    adopted: AdoptionCard | None = None


def _project(connection: Connection, events: Sequence[Recorded]) -> None:
    for recorded in events:
        match recorded.event:
            case ClipRecorded() as event:
                add(connection, CLIPS, _row(recorded, event))
            case ClipAdopted() as event:
                add(connection, CLIPS, _adopted(recorded, event))
            case ClipKept(likeness=likeness):
                _change(connection, recorded)
                add(connection, KEPT, {**_here(recorded), "likeness": likeness})
            case ClipApproved(note=note):
                _say(connection, recorded, approved=True, reason=known(note, GONE))
            case ClipRejected(cause=cause, reason=reason):
                _say(connection, recorded, approved=False, cause=cause, reason=known(reason, GONE))
            case ApprovalWithdrawn():
                _change(connection, recorded, **_UNSAID)
            case ClipNoted() | ClipDelivered() | ClipFingerprinted():
                _change(connection, recorded)
            case ClipWithdrawn():
                _change(connection, recorded, withdrawn=True, twin=None, **_UNSAID)
            case ClipErased():
                gone = {"kling_url": "", "kling_watermark_url": "", "kling_url_expires_at": 0}
                _change(connection, recorded, withdrawn=True, erased=True, twin=None, **gone, **_UNSAID)
            case ContinuityCorrected(shot=str() as shot) as event:
                of = {"log": recorded.log, "generation": event.generation}
                change(connection, CLIPS, where=of, values={"shot": shot})


_UNSAID: Final = {"approved": None, "verdict": None}


def _say(connection: Connection, recorded: Recorded, *, approved: bool, **said: str) -> None:
    whole = {"approved": approved, "by": recorded.actor, "said_at": recorded.recorded_at, **said}
    _change(connection, recorded, approved=approved, verdict=orjson.dumps(whole))


def _row(recorded: Recorded, event: ClipRecorded) -> dict[str, Any]:
    return {
        **_here(recorded),
        "position": recorded.position,
        "version": recorded.version,
        "recorded_at": recorded.recorded_at,
        "stored": event.stored.model_dump_json().encode(),
        "withdrawn": False,
        "erased": False,
        "marks": None if event.marks == Marks() else event.marks.model_dump_json().encode(),
        **event.model_dump(exclude={"stored", "kling_video_id", "marks"}),
    }


def _adopted(recorded: Recorded, event: ClipAdopted) -> dict[str, Any]:
    """Of what the provider knows of its clips there is nothing."""
    said = adoption_of(recorded, event)
    return {
        **_here(recorded),
        "position": recorded.position,
        "version": recorded.version,
        "recorded_at": recorded.recorded_at,
        "stored": event.stored.model_dump_json().encode(),
        "marks": None if event.marks == Marks() else event.marks.model_dump_json().encode(),
        **event.model_dump(include={"scene", "shot", "ai_generated", "depicts_real_person"}),
        **event.footage.model_dump(include={"duration_us", "width", "height", "has_audio"}),
        **dict.fromkeys(("generation", "submission", "kling_url", "kling_watermark_url"), ""),
        "kling_url_expires_at": 0,
        "continues": None,
        "withdrawn": False,
        "erased": False,
        "adopted": said.model_dump_json().encode(),
        "twin": event.stored.sha256,
    }


def _here(recorded: Recorded) -> dict[str, str]:
    return {"log": recorded.log, "clip": recorded.stream}


def _change(connection: Connection, recorded: Recorded, **values: Any) -> None:
    change(connection, CLIPS, where=_here(recorded), values={"version": recorded.version, **values})


_SCENES: Final = table("view_scenes", column("log"), column("scene"), column("production"))
"""Scenes know their takes, so theirs is the module that imports this one."""
PROJECTION = Projection(
    "clips",
    (CLIPS, KEPT),
    frozenset(
        {
            "ClipRecorded",
            "ClipAdopted",
            "ClipApproved",
            "ClipRejected",
            "ApprovalWithdrawn",
            "ClipNoted",
            "ClipDelivered",
            "ClipFingerprinted",
            "ClipKept",
            "ClipWithdrawn",
            "ClipErased",
            "ContinuityCorrected",
        }
    ),
    _project,
)


def clip(connection: Connection, log: str, clip: str) -> ClipCard:
    """One clip. Raises NotFound."""
    [card] = _cards(connection, log, [one_row(connection, CLIPS, log, "clip", clip)])
    return card


def clips(  # noqa: PLR0913 - the filters of a list
    connection: Connection,
    log: str,
    *,
    span: Span = FIRST,
    scene: str | None = None,
    shot: str | None = None,
    verdict: Said | None = None,
    within: Collection[str] = (),
) -> Page[ClipCard]:
    """Clips in the order they were recorded, narrowed to a scene, a shot, what was said of them, or these productions."""
    query = select(CLIPS).where(CLIPS.c.log == log)
    if within:
        theirs = select(_SCENES.c.scene).where(_SCENES.c.log == log, _SCENES.c.production.in_(within))
        query = query.where(CLIPS.c.scene.in_(theirs))
    if scene is not None:
        query = query.where(CLIPS.c.scene == scene)
    if shot is not None:
        query = query.where(CLIPS.c.shot == shot)
    match verdict:
        case "approved" | "rejected":
            query = query.where(CLIPS.c.approved.is_(verdict == "approved"))
        case "none":
            query = query.where(CLIPS.c.approved.is_(None))
    rows, cursor = rows_page(connection, query, CLIPS, span)
    return Page(items=tuple(_cards(connection, log, rows)), next=cursor)


def adopted_twin(connection: Connection, log: str, scene: str, sha256: str) -> ClipCard | None:
    """The clip in use that was adopted into the scene with these very bytes."""
    mine = (CLIPS.c.log == log) & (CLIPS.c.scene == scene) & (CLIPS.c.twin == sha256)
    rows = connection.execute(select(CLIPS).where(mine)).all()
    return _cards(connection, log, rows)[0] if rows else None


def clip_ids(connection: Connection, log: str) -> list[str]:
    """All of them, oldest first."""
    query = select(CLIPS.c.clip).where(CLIPS.c.log == log)
    return list(connection.execute(query.order_by(CLIPS.c.position)).scalars())


def scenes_of(connection: Connection, log: str, clips: Collection[str]) -> dict[str, str]:
    """The scene that each of some clips was made in."""
    query = select(CLIPS.c.clip, CLIPS.c.scene).where(CLIPS.c.log == log, CLIPS.c.clip.in_(clips))
    return {row.clip: row.scene for row in connection.execute(query)}


def approved_clips(connection: Connection, log: str, scene: str) -> list[ClipCard]:
    """All approved takes of a scene in the order they were recorded."""
    mine = (CLIPS.c.log == log) & (CLIPS.c.scene == scene) & CLIPS.c.approved.is_(True)
    rows = connection.execute(select(CLIPS).where(mine).order_by(CLIPS.c.position)).all()
    return _cards(connection, log, rows)


def approved_in(connection: Connection, log: str, scenes: Sequence[str]) -> dict[str, tuple[TakeCard, ...]]:
    """The approved takes of each of some scenes, in the order the clips were recorded."""
    mine = (CLIPS.c.log == log) & CLIPS.c.scene.in_(scenes) & CLIPS.c.approved.is_(True)
    rows = connection.execute(select(CLIPS).where(mine).order_by(CLIPS.c.position)).all()
    return {scene: tuple(_take(row) for row in rows if row.scene == scene) for scene in scenes}


def approved_among(connection: Connection, log: str, clips: Sequence[str]) -> tuple[TakeCard, ...]:
    """Those of some clips that are approved, in the order they were recorded."""
    rows = rows_of(connection, _APPROVED_AMONG, {"of_log": log, "of_clips": list(clips)})
    return tuple(_taken(*row) for row in rows)


_APPROVED_AMONG: Final = (
    select(CLIPS.c.clip, CLIPS.c.shot, CLIPS.c.verdict)
    .where(CLIPS.c.log == bindparam("of_log"), CLIPS.c.clip.in_(bindparam("of_clips", expanding=True)))
    .where(CLIPS.c.approved.is_(True))
    .order_by(CLIPS.c.position)
)


def _take(row: Row[Any]) -> TakeCard:
    return _taken(row.clip, row.shot, row.verdict)


def _taken(clip: str, shot: str | None, verdict: bytes) -> TakeCard:
    said = VerdictCard.model_validate_json(verdict)
    return TakeCard(clip=clip, shot=shot, by=said.by, said_at=said.said_at)


def _cards(connection: Connection, log: str, rows: Sequence[Row[Any]]) -> list[ClipCard]:
    depicted = depictions(connection, log, [row.clip for row in rows])
    return [_card(row, depicted[row.clip]) for row in rows]


def _card(row: Row[Any], depicted: Depiction) -> ClipCard:
    values = {**row._mapping, "depicts_real_person": depicted}
    for name in ("log", "position", "approved", "twin"):
        values.pop(name)
    values["origin"] = "generated" if row.adopted is None else "adopted"
    values["generation"], values["submission"] = row.generation or None, row.submission or None
    values["adopted"] = None if row.adopted is None else AdoptionCard.model_validate_json(row.adopted)
    values["id"] = values.pop("clip")
    values["stored"] = StoredBytes.model_validate_json(row.stored)
    values["verdict"] = None if row.verdict is None else VerdictCard.model_validate_json(row.verdict)
    values["marks"] = marks_of(row.marks)
    return ClipCard(**values)


def marks_of(written: bytes | None) -> Marks:
    """What was read from its file; of one that nobody looked into, that."""
    return Marks() if written is None else Marks.model_validate_json(written)
