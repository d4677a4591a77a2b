"""How a table is declared: an SQLModel class, of which the table alone is made.

No row is ever loaded as an object: statements go by tables and columns. So nothing maps rows to these classes, and no validator
is built for them, which is a tenth of every process's start.
"""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import ConfigDict
from sqlalchemy import Table
from sqlmodel import SQLModel
from sqlmodel.main import get_column_from_field


class Declared(SQLModel):
    """Fields are columns; `__tablename__` and `__table_args__` (indexes, constraints) as SQLModel has them."""

    model_config = ConfigDict(defer_build=True)  # type: ignore[assignment]
    __table__: ClassVar[Table]
    __table_args__: ClassVar[tuple[Any, ...]] = ()

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        columns = []
        for name, field in cls.model_fields.items():
            column = get_column_from_field(field)
            column.name = column.key = name
            columns.append(column)
        cls.__table__ = Table(str(cls.__tablename__), SQLModel.metadata, *columns, *cls.__table_args__)
