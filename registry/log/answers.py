"""The kept replies to idempotent commands: read for a whole batch at once, written with it.

Same key and same command: the first answer again; another command: refused. Answers live for a time and are swept now and then.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, delete, insert, select

from registry.errors import AnswerErased, KeyReused
from registry.log.engine.quick import Quick
from registry.log.roles import AnswerWanted
from registry.log.tables import ANSWERS, ERASED_ANSWER

_SWEEP_US: Final = 60_000_000
"""Answers that are over are looked for once a minute, not with every command."""
_WANTED: Final = (ANSWERS.c.key, ANSWERS.c.command_sha256, ANSWERS.c.answer)

_UNDER_KEYS: Final = select(*_WANTED, ANSWERS.c.expires).where(
    ANSWERS.c.log == bindparam("of_log"), ANSWERS.c.key.in_(bindparam("keys", expanding=True))
)
_KEEP: Final = insert(ANSWERS)
_FORGET: Final = delete(ANSWERS).where(
    ANSWERS.c.log == bindparam("of_log"), ANSWERS.c.key == bindparam("of_key")
)


@dataclass
class Answers:
    """What one batch finds and keeps; `swept` is when each log was swept last, shared by the batches of a process."""

    swept: dict[str, int]
    found: dict[tuple[str, str], Row[Any]] = field(default_factory=dict)
    over: list[tuple[str, str]] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    now: int = 0

    def ask(self, quick: Quick, log: str, keys: Collection[str], now: int) -> Callable[[], None]:
        """Ask for all the batch's keys of a log at once; what is answered takes the rows over."""
        self.now = now
        asked = quick.ask(_UNDER_KEYS, {"of_log": log, "keys": list(keys)}) if keys else None

        def take() -> None:
            for row in asked.result() if asked is not None else ():
                if row.expires > now:
                    self.found[log, row.key] = row
                else:
                    self.over.append((log, row.key))

        return take

    def find(self, log: str, wanted: AnswerWanted) -> bytes | None:
        """The first answer under this key. Raises KeyReused and AnswerErased."""
        row = self.found.get((log, wanted.key))
        return None if row is None else _checked(row, wanted.command_sha256)

    def add(self, log: str, wanted: AnswerWanted, answer: bytes, *, position: int) -> None:
        """Keep an answer with the batch."""
        self.rows.append(
            {
                "log": log,
                "key": wanted.key,
                "command_sha256": wanted.command_sha256,
                "answer": answer,
                "position": position,
                "expires": self.now + wanted.lifetime_us,
            }
        )

    def keep(self, connection: Connection, now: int) -> None:
        """Write what was added. An answer that is over may still stand under a key that is used anew."""
        for log in {row["log"] for row in self.rows}:
            if now - self.swept.get(log, 0) >= _SWEEP_US:
                self.swept[log] = now
                connection.execute(delete(ANSWERS).where(ANSWERS.c.log == log, ANSWERS.c.expires <= self.now))
        for log, key in self.over:
            connection.execute(_FORGET, {"of_log": log, "of_key": key})
        if self.rows:
            connection.execute(_KEEP, self.rows)


def find_answer(connection: Connection, log: str, key: str, command_sha256: str, now: int) -> bytes | None:
    """The stored answer under this key. Raises KeyReused when the key belongs to another command, and AnswerErased."""
    query = select(*_WANTED).where(ANSWERS.c.log == log, ANSWERS.c.key == key, ANSWERS.c.expires > now)
    row = connection.execute(query).one_or_none()
    return None if row is None else _checked(row, command_sha256)


def _checked(row: Row[*tuple[Any, ...]], command_sha256: str) -> bytes:
    if row.command_sha256 != command_sha256:
        raise KeyReused(
            "this Idempotency-Key was used for another request",
            hint="a key belongs to one request: make a new key for a new request, repeat the same body with the same key",
        )
    if row.answer == ERASED_ANSWER:
        raise AnswerErased(
            "this request was taken; its answer was kept, and went when somebody was erased",
            hint="read what it made: it happened once and does not happen again",
        )
    answer: bytes = row.answer
    return answer
