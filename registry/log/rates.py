"""How often a key or a studio has asked in this minute, over all processes. An operational fact, not an event.

A process takes shares of a minute and gives them out itself, so that most requests cost no write. A share is a stretch of one
counter: what lies beyond the limit is not given out, so all processes together never give out more than that.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlalchemy import Connection, text

MINUTE_US: Final = 60_000_000

_TAKE: Final = text(
    "INSERT INTO rates (holder, minute, taken) VALUES (:holder, :minute, :share) ON CONFLICT (holder) DO UPDATE SET "
    "taken = CASE WHEN excluded.minute > rates.minute THEN excluded.taken ELSE rates.taken + excluded.taken END, "
    "minute = CASE WHEN excluded.minute > rates.minute THEN excluded.minute ELSE rates.minute END "
    "RETURNING minute, taken"
)


class Taken(NamedTuple):
    """A share of a minute (counted since 1970): the requests after the first `before` of it."""

    minute: int
    before: int


def take(connection: Connection, holder: str, *, minute: int, share: int) -> Taken:
    """The next `share` requests of the minute; of a later one, where another process' clock is there already."""
    row = connection.execute(_TAKE, {"holder": holder, "minute": minute, "share": share}).one()
    return Taken(row.minute, row.taken - share)
