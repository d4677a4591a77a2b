"""Replacing the live rows that differ from the ones made anew, a batch at a time, in the transaction of the caller."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Table, bindparam, delete, insert

from registry.log.rebuild.comparing import Row, Side, columns_of, differences

T = TypeVar("T")
_AT_ONCE: Final = 500


def make_alike(fresh: Connection, live: Connection, table: Table, page_done: Callable[[int], None]) -> None:
    """Make the live rows those of the scratch tables. Nobody else may write meanwhile.

    Everything that differs goes before anything comes, so that no two rows ever claim one place.
    """
    key = list(table.primary_key.columns)
    gone = delete(table).where(*(column == bindparam(f"key_{n}") for n, column in enumerate(key)))
    for some in _batches(differences(Side(fresh, table), Side(live, table), page_done)):
        if keys := [_named(one.key) for one in some if one.live is not None]:
            live.execute(gone, keys)
    names = [column.name for column in columns_of(table)]
    for some in _batches(differences(Side(fresh, table), Side(live, table), page_done)):
        live.execute(
            insert(table), [dict(zip(names, one.fresh, strict=True)) for one in some if one.fresh is not None]
        )


def _named(key: Row) -> dict[str, Any]:
    return {f"key_{number}": value for number, value in enumerate(key)}


def _batches(things: Iterable[T]) -> Iterator[list[T]]:
    iterator = iter(things)
    while some := list(islice(iterator, _AT_ONCE)):
        yield some
