"""What all views share: a page of cards, and the form every card has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, Row, Select, Table

from registry.errors import NotFound
from registry.views.rows import find


class Card(BaseModel):
    """A view's answer about one thing: frozen, JSON-ready; times are microseconds since 1970, UTC."""

    model_config = ConfigDict(frozen=True, extra="forbid")


C = TypeVar("C", bound=Card)


class Page(BaseModel, Generic[C]):
    """Some cards in the order they came to be; `next` is the cursor of the following page, None at the end."""

    model_config = ConfigDict(frozen=True)

    items: tuple[C, ...]
    next: int | None = None


def rows_page(
    connection: Connection, query: Select[Any], table: Table, *, after: int, limit: int
) -> tuple[Sequence[Row[Any]], int | None]:
    """One page of rows by position, and the cursor of the next one."""
    rows = connection.execute(
        query.where(table.c.position > after).order_by(table.c.position).limit(limit + 1)
    ).all()
    return (rows[:limit], rows[limit - 1].position) if len(rows) > limit else (rows, None)


def one_row(connection: Connection, table: Table, log: str, key: str, value: str) -> Row[Any]:
    """The row of `value`. Raises NotFound, alike for absent and foreign ids."""
    rows = find(connection, table, {"log": log, key: value})
    if not rows:
        raise NotFound(f"there is no {value}", hint="check the id")
    return rows[0]
