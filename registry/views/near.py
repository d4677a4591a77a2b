"""Which pictures look like this one?

Pointed out, never acted on: two pictures may look alike and show two people. A comparison with every picture of the studio is a
scan over 36 bytes each, which is milliseconds for ten thousand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import nsmallest
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, bindparam, select
from sqlmodel import Field, SQLModel

from registry.events.asset import AssetErased, AssetRegistered
from registry.events.envelope import Recorded
from registry.events.personal import known
from registry.log.engine.quick import rows_of
from registry.log.roles import Projection
from registry.views.page import Card
from registry.views.rows import add, remove

NEAR: Final = 40
"""Of 288 bits. Measured: scaled, re-encoded and 2 % cropped pictures are at most 34 apart, other faces in the same place 75 and
more, the same head turned a little 43 (docs/decisions/0010)."""
MOST: Final = 10


class LooksRow(SQLModel, table=True):
    """What an asset looks like: `kind` of fingerprint, and its bits. Gone when the asset is erased."""

    __tablename__ = "view_looks_like"

    log: str = Field(primary_key=True)
    asset: str = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    kind: str
    bits: bytes


LOOKS_LIKE = LooksRow.__table__  # type: ignore[attr-defined]


class NearAsset(Card):
    """An asset that looks much like another one; `distance` in bits, 0 to 40."""

    asset: str
    distance: int


def _project(connection: Connection, events: Sequence[Recorded]) -> None:
    for recorded in events:
        mine = {"log": recorded.log, "asset": recorded.stream}
        match recorded.event:
            case AssetRegistered() as event:
                fingerprint = known(event.perceptual, None)
                if fingerprint is not None:
                    kind, _, bits = fingerprint.partition(":")
                    seen = {"position": recorded.position, "kind": kind, "bits": bytes.fromhex(bits)}
                    add(connection, LOOKS_LIKE, {**mine, **seen})
            case AssetErased():
                remove(connection, LOOKS_LIKE, mine)


PROJECTION = Projection("near", (LOOKS_LIKE,), frozenset({"AssetRegistered", "AssetErased"}), _project)


PAGE: Final = 2_000
_NEXT: Final = (
    select(LOOKS_LIKE.c.asset, LOOKS_LIKE.c.position, LOOKS_LIKE.c.bits)
    .where(
        LOOKS_LIKE.c.log == bindparam("of_log"),
        LOOKS_LIKE.c.kind == bindparam("of_kind"),
        LOOKS_LIKE.c.asset > bindparam("after"),
    )
    .order_by(LOOKS_LIKE.c.asset)
    .limit(PAGE)
)


def near(connection: Connection, log: str, fingerprint: str | None) -> tuple[NearAsset, ...]:
    """At most ten assets that look like the picture of a fingerprint, closest first, then in order of registration."""
    if fingerprint is None:
        return ()
    kind, _, bits = fingerprint.partition(":")
    return _closest(connection, log, kind, bytes.fromhex(bits))


def near_asset(connection: Connection, log: str, asset: str) -> tuple[NearAsset, ...]:
    """At most ten other assets that look like this one; none for what is unknown, erased, of one tone or no picture."""
    mine = select(LOOKS_LIKE.c.kind, LOOKS_LIKE.c.bits).where(
        LOOKS_LIKE.c.log == log, LOOKS_LIKE.c.asset == asset
    )
    row = connection.execute(mine).one_or_none()
    return () if row is None else _closest(connection, log, row.kind, row.bits, but=asset)


def _all(connection: Connection, log: str, kind: str) -> Iterator[Sequence[Any]]:
    """Every fingerprint of a kind, some at a time: a driver that holds the whole answer needs more for each picture there is."""
    after = ""
    while rows := rows_of(connection, _NEXT, {"of_log": log, "of_kind": kind, "after": after}):
        yield from rows
        after = rows[-1][0]
        if len(rows) < PAGE:
            return


def _closest(
    connection: Connection, log: str, kind: str, bits: bytes, *, but: str = ""
) -> tuple[NearAsset, ...]:
    wanted = int.from_bytes(bits)
    found = (
        ((int.from_bytes(theirs) ^ wanted).bit_count(), position, asset)
        for asset, position, theirs in _all(connection, log, kind)
    )
    closest = nsmallest(MOST, (one for one in found if one[0] <= NEAR and one[2] != but))
    return tuple(NearAsset(asset=asset, distance=distance) for distance, _, asset in closest)
