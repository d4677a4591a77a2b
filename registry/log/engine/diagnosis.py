"""What can be found out about a database without changing it: its engine, its rights, its guards, its clock.

For `continuity doctor`. A remark is something that is not as it should be, with what to do about it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, inspect, make_url

from registry.log.engine.database import Database
from registry.log.engine.migrate import NEWEST, revision
from registry.log.engine.rights import APP_ROLE

_GUARDS: Final = {
    "sqlite": {"events_no_update", "events_no_delete", "events_next_only"},
    "postgresql": {"events_no_change", "events_next_only"},
}
_DURABLE: Final = ("fsync", "full_page_writes", "synchronous_commit")


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that is wrong. `grave` says that the service must not go on like this."""

    message: str
    hint: str
    grave: bool = True


@dataclass(frozen=True, slots=True)
class Facts:
    """`engine` with its version; the schema's `revision` and the one this program needs; how far its clock is ahead of ours.

    `ahead` is seconds, None where it is the same clock. `folder` is where its files are, None when they are elsewhere.
    """

    engine: str
    revision: str | None
    needed: str
    ahead: float | None
    folder: Path | None
    remarks: tuple[Remark, ...]


def absent(url: str) -> bool:
    """Whether opening this database would make it: a file that is not there yet."""
    parsed = make_url(url)
    return parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").exists()


def examine(database: Database) -> Facts:
    """Look at everything, as the services' role. Raises LogBusy when it cannot be read."""
    found = revision(database)
    with database.reading() as connection:
        tables = set(inspect(connection).get_table_names())
        look = _postgresql if database.dialect == "postgresql" else _sqlite
        engine, ahead, folder, remarks = look(connection, made="events" in tables)
    if found != NEWEST:
        needs = (
            "`continuity migrate` brings it there"
            if found is None or found < NEWEST
            else "newer than this program"
        )
        remarks.append(Remark(f"the schema is {found or 'empty'}, this program needs {NEWEST}", needs))
    return Facts(engine, found, NEWEST, ahead, folder, tuple(remarks))


_Look = tuple[str, float | None, Path | None, list[Remark]]


def _sqlite(connection: Connection, *, made: bool) -> _Look:
    remarks = []
    version = _one(connection, "SELECT sqlite_version()")
    file = Path(str(connection.exec_driver_sql("PRAGMA database_list").all()[0][2]))
    for name, wanted in (("journal_mode", "wal"), ("synchronous", 2)):
        if (is_now := _one(connection, f"PRAGMA {name}")) != wanted:
            remarks.append(
                Remark(f"{name} is {is_now}", f"it must be {wanted}: look at who opened the file before us")
            )
    if file.stat().st_mode & 0o077:
        remarks.append(Remark(f"{file} can be read by others", f"chmod 600 {file}"))
    if made:
        remarks += _unguarded(
            connection, "sqlite", "SELECT name, 'A' FROM sqlite_master WHERE type = 'trigger'"
        )
    return f"SQLite {version}", None, file.parent, remarks


def _postgresql(connection: Connection, *, made: bool) -> _Look:
    before = time.time()
    theirs = float(_one(connection, "SELECT extract(epoch FROM clock_timestamp())"))
    ahead = theirs - (before + time.time()) / 2
    remarks = [
        Remark(
            f"{name} is off: what is acknowledged may be lost",
            f"set {name} = on in the server's configuration",
        )
        for name in _DURABLE
        if _one(connection, f"SHOW {name}") == "off"
    ]
    if (role := _one(connection, "SELECT current_user")) != APP_ROLE:
        remarks.append(
            Remark(f"statements run as {role}", f"they must run as {APP_ROLE}: `continuity migrate` makes it")
        )
    if _one(connection, "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = session_user"):
        hint = "give DATABASE_URL a login of its own, without these rights (docs/how-to/production.md)"
        remarks.append(Remark("the services log in as somebody who may do everything", hint, grave=False))
    if made:
        remarks += [
            *_rights(connection),
            *_unguarded(connection, "postgresql", _TRIGGERS),
            *_order(connection),
        ]
    return f"PostgreSQL {_one(connection, 'SHOW server_version')}", ahead, None, remarks


_TRIGGERS: Final = (
    "SELECT tgname, tgenabled::text FROM pg_trigger WHERE tgrelid = 'events'::regclass AND NOT tgisinternal"
)


def _rights(connection: Connection) -> list[Remark]:
    remarks = []
    for right in ("UPDATE", "DELETE", "TRUNCATE"):
        if _one(connection, f"SELECT has_table_privilege('events', '{right}')"):
            remarks.append(
                Remark(f"{APP_ROLE} may {right} events", f"REVOKE {right} ON events FROM {APP_ROLE}")
            )
    owner = "SELECT relowner FROM pg_class WHERE oid = 'events'::regclass"
    if _one(connection, f"SELECT pg_has_role('{APP_ROLE}', ({owner}), 'MEMBER')"):
        remarks.append(
            Remark(f"{APP_ROLE} owns the events", "give the tables to another role: it could drop the guards")
        )
    elif _one(connection, f"SELECT pg_has_role(session_user, ({owner}), 'MEMBER')"):
        hint = "let another login migrate (DATABASE_OWNER_URL): a stolen login of the services could drop the guards"
        remarks.append(Remark("the services log in as who owns the events", hint, grave=False))
    bare = connection.exec_driver_sql(
        "SELECT relname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'log' "
        "WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace AND NOT relrowsecurity ORDER BY relname"
    ).scalars()
    if names := ", ".join(bare):
        remarks.append(
            Remark(f"no row-level security on {names}", "`continuity migrate` as the owner puts it back")
        )
    return remarks


def _order(connection: Connection) -> list[Remark]:
    """Texts are compared byte by byte, as on SQLite, or lists would come in another order."""
    wrong = connection.exec_driver_sql(
        "SELECT count(*) FROM information_schema.columns WHERE table_schema = current_schema() "
        "AND table_name <> 'alembic_version' AND data_type IN ('character varying', 'text') "
        "AND collation_name IS DISTINCT FROM 'C'"
    ).scalar_one()
    hint = "these tables were not made by `continuity migrate`: make the database anew and import the studios"
    return [Remark(f"{wrong} text columns are not in binary order", hint)] if wrong else []


def _unguarded(connection: Connection, dialect: str, query: str) -> list[Remark]:
    rows = connection.exec_driver_sql(query).all()
    working = {name for name, enabled in rows if enabled == "A"}
    hint = "somebody took away what makes the log append-only: compare the log with a checkpoint, then restore the guards"
    return [
        Remark(f"the guard {name} of the events is missing or off", hint)
        for name in sorted(_GUARDS[dialect] - working)
    ]


def _one(connection: Connection, query: str) -> Any:
    return connection.exec_driver_sql(query).scalar()
