"""What this database belongs to: facts that are pinned at its first start and must be the same ever after."""

from __future__ import annotations

from sqlalchemy import Connection, select, text

from registry.log.tables import INSTALLATION

_PIN = text("INSERT INTO installation (name, value) VALUES (:name, :value) ON CONFLICT DO NOTHING")


def pinned(connection: Connection, name: str, value: str) -> str:
    """The value that stands under `name`: `value` itself when nothing did. In a write transaction."""
    connection.execute(_PIN, {"name": name, "value": value})
    query = select(INSTALLATION.c.value).where(INSTALLATION.c.name == name)
    return str(connection.execute(query).scalar_one())
