"""How often each relay address was used. An operational count: losing it lets an address be used again until it expires.

All functions run on the writer's connection. Times are microseconds.
"""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select, update

from registry.log.tables import RELAYS


def count(connection: Connection, seal: str, *, most: int, ends: int, now: int) -> bool:
    """Count one use of an address; False, and nothing counted, when it was used `most` times. Rows of ended ones go."""
    connection.execute(delete(RELAYS).where(RELAYS.c.ends <= now))
    used = connection.execute(select(RELAYS.c.used).where(RELAYS.c.seal == seal)).scalar()
    if used is None:
        connection.execute(insert(RELAYS).values(seal=seal, used=1, ends=ends))
    elif used < most:
        connection.execute(update(RELAYS).where(RELAYS.c.seal == seal).values(used=used + 1))
    return used is None or used < most
