"""A closed log: one that was moved to another installation, or is being brought in from one. Nothing else is appended to it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sqlalchemy import ColumnElement, Connection, bindparam, select

from registry.errors import LogClosed
from registry.log.engine.quick import rows_of
from registry.log.tables import HEADS

REASONS: Final = {
    "moved": (
        "this studio was moved to another installation; here it can only be read",
        "ask there; `continuity studio reopen` on this machine calls the move off",
    ),
    "arriving": (
        "this studio is being brought in from an archive",
        "wait until it is finished; `continuity studio import` takes up one that was cut short",
    ),
}
"""Why a log is closed, as its head says it: in words, and what to do."""

_CLOSED: Final = select(HEADS.c.log).where(
    HEADS.c.log.in_(bindparam("logs", expanding=True)), HEADS.c.closed != ""
)


def check_open(closed: str) -> None:
    """Raises LogClosed."""
    if closed:
        message, hint = REASONS[closed]
        raise LogClosed(message, hint=hint, state=closed)


def is_open(log: ColumnElement[str]) -> ColumnElement[bool]:
    """For work that belongs to `log`: whether its log may grow."""
    return ~select(HEADS.c.log).where(HEADS.c.log == log, HEADS.c.closed != "").exists()


def closed_among(connection: Connection, logs: Collection[str]) -> frozenset[str]:
    """Those of the logs to which nothing may be appended."""
    return frozenset(name for (name,) in rows_of(connection, _CLOSED, {"logs": list(logs)}))
