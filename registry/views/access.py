"""Which key opens which studio?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import BigInteger, Connection, Row, select
from sqlmodel import Field, SQLModel

from registry.events.envelope import Recorded
from registry.events.ids import SYSTEM_LOG
from registry.events.personal import known
from registry.events.studio import KeyIssued, KeyRevoked, StudioImported, StudioOpened
from registry.log.roles import Projection
from registry.views.page import Card
from registry.views.rows import add, change, find


class StudioRow(SQLModel, table=True):
    """One studio."""

    __tablename__ = "view_studios"

    studio: str = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    name: str
    opened_at: int = Field(sa_type=BigInteger)


class KeyRow(SQLModel, table=True):
    """One API key; the secret's digest only, and its roles with spaces between them."""

    __tablename__ = "view_keys"

    key: str = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    studio: str
    holder: str
    secret_sha256: str
    roles: str
    issued_at: int = Field(sa_type=BigInteger)
    revoked: bool = False


STUDIOS = StudioRow.__table__  # type: ignore[attr-defined]
KEYS = KeyRow.__table__  # type: ignore[attr-defined]


class StudioCard(Card):
    """A studio."""

    id: str
    name: str
    opened_at: int


class KeyCard(Card):
    """A key as the service checks it."""

    id: str
    studio: str
    holder: str
    secret_sha256: str
    roles: tuple[str, ...]
    revoked: bool


def _project(connection: Connection, events: Sequence[Recorded]) -> None:
    for recorded in events:
        match recorded.event:
            case StudioOpened() as event:
                row = {"studio": recorded.stream, "position": recorded.position, "name": event.name}
                add(connection, STUDIOS, {**row, "opened_at": recorded.recorded_at})
            case StudioImported(opened_at=opened_at):
                change(
                    connection, STUDIOS, where={"studio": recorded.stream}, values={"opened_at": opened_at}
                )
            case KeyIssued() as event:
                add(connection, KEYS, _issued(recorded, event))
            case KeyRevoked():
                change(connection, KEYS, where={"key": recorded.stream}, values={"revoked": True})


def _issued(recorded: Recorded, event: KeyIssued) -> dict[str, Any]:
    return {
        "key": recorded.stream,
        "position": recorded.position,
        "studio": event.studio,
        "holder": known(event.holder, "(erased)"),
        "secret_sha256": event.secret_sha256,
        "roles": " ".join(event.roles),
        "issued_at": recorded.recorded_at,
        "revoked": False,
    }


PROJECTION = Projection(
    "access",
    (STUDIOS, KEYS),
    frozenset({"StudioOpened", "StudioImported", "KeyIssued", "KeyRevoked"}),
    _project,
)


def studios(connection: Connection) -> list[StudioCard]:
    """All studios in the order they were opened."""
    rows = connection.execute(select(STUDIOS).order_by(STUDIOS.c.position)).all()
    return [StudioCard(id=row.studio, name=row.name, opened_at=row.opened_at) for row in rows]


def find_key(connection: Connection, key: str) -> KeyCard | None:
    rows = find(connection, KEYS, {"key": key})
    return _key(rows[0]) if rows else None


def keys_of(connection: Connection, studio: str) -> list[KeyCard]:
    """All keys that open a studio or did, in the order they were issued."""
    rows = connection.execute(select(KEYS).where(KEYS.c.studio == studio).order_by(KEYS.c.position)).all()
    return [_key(row) for row in rows]


def _key(row: Row[Any]) -> KeyCard:
    return KeyCard(
        id=row.key,
        studio=row.studio,
        holder=row.holder,
        secret_sha256=row.secret_sha256,
        roles=tuple(row.roles.split()),
        revoked=row.revoked,
    )


def standing(connection: Connection, keys: Collection[str]) -> frozenset[str]:
    """Those of the keys that were given out and not revoked."""
    query = select(KEYS.c.key).where(KEYS.c.key.in_(keys), KEYS.c.revoked.is_(False))
    return frozenset(connection.execute(query).scalars())


def logs(connection: Connection) -> list[str]:
    """Every log there is: the system's, and one per studio."""
    return [SYSTEM_LOG, *(studio.id for studio in studios(connection))]
