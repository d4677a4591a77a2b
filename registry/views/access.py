"""Which key opens which studio?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from hmac import compare_digest
from typing import Any, Final, NamedTuple

from pydantic import Field as CardField
from sqlalchemy import BigInteger, Connection, Row, bindparam, select
from sqlmodel import Field

from registry.errors import NotFound
from registry.events.envelope import Recorded
from registry.events.ids import SYSTEM_LOG
from registry.events.personal import known
from registry.events.studio import (
    KeyIssued,
    KeyLimited,
    KeyRevoked,
    KeyRotated,
    KeyScoped,
    Role,
    RoleGranted,
    RoleWithdrawn,
    StudioImported,
    StudioLimited,
    StudioOpened,
)
from registry.log.declaring import Declared
from registry.log.roles import Projection
from registry.views.page import FIRST, Card, Page, Span, rows_page
from registry.views.rows import add, change, find


class StudioRow(Declared):
    """One studio."""

    __tablename__ = "view_studios"

    studio: str = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    name: str
    opened_at: int = Field(sa_type=BigInteger)
    requests_per_minute: int | None = None
    units_per_day: str | None = None


class KeyRow(Declared):
    """One API key; digests of its secret and of the one before, its roles and its productions with spaces between them."""

    __tablename__ = "view_keys"

    key: str = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    studio: str
    holder: str
    version: int
    secret_sha256: str
    old_sha256: str
    old_until: int = Field(sa_type=BigInteger)
    roles: str
    issued_at: int = Field(sa_type=BigInteger)
    expires_at: int | None = Field(default=None, sa_type=BigInteger)
    productions: str = ""
    requests_per_minute: int | None = None
    units_per_day: str | None = None
    revoked: bool = False


STUDIOS = StudioRow.__table__
KEYS = KeyRow.__table__


class Limits(Card):
    """How often something may be asked in a minute, and how much it may cost in a day (UTC), in units; None: no limit is set."""

    requests_per_minute: int | None = None
    units_per_day: str | None = None


class StudioCard(Card):
    """A studio, and what all its keys together may do."""

    id: str
    name: str
    opened_at: int
    limits: Limits = CardField(default_factory=Limits)


class KeyCard(Card):
    """A key as it is shown. Times are microseconds since 1970; `expires_at` is None where it does not.

    `productions` are those it opens; none is the whole studio.
    """

    id: str
    version: int
    studio: str
    holder: str
    roles: tuple[Role, ...]
    issued_at: int
    expires_at: int | None
    productions: tuple[str, ...] = ()
    limits: Limits = CardField(default_factory=Limits)
    revoked: bool


class KeyRecord(KeyCard):
    """A key as the service checks it: with the digest of its secret, and of the one before, which opens until `old_until`.

    `studio_limits` bound all keys of the studio together.
    """

    secret_sha256: str
    old_sha256: str
    old_until: int
    studio_limits: Limits = CardField(default_factory=Limits)

    def opens_with(self, sha256: str, now: int) -> bool:
        """Whether this digest is that of a secret of the key. In constant time, as far as the digests go."""
        newest, before = compare_digest(sha256, self.secret_sha256), compare_digest(sha256, self.old_sha256)
        return newest or (before and now < self.old_until)


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
            case StudioLimited() as event:
                change(connection, STUDIOS, where={"studio": recorded.stream}, values=_limits(event))
            case KeyIssued() as event:
                add(connection, KEYS, _issued(recorded, event))
            case KeyRotated() as event:
                _rotate(connection, recorded, event)
            case RoleGranted() | RoleWithdrawn() as event:
                _change_roles(connection, recorded, event)
            case KeyScoped(productions=productions):
                _change(connection, recorded, productions=" ".join(productions))
            case KeyLimited() as event:
                _change(connection, recorded, **_limits(event))
            case KeyRevoked():
                _change(connection, recorded, revoked=True)


def _issued(recorded: Recorded, event: KeyIssued) -> dict[str, Any]:
    return {
        "key": recorded.stream,
        "position": recorded.position,
        "studio": event.studio,
        "holder": known(event.holder, "(erased)"),
        "version": recorded.version,
        "secret_sha256": event.secret_sha256,
        "old_sha256": "",
        "old_until": 0,
        "roles": " ".join(event.roles),
        "issued_at": recorded.recorded_at,
        "expires_at": event.expires_at,
        "productions": "",
        "revoked": False,
    }


def _limits(event: KeyLimited | StudioLimited) -> dict[str, Any]:
    return {"requests_per_minute": event.requests_per_minute, "units_per_day": event.units_per_day}


def _rotate(connection: Connection, recorded: Recorded, event: KeyRotated) -> None:
    [row] = find(connection, KEYS, {"key": recorded.stream}, "secret_sha256")
    _change(
        connection,
        recorded,
        secret_sha256=event.secret_sha256,
        old_sha256=row.secret_sha256,
        old_until=event.old_until,
    )


def _change_roles(connection: Connection, recorded: Recorded, event: RoleGranted | RoleWithdrawn) -> None:
    [row] = find(connection, KEYS, {"key": recorded.stream}, "roles")
    others = [role for role in row.roles.split() if role != event.role]
    _change(
        connection,
        recorded,
        roles=" ".join([*others, event.role] if isinstance(event, RoleGranted) else others),
    )


def _change(connection: Connection, recorded: Recorded, **values: Any) -> None:
    change(
        connection,
        KEYS,
        where={"key": recorded.stream},
        values={"version": recorded.version, **values},
    )


PROJECTION = Projection(
    "access",
    (STUDIOS, KEYS),
    frozenset(
        {
            *("StudioOpened", "StudioImported", "StudioLimited"),
            *(
                "KeyIssued",
                "KeyRotated",
                "RoleGranted",
                "RoleWithdrawn",
                "KeyScoped",
                "KeyLimited",
                "KeyRevoked",
            ),
        }
    ),
    _project,
)


def studios(connection: Connection) -> list[StudioCard]:
    """All studios in the order they were opened."""
    rows = connection.execute(select(STUDIOS).order_by(STUDIOS.c.position)).all()
    return [_studio(row) for row in rows]


_ENTERING: Final = (
    select(
        *KEYS.c,
        STUDIOS.c.requests_per_minute.label("studio_requests"),
        STUDIOS.c.units_per_day.label("studio_units"),
    )
    .join(STUDIOS, STUDIOS.c.studio == KEYS.c.studio)
    .where(KEYS.c.key == bindparam("of_key"))
)


def studio(connection: Connection, studio: str) -> StudioCard:
    """One studio. Raises NotFound."""
    rows = find(connection, STUDIOS, {"studio": studio})
    if not rows:
        raise NotFound(f"there is no {studio}", hint="check the id")
    return _studio(rows[0])


def find_key(connection: Connection, stream: str) -> KeyRecord | None:
    """The key as the service checks it; None when nobody was given it."""
    row = connection.execute(_ENTERING, {"of_key": stream}).one_or_none()
    if row is None:
        return None
    together = Limits(requests_per_minute=row.studio_requests, units_per_day=row.studio_units)
    return _key(row).model_copy(update={"studio_limits": together})


def keys_of(connection: Connection, studio: str) -> list[KeyRecord]:
    """All keys that open a studio or did, in the order they were issued."""
    rows = connection.execute(select(KEYS).where(KEYS.c.studio == studio).order_by(KEYS.c.position)).all()
    return [_key(row) for row in rows]


def keys(connection: Connection, studio: str, *, span: Span = FIRST) -> Page[KeyCard]:
    """Keys that open a studio or did, in the order they were issued."""
    query = select(KEYS).where(KEYS.c.studio == studio)
    rows, cursor = rows_page(connection, query, KEYS, span)
    return Page[KeyCard](items=tuple(shown(_key(row)) for row in rows), next=cursor)


def key(connection: Connection, studio: str, key: str) -> KeyCard:
    """A key of the studio as it is shown. Raises NotFound, alike for absent and foreign ones."""
    found = find_key(connection, key)
    if found is None or found.studio != studio:
        raise NotFound(f"there is no {key}", hint="check the id")
    return shown(found)


def shown(record: KeyRecord) -> KeyCard:
    """Without what only the service needs to know."""
    return KeyCard(**{name: getattr(record, name) for name in KeyCard.model_fields})


def _key(row: Any) -> KeyRecord:
    return KeyRecord(
        id=row.key,
        version=row.version,
        studio=row.studio,
        holder=row.holder,
        roles=tuple(row.roles.split()),
        issued_at=row.issued_at,
        expires_at=row.expires_at,
        productions=tuple(row.productions.split()),
        limits=_limits_of(row),
        revoked=row.revoked,
        secret_sha256=row.secret_sha256,
        old_sha256=row.old_sha256,
        old_until=row.old_until,
    )


def _studio(row: Row[Any]) -> StudioCard:
    return StudioCard(id=row.studio, name=row.name, opened_at=row.opened_at, limits=_limits_of(row))


def _limits_of(row: Row[Any]) -> Limits:
    return Limits(requests_per_minute=row.requests_per_minute, units_per_day=row.units_per_day)


class Rights(NamedTuple):
    """What a key may do: its roles, and the productions it is for; none is the whole studio."""

    roles: tuple[Role, ...]
    productions: tuple[str, ...]


def standing(connection: Connection, keys: Collection[str], *, now: int) -> dict[str, Rights]:
    """What those of the keys may do that were given out, and are neither revoked nor expired."""
    lasts = KEYS.c.expires_at.is_(None) | (KEYS.c.expires_at > now)
    query = select(KEYS.c.key, KEYS.c.roles, KEYS.c.productions)
    rows = connection.execute(query.where(KEYS.c.key.in_(keys), KEYS.c.revoked.is_(False), lasts))
    return {row.key: Rights(tuple(row.roles.split()), tuple(row.productions.split())) for row in rows}


def logs(connection: Connection) -> list[str]:
    """Every log there is: the system's, and one per studio."""
    return [SYSTEM_LOG, *(studio.id for studio in studios(connection))]


def holders(connection: Connection, studio: str, keys: Collection[str]) -> dict[str, str]:
    """Who holds, or held, those of these keys that open the studio."""
    query = select(KEYS.c.key, KEYS.c.holder).where(KEYS.c.studio == studio, KEYS.c.key.in_(keys))
    return {row.key: row.holder for row in connection.execute(query)}
