"""Which of ours are these bytes? By exact digests: of originals, renditions, clips and posters, and of what footage holds.

All digests are keyed by the studio, as they identify whom a picture shows; a clip's own stands in its record in clear, as its
proofs need it. What identifies a person goes when they are erased; that a clip was made, under this digest, stays.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final, Literal, get_args

from sqlalchemy import BigInteger, Connection, Index, select
from sqlmodel import Field

from registry.events.asset import AssetErased, AssetRegistered
from registry.events.clip import ClipAdopted, ClipErased, ClipFingerprinted, ClipRecorded
from registry.events.envelope import Recorded
from registry.events.generation import ResultStored
from registry.events.likeness import LikenessErased
from registry.events.personal import Erased, known
from registry.events.references import FootagePrint
from registry.log.declaring import Declared
from registry.log.roles import Projection
from registry.views.page import Card
from registry.views.rows import add_new, remove

Kept = Literal["original", "rendition", "clip", "poster", "pictures", "sound"]
"""What a digest is of; `pictures` and `sound` are the tracks of footage without their container."""
_PRINTED: Final[tuple[Kept, ...]] = ("poster", "pictures", "sound")
KEPT: Final[tuple[Kept, ...]] = get_args(Kept)


class DigestRow(Declared):
    """A digest of what we keep. Several things may have one: the same film in two files, a clip registered as an asset."""

    __tablename__ = "view_digests"
    __table_args__ = (Index("digests_by_thing", "log", "thing"),)

    log: str = Field(primary_key=True)
    digest: str = Field(primary_key=True)
    thing: str = Field(primary_key=True)
    kept: str = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)


class UnprintedRow(Declared):
    """Footage that was kept without being looked at: it is known by its exact digest alone."""

    __tablename__ = "view_unprinted"

    log: str = Field(primary_key=True)
    thing: str = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)


DIGESTS = DigestRow.__table__
UNPRINTED = UnprintedRow.__table__


class KnownBytes(Card):
    """Something of ours that a digest is of."""

    thing: str
    kept: Kept
    position: int


def _project(connection: Connection, events: Sequence[Recorded]) -> None:
    for recorded in events:
        match recorded.event:
            case AssetRegistered() as event:
                said = {
                    "original": known(event.fingerprint, None),
                    "rendition": known(event.rendition_fingerprint, None),
                }
                _add(connection, recorded, recorded.stream, {**said, **_printed(event.recognised_by)})
                if event.kind == "video" and event.recognised_by is None:
                    _unprinted(connection, recorded, recorded.stream)
            case ResultStored() as event:
                _add(connection, recorded, event.clip, _printed(event.recognised_by))
                if event.recognised_by is None:
                    _unprinted(connection, recorded, event.clip)
            case ClipFingerprinted() as event:
                _add(connection, recorded, recorded.stream, _printed(event.recognised_by))
                remove(connection, UNPRINTED, {"log": recorded.log, "thing": recorded.stream})
            case ClipRecorded() as event:
                _add(connection, recorded, recorded.stream, {"clip": event.stored.sha256})
            case ClipAdopted() as event:
                _adopted(connection, recorded, event)
            case AssetErased():
                remove(connection, DIGESTS, {"log": recorded.log, "thing": recorded.stream})
                remove(connection, UNPRINTED, {"log": recorded.log, "thing": recorded.stream})
            case ClipErased():
                _forget(connection, recorded.log, recorded.stream)
            case LikenessErased(clips=clips):
                for clip in clips:
                    _forget(connection, recorded.log, clip)


def _adopted(connection: Connection, recorded: Recorded, event: ClipAdopted) -> None:
    """Footage from elsewhere is looked at when it comes: its one event says all it is known by."""
    said = {"clip": event.stored.sha256, **_printed(event.recognised_by)}
    _add(connection, recorded, recorded.stream, said)
    if event.recognised_by is None:
        _unprinted(connection, recorded, recorded.stream)


def _printed(said: FootagePrint | Erased | None) -> dict[str, str | None]:
    printed = known(said, None)
    if printed is None:
        return {}
    return {"poster": printed.poster, "pictures": printed.pictures, "sound": printed.sound}


def _add(connection: Connection, recorded: Recorded, thing: str, digests: dict[str, str | None]) -> None:
    rows = [
        {"log": recorded.log, "digest": digest, "thing": thing, "kept": kept, "position": recorded.position}
        for kept, digest in digests.items()
        if digest is not None
    ]
    add_new(connection, DIGESTS, rows)


def _unprinted(connection: Connection, recorded: Recorded, thing: str) -> None:
    row = {"log": recorded.log, "thing": thing, "position": recorded.position}
    add_new(connection, UNPRINTED, [row])


def _forget(connection: Connection, log: str, clip: str) -> None:
    """All but the digest of the clip itself."""
    remove(connection, UNPRINTED, {"log": log, "thing": clip})
    for kept in _PRINTED:
        remove(connection, DIGESTS, {"log": log, "thing": clip, "kept": kept})


PROJECTION = Projection(
    "recognised",
    (DIGESTS, UNPRINTED),
    frozenset(
        {
            "AssetRegistered",
            "ResultStored",
            "ClipRecorded",
            "ClipAdopted",
            "ClipFingerprinted",
            "AssetErased",
            "ClipErased",
            "LikenessErased",
        }
    ),
    _project,
)


def known_bytes(
    connection: Connection, log: str, digests: Collection[str], kept: Collection[Kept]
) -> tuple[KnownBytes, ...]:
    """What of ours has one of these digests, in order of position."""
    query = select(DIGESTS).where(
        DIGESTS.c.log == log, DIGESTS.c.digest.in_(sorted(digests)), DIGESTS.c.kept.in_(sorted(kept))
    )
    rows = connection.execute(query.order_by(DIGESTS.c.position, DIGESTS.c.thing, DIGESTS.c.kept))
    return tuple(KnownBytes(thing=row.thing, kept=row.kept, position=row.position) for row in rows)


def is_unprinted(connection: Connection, log: str, thing: str) -> bool:
    """Whether it is known by its exact digest alone."""
    query = select(UNPRINTED.c.thing).where(UNPRINTED.c.log == log, UNPRINTED.c.thing == thing)
    return connection.execute(query).one_or_none() is not None


def unprinted(connection: Connection, log: str, *, most: int) -> int:
    """How much footage is known by its exact digest alone; counted up to so much."""
    query = select(UNPRINTED.c.thing).where(UNPRINTED.c.log == log).limit(most)
    return len(connection.execute(query).all())
