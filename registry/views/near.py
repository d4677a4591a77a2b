"""Which pictures look like this one?

Pointed out, never acted on: two pictures may look alike and show two people. A comparison with every picture of the studio is a
scan over 36 bytes each, which is milliseconds for ten thousand (`near`). Who asks for copies alone, of however many pictures and
frames, is led by the parts of a fingerprint (`copies`): where few bits differ, one of the parts differs in one bit at most.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from heapq import nsmallest
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, Index, Select, bindparam, select
from sqlmodel import Field

from registry.events.asset import AssetErased, AssetRegistered
from registry.events.clip import ClipAdopted, ClipErased, ClipFingerprinted
from registry.events.envelope import Recorded
from registry.events.generation import ResultStored
from registry.events.likeness import LikenessErased
from registry.events.personal import known
from registry.events.references import FootagePrint
from registry.log.declaring import Declared
from registry.log.engine.quick import rows_of
from registry.log.roles import Projection
from registry.views.page import Card
from registry.views.rows import add_all, remove

NEAR: Final = 40
"""Of 288 bits. Measured: scaled, re-encoded and 2 % cropped pictures are at most 34 apart, other faces in the same place 75 and
more, the same head turned a little 43 (docs/decisions/0010)."""
MOST: Final = 10
BITS: Final = 288
PICTURE: Final = -1
"""The number of what is a picture as a whole; the frames of footage have theirs, from 0."""
PARTS: Final = 8
"""A fingerprint is looked for by so many parts of 36 bits: bit by bit in turns, as neighbours in a picture go together."""
SURE: Final = 2 * PARTS - 1
"""Fingerprints so many bits apart are always found by their parts: of 15 bits in 8 parts, some part has one or none."""
_WIDTH: Final = BITS // PARTS


class LooksRow(Declared):
    """What an asset or a clip looks like: of which frame, `kind` of fingerprint, its bits, and the parts it is found by.

    Gone when the asset or the clip is erased, or somebody whom the clip shows.
    """

    __tablename__ = "view_looks_like"
    __table_args__ = tuple(Index(f"looks_like_{part}", "log", f"part_{part}") for part in range(PARTS))

    log: str = Field(primary_key=True)
    thing: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    kind: str
    bits: bytes
    part_0: int = Field(sa_type=BigInteger)
    part_1: int = Field(sa_type=BigInteger)
    part_2: int = Field(sa_type=BigInteger)
    part_3: int = Field(sa_type=BigInteger)
    part_4: int = Field(sa_type=BigInteger)
    part_5: int = Field(sa_type=BigInteger)
    part_6: int = Field(sa_type=BigInteger)
    part_7: int = Field(sa_type=BigInteger)


LOOKS_LIKE = LooksRow.__table__


class NearAsset(Card):
    """An asset that looks much like another one; `distance` in bits, 0 to 40."""

    asset: str
    distance: int


def parts_of(bits: bytes) -> dict[str, int]:
    """The parts of a fingerprint, by the names of their columns."""
    written = f"{int.from_bytes(bits):0{BITS}b}"
    return {f"part_{part}": int(written[part::PARTS], 2) for part in range(PARTS)}


def _project(connection: Connection, events: Sequence[Recorded]) -> None:
    for recorded in events:
        mine = {"log": recorded.log, "thing": recorded.stream}
        match recorded.event:
            case AssetRegistered() as event:
                looks = {PICTURE: known(event.perceptual, None), **_frames(known(event.recognised_by, None))}
                _add(connection, recorded, recorded.stream, looks)
            case ResultStored() as event:
                _add(connection, recorded, event.clip, _frames(known(event.recognised_by, None)))
            case ClipFingerprinted() | ClipAdopted() as event:
                _add(connection, recorded, recorded.stream, _frames(known(event.recognised_by, None)))
            case AssetErased() | ClipErased():
                remove(connection, LOOKS_LIKE, mine)
            case LikenessErased(clips=clips):
                for clip in clips:
                    remove(connection, LOOKS_LIKE, {"log": recorded.log, "thing": clip})


def _frames(recognised_by: FootagePrint | None) -> dict[int, str | None]:
    return dict(enumerate(recognised_by.frames)) if recognised_by else {}


def _add(connection: Connection, recorded: Recorded, thing: str, looks: dict[int, str | None]) -> None:
    rows = []
    for number, fingerprint in looks.items():
        if fingerprint is not None:
            kind, bits = _read(fingerprint)
            key = {"log": recorded.log, "thing": thing, "number": number}
            seen = {"position": recorded.position, "kind": kind, "bits": bits}
            rows.append({**key, **seen, **parts_of(bits)})
    add_all(connection, LOOKS_LIKE, rows)


def _read(fingerprint: str) -> tuple[str, bytes]:
    """Its kind and its bits."""
    kind, _, bits = fingerprint.partition(":")
    return kind, bytes.fromhex(bits)


PROJECTION = Projection(
    "near",
    (LOOKS_LIKE,),
    frozenset(
        {
            "AssetRegistered",
            "ResultStored",
            "ClipFingerprinted",
            "ClipAdopted",
            "AssetErased",
            "ClipErased",
            "LikenessErased",
        }
    ),
    _project,
)


PAGE: Final = 2_000
_NEXT: Final = (
    select(LOOKS_LIKE.c.thing, LOOKS_LIKE.c.position, LOOKS_LIKE.c.bits)
    .where(
        LOOKS_LIKE.c.log == bindparam("of_log"),
        LOOKS_LIKE.c.kind == bindparam("of_kind"),
        LOOKS_LIKE.c.thing > bindparam("after"),
        LOOKS_LIKE.c.thing < "asset`",  # the character after the underscore: assets stand together
        LOOKS_LIKE.c.number == PICTURE,
    )
    .order_by(LOOKS_LIKE.c.thing)
    .limit(PAGE)
)


def near(connection: Connection, log: str, fingerprint: str | None) -> tuple[NearAsset, ...]:
    """At most ten assets that look like the picture of a fingerprint, closest first, then in order of registration."""
    return () if fingerprint is None else _closest(connection, log, *_read(fingerprint))


def near_asset(connection: Connection, log: str, asset: str) -> tuple[NearAsset, ...]:
    """At most ten other assets that look like this one; none for what is unknown, erased, of one tone or no picture."""
    mine = select(LOOKS_LIKE.c.kind, LOOKS_LIKE.c.bits).where(
        LOOKS_LIKE.c.log == log, LOOKS_LIKE.c.thing == asset, LOOKS_LIKE.c.number == PICTURE
    )
    row = connection.execute(mine).one_or_none()
    return () if row is None else _closest(connection, log, row.kind, row.bits, but=asset)


def _all(connection: Connection, log: str, kind: str) -> Iterator[Sequence[Any]]:
    """Every picture's fingerprint of a kind, some at a time: a driver that holds the whole answer needs more for each."""
    after = "asset_"
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


