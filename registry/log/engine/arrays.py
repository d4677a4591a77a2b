"""Many rows in one statement, as PostgreSQL takes them: one array for each column.

A statement for each row costs more than the row does, since the guards of the events look once for every statement; and a list of
values has another text for every number of rows, which is prepared anew each time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Dialect, Table


@cache
def adding(dialect: Dialect, table: Table, names: tuple[str, ...]) -> str:
    """The insert of these columns, with psycopg's marks. Types are the table's: empty values tell none."""
    quoted = dialect.identifier_preparer
    columns = ", ".join(quoted.format_column(table.c[name]) for name in names)
    arrays = ", ".join(f"%b::{table.c[name].type.compile(dialect)}[]" for name in names)
    return f"INSERT INTO {quoted.format_table(table)} ({columns}) SELECT * FROM unnest({arrays})"  # noqa: S608 - names of our own tables


def columns_of(rows: Sequence[Mapping[str, Any]], names: tuple[str, ...]) -> list[list[Any]]:
    """The values of each column, in the order of the rows."""
    return [[row[name] for row in rows] for name in names]
