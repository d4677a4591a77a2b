"""Comparing a view's live rows with the ones made anew: a walk over both in primary-key order, a page at a time.

The two sides may be on different engines. Text has binary order on both, and a row is digested as it reads here (a JSON array
with bytes in hexadecimal), so the same rows give the same digest wherever they are.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import orjson
from sqlalchemy import Boolean, Connection, Table, bindparam, func, select, tuple_, type_coerce
from sqlalchemy.types import NULLTYPE

from registry.events.ids import SYSTEM_LOG, prefix_of

Row = tuple[Any, ...]
PAGE: Final = 1_000
KEYS_SHOWN: Final = 5
_RANKS: Final = {bool: 1, int: 1, float: 1, str: 2, bytes: 3}


@dataclass(frozen=True, slots=True)
class Compared:
    """A table on both sides: rows and their digests, live and made anew, and what the live side lacks or has wrong.

    `keys` are the first few that differ, as `+` missing, `-` extra, `~` changed, and the key with everything but ids and
    numbers left out.
    """

    table: str
    rows: int
    digest: str
    live_rows: int
    live_digest: str
    missing: int = 0
    extra: int = 0
    changed: int = 0
    keys: tuple[str, ...] = ()

    @property
    def equal(self) -> bool:
        return not (self.missing or self.extra or self.changed)


@dataclass(frozen=True, slots=True)
class Differing:
    """A key whose row made anew is not the live one; None where there is none."""

    key: Row
    fresh: Row | None
    live: Row | None


class Side:
    """One side's rows of a table in key order; `waiting` are those that were read and not yet compared."""

    def __init__(self, connection: Connection, table: Table) -> None:
        self._connection = connection
        self._key = len(table.primary_key.columns)
        self._first, self._next = _pages(table)
        self._digest = sha256(orjson.dumps([table.name, *_names(table)]) + b"\n")
        self._last: Row | None = None
        self._ended = False
        self.waiting: list[Row] = []
        self.rows = 0

    def fill(self) -> bool:
        """Read the next page when nothing waits; whether anything does."""
        if not self.waiting and not self._ended:
            page = self._page()
            self.waiting = [tuple(row) for row in self._connection.execute(*page)]
            self._ended = len(self.waiting) < PAGE
            self._last = self.key(self.waiting[-1]) if self.waiting else self._last
        return bool(self.waiting)

    def _page(self) -> tuple[Any, ...]:
        if self._last is None:
            return (self._first,)
        return self._next, {f"key_{number}": value for number, value in enumerate(self._last)}

    def key(self, row: Row) -> Row:
        return row[: self._key]

    def take(self, until: Row | None, lines: bytes | None = None) -> list[Row]:
        """The waiting rows up to a key (all when None), digested; `lines` are their canonical bytes if somebody has them."""
        end = len(self.waiting)
        if until is not None:
            end = bisect_right(self.waiting, ordered(until), key=lambda row: ordered(self.key(row)))
        taken, self.waiting = self.waiting[:end], self.waiting[end:]
        self._digest.update(canonical_rows(taken) if lines is None else lines)
        self.rows += len(taken)
        return taken

    def digest(self) -> str:
        return self._digest.hexdigest()


def ordered(key: Row) -> tuple[tuple[int, Any], ...]:
    """Keys in the order of both engines; damage may have put a value of another type there, and SQLite sorts types so."""
    return tuple((_RANKS.get(type(value), 0), value) for value in key)


def canonical_rows(rows: Iterable[Row]) -> bytes:
    """One JSON array a line, with bytes in hexadecimal: the table says which columns hold bytes."""
    return b"".join(orjson.dumps(row, default=_hexadecimal, option=orjson.OPT_APPEND_NEWLINE) for row in rows)


def _hexadecimal(value: Any) -> str:
    return bytes(value).hex()


def differences(fresh: Side, live: Side, page_done: Callable[[int], None]) -> Iterator[Differing]:
    """Every key on which the sides differ, in order; nothing that was told is read again. `page_done` hears how many rows."""
    while fresh.fill() | live.fill():
        if fresh.waiting == live.waiting:
            lines = canonical_rows(fresh.waiting)
            page_done(len(fresh.take(None, lines)))
            live.take(None, lines)
            continue
        until = _common_end(fresh, live)
        ours, theirs = ({side.key(row): row for row in side.take(until)} for side in (fresh, live))
        page_done(len(ours))
        unlike = [key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key)]
        for key in sorted(unlike, key=ordered):
            yield Differing(key, ours.get(key), theirs.get(key))


def _common_end(fresh: Side, live: Side) -> Row | None:
    """The last key that both sides have read up to; None when one has no more rows."""
    if not fresh.waiting or not live.waiting:
        return None
    return min(fresh.key(fresh.waiting[-1]), live.key(live.waiting[-1]), key=ordered)


def compare(fresh: Connection, live: Connection, table: Table, page_done: Callable[[int], None]) -> Compared:
    """Both sides of a table as it stands, and their digests."""
    ours, theirs = Side(fresh, table), Side(live, table)
    counts = {"+": 0, "-": 0, "~": 0}
    keys: list[str] = []
    for one in differences(ours, theirs, page_done):
        sign = "+" if one.live is None else "-" if one.fresh is None else "~"
        counts[sign] += 1
        if len(keys) < KEYS_SHOWN:
            keys.append(f"{sign} {shown(one.key)}")
    return Compared(
        table.name,
        ours.rows,
        ours.digest(),
        theirs.rows,
        theirs.digest(),
        missing=counts["+"],
        extra=counts["-"],
        changed=counts["~"],
        keys=tuple(keys),
    )


def shown(key: Row) -> str:
    """A key without words: names of people may be part of it."""
    return " ".join(_shown(value) for value in key)


def _shown(value: Any) -> str:
    if isinstance(value, int) or value == SYSTEM_LOG:
        return str(value)
    try:
        prefix_of(value)
    except (ValueError, TypeError):
        return "…"
    return str(value)


def count_rows(connection: Connection, tables: Iterable[Table]) -> int:
    return sum(connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables)


def columns_of(table: Table) -> list[Any]:
    """The key first. What is stored comes as it is: a damaged value must be found, not refused."""
    key = list(table.primary_key.columns)
    rest = [column for column in table.columns if not column.primary_key]
    return key + rest


def _names(table: Table) -> list[str]:
    return [column.name for column in columns_of(table)]


def _pages(table: Table) -> tuple[Any, Any]:
    """The first page, and the one after a key."""
    columns = [
        column if isinstance(column.type, Boolean) else type_coerce(column, NULLTYPE)
        for column in columns_of(table)
    ]
    key = list(table.primary_key.columns)
    first = select(*columns).order_by(*key).limit(PAGE)
    after = tuple_(*(bindparam(f"key_{number}", type_=column.type) for number, column in enumerate(key)))
    return first, first.where(tuple_(*key) > after)
