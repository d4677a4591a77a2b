"""Which bytes do we keep, what do they show, and were these bytes here before?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import BigInteger, Connection, Index, Row, UniqueConstraint, select
from sqlmodel import Field

from registry.events.asset import (
    AssetDescribed,
    AssetErased,
    AssetRegistered,
    AssetRetired,
    AssetSuperseded,
    FrameOf,
)
from registry.events.envelope import Recorded
from registry.events.personal import GONE, Erased, known
from registry.events.references import AssetKind, FootageFacts, PictureFacts, SoundFacts, StoredBytes, Value
from registry.log.declaring import Declared
from registry.log.roles import Projection
from registry.views.page import FIRST, Card, Page, Span, one_row, rows_page
from registry.views.rows import add, change


class AssetRow(Declared):
    """One asset; `original` and `rendition` are StoredBytes as JSON. One fingerprint per studio: a twin is the same asset."""

    __tablename__ = "view_assets"
    __table_args__ = (
        UniqueConstraint("log", "fingerprint", name="one_asset_per_bytes"),
        Index("assets_by_successor", "log", "superseded_by"),
    )

    log: str = Field(primary_key=True)
    asset: str = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    version: int
    kind: str
    label: str
    description: str
    original: bytes | None
    rendition: bytes | None
    picture: bytes | None
    footage: bytes | None
    sound: bytes | None
    derived_from: bytes | None
    fingerprint: str | None
    retired: bool
    erased: bool
    superseded_by: str | None
    registered_at: int = Field(sa_type=BigInteger)


ASSETS = AssetRow.__table__


class AssetCard(Card):
    """An asset. `original` is what was handed in, `rendition` what Kling and pages get of a picture; both None once erased."""

    id: str
    version: int
    kind: AssetKind
    label: str
    description: str
    original: StoredBytes | None
    rendition: StoredBytes | None
    picture: PictureFacts | None
    footage: FootageFacts | None = None
    sound: SoundFacts | None = None
    derived_from: FrameOf | None
    retired: bool
    erased: bool = False
    superseded_by: str | None
    registered_at: int


def _project(connection: Connection, events: Sequence[Recorded]) -> None:
    for recorded in events:
        match recorded.event:
            case AssetRegistered() as event:
                add(connection, ASSETS, _row(recorded, event))
            case AssetDescribed() as event:
                _change(
                    connection,
                    recorded,
                    label=known(event.label, GONE),
                    description=known(event.description, GONE),
                )
            case AssetSuperseded() as event:
                _change(connection, recorded, retired=True, superseded_by=event.by)
            case AssetRetired():
                _change(connection, recorded, retired=True)
            case AssetErased():
                gone = {"original": None, "rendition": None, "fingerprint": None}
                words = {"label": GONE, "description": GONE}
                _change(connection, recorded, retired=True, erased=True, **gone, **words)


def _row(recorded: Recorded, event: AssetRegistered) -> dict[str, Any]:
    return {
        "log": recorded.log,
        "asset": recorded.stream,
        "position": recorded.position,
        "version": recorded.version,
        "kind": event.kind,
        "label": known(event.label, GONE),
        "description": "",
        "original": _json(event.original),
        "rendition": _json(event.rendition),
        "picture": _json(event.picture),
        "footage": _json(event.footage),
        "sound": _json(event.sound),
        "derived_from": _json(event.derived_from),
        "fingerprint": None if isinstance(event.fingerprint, Erased) else event.fingerprint,
        "retired": False,
        "erased": False,
        "superseded_by": None,
        "registered_at": recorded.recorded_at,
    }


def _json(value: Value | Erased | None) -> bytes | None:
    return None if value is None or isinstance(value, Erased) else orjson.dumps(value.model_dump(mode="json"))


def _change(connection: Connection, recorded: Recorded, **values: Any) -> None:
    here = {"log": recorded.log, "asset": recorded.stream}
    change(connection, ASSETS, where=here, values={"version": recorded.version, **values})


PROJECTION = Projection(
    "assets",
    (ASSETS,),
    frozenset({"AssetRegistered", "AssetDescribed", "AssetSuperseded", "AssetRetired", "AssetErased"}),
    _project,
)


def asset(connection: Connection, log: str, asset: str) -> AssetCard:
    """One asset. Raises NotFound."""
    return _card(one_row(connection, ASSETS, log, "asset", asset))


def assets(
    connection: Connection, log: str, *, span: Span = FIRST, kind: AssetKind | None = None
) -> Page[AssetCard]:
    query = select(ASSETS).where(ASSETS.c.log == log)
    if kind is not None:
        query = query.where(ASSETS.c.kind == kind)
    rows, cursor = rows_page(connection, query, ASSETS, span)
    return Page(items=tuple(_card(row) for row in rows), next=cursor)


def find_assets(connection: Connection, log: str, ids: Sequence[str]) -> dict[str, AssetCard]:
    """The assets that exist among the named ones."""
    rows = connection.execute(select(ASSETS).where(ASSETS.c.log == log, ASSETS.c.asset.in_(ids))).all()
    return {row.asset: _card(row) for row in rows}


def asset_with_fingerprint(connection: Connection, log: str, fingerprint: str) -> AssetCard | None:
    """The asset of the same bytes, if they were registered before."""
    row = connection.execute(
        select(ASSETS).where(ASSETS.c.log == log, ASSETS.c.fingerprint == fingerprint)
    ).one_or_none()
    return None if row is None else _card(row)


def _card(row: Row[Any]) -> AssetCard:
    return AssetCard(
        id=row.asset,
        version=row.version,
        kind=row.kind,
        label=row.label,
        description=row.description,
        original=row.original and StoredBytes.model_validate_json(row.original),
        rendition=row.rendition and StoredBytes.model_validate_json(row.rendition),
        picture=row.picture and PictureFacts.model_validate_json(row.picture),
        footage=row.footage and FootageFacts.model_validate_json(row.footage),
        sound=row.sound and SoundFacts.model_validate_json(row.sound),
        derived_from=row.derived_from and FrameOf.model_validate_json(row.derived_from),
        retired=row.retired,
        erased=row.erased,
        superseded_by=row.superseded_by,
        registered_at=row.registered_at,
    )