MOST_ALIKE: Final = 1_000
"""Candidates that each part leads to at most: of more that share 36 bits, a studio's own title card, the rest is passed over."""


def _by(part: int) -> Select[Any]:
    column = LOOKS_LIKE.c[f"part_{part}"]
    return (
        select(LOOKS_LIKE.c.thing, LOOKS_LIKE.c.number, LOOKS_LIKE.c.bits)
        .where(LOOKS_LIKE.c.log == bindparam("of_log"), column.in_(bindparam(f"in_{part}", expanding=True)))
        .where(LOOKS_LIKE.c.kind == bindparam("of_kind"))
        .limit(MOST_ALIKE)
    )


_BY_PARTS: Final = tuple(_by(part) for part in range(PARTS))


def copies(connection: Connection, log: str, fingerprint: str, *, within: int) -> dict[tuple[str, int], int]:
    """(thing, number) -> distance in bits, of every picture and frame at most `within` bits (15 or fewer) from a fingerprint."""
    if within > SURE:
        raise ValueError(f"{within} bits: only what is at most {SURE} apart is found by its parts")
    kind, bits = _read(fingerprint)
    wanted, found = int.from_bytes(bits), dict[tuple[str, int], int]()
    for part, value in enumerate(parts_of(bits).values()):
        alike = [value, *(value ^ 1 << bit for bit in range(_WIDTH))]
        given = {"of_log": log, "of_kind": kind, f"in_{part}": alike}
        for thing, number, theirs in rows_of(connection, _BY_PARTS[part], given):
            distance = (int.from_bytes(theirs) ^ wanted).bit_count()
            if distance <= within:
                found[thing, number] = distance
    return found


_FRAMES_OF: Final = select(LOOKS_LIKE.c.thing, LOOKS_LIKE.c.number, LOOKS_LIKE.c.kind, LOOKS_LIKE.c.bits)


def frames_of(connection: Connection, log: str, things: Collection[str]) -> dict[str, dict[int, str]]:
    """The fingerprints of the frames of some clips and assets, by number."""
    found: dict[str, dict[int, str]] = {thing: {} for thing in things}
    query = _FRAMES_OF.where(LOOKS_LIKE.c.log == log, LOOKS_LIKE.c.thing.in_(sorted(things)))
    for row in connection.execute(query.where(LOOKS_LIKE.c.number != PICTURE)):
        found[row.thing][row.number] = f"{row.kind}:{row.bits.hex()}"
    return found


def apart(one: str, other: str) -> int:
    """How many bits two fingerprints of one kind differ in."""
    return (int(one.partition(":")[2], 16) ^ int(other.partition(":")[2], 16)).bit_count()
