"""Who is signed in at the console: a session stands for an API key until it ends, or the key's secret no longer opens.

An operational fact, not an event: losing the rows signs everybody out. Of the token a browser holds only the SHA-256 is kept,
with the digest of the secret it was exchanged for, so a rotated key ends the sessions of its old secret. Times are microseconds.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select

from registry.log.tables import SESSIONS


class Session(NamedTuple):
    """A session that has not ended: the key it stands for, and the digest of the secret it was exchanged for."""

    key: str
    secret_sha256: str
    ends: int


def begin(connection: Connection, token_sha256: str, session: Session, *, now: int) -> None:
    """Keep a new session. Those that have ended go."""
    connection.execute(delete(SESSIONS).where(SESSIONS.c.ends <= now))
    connection.execute(insert(SESSIONS).values(token_sha256=token_sha256, begun=now, **session._asdict()))


def find(connection: Connection, token_sha256: str, *, now: int) -> Session | None:
    """The session of a token; None when there is none, or it has ended."""
    query = select(SESSIONS.c.key, SESSIONS.c.secret_sha256, SESSIONS.c.ends)
    row = connection.execute(query.where(SESSIONS.c.token_sha256 == token_sha256)).one_or_none()
    return Session(*row) if row is not None and row.ends > now else None


def end(connection: Connection, token_sha256: str) -> None:
    """From now on nobody is signed in with it."""
    connection.execute(delete(SESSIONS).where(SESSIONS.c.token_sha256 == token_sha256))
