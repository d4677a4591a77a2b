"""Who may do what in PostgreSQL: the owner migrates, the services' role reads, appends and projects, and changes no event.

Services log in as whoever DATABASE_URL says and act as `continuity_app` from the first statement on. It owns nothing, so it
cannot drop a guard. Row-level security is a second net under the studios: a connection sees the rows of the log it names, of
all logs when it says so, and of none when it says nothing. The owner and backups are not bound by it.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, inspect

APP_ROLE: Final = "continuity_app"
EVERYTHING: Final = "*"
"""What a connection that serves all studios sets `continuity.log` to."""
_MAKE_ROLE: Final = f"""DO $$ BEGIN
    CREATE ROLE {APP_ROLE} NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"""
_MEMBER: Final = "SELECT pg_has_role(%s, %s, 'SET')"


def grant_rights(connection: Connection, *, login: str | None) -> None:
    """Give every table its rights and its policy; may be repeated. `login` is whom the services connect as.

    Runs as the owner of the tables, who must be allowed to make roles where `continuity_app` does not exist yet.
    """
    if connection.exec_driver_sql("SELECT 1 FROM pg_roles WHERE rolname = %s", (APP_ROLE,)).first() is None:
        connection.exec_driver_sql(_MAKE_ROLE)
    for member in {login, connection.exec_driver_sql("SELECT current_user").scalar_one()} - {None}:
        _join(connection, str(member))
    for table in inspect(connection).get_table_names():
        _grant(connection, table)


def _join(connection: Connection, member: str) -> None:
    known = connection.exec_driver_sql("SELECT 1 FROM pg_roles WHERE rolname = %s", (member,)).first()
    if known and not connection.exec_driver_sql(_MEMBER, (member, APP_ROLE)).scalar_one():
        quoted = connection.dialect.identifier_preparer.quote_identifier(member)
        connection.exec_driver_sql(f"GRANT {APP_ROLE} TO {quoted} WITH INHERIT TRUE, SET TRUE")


def _grant(connection: Connection, table: str) -> None:
    rights = {"events": "SELECT, INSERT", "installation": "SELECT, INSERT", "alembic_version": "SELECT"}
    may = rights.get(table, "SELECT, INSERT, UPDATE, DELETE, MAINTAIN")
    connection.exec_driver_sql(f'REVOKE ALL ON "{table}" FROM PUBLIC, {APP_ROLE}')
    connection.exec_driver_sql(f'GRANT {may} ON "{table}" TO {APP_ROLE}')
    if any(column["name"] == "log" for column in inspect(connection).get_columns(table)):
        connection.exec_driver_sql(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        connection.exec_driver_sql(f'DROP POLICY IF EXISTS of_one_log ON "{table}"')
        connection.exec_driver_sql(
            f'CREATE POLICY of_one_log ON "{table}" TO {APP_ROLE} '
            f"USING (current_setting('continuity.log', true) IN (log, '{EVERYTHING}'))"
        )
