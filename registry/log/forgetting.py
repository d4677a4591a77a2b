"""Words kept beside the events that may speak of an erased person: answers to idempotent commands, notes of leases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, update

from registry.log.tables import ANSWERS, ERASED_ANSWER, LEASES

_AT_ONCE: Final = 500
"""Every engine takes so many values in one statement."""


def forget_words(connection: Connection, log: str, works: Sequence[str]) -> None:
    """Blank the log's kept answers, all of them, as any may hold a name; and what the leases on `works` say.

    Keys and digests of the commands stay: a repeat must not happen a second time. A lease's memory costs time, never truth.
    """
    connection.execute(update(ANSWERS).where(ANSWERS.c.log == log).values(answer=ERASED_ANSWER))
    for start in range(0, len(works), _AT_ONCE):
        some = LEASES.c.work.in_(works[start : start + _AT_ONCE])
        connection.execute(update(LEASES).where(LEASES.c.log == log, some).values(note="", memory=""))
