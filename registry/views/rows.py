"""Rows of views: added, changed, removed and found by what stands in their columns, with statements that are made once.

Making a statement costs twenty times what running it does, and projections run while the log is held. So there is one statement
for each table and set of columns, and only the values are new each time. They go to the driver as they are: str, int, bool, bytes
and None alone. In a `where` None is a column that is empty.

A connection is a plain one (the scratch tables of a rebuild) or the log's own (`log.engine.quick`); both give the same rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Delete,
    Insert,
    Row,
    Select,
    Table,
    Update,
    and_,
    bindparam,
    delete,
    exists,
    insert,
    select,
    update,
)

from registry.log.engine.quick import short

Values = Mapping[str, Any]
_Names = tuple[str, ...]
_Where = tuple[tuple[str, bool], ...]
"""The columns of a `where`, and which of them are to be empty."""


def add(connection: Connection, table: Table, row: Values) -> None:
    """A row; columns without a value stay empty."""
    connection.execute(_adding(table), row)


def add_all(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    """Several rows with the same columns."""
    if rows:
        connection.execute(_adding(table), rows)


def add_new(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    """Those of several rows with the same columns whose key has no row yet; of two with one key, the first."""
    if rows:
        named = [{f"_{name}": value for name, value in row.items()} for row in rows]
        connection.execute(_adding_new(table, tuple(rows[0])), named)


def change(
    connection: Connection,
    table: Table,
    *,
    where: Values,
    values: Values,
    more: Mapping[str, int] | None = None,
) -> None:
    """What stands in the rows from now on; `more` is added to the numbers that are there."""
    more = more or {}
    statement = _changing(table, _where(where), tuple(values), tuple(more))
    connection.execute(statement, {**_bound(where), **values, **more})


def remove(connection: Connection, table: Table, where: Values) -> None:
    """Rows that are no more."""
    connection.execute(_removing(table, _where(where)), _bound(where))


def find(connection: Connection, table: Table, where: Values, *names: str) -> Sequence[Row[Any]]:
    """The rows, in no order; only the columns that are named, or all of them."""
    return connection.execute(_finding(table, _where(where), names), _bound(where)).all()


def find_each(
    connection: Connection, table: Table, wheres: Iterable[Values], *names: str
) -> list[Sequence[Row[Any]]]:
    """`find` for several questions; all are put before the first answer is waited for."""
    quick = short(connection)
    asked = [quick.ask(_finding(table, _where(where), names), _bound(where)) for where in wheres]
    return [one.result().all() for one in asked]


def _where(values: Values) -> _Where:
    return tuple([(name, value is None) for name, value in values.items()])


def _bound(values: Values) -> dict[str, Any]:
    """Under names of their own, so that a column may be in a `where` and be changed."""
    return {f"_{name}": value for name, value in values.items() if value is not None}


def _value(table: Table, name: str) -> ColumnElement[Any]:
    return bindparam(f"_{name}", type_=table.c[name].type)


def _these(table: Table, where: _Where) -> ColumnElement[bool]:
    return and_(
        *(table.c[name].is_(None) if empty else table.c[name] == _value(table, name) for name, empty in where)
    )


@cache
def _adding(table: Table) -> Insert:
    return insert(table)


@cache
def _adding_new(table: Table, names: _Names) -> Insert:
    key = [column.name for column in table.primary_key.columns]
    there = exists().where(_these(table, tuple((name, False) for name in key)))
    return insert(table).from_select(names, select(*(_value(table, name) for name in names)).where(~there))


@cache
def _changing(table: Table, where: _Where, names: _Names, more: _Names) -> Update:
    values = {name: bindparam(name, type_=table.c[name].type) for name in names}
    sums = {name: table.c[name] + bindparam(name, type_=table.c[name].type) for name in more}
    return update(table).where(_these(table, where)).values({**values, **sums})


@cache
def _removing(table: Table, where: _Where) -> Delete:
    return delete(table).where(_these(table, where))


@cache
def _finding(table: Table, where: _Where, names: _Names) -> Select[Any]:
    return select(*([table.c[name] for name in names] if names else [table])).where(_these(table, where))
