"""When each API key was last used. An operational fact: losing it hides a use, never allows one.

Written at most once in a while for each key by each process, so that reading costs no write. Times are microseconds since 1970.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select, text

from registry.log.tables import KEY_USES

_NOTE = text(
    "INSERT INTO key_uses (key, used_at) VALUES (:key, :now) ON CONFLICT (key) "
    "DO UPDATE SET used_at = excluded.used_at WHERE excluded.used_at > key_uses.used_at"
)


def note(connection: Connection, key: str, *, now: int) -> None:
    """It was used now; an older use changes nothing."""
    connection.execute(_NOTE, {"key": key, "now": now})


def last_used(connection: Connection, keys: Collection[str]) -> dict[str, int]:
    """When each of `keys` was last used; those that never were are left out."""
    query = select(KEY_USES.c.key, KEY_USES.c.used_at).where(KEY_USES.c.key.in_(keys))
    return {row.key: row.used_at for row in connection.execute(query)}
